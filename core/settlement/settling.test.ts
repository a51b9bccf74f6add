import { describe, expect, it } from '@jest/globals';
import type { InvoiceState, PlatformPayment } from '../connector-kit/index.js';
import { isLate, nextSettlementAt, paidBy } from './index.js';

const hour = 3_600_000;
const payment = (changes: Partial<PlatformPayment>): PlatformPayment =>
  ({ ref: 'pay_1', gatewayRefs: [], state: 'succeeded', amount: { minor: 100, currency: 'USD' }, at: new Date(0), ...changes });
const shown = (...payments: readonly PlatformPayment[]): InvoiceState => ({ state: 'paid', due: { minor: 0, currency: 'USD' }, payments, paymentsComplete: true });
const marks = { keys: ['case-1'], refs: ['ch_1'] };

describe('telling a platform of a payment', () => {
  it('is tried for a week and two and a half hours, and people hear of it once before', () => {
    let at = new Date(0);
    let late = 0;
    let tries = 1;
    for (; ; tries += 1) {
      if (isLate(tries)) late += 1;
      const next = nextSettlementAt(tries, at);
      if (!next) break;
      expect(next > at).toBe(true);
      at = next;
    }
    expect([tries, late]).toEqual([33, 1]);
    expect(at.getTime() / hour).toBeCloseTo(7 * 24 + 2.6, 1);
  });
});

describe('by whom an invoice is paid', () => {
  it.each([
    ['us, by our key', shown(payment({ ref: 'pay_0' }), payment({ ourReference: 'case-1' })), { by: 'us', payment: { ourReference: 'case-1' } }],
    ['us, by a reference', shown(payment({ gatewayRefs: ['ch_1'] })), { by: 'us' }],
    ['another', shown(payment({ state: 'failed', ref: 'pay_0' }), payment({ ref: 'pay_2' })), { by: 'another', payment: { ref: 'pay_2' } }],
    ['nobody that is named', shown(), { by: 'nobody_named' }],
    ['nobody yet', shown(payment({ state: 'in_progress' })), { by: 'nobody_named' }],
  ])('%s', (_name, invoice, expected) => { expect(paidBy(invoice, marks)).toMatchObject(expected); });
});
