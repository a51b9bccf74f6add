import { describe, expect, it } from '@jest/globals';
import type { InvoiceState, PlatformPayment } from '../connector-kit/index.js';
import { confirmPayment, nextConfirmationAt } from './index.js';

const payment = (changes: Partial<PlatformPayment>): PlatformPayment =>
  ({ ref: 'ch_1', gatewayRefs: [], state: 'succeeded', amount: { minor: 100, currency: 'USD' }, at: new Date(0), ...changes });
const paid = (payments: readonly PlatformPayment[], state: InvoiceState['state'] = 'paid'): InvoiceState =>
  ({ state, due: { minor: 0, currency: 'USD' }, payments, paymentsComplete: true });
const marks = { keys: ['case-1'], refs: ['pi_1'] };

describe('confirming a payment', () => {
  it.each([
    ['our key', payment({ ourReference: 'case-1' }), 'confirmed'],
    ['a reference of ours', payment({ gatewayRefs: ['pi_1'] }), 'confirmed'],
    ['its own reference', payment({ ref: 'pi_1' }), 'confirmed'],
    ['another key', payment({ ourReference: 'case-2' }), 'not_shown'],
    ['nothing of ours', payment({}), 'not_shown'],
    ['a failed payment of ours', payment({ ourReference: 'case-1', state: 'failed' }), 'not_shown'],
  ])('by %s', (_name, one, status) => {
    expect(confirmPayment(paid([payment({ ref: 'ch_0' }), one]), marks).status).toBe(status);
  });

  it('waits for the invoice to say paid', () => {
    expect(confirmPayment(paid([payment({ ourReference: 'case-1' })], 'open'), marks)).toEqual({ status: 'not_shown' });
  });

  it('reads for 60 nights and a week, then no more', () => {
    let at = new Date(0);
    let reads = 0;
    for (let tries = 1; tries < 200; tries += 1) {
      const next = nextConfirmationAt(tries, at);
      if (!next) break;
      expect(next > at).toBe(true);
      at = next;
      reads = tries;
    }
    expect(reads).toBe(91);
    expect(at.getTime() / 86_400_000).toBeCloseTo(67.1, 1);
  });
});
