import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { refOf } from './ref.js';
import { openForTest, errorOf, openReceiver, type Opened } from './open-for-test.js';

const shared = join(import.meta.dirname, '../../../../shared');
const schemaFile = join(shared, 'contracts/stripe/stripe-sdk-23.1.0.derived.schema.json');
const recordedFolder = join(shared, 'fixtures/stripe/real-testmode');
const withContracts = existsSync(schemaFile);
const withRecorded = existsSync(recordedFolder);
if (!withContracts || !withRecorded) {
  process.stdout.write(`shapes.test: skipped ${(withContracts ? 0 : 9) + (withRecorded ? 0 : 4)} checks, ../shared is not there\n`);
}

interface Schema {
  readonly $id: string;
  readonly roots: Readonly<Record<string, { readonly $ref: string }>>;
}

const rootByObject: Readonly<Record<string, string>> = {
  invoice: 'invoice',
  invoice_payment: 'invoicePayment',
  payment_intent: 'paymentIntent',
  charge: 'charge',
  payment_method: 'paymentMethod',
  payment_record: 'paymentRecord',
  subscription: 'subscription',
};

/** Compiled once: it takes seconds. */
const createValidator = () => {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as Schema;
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addSchema(schema);
  return (object: object): string[] => {
    const kind = rootByObject[String(Reflect.get(object, 'object'))];
    const validate = kind === undefined ? undefined : ajv.getSchema(`${schema.$id}${schema.roots[kind]?.$ref ?? ''}`);
    if (validate === undefined) return [`no schema for ${String(Reflect.get(object, 'object'))}`];
    return validate(object) ? [] : (validate.errors ?? []).map((error) => `${kind}${error.instancePath} ${error.message ?? ''}`);
  };
};

interface Recorded {
  readonly body: Readonly<Record<string, unknown>>;
}
const recorded = (name: string): Recorded => JSON.parse(readFileSync(join(recordedFolder, name), 'utf8')) as Recorded;

/** Member names, with those of nested hashes, not of lists or free hashes. */
const namesOf = (value: unknown, path = ''): string[] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => (name === 'metadata' ? [`${path}${name}`] : [`${path}${name}`, ...namesOf(member, `${path}${name}.`)]));
};

let problems: (object: object) => string[] = () => [];
let opened: Opened;
beforeAll(async () => {
  opened = await openForTest({ scale: 28_800 });
});
afterAll(() => opened.fake.close());

const raw = async (path: string): Promise<object> => {
  const response = await fetch(`${opened.fake.url}${path}`, { headers: { authorization: `Bearer ${opened.fake.apiKey}` } });
  return (await response.json()) as object;
};

const billTwice = (results: string[]) => opened.fake.world.bill({ label: 'shape', amount: 1900, card: { brand: 'visa', results } });

(withContracts ? describe : describe.skip)('objects against the schema of the pinned API version', () => {
  beforeAll(() => {
    problems = createValidator();
  });

  const everyObject = async (invoiceId: string): Promise<object[]> => {
    const invoice = await opened.stripe.invoices.retrieve(invoiceId);
    const payments = (await raw(`/v1/invoice_payments?invoice=${invoiceId}`)) as { data: { id: string; payment: { payment_intent: string } }[] };
    const intentId = payments.data[0]?.payment.payment_intent ?? '';
    const intent = (await raw(`/v1/payment_intents/${intentId}`)) as { latest_charge: string };
    const subscription = invoice.parent?.subscription_details?.subscription;
    const methods = (await raw(`/v1/payment_methods?customer=${refOf(invoice.customer) ?? ''}`)) as { data: object[] };
    return [
      await raw(`/v1/invoices/${invoiceId}`),
      ...payments.data,
      intent,
      await raw(`/v1/charges/${intent.latest_charge}`),
      await raw(`/v1/subscriptions/${refOf(subscription) ?? ''}`),
      ...methods.data,
    ];
  };

  it.each([
    ['paid', ['success']],
    ['declined', ['generic_decline']],
    ['expired', ['expired_card']],
    ['step-up', ['authentication_required']],
    ['blocked by Radar', ['radar_block']],
  ])('everything about a renewal that was %s', async (_name, results) => {
    const { invoice } = billTwice(results);
    const objects = await everyObject(invoice);
    expect(new Set(objects.map((object) => Reflect.get(object, 'object')))).toEqual(new Set(Object.keys(rootByObject).filter((kind) => kind !== 'payment_record')));
    expect(objects.flatMap(problems)).toEqual([]);
  });

  it.each(['none', 'open'] as const)('everything about a renewal that is charged elsewhere, with the PaymentIntent %s', async (customMethodIntent) => {
    opened.fake.world.setSwitches({ customMethodIntent });
    const { invoice, customer, paymentMethod, failedRecord } = opened.fake.world.billElsewhere({ label: 'elsewhere', amount: 1900 });
    const record = await opened.stripe.paymentRecords.reportPayment({
      amount_requested: { currency: 'usd', value: 1900 },
      initiated_at: 1,
      payment_method_details: { payment_method: paymentMethod },
      customer_details: { customer },
      outcome: 'guaranteed',
      guaranteed: { guaranteed_at: 1 },
      processor_details: { type: 'custom', custom: { payment_reference: 'ch_elsewhere' } },
    });
    const attached = await opened.stripe.invoices.attachPayment(invoice, { payment_record: record.id });
    expect(attached.status).toBe('paid');
    const payments = (await raw(`/v1/invoice_payments?invoice=${invoice}`)) as { data: object[] };
    const objects = [
      ...payments.data,
      ...(await Promise.all([`invoices/${invoice}`, `payment_methods/${paymentMethod}`, `payment_records/${failedRecord}`, `payment_records/${record.id}`].map((path) => raw(`/v1/${path}`)))),
    ];
    expect(objects.flatMap(problems)).toEqual([]);
    expect(payments.data).toHaveLength(customMethodIntent === 'open' ? 3 : 2);
    opened.fake.world.setSwitches({ customMethodIntent: 'none' });
  });

  it('what is sent in webhooks', async () => {
    const receiver = await openReceiver();
    const { endpointId } = opened.fake.world.registerWebhook({ url: receiver.url, secret: 'whsec_shape' });
    const { invoice } = billTwice(['insufficient_funds', 'success']);
    await opened.stripe.invoices.pay(invoice);
    await opened.fake.webhooksIdle();
    await opened.stripe.webhookEndpoints.del(endpointId);
    await receiver.close();
    const objects = receiver.received.map(({ body }) => (JSON.parse(body) as { data: { object: object } }).data.object);
    expect(objects.length).toBeGreaterThan(10);
    expect(objects.flatMap(problems)).toEqual([]);
  });

  it('a check that can fail', () => {
    expect(problems({ object: 'invoice_payment', id: 'inpay_1' })).toHaveLength(1);
  });
});

(withRecorded ? describe : describe.skip)('answers against recorded ones', () => {
  /** Added after the recording's version, and the subscription's parent, which the recorded manual invoice has not. */
  const addedSince = (names: string[]) => names.filter((name) => !name.startsWith('parent.'));

  it('pay answers an invoice with exactly the recorded member names', async () => {
    const { invoice } = billTwice(['generic_decline', 'success']);
    const { lines: _lines, ...paid } = await opened.stripe.invoices.pay(invoice);
    const { lines: _recordedLines, ...body } = recorded('invoice-pay-paid.dahlia.json').body;
    expect(addedSince(namesOf(JSON.parse(JSON.stringify(paid)))).sort()).toEqual(namesOf(body).sort());
    expect([paid.status, paid.amount_remaining, paid.auto_advance, paid.next_payment_attempt]).toEqual(['paid', 0, false, null]);
  });

  it('invoice payments are listed as recorded', async () => {
    const { olderInvoice } = billTwice(['success']);
    const list = await raw(`/v1/invoice_payments?invoice=${olderInvoice}`);
    const body = recorded('invoice_payments-list.clover.json').body;
    expect(Object.keys(list).sort()).toEqual(Object.keys(body).sort());
    const [mine, theirs] = [list, body].map((page) => (Reflect.get(page, 'data') as unknown[])[0]);
    expect(namesOf(mine).sort()).toEqual(namesOf(theirs).sort());
    expect(mine).toMatchObject({ is_default: true, status: 'paid', payment: { type: 'payment_intent' } });
  });

  it('a decline is the recorded 402', async () => {
    const { customer } = opened.fake.world.addCustomer({});
    const response = await fetch(`${opened.fake.url}/v1/payment_methods/pm_card_chargeDeclined/attach`, {
      method: 'POST',
      headers: { authorization: `Bearer ${opened.fake.apiKey}` },
      body: new URLSearchParams({ customer }),
    });
    const { error } = recorded('payment_method-attach-402-card_declined.clover.json').body as { error: Record<string, unknown> };
    const { request_log_url: _log, ...comparable } = error;
    expect(response.status).toBe(402);
    expect(await response.json()).toEqual({ error: comparable });
  });

  it('a charge has at least the recorded member names', async () => {
    const { olderInvoice } = billTwice(['success']);
    const payments = await opened.stripe.invoicePayments.list({
      invoice: olderInvoice,
      expand: ['data.payment.payment_intent.latest_charge'],
    });
    const intent = payments.data[0]?.payment.payment_intent;
    const charge = typeof intent === 'object' ? intent.latest_charge : null;
    const names = new Set(namesOf(JSON.parse(JSON.stringify(charge))));
    const {
      payment_intent: _intent,
      balance_transaction: _balance,
      refunds: _refunds,
      ...body
    } = recorded('charge-succeeded.clover.json').body;
    const outdated = ['destination', 'dispute', 'order'];
    expect(namesOf(body).filter((name) => !names.has(name) && !outdated.includes(name))).toEqual([]);
  });
});

describe('a declined invoice payment', () => {
  it('carries the decline in the error, the PaymentIntent and the charge', async () => {
    const { invoice } = billTwice(['insufficient_funds']);
    const error = await errorOf(opened.stripe.invoices.pay(invoice, { off_session: true }));
    expect(error).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      network_decline_code: '51',
    });
    expect(error.payment_intent?.last_payment_error).toMatchObject({
      decline_code: 'insufficient_funds',
      payment_method: { object: 'payment_method' },
    });
    expect(error.payment_intent).toMatchObject({ status: 'requires_payment_method', payment_method: null });
    const charge = await opened.stripe.charges.retrieve(error.charge ?? '');
    expect(charge).toMatchObject({
      status: 'failed',
      failure_code: 'card_declined',
      outcome: { reason: 'insufficient_funds', type: 'issuer_declined' },
    });
    expect((await opened.stripe.invoices.retrieve(invoice)).attempt_count).toBe(1);
  });
});
