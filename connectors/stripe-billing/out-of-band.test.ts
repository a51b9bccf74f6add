import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PaymentToRecord } from '../../core/connector-kit/index.js';
import type { Billed } from './fake-platform.js';
import { invoiceOf, openBench, readTime, valueOf, writeTime, type Bench } from './stripe-billing.test-bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const bill = () => bench.fake.world.bill({ label: 'out of band', amount: 4900, currency: 'eur', card: { results: ['insufficient_funds'] } });
const paymentFor = (billed: Billed): PaymentToRecord => ({
  once: { key: '01KTESTCASE-1-record', firstTriedAt: new Date(), ourReference: '01KTESTCASE-1' },
  invoice: invoiceOf(billed),
  amount: { minor: 4900, currency: 'EUR' },
  chargedAt: new Date(),
  gatewayRefs: ['uc_1'],
  gatewayType: 'braintree',
  token: { gatewayType: 'braintree', gatewayAccountRef: 'bt-main', methodRef: 'um_card' },
});
const outOfBand = () => bench.connectorWith({ options: { recordPaymentsAs: 'out_of_band' } });
const settle = (payment: PaymentToRecord, connector = outOfBand()) => {
  if (connector.settlement.mode !== 'recorded') throw new Error('expected settlement by recording');
  return connector.settlement.record(payment, writeTime());
};
const read = (billed: Billed, connector = bench.connector) => valueOf(connector.invoices.read(invoiceOf(billed), readTime()));
const oursOn = (billed: Billed) => [{ ref: billed.invoice, ourReference: '01KTESTCASE-1', gatewayRefs: ['uc_1'], state: 'succeeded', amount: { minor: 4900, currency: 'EUR' } }];
const succeeded = async (billed: Billed, connector = bench.connector) => (await read(billed, connector)).payments.filter(({ state }) => state === 'succeeded');

describe('a charge told out of band', () => {
  it('pays the invoice, which shows it as ours', async () => {
    const billed = bill();
    expect(await valueOf(settle(paymentFor(billed)))).toEqual({ status: 'recorded', platformPaymentRef: billed.invoice });
    expect(await read(billed)).toMatchObject({ state: 'paid', paymentsComplete: true });
    expect(await succeeded(billed)).toMatchObject(oursOn(billed));
    expect(await valueOf(settle(paymentFor(billed)))).toEqual({ status: 'already_recorded', platformPaymentRef: billed.invoice });
    expect(bench.fake.world.ledger().debts.find(({ debtId }) => debtId === billed.invoice)?.requests).toEqual([]);
  });

  it.each([
    [`/v1/invoices/in_`, 'drop_reply_after_applying', 1],
    ['/pay', 'drop_reply_after_applying', 1],
    ['/pay', 'close_before_applying', 1],
    ['/pay', 'rubbish_200_after_applying', 1],
  ] as const)('whose answer was lost at %s (%s) is repeated without a second payment', async (path, action, times) => {
    const billed = bill();
    bench.fake.world.inject({ match: { method: 'POST', path }, action, times });
    expect(await settle(paymentFor(billed))).toMatchObject({ ok: false, error: { reached: 'unknown' } });
    expect(await valueOf(settle(paymentFor(billed)))).toMatchObject({ status: expect.stringMatching(/recorded$/) });
    expect(bench.fake.world.ledger().debts.find(({ debtId }) => debtId === billed.invoice)?.successes).toHaveLength(1);
    expect(await succeeded(billed)).toMatchObject(oursOn(billed));
  });

  it('that the customer paid in between shows the other payment, and not ours, though our reference stands on the invoice', async () => {
    const billed = bill();
    bench.fake.world.payElsewhereBeforeNext({ invoice: billed.invoice, call: 'pay' });
    expect(await valueOf(settle(paymentFor(billed)))).toMatchObject({ status: 'paid_by_other', payment: { ref: expect.stringMatching(/^ch_/) } });
    expect((await succeeded(billed)).map(({ ourReference }) => ourReference)).toEqual([undefined]);
  });

  it('that a person marked in between is not taken for ours', async () => {
    const billed = bill();
    bench.fake.world.payElsewhereBeforeNext({ invoice: billed.invoice, call: 'pay', how: 'out_of_band' });
    expect(await valueOf(settle(paymentFor(billed)))).toMatchObject({ status: 'refused', reason: 'paid_unexplained' });
    expect(await succeeded(billed)).toEqual([]);
  });

  it('is known by our reference alone where events cannot be read', async () => {
    const billed = bill();
    await valueOf(settle(paymentFor(billed)));
    bench.fake.world.addKey({ key: 'rk_test_noevents', permissions: { invoices: 'read', payment_intents: 'read', charges: 'read', payment_records: 'read' } });
    expect(await succeeded(billed, bench.connectorWith({ apiKey: 'rk_test_noevents' }))).toMatchObject(oursOn(billed));
  });

  it.each([
    ['allowed', { status: 'recorded' }],
    ['refused', { status: 'refused', reason: 'not_allowed' }],
  ] as const)('on a written-off invoice is what Stripe lets it be: %s', async (payUncollectible, expected) => {
    bench.fake.world.setSwitches({ payUncollectible });
    const billed = bill();
    bench.fake.world.markUncollectible({ invoice: billed.invoice });
    expect(await valueOf(settle(paymentFor(billed)))).toMatchObject(expected);
    expect(await valueOf(settle(paymentFor(billed), bench.connector))).toMatchObject(expected.status === 'recorded' ? { status: 'already_recorded' } : expected);
  });

  it.each([null, 'invoice_already_paid', 'resource_already_exists'] as const)('meets a paid invoice whatever the code of the refusal: %s', async (alreadyPaidCode) => {
    bench.fake.world.setSwitches({ alreadyPaidCode });
    const billed = bill();
    bench.fake.world.smartRetryBeforeNextPay({ invoice: billed.invoice });
    expect(await valueOf(settle(paymentFor(billed)))).toMatchObject({ status: 'paid_by_other' });
  });
});

describe('an account that takes no payment records', () => {
  it.each([
    ['refused', {}],
    ['unknown_address', {}],
    ['enabled', { recordsNeedCustomType: true }],
  ] as const)('is told out of band instead: %s %j', async (paymentRecords, others) => {
    bench.fake.world.setSwitches({ paymentRecords, ...others });
    const billed = bill();
    expect(await valueOf(settle(paymentFor(billed), bench.connector))).toEqual({ status: 'recorded', platformPaymentRef: billed.invoice });
    expect(await succeeded(billed)).toMatchObject(oursOn(billed));
    expect(await valueOf(settle(paymentFor(billed), bench.connector))).toMatchObject({ status: 'already_recorded' });
  });

  it('is told by a payment record where the connection names a type for it', async () => {
    bench.fake.world.billElsewhere({ label: 'makes the type', amount: 100 });
    bench.fake.world.setSwitches({ recordsNeedCustomType: true });
    const connector = bench.connectorWith({ options: { customPaymentMethodType: 'cpmt_1FakeProcessor' } });
    expect(await valueOf(settle(paymentFor(bill()), connector))).toMatchObject({ status: 'recorded', platformPaymentRef: expect.stringMatching(/^pr_/) });
  });

  it('is told out of band by a key that may not write payment records', async () => {
    bench.fake.world.addKey({ key: 'rk_test_norecords', permissions: { invoices: 'write', events: 'read', payment_intents: 'read', charges: 'read' } });
    const billed = bill();
    const connector = bench.connectorWith({ apiKey: 'rk_test_norecords' });
    expect(await valueOf(settle(paymentFor(billed), connector))).toEqual({ status: 'recorded', platformPaymentRef: billed.invoice });
    expect(await succeeded(billed, connector)).toMatchObject(oursOn(billed));
  });

  it('is asked again while Stripe does not answer: silence is no refusal', async () => {
    const billed = bill();
    bench.fake.world.inject({ match: { path: '/v1/payment_records' }, action: 'close_before_applying', times: 'always' });
    expect(await settle(paymentFor(billed), bench.connector)).toMatchObject({ ok: false });
    expect((await read(billed)).state).toBe('open');
  });
});

describe('a payment record that the key may not read', () => {
  it('is nobody\'s, so that ours is never taken for another\'s', async () => {
    const billed = bill();
    await valueOf(settle(paymentFor(billed), bench.connector));
    bench.fake.world.addKey({ key: 'rk_test_blind', permissions: { invoices: 'write', events: 'read', payment_intents: 'read', charges: 'read' } });
    const blind = bench.connectorWith({ apiKey: 'rk_test_blind' });
    expect(await read(billed, blind)).toMatchObject({ state: 'paid', paymentsComplete: false });
    expect(await succeeded(billed, blind)).toEqual([]);
    expect(await valueOf(settle(paymentFor(billed), blind))).toMatchObject({ status: 'refused', reason: 'paid_unexplained' });
  });
});
