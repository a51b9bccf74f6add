import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refOf } from './ref.js';
import { errorOf, openForTest, type Opened } from './open-for-test.js';

let opened: Opened;
beforeEach(async () => {
  opened = await openForTest();
});
afterEach(() => opened.fake.close());

const billed = (...results: string[]) => opened.fake.world.bill({ label: 'one', amount: 1000, card: { brand: 'visa', results } });
const send = async (
  method: string,
  path: string,
  form = '',
  headers: Record<string,
  string> = { authorization: `Bearer ${opened.fake.apiKey}` },
) => {
  const response = await fetch(
    `${opened.fake.url}${path}`,
    { method, headers, ...(method === 'POST' ? { body: new URLSearchParams(form) } : {}) },
  );
  const { error } = (await response.json()) as { error: { type: string; code?: string; message: string; param?: string } };
  return { status: response.status, requestId: response.headers.get('request-id'), ...error };
};

describe('keys', () => {
  it('a wrong key is 401 and is not repeated in full', async () => {
    const error = await errorOf(opened.clientWith('sk_test_wrong_key_value').account.retrieveCurrent());
    expect(error).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 });
    expect(error.message).not.toContain('wrong_key_value');
    expect(await send('GET', '/v1/account', '', {})).toMatchObject({
      status: 401,
      type: 'invalid_request_error',
      requestId: expect.stringMatching(/^req_/),
    });
  });

  it('a restricted key may do what it was given', async () => {
    const key = 'rk_test_reader';
    opened.fake.world.addKey({ key, permissions: { invoices: 'read' } });
    const { invoice, customer } = billed('generic_decline');
    const restricted = opened.clientWith(key);
    expect((await restricted.invoices.retrieve(invoice)).id).toBe(invoice);
    expect(await errorOf(restricted.invoices.pay(invoice))).toMatchObject({ type: 'StripePermissionError', statusCode: 403 });
    expect(await errorOf(restricted.customers.retrieve(customer))).toMatchObject({ statusCode: 403 });
    expect(opened.fake.world.ledger().debts.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('a live key finds no test object, and is told why', async () => {
    opened.fake.world.addKey({ key: 'sk_live_other', livemode: true });
    const live = opened.clientWith('sk_live_other');
    const { invoice } = billed('generic_decline');
    const error = await errorOf(live.invoices.retrieve(invoice));
    expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing' });
    expect(error.message).toContain('a similar object exists in test mode, but a live mode key was used');
    expect((await live.invoices.list()).data).toEqual([]);
  });

  it('another account is refused', async () => {
    expect(await errorOf(opened.stripe.account.retrieveCurrent({}, { stripeAccount: 'acct_other' }))).toMatchObject({
      statusCode: 403,
      code: 'account_invalid',
    });
    expect((await opened.stripe.account.retrieveCurrent({}, { stripeAccount: opened.fake.accountId })).id).toBe(opened.fake.accountId);
  });
});

describe('requests', () => {
  it.each([
    ['GET', '/v1/nothing', '', 404, undefined, undefined],
    ['DELETE', '/v1/invoices', '', 404, undefined, undefined],
    ['GET', '/v1/invoices/in_none', '', 404, 'resource_missing', 'invoice'],
    ['GET', '/v1/invoices?colour=red', '', 400, 'parameter_unknown', 'colour'],
    ['GET', '/v1/invoices?limit=0', '', 400, 'parameter_invalid_integer', 'limit'],
    ['GET', '/v1/invoices?created[after]=1', '', 400, 'parameter_unknown', 'created[after]'],
    ['GET', '/v1/events?starting_after=evt_none', '', 400, 'resource_missing', 'starting_after'],
    ['POST', '/v1/payment_intents', 'currency=usd', 400, 'parameter_missing', 'amount'],
    ['POST', '/v1/payment_intents', 'amount=ten&currency=usd', 400, undefined, 'amount'],
    ['POST', '/v1/payment_intents', 'amount=10&currency=usd&payment_method_types[0]=card', 400, 'parameter_unknown', 'payment_method_types'],
    ['POST', '/v1/payment_intents', 'amount=10&currency=usd&off_session=true', 400, undefined, 'off_session'],
    ['POST', '/v1/payment_intents', 'amount=10&currency=usd&customer=cus_none', 400, 'resource_missing', 'customer'],
    ['POST', '/v1/payment_intents', 'amount=10&currency=usd&confirm=true', 400, 'payment_intent_unexpected_state', 'payment_method'],
    ['POST', '/v1/refunds', 'amount=10', 400, 'parameter_missing', undefined],
  ])('%s %s with %j is %s %s', async (method, path, form, status, code, param) => {
    const refusal = await send(method, path, form);
    expect(refusal).toMatchObject({ status, type: 'invalid_request_error' });
    expect([refusal.code, refusal.param]).toEqual([code, param]);
  });

  it('expands four levels, not five, and only references', async () => {
    const { invoice } = billed('generic_decline');
    const list = await opened.stripe.invoicePayments.list({ invoice, expand: ['data.payment.payment_intent.latest_charge'] });
    expect(list.data[0]?.payment.payment_intent).toMatchObject({ latest_charge: { object: 'charge', status: 'failed' } });
    const whole = await opened.stripe.invoices.retrieve(invoice, { expand: ['payments.data.payment.payment_intent', 'customer'] });
    expect(whole.payments?.data[0]?.payment.payment_intent).toMatchObject({ object: 'payment_intent' });
    expect(whole.customer).toMatchObject({ object: 'customer' });
    expect(await errorOf(opened.stripe.invoices.retrieve(
      invoice,
      { expand: ['payments.data.payment.payment_intent.latest_charge'] },
    ))).toMatchObject({ statusCode: 400, param: 'expand' });
    expect(await errorOf(opened.stripe.invoices.retrieve(invoice, { expand: ['status'] }))).toMatchObject({ statusCode: 400, param: 'expand' });
  });

  it('a payment method of a customer needs that customer', async () => {
    const { paymentMethod } = opened.fake.world.addCustomer({ card: { brand: 'visa', results: ['success'] } });
    const other = opened.fake.world.addCustomer({});
    const create = (customer?: string) =>
      opened.stripe.paymentIntents.create({
        amount: 10,
        currency: 'usd',
        payment_method: paymentMethod ?? '',
        ...(customer === undefined ? {} : { customer }),
      });
    expect(await errorOf(create())).toMatchObject({ statusCode: 400, param: 'payment_method' });
    expect(await errorOf(create(other.customer))).toMatchObject({ statusCode: 400, param: 'payment_method' });
  });
});

describe('invoices by status', () => {
  it('void refuses pay', async () => {
    const { invoice } = billed('generic_decline', 'success');
    expect((await opened.stripe.invoices.voidInvoice(invoice)).status).toBe('void');
    expect(await errorOf(opened.stripe.invoices.pay(invoice))).toMatchObject({
      statusCode: 400,
      message: 'Voided invoices cannot be paid.',
    });
    expect(await errorOf(opened.stripe.invoices.voidInvoice(invoice))).toMatchObject({ statusCode: 400 });
  });

  it.each(['allowed', 'refused'] as const)('uncollectible: pay %s', async (payUncollectible) => {
    opened.fake.world.setSwitches({ payUncollectible });
    const { invoice } = billed('generic_decline', 'success');
    await opened.stripe.invoices.markUncollectible(invoice);
    const paying = opened.stripe.invoices.pay(invoice);
    if (payUncollectible === 'allowed') expect((await paying).status).toBe('paid');
    else expect(await errorOf(paying)).toMatchObject({ statusCode: 400 });
  });

  it.each([null, 'invoice_already_paid'] as const)('paid refuses pay with code %s', async (alreadyPaidCode) => {
    opened.fake.world.setSwitches({ alreadyPaidCode });
    const { invoice } = billed('success');
    expect((await errorOf(opened.stripe.invoices.pay(invoice))).code ?? null).toBe(alreadyPaidCode);
    expect(await errorOf(opened.stripe.invoices.update(invoice, { auto_advance: false }))).toMatchObject({
      statusCode: 400,
      param: 'auto_advance',
    });
  });

  it.each(['canceled', 'left_open'] as const)('out of band: paid without a charge, its PaymentIntent %s', async (outOfBandIntent) => {
    opened.fake.world.setSwitches({ outOfBandIntent });
    const { invoice } = billed('generic_decline');
    const paid = await opened.stripe.invoices.pay(invoice, { paid_out_of_band: true });
    expect(paid).toMatchObject({ status: 'paid', amount_remaining: 0 });
    const intent = (await opened.stripe.invoices.retrieve(
      invoice,
      { expand: ['payments.data.payment.payment_intent'] },
    )).payments?.data[0]?.payment.payment_intent;
    expect(intent).toMatchObject({ status: outOfBandIntent === 'canceled' ? 'canceled' : 'requires_payment_method' });
    const debt = opened.fake.world.ledger().debts.find(({ debtId }) => debtId === invoice);
    expect(debt).toMatchObject({ requests: [], successes: [{ by: 'out_of_band', charge: null }] });
  });

  it('auto_advance and metadata can be changed while open', async () => {
    const { invoice } = billed('generic_decline');
    const changed = await opened.stripe.invoices.update(invoice, { auto_advance: false, metadata: { recovered_by: 'hub', gone: '' } });
    expect(changed).toMatchObject({ auto_advance: false, metadata: { recovered_by: 'hub' } });
    expect(opened.fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.autoAdvance).toBe(false);
  });

  it('are listed by customer, status and subscription', async () => {
    const one = billed('generic_decline');
    billed('generic_decline');
    expect((await opened.stripe.invoices.list({ customer: one.customer })).data.map(({ id }) => id)).toEqual([one.invoice, one.olderInvoice]);
    expect((await opened.stripe.invoices.list({ status: 'open' })).data).toHaveLength(2);
    expect((await opened.stripe.invoices.list({
      subscription: one.subscription,
      status: 'paid',
    })).data.map(({ id }) => id)).toEqual([one.olderInvoice]);
  });
});

describe('cards', () => {
  it.each([
    ['invoice_payment_intent_requires_action', 'requires_action'],
    ['authentication_required', 'requires_payment_method'],
  ] as const)('that ask for the customer: pay is 402 %s and leaves the PaymentIntent in %s', async (payStepUpCode, status) => {
    opened.fake.world.setSwitches({ payStepUpCode });
    const { invoice } = billed('authentication_required');
    expect(await errorOf(opened.stripe.invoices.pay(invoice, { off_session: true }))).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: payStepUpCode,
    });
    const intent = (await opened.stripe.invoices.retrieve(
      invoice,
      { expand: ['payments.data.payment.payment_intent'] },
    )).payments?.data[0]?.payment.payment_intent;
    expect(intent).toMatchObject({ status });
  });

  it('that ask for the customer: a direct PaymentIntent off session 402, on session requires_action', async () => {
    const { customer, paymentMethod } = opened.fake.world.addCustomer({ card: { brand: 'visa', results: ['authentication_required'] } });
    const parameters = { amount: 10, currency: 'usd', customer, payment_method: paymentMethod ?? '', confirm: true };
    expect(await errorOf(opened.stripe.paymentIntents.create({ ...parameters, off_session: true }))).toMatchObject({
      statusCode: 402,
      code: 'authentication_required',
    });
    expect(await opened.stripe.paymentIntents.create(parameters)).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url' },
    });
  });

  it('are chosen in Stripe\'s order, or as named', async () => {
    const { invoice, customer, paymentMethod } = billed('generic_decline', 'insufficient_funds', 'success');
    const fresh = opened.fake.world.updateCard({ customer, card: { brand: 'visa', results: ['do_not_honor'] } });
    expect((await opened.stripe.customers.retrieve(customer))).toMatchObject({
      invoice_settings: { default_payment_method: fresh.paymentMethod },
    });
    expect(await errorOf(opened.stripe.invoices.pay(invoice))).toMatchObject({ decline_code: 'do_not_honor' });
    expect(await errorOf(opened.stripe.invoices.pay(
      invoice,
      { payment_method: paymentMethod },
    ))).toMatchObject({ decline_code: 'insufficient_funds' });
    await opened.stripe.customers.update(customer, { invoice_settings: { default_payment_method: paymentMethod } });
    expect((await opened.stripe.invoices.pay(invoice)).status).toBe('paid');
  });

  it('of Stripe\'s tests are attached, and must belong to the customer', async () => {
    const { customer, invoice } = billed('generic_decline');
    const attached = await opened.stripe.paymentMethods.attach('pm_card_visa', { customer });
    expect((await opened.stripe.paymentMethods.list({ customer, type: 'card' })).data.map(({ id }) => id)).toContain(attached.id);
    expect((await opened.stripe.paymentMethods.retrieve(attached.id)).card).toMatchObject({ brand: 'visa', last4: '4242' });
    const other = opened.fake.world.addCustomer({ card: { brand: 'visa', results: ['success'] } });
    expect(await errorOf(opened.stripe.invoices.pay(
      invoice,
      { payment_method: other.paymentMethod ?? '' },
    ))).toMatchObject({ statusCode: 400, param: 'payment_method' });
    expect((await opened.stripe.invoices.pay(invoice, { payment_method: attached.id })).status).toBe('paid');
  });

  it('are refunded once', async () => {
    const { customer, paymentMethod } = opened.fake.world.addCustomer({ card: { brand: 'visa', results: ['success'] } });
    const intent = await opened.stripe.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      customer,
      payment_method: paymentMethod ?? '',
      confirm: true,
      off_session: true,
    });
    expect(await errorOf(opened.stripe.refunds.create({
      payment_intent: intent.id,
      amount: 901,
    }))).toMatchObject({ statusCode: 400, param: 'amount' });
    await opened.stripe.refunds.create({ payment_intent: intent.id, amount: 400 });
    expect((await opened.stripe.refunds.create({ charge: refOf(intent.latest_charge) ?? '' })).amount).toBe(500);
    expect(await errorOf(opened.stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({ code: 'charge_already_refunded' });
  });
});

describe('direct PaymentIntents', () => {
  it('are found by customer and date, with their metadata', async () => {
    const { customer, paymentMethod } = opened.fake.world.addCustomer({ card: { brand: 'visa', results: ['success'] } });
    const made = await opened.stripe.paymentIntents.create({
      amount: 10,
      currency: 'USD',
      customer,
      payment_method: paymentMethod ?? '',
      metadata: { attempt: 'c-1' },
    });
    const found = await opened.stripe.paymentIntents.list({ customer, created: { gte: made.created } });
    expect(found.data).toMatchObject([{ id: made.id, currency: 'usd', metadata: { attempt: 'c-1' }, status: 'requires_confirmation' }]);
    expect((await opened.stripe.paymentIntents.list({ customer, created: { gt: made.created } })).data).toEqual([]);
    expect((await opened.stripe.paymentIntents.retrieve(made.id)).latest_charge).toBeNull();
  });
});
