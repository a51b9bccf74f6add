import type { ExpectedRow } from './expected.js';
import type { Observed } from './observe.js';

/** One thing that is not as it must be. */
export interface Difference { readonly what: string; readonly expected: string; readonly found: string }

/** A row as it was seen and judged. */
export interface JudgedRow { readonly expected: ExpectedRow; readonly observed: Observed; readonly differences: readonly Difference[] }

/** What kills may change of a row that still ends as it must. */
export interface Tolerance {
  /** How late a planned charge may be, in hub ms. */
  readonly lateMs: number;
  /** How many kills met the case in hand: what it was told then nobody heard, and it is found out by asking. */
  readonly killsInHand: number;
}

const hour = 3_600_000;

const settledStates: Readonly<Record<string, readonly string[]>> = { retry: ['confirmed'], card_update: ['confirmed'], external: ['not_needed', 'refused'] };

/** Compares what is known of a row with what is expected; empty when it is as expected. */
export const judgeRow = (expected: ExpectedRow, observed: Observed, tolerance: Tolerance): readonly Difference[] => {
  const found: Difference[] = [];
  const same = (what: string, right: unknown, is: unknown): void => {
    if (JSON.stringify(right) !== JSON.stringify(is)) found.push({ what, expected: shown(right), found: shown(is) });
  };
  const { status, debt, events, deliveries } = observed;
  same('events', expected.events, events.map((event) => event.event.replace(/^recovery\./, '')));
  same('webhooks with a wrong signature', 0, deliveries.filter((delivery) => !delivery.verified).length);
  same('webhooks repeated with other bytes', 0, deliveries.filter((delivery) => !delivery.sameBytes).length);
  same('events never acknowledged', 0, events.filter((event) => !deliveries.some((delivery) => delivery.id === event.id && delivery.verified && !delivery.refused)).length);
  const trigger = triggerOf(observed);
  const foundByAsking = tolerance.killsInHand > 0 && trigger === 'reconciliation';
  if (expected.trigger !== undefined && !foundByAsking) same('trigger of the last event', expected.trigger, trigger);
  same('own attempts', expected.attempts, observed.charges.length);
  same('second tries', expected.secondTries, observed.secondTries.length);
  same('payments taken', expected.invoice.status === 'paid' ? 1 : 0, debt?.successes.length);
  same('invoice', expected.invoice.status, debt?.invoiceStatus);
  if (expected.invoice.autoAdvance !== undefined) same('auto_advance', expected.invoice.autoAdvance, debt?.autoAdvance);
  if (expected.lastRequest !== undefined) same('last request', expected.lastRequest, lastRequestOf(observed));
  same('status', expected.status, status?.status);
  if (status === undefined) return found;
  same('recoveredBy', expected.recoveredBy, status.recoveredBy);
  same('recommendedAction', expected.recommendedAction, status.recommendedAction);
  if (!canBeCounted(status.attemptCount, observed, tolerance)) same('attemptCount', expected.attempts, status.attemptCount);
  const settled = expected.recoveredBy === null ? undefined : settledStates[expected.recoveredBy];
  if (settled !== undefined && !settled.includes(status.settlement.state)) found.push({ what: 'settlement', expected: settled.join(' or '), found: status.settlement.state });
  return [...found, ...judgeTimes(expected, observed, tolerance)];
};

/** A refusal that no hub was there to hear moved nothing: asking finds no such charge, and the hub does not count it. */
const canBeCounted = (count: number, { charges }: Observed, { killsInHand }: Tolerance): boolean => {
  const refused = charges.filter(({ result }) => result !== 'succeeded' && result !== 'declined').length;
  return count <= charges.length && count >= charges.length - Math.min(refused, killsInHand);
};

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));

const triggerOf = ({ events }: Observed): unknown => {
  const body: unknown = events.at(-1)?.body;
  return typeof body === 'object' && body !== null && 'trigger' in body ? body.trigger : undefined;
};

const lastRequestOf = ({ debt }: Observed): string | undefined => {
  const last = debt?.requests.at(-1);
  if (last === undefined) return undefined;
  if (last.result === 'succeeded' && (last.ended === 'dropped' || last.ended === 'client_left')) return 'applied, reply lost';
  return last.secondTry === 'after_success' && last.status === 400 ? 'already paid' : last.result ?? last.ended;
};

const judgeTimes = (expected: ExpectedRow, observed: Observed, { lateMs }: Tolerance): readonly Difference[] => {
  const at = expected.attemptsAt;
  if (at === undefined) return [];
  const times = observed.charges.map((charge) => new Date(charge.receivedAt.hub));
  if ('payday' in at) {
    const [time] = times;
    const planned = observed.plannedFor.at(-1);
    const opening = time === undefined ? undefined : fridayAt10(time);
    const differences: Difference[] = [];
    if (planned !== undefined && !isFriday10(planned)) differences.push({ what: 'planned for', expected: at.payday, found: planned.toISOString() });
    if (time === undefined || opening === undefined || time.getTime() - opening.getTime() > lateMs) {
      differences.push({ what: 'attempt at', expected: at.payday, found: time?.toISOString() ?? 'never' });
    }
    return differences;
  }
  // the platform's own first charge is what every schedule counts from
  const tries = [observed.billed.billedAt, ...times];
  return at.hoursAfterLastTry.flatMap((hours, index) => {
    const earlier = tries[index];
    const time = times[index];
    if (time === undefined || earlier === undefined) return [];
    const waited = (time.getTime() - earlier.getTime()) / hour;
    return waited >= hours ? [] : [{ what: `wait before attempt ${index + 1}`, expected: `at least ${hours} h`, found: `${waited.toFixed(2)} h` }];
  });
};

const isFriday10 = (time: Date): boolean => time.getUTCDay() === 5 && time.toISOString().endsWith('T10:00:00.000Z');

/** The last Friday 10:00 UTC at or before a moment. */
const fridayAt10 = (time: Date): Date => {
  const friday = new Date(time);
  friday.setUTCDate(friday.getUTCDate() - ((friday.getUTCDay() + 2) % 7));
  friday.setUTCHours(10, 0, 0, 0);
  if (friday > time) friday.setUTCDate(friday.getUTCDate() - 7);
  return friday;
};

/** What must be true of all rows together. */
export const judgeWhole = (rows: readonly JudgedRow[]): readonly Difference[] => {
  const expected = rows.reduce((sum, row) => sum + row.expected.secondTries, 0);
  const found = rows.reduce((sum, { observed }) => sum + observed.secondTries.length, 0);
  const unknown = rows.flatMap(({ observed }) => observed.deliveries).filter(({ id }) => !id.startsWith('msg_')).length;
  return [
    ...(found === expected ? [] : [{ what: 'second tries', expected: String(expected), found: String(found) }]),
    ...(unknown === 0 ? [] : [{ what: 'webhooks without an id', expected: '0', found: String(unknown) }]),
  ];
};
