import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refOf } from './ref.js';
import { errorOf, openForTest, type Opened } from './open-for-test.js';

let opened: Opened;
beforeEach(async () => {
  opened = await openForTest({ scale: 28_800 });
});
afterEach(() => opened.fake.close());

const billed = (...results: string[]) => opened.fake.world.bill({ label: 'one', amount: 1000, card: { brand: 'visa', results } });
const debtOf = (debtId: string) => opened.fake.world.ledger().debts.find((debt) => debt.debtId === debtId);
const pay = (invoice: string, idempotencyKey: string) => opened.stripe.invoices.pay(invoice, { off_session: true }, { idempotencyKey });

/** Any error, also of a connection. */
const failureOf = async (call: Promise<unknown>): Promise<{ readonly type: string; readonly statusCode: number | undefined }> =>
  call.then(
    () => ({ type: 'none', statusCode: 200 }),
    (error: { type: string; statusCode?: number }) => ({ type: error.type, statusCode: error.statusCode }),
  );

describe('one success', () => {
  it('an invoice is paid once, whatever the key', async () => {
    const { invoice } = billed('generic_decline', 'success');
    await pay(invoice, 'k1');
    const error = await errorOf(pay(invoice, 'k2'));
    expect(error).toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
      message: 'Invoice is already paid',
      code: undefined,
    });
    expect(debtOf(invoice)?.successes).toMatchObject([{ by: 'request', idempotencyKey: 'k1' }]);
  });

  it('its PaymentIntent cannot be confirmed for a second charge', async () => {
    const { invoice } = billed('generic_decline', 'success');
    const list = await opened.stripe.invoicePayments.list({ invoice });
    const intent = refOf(list.data[0]?.payment.payment_intent) ?? '';
    await pay(invoice, 'k1');
    expect(await errorOf(opened.stripe.paymentIntents.confirm(intent))).toMatchObject({
      code: 'payment_intent_unexpected_state',
      statusCode: 400,
    });
    expect(debtOf(invoice)?.successes).toHaveLength(1);
  });

  it('confirming the PaymentIntent of an invoice pays the invoice', async () => {
    const { invoice, paymentMethod } = billed('generic_decline', 'success');
    const list = await opened.stripe.invoicePayments.list({ invoice });
    await opened.stripe.paymentIntents.confirm(
      refOf(list.data[0]?.payment.payment_intent) ?? '',
      { payment_method: paymentMethod, off_session: true },
    );
    expect((await opened.stripe.invoices.retrieve(invoice)).status).toBe('paid');
    expect(await errorOf(pay(invoice, 'k1'))).toMatchObject({ message: 'Invoice is already paid' });
  });

  it('a direct PaymentIntent charges once; canceled it never charges, succeeded it cannot be canceled', async () => {
    const { customer, paymentMethod } = opened.fake.world.addCustomer({ card: { brand: 'visa', results: ['success'] } });
    const create = () => opened.stripe.paymentIntents.create({
      amount: 700,
      currency: 'eur',
      customer,
      payment_method: paymentMethod ?? '',
    });
    const [first, second] = [await create(), await create()];
    expect(first.status).toBe('requires_confirmation');
    expect((await opened.stripe.paymentIntents.confirm(first.id, { off_session: true })).status).toBe('succeeded');
    expect(await errorOf(opened.stripe.paymentIntents.confirm(first.id, { off_session: true }))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    expect(await errorOf(opened.stripe.paymentIntents.cancel(first.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
      statusCode: 400,
    });
    expect((await opened.stripe.paymentIntents.cancel(second.id)).status).toBe('canceled');
    expect(await errorOf(opened.stripe.paymentIntents.confirm(second.id))).toMatchObject({ code: 'payment_intent_unexpected_state' });
    expect(opened.fake.world.ledger().doubleCharges).toEqual([]);
  });

  it('two direct PaymentIntents both charge, and the ledger shows it', async () => {
    const { customer, paymentMethod } = opened.fake.world.addCustomer({ card: { brand: 'visa', results: ['success'] } });
    const charge = () =>
      opened.stripe.paymentIntents.create({
        amount: 700,
        currency: 'eur',
        customer,
        payment_method: paymentMethod ?? '',
        confirm: true,
        off_session: true,
      });
    await charge();
    await charge();
    const { doubleCharges, secondTries } = opened.fake.world.ledger();
    expect(doubleCharges).toMatchObject([{ debtId: `direct/${customer}/700/eur`, kind: 'direct' }]);
    expect(secondTries).toMatchObject([{ secondTry: 'after_success', result: 'succeeded' }]);
  });
});

describe('second tries', () => {
  it('none when each try follows a decline', async () => {
    const { invoice } = billed('generic_decline', 'generic_decline', 'insufficient_funds', 'success');
    await errorOf(pay(invoice, 'k1'));
    await errorOf(pay(invoice, 'k2'));
    await pay(invoice, 'k3');
    expect(debtOf(invoice)?.requests.map(({ result }) => result)).toEqual(['declined', 'declined', 'succeeded']);
    expect(opened.fake.world.ledger().secondTries).toEqual([]);
  });

  it('one per request after a success, even with the same key, even refused', async () => {
    const { invoice } = billed('generic_decline', 'success');
    await pay(invoice, 'k1');
    await pay(invoice, 'k1');
    await errorOf(pay(invoice, 'k2'));
    expect(opened.fake.world.ledger().secondTries).toMatchObject([
      { idempotencyKey: 'k1', replayed: true, secondTry: 'after_success' },
      { idempotencyKey: 'k2', result: 'refused', secondTry: 'after_success' },
    ]);
  });

  it('one while another key hangs, none with the same key', async () => {
    const { invoice } = billed('generic_decline', 'generic_decline', 'success');
    opened.fake.world.inject({ match: { path: '/pay$' }, action: 'hang_after_applying' });
    const hanging = new AbortController();
    const url = `${opened.fake.url}/v1/invoices/${invoice}/pay`;
    const headers = {
      authorization: `Bearer ${opened.fake.apiKey}`,
      'idempotency-key': 'k1',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const first = fetch(url, { method: 'POST', headers, body: 'off_session=true', signal: hanging.signal }).catch(() => null);
    while (debtOf(invoice)?.requests.length !== 1) await sleep(5);
    expect(await errorOf(pay(invoice, 'k1'))).toMatchObject({ statusCode: 402 });
    await pay(invoice, 'k2');
    expect(opened.fake.world.ledger().secondTries.map(({ idempotencyKey, secondTry }) => [idempotencyKey, secondTry])).toEqual([['k2', 'while_another_is_open']]);
    hanging.abort();
    await first;
    while (debtOf(invoice)?.requests[0]?.ended !== 'client_left') await sleep(5);
  });

  it('one after the customer paid elsewhere', async () => {
    const { invoice } = billed('generic_decline');
    opened.fake.world.payElsewhere({ invoice });
    await errorOf(pay(invoice, 'k1'));
    expect(debtOf(invoice)?.successes).toMatchObject([{ by: 'customer', idempotencyKey: null, requestId: null }]);
    expect(opened.fake.world.ledger().secondTries).toHaveLength(1);
  });

  it('keeps both clocks: received and answered, hub and wall', async () => {
    const { invoice } = billed('generic_decline', 'success');
    await pay(invoice, 'k1');
    const request = debtOf(invoice)?.requests[0];
    expect(Date.parse(request?.answeredAt?.wall ?? '')).toBeGreaterThanOrEqual(Date.parse(request?.receivedAt.wall ?? ''));
    expect(Math.abs(Date.parse(request?.receivedAt.wall ?? '') - Date.now())).toBeLessThan(5_000);
    expect(Date.parse(request?.receivedAt.hub ?? '')).toBeGreaterThan(Date.parse(request?.receivedAt.wall ?? ''));
  });
});

describe('races', () => {
  it('Smart Retry wins between our read and our pay', async () => {
    const { invoice } = billed('generic_decline');
    opened.fake.world.smartRetryAfterNextRead({ invoice });
    expect((await opened.stripe.invoices.retrieve(invoice)).status).toBe('open');
    expect(await errorOf(pay(invoice, 'k1'))).toMatchObject({ message: 'Invoice is already paid' });
    expect(debtOf(invoice)?.successes).toMatchObject([{ by: 'stripe', idempotencyKey: null }]);
    expect(opened.fake.world.ledger().secondTries).toHaveLength(1);
  });

  it('or after the second read, or after the payments were read', async () => {
    const { invoice } = billed('generic_decline');
    opened.fake.world.smartRetryAfterNextRead({ invoice, nth: 2 });
    const read = async () => (await opened.stripe.invoices.retrieve(invoice)).status;
    expect([await read(), await read(), await read()]).toEqual(['open', 'open', 'paid']);
    const other = billed('generic_decline').invoice;
    opened.fake.world.smartRetryAfterNextRead({ invoice: other, on: 'invoice_payments' });
    expect((await opened.stripe.invoicePayments.list({ invoice: other })).data[0]?.status).toBe('open');
    expect((await opened.stripe.invoices.retrieve(other)).status).toBe('paid');
  });

  it('or directly before our pay is served', async () => {
    const { invoice } = billed('generic_decline');
    opened.fake.world.smartRetryBeforeNextPay({ invoice });
    expect(await errorOf(pay(invoice, 'k1'))).toMatchObject({ message: 'Invoice is already paid' });
    const events = await opened.stripe.events.list({ type: 'invoice.paid' });
    expect(events.data[0]?.request).toEqual({ id: null, idempotency_key: null });
  });

  it('follows its own schedule when asked, and stops with auto_advance false', async () => {
    const order = {
      label: 'smart',
      amount: 1000,
      card: { brand: 'visa', results: ['generic_decline', 'generic_decline', 'success'] },
      smartRetry: [0.2, 0.4],
    };
    const [left, stopped] = [opened.fake.world.bill(order), opened.fake.world.bill(order)];
    const next = (await opened.stripe.invoices.retrieve(left.invoice)).next_payment_attempt ?? 0;
    expect(next).toBeGreaterThan(Date.now() / 1000);
    await opened.stripe.invoices.update(stopped.invoice, { auto_advance: false });
    const deadline = Date.now() + 12_000;
    while (debtOf(left.invoice)?.invoiceStatus !== 'paid' && Date.now() < deadline) await sleep(50);
    expect(debtOf(left.invoice)).toMatchObject({ invoiceStatus: 'paid', successes: [{ by: 'stripe' }] });
    expect((await opened.stripe.invoices.retrieve(left.invoice)).attempt_count).toBe(3);
    expect(debtOf(stopped.invoice)).toMatchObject({ invoiceStatus: 'open', autoAdvance: false, successes: [] });
  });
});

describe('faults', () => {
  it('drops every reply to the first key for ever after the payment was applied', async () => {
    const { invoice } = billed('generic_decline', 'success');
    opened.fake.world.inject({
      match: { method: 'POST', path: '/pay$', invoice, bindToFirstKey: true },
      action: 'drop_reply_after_applying',
      times: 'always',
    });
    expect(await failureOf(pay(invoice, 'k1'))).toMatchObject({ type: 'StripeConnectionError' });
    expect(await failureOf(pay(invoice, 'k1'))).toMatchObject({ type: 'StripeConnectionError' });
    expect((await opened.stripe.invoices.retrieve(invoice)).status).toBe('paid');
    expect(await errorOf(pay(invoice, 'k2'))).toMatchObject({ statusCode: 400 });
    expect(debtOf(invoice)?.successes).toMatchObject([{ idempotencyKey: 'k1' }]);
    expect(debtOf(invoice)?.requests.slice(0, -1).every(({ ended }) => ended === 'dropped')).toBe(true);
  });

  it('shows the hidden repeat of the SDK: a dropped reply makes two requests with one key', async () => {
    const { invoice } = billed('generic_decline', 'success');
    opened.fake.world.inject({ match: { path: '/pay$' }, action: 'drop_reply_after_applying' });
    expect((await pay(invoice, 'k1')).status).toBe('paid');
    expect(debtOf(invoice)?.requests.map(({ ended, replayed }) => [ended, replayed])).toEqual([['dropped', false], ['answered', true]]);
    expect(opened.fake.world.ledger().secondTries).toHaveLength(1);
  });

  it.each([
    ['close_before_applying', 'open', 'StripeConnectionError'],
    ['rubbish_200', 'open', 'none'],
    ['rubbish_200_after_applying', 'paid', 'none'],
    ['error_without_error_key_503', 'open', 'none'],
    ['error_without_error_key_503_after_applying', 'paid', 'none'],
    ['429', 'open', 'StripeRateLimitError'],
    [{ status: 500, body: { error: { type: 'api_error', message: 'x' } } }, 'open', 'StripeAPIError'],
    [{ status: 502, body: '<html>', afterApplying: true }, 'paid', 'StripeAPIError'],
  ] as const)('%j leaves the invoice %s and the SDK with %s', async (action, status, type) => {
    const { invoice } = billed('generic_decline', 'success');
    const { faultId } = opened.fake.world.inject({ match: { path: '/pay$' }, action, times: 'always' });
    expect(await failureOf(pay(invoice, 'k1'))).toMatchObject({ type });
    expect((await opened.stripe.invoices.retrieve(invoice)).status).toBe(status);
    expect(opened.fake.world.faultsStruck().find((fault) => fault.faultId === faultId)?.times).toBeGreaterThanOrEqual(1);
  });

  it('hangs without applying until the caller leaves', async () => {
    const { invoice } = billed('generic_decline', 'success');
    opened.fake.world.inject({ match: { path: '/pay$' }, action: 'hang' });
    expect(await failureOf(opened.stripe.invoices.pay(
      invoice,
      {},
      { idempotencyKey: 'k1', timeout: 80 },
    ))).toMatchObject({ type: 'StripeConnectionError' });
    while (debtOf(invoice)?.requests[0]?.ended !== 'client_left') await sleep(5);
    expect(debtOf(invoice)).toMatchObject({ invoiceStatus: 'open', successes: [], requests: [{ result: 'not_applied' }] });
    expect((await pay(invoice, 'k1')).status).toBe('paid');
    expect(opened.fake.world.ledger().secondTries).toEqual([]);
  });
});
