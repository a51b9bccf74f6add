import { resultOf, shortTime } from './happenings.js';
import type { JudgedRow } from './judge.js';
import type { Observed } from './observe.js';
import type { Screen, Style } from './screen.js';
import { textTable, wrap } from './text-table.js';

const statusStyles: Readonly<Record<string, Style>> = { succeeded: 'green', failed: 'yellow', blocked: 'yellow', cancelled: 'dim', unknown: 'red' };

const eventsOf = ({ events, deliveries }: Observed): string =>
  events.map(({ id, event }) => {
    const tries = deliveries.filter((delivery) => delivery.id === id);
    const good = tries.every((delivery) => delivery.verified && delivery.sameBytes);
    return `${event.replace('recovery.', '')} ${good ? '✓' : '✗'}${tries.length > 1 ? ` (${tries.length} tries)` : ''}`;
  }).join('\n');

/** Columns give way where a terminal is narrow. */
const narrow = 125;
const narrower = 102;

/** The compact table that is redrawn while the demo runs. */
export const renderProgress = (rows: readonly JudgedRow[], screen: Screen, head: string): readonly string[] => {
  const body = rows.map(({ expected: { row, name, stripeSays }, observed, differences }) => {
    const { status, debt } = observed;
    const state = status?.status ?? 'billed';
    const planned = state === 'queued' && status?.nextAttemptAt ? ` → ${shortTime(status.nextAttemptAt)}` : '';
    return [
      differences.length === 0 ? screen.paint('green', '✓') : screen.paint('dim', '·'), String(row), name, stripeSays,
      screen.paint(statusStyles[state] ?? 'cyan', state) + planned,
      observed.charges.map((request) => (request.ended === 'dropped' ? '?' : resultOf(request) === 'paid' ? screen.paint('green', '●') : screen.paint('red', '○'))).join(' '),
      debt?.invoiceStatus ?? '', eventsOf(observed).replaceAll('\n', ', '),
    ];
  });
  const leftOut = [...(screen.columns < narrow ? ['Stripe says'] : []), ...(screen.columns < narrower ? ['invoice'] : [])];
  const heads = ['', '', 'row', 'Stripe says', 'case', 'attempts', 'invoice', 'webhooks'];
  const kept = <T>(cells: readonly T[]): readonly T[] => cells.filter((_, index) => !leftOut.includes(heads[index] ?? ''));
  return [screen.paint('bold', head), '', ...textTable(kept(heads).map((title) => ({ head: title })), body.map((cells) => kept(cells)), screen.columns)];
};

const attemptsOf = ({ charges }: Observed): string =>
  (charges.length === 0 ? '0' : [String(charges.length), ...charges.map((request) => `${shortTime(new Date(request.receivedAt.hub))} ${resultOf(request)}`)].join('\n'));

const outcomeOf = ({ status }: Observed): string => {
  if (status === undefined) return 'not known';
  const how = status.recoveredBy === null ? '' : ` (${status.recoveredBy})`;
  const lines = [`${status.status}${how}`, status.recommendedAction, status.recovered ? `settlement ${status.settlement.state}` : null];
  return lines.filter((line) => line !== null).join('\n');
};

const invoiceOf = ({ debt }: Observed): string => `${debt?.invoiceStatus ?? '?'}${debt?.autoAdvance === false && debt.invoiceStatus === 'open' ? '\nno auto_advance' : ''}`;

const forPeople = (sentence: string): string => sentence.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => shortTime(new Date(time)));

/** From here on the reasons have a column of their own; below it they stand under each row. */
const wideColumns = 140;

/** The table at the end, and below it every difference. */
export const renderResult = (rows: readonly JudgedRow[], because: ReadonlyMap<number, string>, screen: Screen): readonly string[] => {
  const wide = screen.columns >= wideColumns;
  const reason = (row: number): string => forPeople(because.get(row) ?? '');
  const columns = [
    { head: '' }, { head: 'row', share: 2 }, { head: 'failed with' }, ...(wide ? [{ head: 'decided because', share: 4 }] : []),
    { head: 'attempts' }, { head: 'outcome' }, { head: 'invoice' }, { head: 'webhooks' },
  ];
  const body = rows.map(({ expected: { row, name, stripeSays }, observed, differences }) => [
    differences.length === 0 ? screen.paint('green', '✓') : screen.paint('red', '✗'), `${row} ${name}`, stripeSays, ...(wide ? [reason(row)] : []),
    attemptsOf(observed), outcomeOf(observed), invoiceOf(observed), eventsOf(observed) || 'none',
  ]);
  const notes = wide ? [] : rows.map(({ expected: { row } }) => wrap(reason(row) || '–', screen.columns - 4).map((line) => screen.paint('dim', `   ${line}`)).join('\n'));
  const wrong = rows.flatMap(({ expected: { row }, differences }) =>
    differences.map((difference) => screen.paint('red', `row ${row}: ${difference.what}: found ${difference.found}, expected ${difference.expected}`)));
  return [...textTable(columns, body, screen.columns, notes), ...(wrong.length === 0 ? [] : ['', ...wrong])];
};
