import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, openForTest, type Opened } from './open-for-test.js';
import type { FakeEvent } from './event-log.js';

let opened: Opened;
beforeEach(async () => {
  opened = await openForTest();
});
afterEach(() => opened.fake.close());

const bill = (order: { readonly amount?: number; readonly retries?: number[] } = {}) =>
  opened.fake.world.billElsewhere({ label: 'elsewhere', amount: 4900, currency: 'eur', ...order });
const paymentOf = (over: { readonly value?: number; readonly currency?: string; readonly customer?: string; readonly type?: string } = {}) => ({
  amount_requested: { currency: over.currency ?? 'eur', value: over.value ?? 4900 },
  initiated_at: 1,
  payment_method_details: { type: 'custom' as const, custom: { display_name: 'Other', ...(over.type === undefined ? {} : { type: over.type }) } },
  ...(over.customer === undefined ? {} : { customer_details: { customer: over.customer } }),
  outcome: 'guaranteed',
  guaranteed: { guaranteed_at: 1 },
  processor_details: { type: 'custom' as const, custom: { payment_reference: 'ch_elsewhere' } },
});
const report = (over: Parameters<typeof paymentOf>[0] = {}, idempotencyKey?: string) =>
  opened.stripe.paymentRecords.reportPayment(paymentOf(over), idempotencyKey === undefined ? {} : { idempotencyKey });
const attach = (invoice: string, record: string) => opened.stripe.invoices.attachPayment(invoice, { payment_record: record });
const events = async (type: string): Promise<readonly FakeEvent[]> => {
  const all = (await (await fetch(`${opened.fake.url}/_fake/events`)).json()) as FakeEvent[];
  return all.filter((event) => event.type === type);
};

describe('a renewal that is charged elsewhere', () => {
  it('was asked for, failed there and was reported', async () => {
    const { invoice, subscription, failedRecord } = bill();
    expect(await events('invoice.payment_attempt_required')).toHaveLength(1);
    expect(await events('invoice.payment_failed')).toHaveLength(1);
    expect(await opened.stripe.invoices.retrieve(invoice)).toMatchObject({ status: 'open', attempted: true, attempt_count: 1, amount_remaining: 4900 });
    expect((await opened.stripe.subscriptions.retrieve(subscription)).status).toBe('past_due');
    expect(await opened.stripe.paymentRecords.retrieve(failedRecord)).toMatchObject({ amount_failed: { value: 4900 }, amount_guaranteed: { value: 0 } });
  });

  it('need not send a failure when the failed record is attached', async () => {
    opened.fake.world.setSwitches({ failedRecordSendsEvent: false });
    bill();
    expect(await events('invoice.payment_failed')).toEqual([]);
  });

  it('cannot be paid by Stripe, but with a card of Stripe', async () => {
    const { invoice } = bill();
    expect(await errorOf(opened.stripe.invoices.pay(invoice))).toMatchObject({ statusCode: 400 });
    opened.fake.world.payElsewhere({ invoice });
    expect((await opened.stripe.invoices.retrieve(invoice)).status).toBe('paid');
  });
});

describe('a payment record', () => {
  it('pays the invoice it is attached to', async () => {
    const { invoice, subscription, customer } = bill();
    const record = await report({ customer });
    expect(await attach(invoice, record.id)).toMatchObject({ status: 'paid', amount_paid: 4900, amount_remaining: 0, auto_advance: false });
    expect((await opened.stripe.subscriptions.retrieve(subscription)).status).toBe('active');
    expect(await events('invoice.paid')).toHaveLength(1);
    expect(await events('invoice.payment_succeeded')).toHaveLength(1);
    const payments = await opened.stripe.invoicePayments.list({ payment: { type: 'payment_record', payment_record: record.id }, expand: ['data.payment.payment_record'] });
    expect(payments.data).toMatchObject([{ status: 'paid', amount_paid: 4900, payment: { payment_record: { id: record.id } } }]);
    expect(opened.fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.successes).toMatchObject([{ by: 'payment_record', amount: 4900 }]);
  });

  it('need not send invoice.payment_succeeded', async () => {
    opened.fake.world.setSwitches({ recordSendsPaymentSucceeded: false });
    const { invoice } = bill();
    await attach(invoice, (await report()).id);
    expect(await events('invoice.payment_succeeded')).toEqual([]);
  });

  it('pays a part, and the card of another the rest', async () => {
    const { invoice } = bill();
    expect(await attach(invoice, (await report({ value: 900 })).id)).toMatchObject({ status: 'open', amount_paid: 900, amount_remaining: 4000 });
    opened.fake.world.payElsewhere({ invoice });
    expect(await opened.stripe.invoices.retrieve(invoice)).toMatchObject({ status: 'paid', amount_paid: 4900, amount_overpaid: 0 });
  });

  it.each([
    ['credited', { status: 'paid', amount_overpaid: 100 }],
    ['refused', { status: 'open', amount_overpaid: 0 }],
  ] as const)('above the amount due is %s', async (attachOverpaying, expected) => {
    opened.fake.world.setSwitches({ attachOverpaying });
    const { invoice } = bill();
    const { id } = await report({ value: 5000 });
    if (attachOverpaying === 'refused') await errorOf(attach(invoice, id));
    else await attach(invoice, id);
    expect(await opened.stripe.invoices.retrieve(invoice)).toMatchObject(expected);
  });

  it.each(['refused', 'ignored'] as const)('attached twice is %s, and counts once', async (attachTwice) => {
    opened.fake.world.setSwitches({ attachTwice });
    const { invoice } = bill();
    const { id } = await report({ value: 900 });
    await attach(invoice, id);
    const again = attach(invoice, id);
    if (attachTwice === 'refused') expect(await errorOf(again)).toMatchObject({ statusCode: 400 });
    else expect(await again).toMatchObject({ id: invoice });
    expect(await opened.stripe.invoices.retrieve(invoice)).toMatchObject({ amount_paid: 900 });
    expect(await errorOf(attach(bill().invoice, id))).toMatchObject({ statusCode: 400 });
  });

  it('is refused in another currency, of another customer, and where the invoice is not open', async () => {
    const { invoice } = bill();
    expect(await errorOf(attach(invoice, (await report({ currency: 'usd' })).id))).toMatchObject({ statusCode: 400 });
    expect(await errorOf(attach(invoice, (await report({ customer: bill().customer })).id))).toMatchObject({ statusCode: 400 });
    opened.fake.world.voidInvoice({ invoice });
    expect(await errorOf(attach(invoice, (await report()).id))).toMatchObject({ statusCode: 400 });
    expect(await errorOf(attach(bill().olderInvoice, (await report()).id))).toMatchObject({ statusCode: 400 });
    expect(await errorOf(attach(bill().invoice, 'pr_nobody'))).toMatchObject({ code: 'resource_missing' });
  });

  it('is reported once per key', async () => {
    const first = await report({}, 'key-1');
    expect((await report({}, 'key-1')).id).toBe(first.id);
    expect((await report({}, 'key-2')).id).not.toBe(first.id);
    expect(await errorOf(report({ value: 1 }, 'key-1'))).toMatchObject({ rawType: 'idempotency_error' });
    expect((await opened.stripe.paymentRecords.list({ created_after: first.created - 1, limit: 100 })).data.map(({ id }) => id)).toContain(first.id);
  });

  it('names a type of the account, where it names one', async () => {
    bill();
    expect(await report({ type: 'cpmt_1FakeProcessor' })).toMatchObject({ payment_method_details: { custom: { type: 'cpmt_1FakeProcessor' } } });
    expect(await errorOf(report({ type: 'cpmt_unknown' }))).toMatchObject({ code: 'resource_missing' });
    opened.fake.world.setSwitches({ recordsNeedCustomType: true });
    expect(await errorOf(report())).toMatchObject({ code: 'parameter_missing' });
  });

  it.each([
    ['refused', 400],
    ['unknown_address', 404],
  ] as const)('cannot be reported where Stripe has not enabled it: %s', async (paymentRecords, statusCode) => {
    opened.fake.world.setSwitches({ paymentRecords });
    expect(await errorOf(report())).toMatchObject({ statusCode });
  });

  it('cannot be reported with a key without the permission', async () => {
    opened.fake.world.addKey({ key: 'rk_test_narrow', permissions: { invoices: 'write' } });
    expect(await errorOf(opened.clientWith('rk_test_narrow').paymentRecords.reportPayment(paymentOf()))).toMatchObject({ statusCode: 403 });
  });

  it('can be refunded up to what is left, each reference once', async () => {
    const { id } = await report();
    const refund = (value: number, reference: string) =>
      opened.stripe.paymentRecords.reportRefund(id, {
        outcome: 'refunded', amount: { currency: 'eur', value }, processor_details: { type: 'custom', custom: { refund_reference: reference } },
      });
    expect(await refund(900, 'r1')).toMatchObject({ amount_refunded: { value: 900 } });
    expect(await errorOf(refund(100, 'r1'))).toMatchObject({ statusCode: 400 });
    expect(await errorOf(refund(4001, 'r2'))).toMatchObject({ statusCode: 400 });
    expect(await refund(4000, 'r3')).toMatchObject({ amount_refunded: { value: 4900 } });
  });
});

describe("Stripe's clock", () => {
  const SCALE = 864_000;
  beforeEach(async () => {
    await opened.fake.close();
    opened = await openForTest({ scale: SCALE });
  });
  const until = async (found: () => Promise<boolean>) => {
    for (const end = Date.now() + 5000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) if (await found()) return;
    throw new Error('waited 5 s for nothing');
  };

  it('asks for further attempts, unless auto_advance is off', async () => {
    const held = bill({ retries: [3, 6, 9] });
    await opened.stripe.invoices.update(held.invoice, { auto_advance: false });
    const free = bill({ retries: [3, 6, 9] });
    const asked = async (invoice: string) => (await events('invoice.payment_attempt_required')).filter(({ data }) => data.object['id'] === invoice).length;
    await until(async () => (await asked(free.invoice)) === 4);
    expect(await asked(held.invoice)).toBe(1);
    await opened.stripe.invoices.update(held.invoice, { auto_advance: true });
    await until(async () => (await asked(held.invoice)) > 1);
  });
});

describe('access taken away', () => {
  it('is told, and then every key is refused', async () => {
    opened.fake.world.deauthorize();
    expect(await events('account.application.deauthorized')).toHaveLength(1);
    expect(await errorOf(opened.stripe.invoices.list())).toMatchObject({ statusCode: 401 });
  });
});

describe('refunds', () => {
  it('are listed by charge and by PaymentIntent', async () => {
    const { olderInvoice } = opened.fake.world.bill({ label: 'paid', amount: 1900, card: { results: ['success'] } });
    const payments = await opened.stripe.invoicePayments.list({ invoice: olderInvoice });
    const intent = payments.data[0]?.payment.payment_intent;
    if (typeof intent !== 'string') throw new Error('expected a PaymentIntent');
    const { id, charge } = await opened.stripe.refunds.create({ payment_intent: intent, amount: 900, metadata: { a: 'b' } });
    if (typeof charge !== 'string') throw new Error('expected a charge');
    expect((await opened.stripe.refunds.list({ payment_intent: intent, limit: 100 })).data).toMatchObject([{ id, metadata: { a: 'b' } }]);
    expect((await opened.stripe.refunds.list({ charge })).data).toHaveLength(1);
    expect((await opened.stripe.refunds.list({ charge: 'ch_other' })).data).toEqual([]);
  });
});
