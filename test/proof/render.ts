import type { Screen } from '../../scripts/demo/screen.js';
import { textTable } from '../../scripts/demo/text-table.js';
import { laws } from './laws/index.js';
import type { RunResult } from './matrix/play-run.js';
import type { provePlanted } from './prove-laws.js';

/** The laws, and what was planted against each. */
export const renderLaws = ({ rows, soundObjections }: ReturnType<typeof provePlanted>, screen: Screen): readonly string[] => {
  const yes = screen.paint('green', '✓');
  const no = screen.paint('red', '✗');
  const body = laws.map(({ number, says }) => {
    const mine = rows.filter(({ law }) => law === number);
    return [String(number), says, `${String(mine.filter(({ objection }) => objection !== undefined).length)} of ${String(mine.length)} ${mine.every(({ objection }) => objection !== undefined) ? yes : no}`, mine.map(({ what, objection }) => (objection === undefined ? `NOT SEEN: ${what}` : what)).join('; ')];
  });
  return [
    screen.paint('bold', 'The laws, each against violations planted for it'), '',
    ...textTable([{ head: 'law' }, { head: 'says', share: 2 }, { head: 'objects' }, { head: 'planted', share: 3 }], body, screen.columns),
    ...(soundObjections.length === 0 ? [] : [`${no} objections to a sound world: ${soundObjections.join('; ')}`]),
  ];
};

const widths = { count: 9, scenario: 26, point: 26, fault: 9, hubs: 5, laws: 16, seconds: 7 };

export const rowHead = (screen: Screen): string => screen.paint('dim', [
  ''.padEnd(widths.count), 'scenario'.padEnd(widths.scenario), 'point'.padEnd(widths.point), 'fault'.padEnd(widths.fault), 'hubs'.padEnd(widths.hubs),
  'laws 1–8'.padEnd(widths.laws), 'seconds'.padStart(widths.seconds),
].join('  '));

const lawMarks = ({ verdict, violations }: RunResult, screen: Screen): string => laws.map(({ number }) => {
  if (verdict === 'void') return screen.paint('yellow', '·');
  return violations.some(({ law }) => law === number) ? screen.paint('red', '✗') : screen.paint('green', '✓');
}).join(' ');

/** A row per run. */
export const renderRow = (result: RunResult, { count, of }: { readonly count: number; readonly of: number }, screen: Screen): string => {
  const { run, verdict, seconds } = result;
  const styles = { held: 'green', missed: 'red', void: 'yellow' } as const;
  return [
    screen.paint('dim', `${String(count)}/${String(of)}`.padStart(widths.count)), run.scenario.padEnd(widths.scenario), (run.point ?? '–').padEnd(widths.point),
    run.fault.padEnd(widths.fault), String(run.hubs).padEnd(widths.hubs), lawMarks(result, screen).padEnd(widths.laws), seconds.toFixed(1).padStart(widths.seconds),
    screen.paint(styles[verdict], verdict === 'held' ? '' : verdict.toUpperCase()),
  ].join('  ').trimEnd();
};

/** What is wrong with a run. */
export const renderMiss = ({ verdict, violations, trouble, trace }: RunResult, screen: Screen): readonly string[] => (verdict === 'held' ? [] : [
  ...violations.map(({ law, what }) => screen.paint('red', `           law ${String(law)}: ${what}`)),
  ...trouble.map((what) => screen.paint('yellow', `           ${what}`)),
  ...(trace === undefined ? [] : [screen.paint('dim', `           ${trace}`)]),
]);

/** The totals. */
export const renderTotals = (results: readonly RunResult[], { runs, seconds }: { readonly runs: number; readonly seconds: number }, screen: Screen): readonly string[] => {
  const count = (verdict: RunResult['verdict']) => results.filter((result) => result.verdict === verdict).length;
  const left = runs - results.length;
  return [
    `${screen.paint('bold', String(results.length))} runs in ${seconds.toFixed(0)} s: ${screen.paint('green', `${String(count('held'))} held`)}, ${screen.paint('red', `${String(count('missed'))} missed`)}, ${screen.paint('yellow', `${String(count('void'))} void`)}${left > 0 ? `; ${String(left)} not begun` : ''}`,
  ];
};
