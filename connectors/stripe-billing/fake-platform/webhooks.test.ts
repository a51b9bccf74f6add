import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stripe } from 'stripe';
import { openForTest, openReceiver, type Opened, type Receiver } from './open-for-test.js';

let opened: Opened;
let receiver: Receiver;
const secret = 'whsec_current';
const opening = async (options = {}) => {
  opened = await openForTest({ scale: 28_800, ...options });
  receiver = await openReceiver();
};
beforeEach(() => opening());
afterEach(async () => {
  await opened.fake.close();
  await receiver.close();
});

const register = (more = {}) => opened.fake.world.registerWebhook({ url: receiver.url, secret, ...more });
const billed = (...results: string[]) => opened.fake.world.bill({ label: 'one', amount: 1000, card: { brand: 'visa', results } });
const typesOf = () => receiver.received.map(({ type }) => type);
const verify = (index: number, withSecret: string) => {
  const delivery = receiver.received[index];
  return Stripe.webhooks.constructEvent(delivery?.body ?? '', delivery?.headers['stripe-signature'] ?? '', withSecret);
};

describe('what is sent', () => {
  it('a failed renewal, in order, verified by the SDK, without request key and without embedded payments', async () => {
    register();
    const { invoice } = billed('insufficient_funds');
    await opened.fake.webhooksIdle();
    expect(typesOf()).toEqual([
      'invoice.created', 'invoice.finalized', 'charge.failed', 'payment_intent.payment_failed', 'invoice.updated', 'invoice.payment_failed',
      'customer.subscription.updated',
    ]);
    const event = verify(typesOf().indexOf('invoice.payment_failed'), secret);
    expect(event).toMatchObject({
      object: 'event',
      api_version: '2026-10-28.endive',
      livemode: false,
      request: { id: null, idempotency_key: null },
    });
    const object = event.data.object as unknown as Record<string, unknown>;
    expect(object).toMatchObject({ id: invoice, status: 'open', attempt_count: 1 });
    expect(['payments', 'payment_intent', 'charge', 'paid', 'subscription'].filter((name) => name in object)).toEqual([]);
    expect(event.created).toBeGreaterThan(Date.now() / 1000);
  });

  it('our own payment, with our request and key', async () => {
    const { invoice } = billed('generic_decline', 'success');
    register();
    const paid = await opened.stripe.invoices.pay(invoice, {}, { idempotencyKey: 'case-1' });
    await opened.fake.webhooksIdle();
    expect(typesOf()).toEqual([
      'charge.succeeded', 'payment_intent.succeeded', 'invoice_payment.paid', 'invoice.updated', 'invoice.paid', 'invoice.payment_succeeded',
      'customer.subscription.updated',
    ]);
    expect(verify(4, secret).request).toEqual({ id: paid.lastResponse.requestId, idempotency_key: 'case-1' });
  });

  it.each([
    ['payElsewhere', 'charge.succeeded,payment_intent.succeeded,invoice_payment.paid,invoice.updated,invoice.paid,invoice.payment_succeeded,customer.subscription.updated'],
    ['out of band', 'payment_intent.canceled,invoice.updated,invoice.paid,customer.subscription.updated'],
    ['voidInvoice', 'payment_intent.canceled,invoice.voided'],
    ['markUncollectible', 'invoice.marked_uncollectible'],
    ['cancelSubscription', 'invoice.updated,customer.subscription.deleted'],
    ['updateCard', 'payment_method.attached,customer.updated'],
  ])('%s sends %s', async (what, types) => {
    const { invoice, subscription, customer } = billed('generic_decline');
    register();
    const { world } = opened.fake;
    if (what === 'payElsewhere') world.payElsewhere({ invoice });
    if (what === 'out of band') world.payElsewhere({ invoice, how: 'out_of_band' });
    if (what === 'voidInvoice') world.voidInvoice({ invoice });
    if (what === 'markUncollectible') world.markUncollectible({ invoice });
    if (what === 'cancelSubscription') world.cancelSubscription({ subscription });
    if (what === 'updateCard') world.updateCard({ customer, card: { brand: 'mastercard', results: ['success'] } });
    await opened.fake.webhooksIdle();
    expect(typesOf().join(',')).toBe(types);
    expect(receiver.received.map((_delivery, index) => verify(index, secret).request?.idempotency_key)).toEqual(typesOf().map(() => null));
  });

  it('a refund', async () => {
    const { customer, paymentMethod } = opened.fake.world.addCustomer({ card: { brand: 'visa', results: ['success'] } });
    const intent = await opened.stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer,
      payment_method: paymentMethod ?? '',
      confirm: true,
      off_session: true,
    });
    register();
    await opened.stripe.refunds.create({ payment_intent: intent.id });
    await opened.fake.webhooksIdle();
    expect(typesOf()).toEqual(['charge.refunded', 'refund.created']);
    expect(verify(0, secret).data.object).toMatchObject({ refunded: true, amount_refunded: 500 });
  });

  it('only the types an endpoint asked for', async () => {
    register({ enabledEvents: ['invoice.payment_failed'] });
    billed('generic_decline');
    await opened.fake.webhooksIdle();
    expect(typesOf()).toEqual(['invoice.payment_failed']);
  });

  it('the shape before basil to an endpoint of that version', async () => {
    register({ apiVersion: '2024-06-20', enabledEvents: ['invoice.payment_failed'] });
    const { subscription } = billed('generic_decline');
    await opened.fake.webhooksIdle();
    const event = verify(0, secret);
    expect(event.api_version).toBe('2024-06-20');
    expect(event.data.object).toMatchObject({
      subscription,
      paid: false,
      payment_intent: expect.stringMatching(/^pi_/),
      charge: expect.stringMatching(/^ch_/),
    });
    expect(event.data.object).not.toHaveProperty('parent');
  });
});

describe('signatures', () => {
  it('one flipped byte, another secret and an old timestamp are refused by the SDK', async () => {
    register({ enabledEvents: ['invoice.payment_failed'] });
    billed('generic_decline');
    await opened.fake.webhooksIdle();
    const body = receiver.received[0]?.body ?? '';
    const header = receiver.received[0]?.headers['stripe-signature'] ?? '';
    expect(() => Stripe.webhooks.constructEvent(body.replace('open', 'opfn'), header, secret)).toThrow();
    expect(() => Stripe.webhooks.constructEvent(body, header, 'whsec_other')).toThrow();
    expect(() => Stripe.webhooks.constructEvent(body, header, secret, 300, undefined, Date.now() + 301_000)).toThrow();
    expect(Math.abs(Number(/t=(\d+)/.exec(String(header))?.[1]) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('while a secret is rolled either verifies, afterwards only the new one', async () => {
    const { endpointId } = register({ enabledEvents: ['invoice.payment_failed'] });
    opened.fake.world.rollWebhookSecret({ endpointId, secret: 'whsec_new' });
    billed('generic_decline');
    await opened.fake.webhooksIdle();
    expect(String(receiver.received[0]?.headers['stripe-signature']).match(/v1=/g)).toHaveLength(2);
    expect(verify(0, secret).id).toBe(verify(0, 'whsec_new').id);
    opened.fake.world.rollWebhookSecret({ endpointId, secret: 'whsec_newer', keepOld: false });
    billed('generic_decline');
    await opened.fake.webhooksIdle();
    expect(verify(1, 'whsec_newer').type).toBe('invoice.payment_failed');
    expect(() => verify(1, 'whsec_new')).toThrow();
  });
});

describe('delivery', () => {
  it('repeats until 2xx, with the same body', async () => {
    register({ enabledEvents: ['invoice.payment_failed'] });
    receiver.answerWith(500, 302, 404);
    billed('generic_decline');
    await opened.fake.webhooksIdle();
    expect(opened.fake.world.deliveries().map(({ attempt, status }) => [attempt, status])).toEqual([[1, 500], [2, 302], [3, 404], [4, 200]]);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  it('waits for a receiver that is down', async () => {
    const away = await openReceiver();
    await away.close();
    const { endpointId } = opened.fake.world.registerWebhook({ url: away.url, secret, enabledEvents: ['invoice.payment_failed'] });
    billed('generic_decline');
    while (opened.fake.world.deliveries().length < 2) await sleep(10);
    expect(opened.fake.world.deliveries().map(({ status }) => status)).toEqual(expect.arrayContaining([null]));
    await opened.stripe.webhookEndpoints.update(endpointId, { url: receiver.url });
    await opened.fake.webhooksIdle();
    expect(typesOf()).toEqual(['invoice.payment_failed']);
  });

  const orderWith = async (accidents: { seed: number; duplicates: number; disorder: number }): Promise<string[]> => {
    const own = await openForTest({ scale: 28_800 });
    const target = await openReceiver();
    own.fake.world.registerWebhook({ url: target.url, secret, ...accidents });
    for (let index = 0; index < 6; index += 1) own.fake.world.bill({
      label: `${index}`,
      amount: 1000,
      card: { brand: 'visa', results: ['generic_decline'] },
    });
    await own.fake.webhooksIdle();
    await own.fake.close();
    await target.close();
    return target.received.map(({ eventId }) => eventId);
  };

  it('twice and out of order now and then, the same way for the same seed', async () => {
    const calm = await orderWith({ seed: 7, duplicates: 0, disorder: 0 });
    const [one, again, other] = [
      await orderWith({ seed: 7, duplicates: 0.3, disorder: 0.3 }),
      await orderWith({ seed: 7, duplicates: 0.3, disorder: 0.3 }),
      await orderWith({ seed: 8, duplicates: 0.3, disorder: 0.3 }),
    ];
    expect(new Set(calm).size).toBe(calm.length);
    expect(one.length).toBeGreaterThan(calm.length);
    expect(new Set(one)).toEqual(new Set(calm));
    const firsts = [...new Set(one)];
    expect(firsts).not.toEqual(calm);
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('two Event objects for one change when asked', async () => {
    await opened.fake.close();
    await receiver.close();
    await opening({ twinEvents: 1 });
    register({ enabledEvents: ['invoice.payment_failed'] });
    billed('generic_decline');
    await opened.fake.webhooksIdle();
    const [first, second] = receiver.received.map(({ body }) => JSON.parse(body) as { id: string; data: object });
    expect(receiver.received).toHaveLength(2);
    expect(first?.data).toEqual(second?.data);
    expect(first?.id).not.toBe(second?.id);
  });
});

describe('events of the API', () => {
  it('are listed newest first, by type, types, date and page', async () => {
    billed('generic_decline');
    billed('generic_decline');
    const all = await opened.stripe.events.list({ limit: 100 });
    expect(all.data.length).toBe(14);
    expect((await opened.stripe.events.list({ type: 'invoice.*' })).data.every(({ type }) => type.startsWith('invoice.'))).toBe(true);
    expect((await opened.stripe.events.list({ types: ['charge.failed', 'invoice.payment_failed'] })).data).toHaveLength(4);
    expect((await opened.stripe.events.list({ created: { gte: (all.data[0]?.created ?? 0) + 1 } })).data).toEqual([]);
    const first = await opened.stripe.events.list({ limit: 5 });
    const next = await opened.stripe.events.list({ limit: 100, starting_after: first.data[4]?.id ?? '' });
    expect([first.has_more, next.has_more]).toEqual([true, false]);
    expect([...first.data, ...next.data].map(({ id }) => id)).toEqual(all.data.map(({ id }) => id));
    expect((await opened.stripe.events.retrieve(all.data[3]?.id ?? '')).id).toBe(all.data[3]?.id);
  });

  it('can be asked for what was not delivered', async () => {
    opened.fake.world.registerWebhook({ url: 'http://127.0.0.1:9/', secret, enabledEvents: ['invoice.payment_failed'] });
    billed('generic_decline');
    const missed = await opened.stripe.events.list({ delivery_success: false });
    expect(missed.data.map(({ type }) => type)).toEqual(['invoice.payment_failed']);
  });
});

describe('endpoints of the API', () => {
  it('are created with a secret that signs, listed without it, changed and deleted', async () => {
    const created = await opened.stripe.webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ['invoice.payment_failed'],
      api_version: '2026-10-28.endive',
    });
    expect(created).toMatchObject({ object: 'webhook_endpoint', status: 'enabled', secret: expect.stringMatching(/^whsec_/) });
    billed('generic_decline');
    await opened.fake.webhooksIdle();
    expect(verify(0, created.secret ?? '').type).toBe('invoice.payment_failed');
    const listed = await opened.stripe.webhookEndpoints.list();
    expect(listed.data).toMatchObject([{ id: created.id, url: receiver.url, api_version: '2026-10-28.endive' }]);
    expect(listed.data[0]).not.toHaveProperty('secret');
    expect((await opened.stripe.webhookEndpoints.update(created.id, { disabled: true })).status).toBe('disabled');
    billed('generic_decline');
    await opened.fake.webhooksIdle();
    expect(receiver.received).toHaveLength(1);
    expect((await opened.stripe.webhookEndpoints.del(created.id)).deleted).toBe(true);
    expect((await opened.stripe.webhookEndpoints.list()).data).toEqual([]);
  });
});
