import { stripVTControlCharacters } from 'node:util';
import type { Screen } from '../../scripts/demo/screen.js';
import { textTable } from '../../scripts/demo/text-table.js';
import { laws } from './laws/index.js';
import type { RunResult } from './matrix/play-run.js';
import type { FaultKind } from './matrix/runs.js';
import type { provePlanted } from './prove-laws.js';

const faults: readonly FaultKind[] = ['kill', 'stop', 'sleep', 'database', 'receiver'];

/** The laws, and what was planted against each. */
export const renderLaws = ({ rows, soundObjections }: ReturnType<typeof provePlanted>, screen: Screen): readonly string[] => {
  const [yes, no] = [screen.paint('green', '✓'), screen.paint('red', '✗')];
  const body = laws.map(({ number, says }) => {
    const mine = rows.filter(({ law }) => law === number);
    const seen = mine.filter(({ objection }) => objection !== undefined);
    const planted = mine.map(({ what, objection }) => (objection === undefined ? screen.paint('red', `NOT SEEN: ${what}`) : what)).join('; ');
    return [`${String(number)} ${seen.length === mine.length ? yes : no}`, says, `${String(seen.length)}/${String(mine.length)}`, planted];
  });
  return [
    screen.paint('bold', 'The laws, each against violations planted for it'), '',
    ...textTable([{ head: 'law' }, { head: 'says', share: 2 }, { head: 'seen' }, { head: 'planted', share: 3 }], body, Math.min(screen.columns, 150)),
    ...(soundObjections.length === 0 ? [] : ['', `${no} A law objects to a sound world: ${soundObjections.join('; ')}`]),
  ];
};

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stripVTControlCharacters(text).length));

const columns = (cells: { readonly count: string; readonly scenario: string; readonly point: string; readonly fault: string; readonly hubs: string; readonly laws: string; readonly seconds: string; readonly verdict: string }): string =>
  [cells.count.padStart(7), pad(cells.scenario, 25), pad(cells.point, 25), pad(cells.fault, 8), pad(cells.hubs, 4), pad(cells.laws, 15), cells.seconds.padStart(7), cells.verdict].join('  ').trimEnd();

/** The line above the rows. */
export const rowHead = (screen: Screen): string =>
  screen.paint('dim', columns({ count: '', scenario: 'scenario', point: 'point', fault: 'fault', hubs: 'hubs', laws: laws.map(({ number }) => number).join(' '), seconds: 'seconds', verdict: '' }));

const lawMarks = ({ verdict, violations }: RunResult, screen: Screen): string => laws.map(({ number }) => {
  if (verdict === 'void') return screen.paint('yellow', '·');
  return violations.some(({ law }) => law === number) ? screen.paint('red', '✗') : screen.paint('green', '✓');
}).join(' ');

const verdictStyles = { held: 'green', missed: 'red', void: 'yellow' } as const;

/** A row per run, and below it what is wrong. */
export const renderRun = (result: RunResult, place: { readonly count: number; readonly of: number }, screen: Screen): readonly string[] => {
  const { run, verdict, seconds, violations, trouble, trace } = result;
  const indent = ' '.repeat(9);
  return [
    columns({
      count: `${String(place.count)}/${String(place.of)}`, scenario: run.scenario, point: run.point ?? '–', fault: run.fault, hubs: String(run.hubs),
      laws: lawMarks(result, screen), seconds: seconds.toFixed(1), verdict: verdict === 'held' ? '' : screen.paint(verdictStyles[verdict], verdict),
    }),
    ...violations.map(({ law, what }) => screen.paint('red', `${indent}law ${String(law)}: ${what}`)),
    ...trouble.map((what) => screen.paint('yellow', `${indent}${what}`)),
    ...(trace === undefined ? [] : [screen.paint('dim', `${indent}${trace}`)]),
  ];
};

const cell = (results: readonly RunResult[], screen: Screen): string => {
  if (results.length === 0) return screen.paint('dim', '–');
  const held = results.filter(({ verdict }) => verdict === 'held').length;
  return held === results.length ? screen.paint('green', `${String(held)} ✓`) : screen.paint('red', `${String(held)} of ${String(results.length)}`);
};

const crossed = (head: string, results: readonly RunResult[], nameOf: (result: RunResult) => string, screen: Screen): readonly string[] => {
  const names = [...new Set(results.map(nameOf))];
  const rows = [...names, undefined].map((name) => {
    const mine = results.filter((result) => name === undefined || nameOf(result) === name);
    return [name ?? screen.paint('bold', 'all'), ...faults.map((fault) => cell(mine.filter(({ run }) => run.fault === fault), screen)), cell(mine, screen)];
  });
  return textTable([{ head }, ...faults.map((fault) => ({ head: fault })), { head: 'all' }], rows, screen.columns);
};

const median = (numbers: readonly number[]): number => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

/** Points and scenarios against faults, and the totals. */
export const renderTotals = (results: readonly RunResult[], facts: { readonly runs: number; readonly seconds: number; readonly order: readonly string[] }, screen: Screen): readonly string[] => {
  const count = (verdict: RunResult['verdict']) => results.filter((result) => result.verdict === verdict).length;
  const inOrder = [...results].sort((one, other) => facts.order.indexOf(one.run.id) - facts.order.indexOf(other.run.id));
  const left = facts.runs - results.length;
  const wrong = results.filter(({ verdict }) => verdict !== 'held');
  return [
    ...crossed('point', inOrder, ({ run }) => run.point ?? 'an hour without a receiver', screen), '',
    ...crossed('scenario', inOrder, ({ run }) => run.scenario, screen), '',
    ...(wrong.length === 0 ? [] : [...wrong.map(({ run, verdict }) => `${screen.paint(verdictStyles[verdict], verdict.padEnd(6))}  npm run prove -- matrix --only "${run.id}"`), '']),
    `${String(results.length)} runs in ${facts.seconds.toFixed(0)} s, ${median(results.map(({ seconds }) => seconds)).toFixed(1)} s each: ${[
      screen.paint('green', `${String(count('held'))} held`), screen.paint(count('missed') > 0 ? 'red' : 'dim', `${String(count('missed'))} missed`),
      screen.paint(count('void') > 0 ? 'yellow' : 'dim', `${String(count('void'))} void`),
    ].join(', ')}${left > 0 ? `; time was up before ${String(left)} more` : ''}`,
  ];
};
