import { resultOf, shortTime } from './happenings.js';
import type { JudgedRow } from './judge.js';
import type { Observed } from './observe.js';
import type { Screen, Style } from './screen.js';
import { textTable, wrap } from './text-table.js';

const statusStyles: Readonly<Record<string, Style>> = { succeeded: 'green', failed: 'yellow', blocked: 'yellow', cancelled: 'dim', unknown: 'red' };

const money = (cents: number | null | undefined): string => (cents === null || cents === undefined ? '' : `$${(cents / 100).toFixed(2)}`);

const eventsOf = ({ events, deliveries }: Observed): string =>
  events.map(({ id, event }) => {
    const tries = deliveries.filter((delivery) => delivery.id === id);
    const good = tries.every((delivery) => delivery.verified && delivery.sameBytes);
    return `${event.replace('recovery.', '')} ${good ? '✓' : '✗'}${tries.length > 1 ? ` (${tries.length} tries)` : ''}`;
  }).join('\n');

/** The compact table that is redrawn while the demo runs. */
export const renderProgress = (rows: readonly JudgedRow[], screen: Screen, head: string): readonly string[] => {
  const body = rows.map(({ expected: { row, name, stripeSays }, observed, differences }) => {
    const { status, debt } = observed;
    const state = status?.status ?? 'billed';
    const planned = state === 'queued' && status?.nextAttemptAt ? ` until ${shortTime(status.nextAttemptAt)}` : '';
    return [
      differences.length === 0 ? screen.paint('green', '✓') : screen.paint('dim', '·'), String(row), name, money(debt?.amount), stripeSays,
      screen.paint(statusStyles[state] ?? 'cyan', state) + planned,
      observed.charges.map((request) => (request.ended === 'dropped' ? '?' : resultOf(request) === 'paid' ? screen.paint('green', '●') : screen.paint('red', '○'))).join(' '),
      debt?.invoiceStatus ?? '', eventsOf(observed).replaceAll('\n', ', '),
    ];
  });
  const columns = ['', '', 'row', 'amount', 'Stripe says', 'case', 'attempts', 'invoice', 'webhooks'].map((title) => ({ head: title }));
  return [screen.paint('bold', head), '', ...textTable(columns, body, screen.columns)];
};

const attemptsOf = ({ charges }: Observed): string =>
  (charges.length === 0 ? '0' : [String(charges.length), ...charges.map((request) => `${shortTime(new Date(request.receivedAt.hub))} ${resultOf(request)}`)].join('\n'));

const outcomeOf = ({ status }: Observed): string => {
  if (status === undefined) return 'not known';
  const lines = [status.status, status.recoveredBy, status.recommendedAction, status.recovered ? `settled: ${status.settlement.state}` : null];
  return lines.filter((line) => line !== null).join('\n');
};

const invoiceOf = ({ debt }: Observed): string => `${debt?.invoiceStatus ?? '?'}${debt?.autoAdvance === false && debt.invoiceStatus === 'open' ? '\nauto_advance\nfalse' : ''}`;

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
