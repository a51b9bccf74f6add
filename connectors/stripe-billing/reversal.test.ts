import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stripe } from 'stripe';
import type { PaymentToRecord } from '../../core/connector-kit/index.js';
import { invoiceOf, openBench, readTime, valueOf, writeTime, type Bench } from './stripe-billing.test-bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const settlement = (connector = bench.connector) => {
  if (connector.settlement.mode !== 'recorded') throw new Error('expected settlement by recording');
  return connector.settlement;
};
const paymentFor = (): PaymentToRecord => ({
  once: { key: '01KTESTCASE-1-settle', firstTriedAt: new Date(), ourReference: '01KTESTCASE-1' },
  invoice: invoiceOf(bench.fake.world.billElsewhere({ label: 'elsewhere', amount: 4900, currency: 'eur' })),
  amount: { minor: 4900, currency: 'EUR' },
  chargedAt: new Date(),
  gatewayRefs: ['uc_1'],
  gatewayType: 'braintree',
  token: { gatewayType: 'braintree', gatewayAccountRef: 'cpmt_1FakeProcessor', methodRef: 'um_card' },
});
const recorded = async () => {
  const payment = paymentFor();
  const result = await valueOf(settlement().record(payment, writeTime()));
  if (result.status !== 'recorded' || result.platformPaymentRef === undefined) throw new Error('not recorded');
  return { payment, recordRef: result.platformPaymentRef };
};
const once = (key = 'reversal-1') => ({ key, firstTriedAt: new Date(), ourReference: '01KTESTCASE-1' });
const reverse = async (payment: PaymentToRecord, key?: string, connector = bench.connector) => {
  const answer = await settlement(connector).reverse?.(payment, 'refund', once(key), writeTime());
  if (answer === undefined) throw new Error('expected settlement with reversal');
  return answer;
};
const refundedOf = async (recordRef: string) => {
  const stripe = new Stripe(bench.fake.apiKey, { host: '127.0.0.1', port: bench.fake.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
  return (await stripe.paymentRecords.retrieve(recordRef)).amount_refunded.value;
};

describe('money of a recorded payment that went back', () => {
  it('is reported on its payment record, once', async () => {
    const { payment, recordRef } = await recorded();
    expect(await valueOf(reverse(payment))).toEqual({ status: 'recorded', platformPaymentRef: recordRef });
    expect(await valueOf(reverse(payment))).toEqual({ status: 'already_recorded', platformPaymentRef: recordRef });
    expect(await refundedOf(recordRef)).toBe(4900);
    expect(await valueOf(bench.connector.invoices.read(payment.invoice, readTime()))).toMatchObject({ state: 'paid' });
  });

  it('in part is reported in part, each part once', async () => {
    const { payment, recordRef } = await recorded();
    const part = { ...payment, amount: { minor: 900, currency: 'EUR' } };
    for (const key of ['part-1', 'part-1', 'part-2']) await valueOf(reverse(part, key));
    expect(await refundedOf(recordRef)).toBe(1800);
  });

  it('whose answer was lost is repeated without a second refund', async () => {
    const { payment, recordRef } = await recorded();
    const part = { ...payment, amount: { minor: 900, currency: 'EUR' } };
    bench.fake.world.inject({ match: { method: 'POST', path: 'report_refund' }, action: 'drop_reply_after_applying' });
    expect(await reverse(part)).toMatchObject({ ok: false, error: { reached: 'unknown' } });
    expect(await valueOf(reverse(part))).toMatchObject({ status: 'recorded' });
    expect(await refundedOf(recordRef)).toBe(900);
  });

  it('cannot be reported above what is left', async () => {
    const { payment } = await recorded();
    await valueOf(reverse({ ...payment, amount: { minor: 900, currency: 'EUR' } }, 'part-1'));
    expect(await valueOf(reverse(payment, 'whole'))).toMatchObject({ status: 'refused', reason: 'not_allowed' });
  });

  it('cannot be reported of a payment that was told out of band, or never recorded', async () => {
    const connector = bench.connectorWith({ options: { recordPaymentsAs: 'out_of_band' } });
    const payment = paymentFor();
    expect(await valueOf(reverse(payment, 'never'))).toMatchObject({ status: 'refused', reason: 'not_allowed' });
    await valueOf(settlement(connector).record(payment, writeTime()));
    expect(await valueOf(reverse(payment, 'told', connector))).toMatchObject({ status: 'refused', detail: expect.stringContaining('credit note') });
  });
});
