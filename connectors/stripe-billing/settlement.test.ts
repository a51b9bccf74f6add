import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stripe } from 'stripe';
import type { PaymentToRecord } from '../../core/connector-kit/index.js';
import type { BilledElsewhere } from './fake-platform.js';
import { invoiceOf, openBench, readTime, valueOf, writeTime, type Bench } from './stripe-billing.test-bench.js';

let bench: Bench;
let cases = 0;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const bill = (amount = 4900): BilledElsewhere => bench.fake.world.billElsewhere({ label: 'elsewhere', amount, currency: 'eur' });
const paymentFor = (billed: BilledElsewhere, over: Partial<PaymentToRecord> = {}): PaymentToRecord => {
  cases += 1;
  const attempt = `01KTESTCASE${String(cases).padStart(15, '0')}-1`;
  return {
    once: { key: `${attempt}-record`, firstTriedAt: new Date(), ourReference: attempt },
    invoice: invoiceOf(billed),
    amount: { minor: 4900, currency: 'EUR' },
    chargedAt: new Date(),
    gatewayRefs: [`uc_${attempt}`, 'another reference'],
    gatewayType: 'braintree',
    token: { gatewayType: 'braintree', gatewayAccountRef: 'cpmt_1FakeProcessor', methodRef: 'um_card' },
    ...over,
  };
};
const euros = (minor: number) => ({ amount: { minor, currency: 'EUR' } });
/** The merchant reports a part that was paid elsewhere. */
const payPart = async (billed: BilledElsewhere, value: number): Promise<void> => {
  const { id } = await stripe().paymentRecords.reportPayment({
    amount_requested: { currency: 'eur', value },
    initiated_at: 1,
    payment_method_details: { type: 'custom' },
    outcome: 'guaranteed',
    guaranteed: { guaranteed_at: 1 },
  });
  await stripe().invoices.attachPayment(billed.invoice, { payment_record: id });
};
const settlement = (connector = bench.connector) => {
  if (connector.settlement.mode !== 'recorded') throw new Error('expected settlement by recording');
  return connector.settlement;
};
const record = (payment: PaymentToRecord, connector = bench.connector) => valueOf(settlement(connector).record(payment, writeTime()));
const read = (billed: BilledElsewhere) => valueOf(bench.connector.invoices.read(invoiceOf(billed), readTime()));
const stripe = () =>
  new Stripe(bench.fake.apiKey, { host: '127.0.0.1', port: bench.fake.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
const ourRecords = async (payment: PaymentToRecord) =>
  (await stripe().paymentRecords.list({ limit: 100 })).data.filter((each) => each.metadata['recovery_hub_reference'] === payment.once.ourReference);
const successes = (billed: BilledElsewhere) => bench.fake.world.ledger().debts.find(({ debtId }) => debtId === billed.invoice)?.successes ?? [];

describe('recording a charge of another gateway', () => {
  it('reports it, attaches it, and the invoice shows it as ours', async () => {
    const billed = bill();
    const payment = paymentFor(billed);
    const result = await record(payment);
    expect(result).toMatchObject({ status: 'recorded', platformPaymentRef: expect.stringMatching(/^pr_/) });
    const state = await read(billed);
    expect(state).toMatchObject({ state: 'paid', due: { minor: 0 }, paymentsComplete: true });
    expect(state.payments.at(-1)).toMatchObject({
      ourReference: payment.once.ourReference,
      gatewayRefs: [payment.gatewayRefs[0], result.status === 'recorded' ? result.platformPaymentRef : ''],
      state: 'succeeded',
      amount: { minor: 4900, currency: 'EUR' },
    });
    expect(await ourRecords(payment)).toMatchObject([
      {
        customer_presence: 'off_session',
        customer_details: { customer: billed.customer },
        payment_method_details: { custom: { type: 'cpmt_1FakeProcessor', display_name: 'braintree' } },
        processor_details: { custom: { payment_reference: payment.gatewayRefs[0] } },
      },
    ]);
  });

  it('is found when it is asked again, also by the reference of the gateway alone', async () => {
    const billed = bill();
    const payment = paymentFor(billed);
    const first = await record(payment);
    for (const again of [payment, paymentFor(billed, { gatewayRefs: payment.gatewayRefs })]) {
      expect(await record(again)).toEqual({ ...first, status: 'already_recorded' });
    }
    expect(await ourRecords(payment)).toHaveLength(1);
  });

  it('is said by the echo as ours', async () => {
    const billed = bill();
    const payment = paymentFor(billed);
    await record(payment);
    const pointer = { type: 'pointer', kind: 'invoice', refs: { invoice: billed.invoice }, occurredAt: new Date() } as const;
    expect(await valueOf(bench.connector.understand?.(pointer, readTime()) ?? Promise.reject(new Error('no understand')))).toMatchObject([
      { type: 'invoice_paid', payment: { ourReference: payment.once.ourReference, gatewayRefs: [payment.gatewayRefs[0], expect.any(String)] } },
    ]);
  });

  it('is known as ours by the echo that comes before the call returns', async () => {
    const billed = bill();
    const payment = paymentFor(billed);
    bench.fake.world.inject({ match: { method: 'POST', path: '/attach_payment' }, action: 'hang_after_applying' });
    const recording = settlement().record(payment, writeTime(3000));
    while (successes(billed).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await read(billed)).payments.at(-1)).toMatchObject({ ourReference: payment.once.ourReference, state: 'succeeded' });
    expect(await recording).toMatchObject({ ok: false });
    expect(await record(payment)).toMatchObject({ status: 'already_recorded' });
  });

  it.each([
    ['/v1/payment_records/report_payment', 'drop_reply_after_applying'],
    ['/v1/payment_records/report_payment', 'close_before_applying'],
    ['/attach_payment', 'drop_reply_after_applying'],
    ['/attach_payment', 'close_before_applying'],
    ['/attach_payment', 'error_without_error_key_503_after_applying'],
    ['/attach_payment', 'rubbish_200_after_applying'],
  ] as const)('whose answer was lost at %s (%s) is repeated without a second payment', async (path, action) => {
    const billed = bill();
    const payment = paymentFor(billed);
    bench.fake.world.inject({ match: { method: 'POST', path }, action });
    expect(await settlement().record(payment, writeTime())).toMatchObject({ ok: false, error: { reached: 'unknown' } });
    expect(await record(payment)).toMatchObject({ status: expect.stringMatching(/recorded$/) });
    expect(await ourRecords(payment)).toHaveLength(1);
    expect(successes(billed)).toHaveLength(1);
    expect(await read(billed)).toMatchObject({ state: 'paid', payments: [{}, { ourReference: payment.once.ourReference }] });
  });

  it('whose report was lost is not reported again under a new key', async () => {
    const billed = bill();
    const payment = paymentFor(billed);
    bench.fake.world.inject({ match: { method: 'POST', path: 'report_payment' }, action: 'drop_reply_after_applying' });
    await settlement().record(payment, writeTime());
    const later = { ...payment, once: { ...payment.once, key: `${payment.once.key}-2` } };
    expect(await record(later)).toMatchObject({ status: 'recorded' });
    expect(await ourRecords(payment)).toHaveLength(1);
  });

  it('takes no other reported payment for its own', async () => {
    const [one, other] = [bill(), bill()];
    const [first, second] = [paymentFor(one), paymentFor(other)];
    bench.fake.world.inject({ match: { method: 'POST', path: '/attach_payment' }, action: 'close_before_applying' });
    await settlement().record(first, writeTime());
    const recorded = await record(second);
    expect(await record(first)).toMatchObject({ status: 'recorded', platformPaymentRef: (await ourRecords(first))[0]?.id });
    expect(recorded).toMatchObject({ status: 'recorded', platformPaymentRef: (await ourRecords(second))[0]?.id });
  });

  it.each(['none', 'open'] as const)('works with the PaymentIntent of such invoices being %s', async (customMethodIntent) => {
    for (const outOfBandIntent of ['canceled', 'left_open'] as const) {
      bench.fake.world.setSwitches({ customMethodIntent, outOfBandIntent });
      const billed = bill();
      const payment = paymentFor(billed);
      expect(await record(payment)).toMatchObject({ status: 'recorded' });
      expect(await read(billed)).toMatchObject({ state: 'paid', paymentsComplete: true });
      expect(await record(payment)).toMatchObject({ status: 'already_recorded' });
    }
  });
});

describe('a charge that cannot be recorded any more', () => {
  it('is refused on a void invoice', async () => {
    const billed = bill();
    bench.fake.world.voidInvoice({ invoice: billed.invoice });
    expect(await record(paymentFor(billed))).toMatchObject({ status: 'refused', reason: 'invoice_voided' });
  });

  it('is told out of band on a written-off invoice, without a payment record that nothing could be attached to', async () => {
    const billed = bill();
    const payment = paymentFor(billed);
    bench.fake.world.markUncollectible({ invoice: billed.invoice });
    expect(await record(payment)).toEqual({ status: 'recorded', platformPaymentRef: billed.invoice });
    expect(await ourRecords(payment)).toEqual([]);
  });

  it('shows the payment of another', async () => {
    const billed = bill();
    bench.fake.world.payElsewhere({ invoice: billed.invoice });
    const result = await record(paymentFor(billed));
    expect(result).toMatchObject({ status: 'paid_by_other', payment: { ref: expect.stringMatching(/^ch_/), state: 'succeeded', amount: { minor: 4900 } } });
    expect(result.status === 'paid_by_other' && 'ourReference' in result.payment).toBe(false);
  });

  it('shows the record of another charge, also of another case of ours', async () => {
    const billed = bill();
    const other = paymentFor(billed);
    await record(other);
    expect(await record(paymentFor(billed))).toMatchObject({ status: 'paid_by_other', payment: { ourReference: other.once.ourReference } });
  });

  it('is unexplained where the invoice was marked as paid by hand', async () => {
    const billed = bill();
    bench.fake.world.payElsewhere({ invoice: billed.invoice, how: 'out_of_band' });
    expect(await record(paymentFor(billed))).toMatchObject({ status: 'refused', reason: 'paid_unexplained' });
  });

  it('is unexplained where a part was paid before and the rest by hand: the part explains nothing', async () => {
    const billed = bill();
    await payPart(billed, 900);
    bench.fake.world.payElsewhere({ invoice: billed.invoice, how: 'out_of_band' });
    expect(await record(paymentFor(billed, euros(4000)))).toMatchObject({ status: 'refused', reason: 'paid_unexplained' });
  });

  it('is recorded where the rest of a partly paid invoice was charged', async () => {
    const billed = bill();
    await payPart(billed, 900);
    expect(await record(paymentFor(billed, euros(4000)))).toMatchObject({ status: 'recorded' });
    expect(await read(billed)).toMatchObject({ state: 'paid', paymentsComplete: true });
  });

  it.each([
    ['less is due by now', 900, { minor: 4900, currency: 'EUR' }],
    ['less was charged', undefined, { minor: 4899, currency: 'EUR' }],
    ['the currency differs', undefined, { minor: 4900, currency: 'USD' }],
  ])('is refused where %s', async (_name, part, amount) => {
    const billed = bill();
    if (part !== undefined) await payPart(billed, part);
    expect(await record(paymentFor(billed, { amount }))).toMatchObject({ status: 'refused', reason: 'amount_mismatch' });
    expect((await read(billed)).state).toBe('open');
  });

  it('is refused where Stripe does not know the invoice', async () => {
    expect(await record(paymentFor(bill(), { invoice: { ref: 'in_1NobodyKnows' } }))).toMatchObject({ status: 'refused', reason: 'not_allowed' });
  });

  it('that the customer pays between our look and the attaching shows the other payment', async () => {
    const billed = bill();
    bench.fake.world.payElsewhereBeforeNext({ invoice: billed.invoice, call: 'attach_payment' });
    expect(await record(paymentFor(billed))).toMatchObject({ status: 'paid_by_other', payment: { ref: expect.stringMatching(/^ch_/) } });
    expect((await stripe().invoices.retrieve(billed.invoice)).amount_overpaid).toBe(0);
  });
});
