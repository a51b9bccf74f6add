import { laws } from '../proof/laws/index.js';
import { held, type BrokenWorld, type WorldsReport } from './run-worlds.js';
import type { WorldEnd } from './world-end.js';

const secondsOf = (value: number): string => value.toFixed(1);

/** What is wrong with a world, with everything that happened in it. */
export const renderFailure = (end: WorldEnd | BrokenWorld, show: 'all' | 'heads'): readonly string[] => {
  if ('broken' in end) return [`seed ${String(end.seed)} could not be played: ${end.broken}`];
  const { scenario } = end;
  return [
    `seed ${String(end.seed)}  (hub time × ${String(scenario.scale)}, lease ${String(scenario.leaseSeconds)} s, ${String(scenario.hubs)} hubs, ${scenario.protection})`,
    ...end.violations.map(({ law, what }) => `  law ${String(law)}: ${what}`),
    ...end.unfinished.map((what) => `  not at rest: ${what}`),
    ...(show === 'heads' ? [] : [
      '  planned faults:', ...scenario.faults.map((fault) => `    ${JSON.stringify(fault)}`),
      '  what happened:', ...end.trace.map((line) => `    ${line}`),
      ...end.violations.map(({ law, shownBy }) => `  law ${String(law)} is shown to be broken by ${JSON.stringify(shownBy, undefined, 1).split('\n').join('\n  ')}`),
    ]),
  ];
};

/** The totals, for people. */
export const renderWorlds = (report: WorldsReport): readonly string[] => {
  const struck = Object.entries(report.faults);
  const width = Math.max(0, ...struck.map(([kind]) => kind.length));
  const total = struck.reduce((sum, [, times]) => sum + times, 0);
  return [
    `${String(report.worlds)} worlds in ${secondsOf(report.seconds)} s: ${String(report.cases)} cases, ${String(report.deliveries)} deliveries, ${String(report.requests)} requests to move money, ${String(report.charged)} charges, ${String(report.notifications)} notifications`,
    `${String(total)} faults struck:`,
    ...struck.map(([kind, times]) => `  ${kind.padEnd(width)}  ${String(times)}`),
    `Laws checked in each: ${laws.map(({ number, says }) => `${String(number)} (${says})`).join('; ')}; and that it came to rest.`,
    report.failed.length === 0 ? 'All of them held.' : `${String(report.failed.length)} failed: seeds ${report.failed.map(({ seed }) => String(seed)).join(', ')}`,
  ];
};

export { held };
