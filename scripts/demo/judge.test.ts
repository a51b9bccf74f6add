import { describe, expect, test } from '@jest/globals';
import type { MoneyRequest } from '../../connectors/stripe-billing/fake-platform.js';
import { expected, type ExpectedRow } from './expected.js';
import { judgeRow } from './judge.js';
import type { Delivery } from './merchant-log.js';
import type { Observed } from './observe.js';

const billed = { row: 0, billedAt: new Date('2026-11-22T12:00:00Z'), customer: 'cus_1', subscription: 'sub_1', invoice: 'in_1', olderInvoice: 'in_0', paymentMethod: 'pm_1' };
const plain = { lateMs: 14 * 3_600_000, killsInHand: 0 };

const rowOf = (row: number): ExpectedRow => {
  const found = expected.find((one) => one.row === row);
  if (found === undefined) throw new Error(`no row ${row}`);
  return found;
};

const delivery = (event: string, body: unknown): Delivery => ({
  id: `msg_${event}`, at: '2026-11-21T12:00:00.000Z', event: `recovery.${event}`, transactionId: 't', invoiceId: 'in_1', verified: true, sameBytes: true, refused: false, body,
});

const request = (key: string, hub: string, more: Partial<MoneyRequest>): MoneyRequest => ({
  requestId: `req_${key}`, debtId: 'in_1', call: 'invoices.pay', path: '/v1/invoices/in_1/pay', idempotencyKey: key, paymentMethod: 'pm_1', receivedAt: { hub, wall: hub },
  answeredAt: null, ended: 'answered', status: 200, replayed: false, result: 'succeeded', code: null, secondTry: null, ...more,
});

/** What a row looks like that ended exactly as it must. */
const asExpected = (row: ExpectedRow, charges: readonly MoneyRequest[]): Observed => ({
  row: row.row,
  billed: { ...billed, row: row.row },
  charges,
  secondTries: charges.filter(({ secondTry }) => secondTry !== null),
  deliveries: row.events.map((event) => delivery(event, { trigger: row.trigger })),
  events: row.events.map((event) => delivery(event, { trigger: row.trigger })),
  transactionId: 't',
  plannedFor: [],
  debt: {
    debtId: 'in_1', kind: 'invoice', label: null, customer: 'cus_1', amount: 100, currency: 'usd', invoiceStatus: row.invoice.status, autoAdvance: row.invoice.autoAdvance ?? true,
    requests: charges,
    successes: row.invoice.status === 'paid'
      ? [{ at: { hub: '', wall: '' }, by: 'request', idempotencyKey: null, requestId: null, paymentIntent: null, charge: null, amount: 100, currency: 'usd' }]
      : [],
  },
  status: {
    transactionId: 't', status: row.status, recovered: row.status === 'succeeded', strategyUsed: 'none', attemptCount: charges.length, lastDeclineCode: null,
    recommendedAction: row.recommendedAction, recommendedActionReason: null, nextAttemptAt: null, recoveredBy: row.recoveredBy,
    settlement: { state: row.recoveredBy === 'external' ? 'not_needed' : 'confirmed', route: 'platform', updatedAt: new Date(0) },
  },
});

const whats = (row: ExpectedRow, observed: Observed, tolerance = plain) => judgeRow(row, observed, tolerance).map(({ what }) => what);

describe('judging a row', () => {
  const payday = rowOf(2);
  const friday = request('a', '2026-11-27T11:10:00.000Z', {});

  test('what ended as it must is accepted', () => {
    expect(whats(payday, asExpected(payday, [friday]))).toEqual([]);
    expect(whats(rowOf(5), asExpected(rowOf(5), []))).toEqual([]);
    expect(whats(rowOf(11), asExpected(rowOf(11), []))).toEqual([]);
  });

  test.each([
    ['2026-11-26T23:59:00.000Z'],
    ['2026-11-27T09:59:59.000Z'],
    ['2026-11-28T00:01:00.000Z'],
  ])('a payday attempt at %s is refused', (hub) => {
    expect(whats(payday, asExpected(payday, [request('a', hub, {})]))).toEqual(['attempt at']);
  });

  test('a plan that is not Friday 10:00 sharp is refused', () => {
    const observed = { ...asExpected(payday, [friday]), plannedFor: [new Date('2026-11-27T10:00:01.000Z')] };
    expect(whats(payday, observed)).toEqual(['planned for']);
  });

  test('a second payment, a second try, a wrong signature and other bytes are each named', () => {
    const good = asExpected(payday, [friday]);
    const debt = good.debt;
    if (debt === undefined) throw new Error('no debt');
    expect(whats(payday, { ...good, debt: { ...debt, successes: [...debt.successes, ...debt.successes] } })).toEqual(['payments taken']);
    expect(whats(payday, { ...good, secondTries: [friday] })).toEqual(['second tries']);
    const [first] = good.deliveries;
    if (first === undefined) throw new Error('no delivery');
    expect(whats(payday, { ...good, deliveries: [first, { ...first, verified: false }] })).toEqual(['webhooks with a wrong signature']);
    expect(whats(payday, { ...good, deliveries: [first, { ...first, sameBytes: false }] })).toEqual(['webhooks repeated with other bytes']);
    expect(whats(payday, { ...good, deliveries: [{ ...first, refused: true }] })).toEqual(['events never acknowledged']);
  });

  test('an approval that is not settled is refused', () => {
    const good = asExpected(payday, [friday]);
    if (good.status === undefined) throw new Error('no status');
    const unsettled = { ...good.status, settlement: { ...good.status.settlement, state: 'recorded' } };
    expect(whats(payday, { ...good, status: unsettled })).toEqual(['settlement']);
  });

  test('technical retries may not come before 1 h and 6 h', () => {
    const row = rowOf(8);
    const at = (first: string, second: string) => asExpected(row, [request('a', first, { result: 'declined', status: 402 }), request('b', second, {})]);
    expect(whats(row, at('2026-11-22T13:00:00.000Z', '2026-11-22T19:00:00.000Z'))).toEqual([]);
    expect(whats(row, at('2026-11-22T12:59:00.000Z', '2026-11-22T19:00:00.000Z'))).toEqual(['wait before attempt 1']);
    expect(whats(row, at('2026-11-22T13:00:00.000Z', '2026-11-22T18:59:00.000Z'))).toEqual(['wait before attempt 2']);
  });

  test('only a kill that met the case in hand excuses an uncounted refusal and another trigger', () => {
    const lost = rowOf(12);
    const refused = request('a', '2026-11-24T10:30:00.000Z', { result: 'refused', status: 400, secondTry: 'after_success' });
    const observed = asExpected(lost, [refused]);
    if (observed.status === undefined) throw new Error('no status');
    const uncounted = { ...observed, status: { ...observed.status, attemptCount: 0 } };
    expect(whats(lost, uncounted)).toEqual(['attemptCount']);
    expect(whats(lost, uncounted, { ...plain, killsInHand: 1 })).toEqual([]);

    const card = rowOf(3);
    const asked = { ...asExpected(card, [friday]), events: [delivery('failed', {}), delivery('success', { trigger: 'reconciliation' })] };
    expect(whats(card, asked)).toEqual(['trigger of the last event']);
    expect(whats(card, asked, { ...plain, killsInHand: 1 })).toEqual([]);
  });
});
