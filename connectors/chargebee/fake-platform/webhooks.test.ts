import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { at, openForTest, type Opened, openReceiver, type Receiver, until } from './open-for-test.js';

let opened: Opened;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => {
  await opened.fake.close();
  await receiver.close();
});

const order = { label: 'a', amount: 1500, card: { results: ['insufficient_funds', 'success'] } };
const FOUR_DAYS_IN_300_MS = 1_152_000;

describe('webhooks', () => {
  it('come with Basic and the user agent, bare, and can be read again through the API', async () => {
    opened = await openForTest();
    opened.fake.world.registerWebhook({ url: receiver.url, username: 'hub', password: 'secret' });
    opened.fake.world.bill(order);
    await opened.fake.webhooksIdle();
    const failure = receiver.received.find(({ type }) => type === 'payment_failed');
    expect(failure?.headers).toMatchObject({ authorization: `Basic ${Buffer.from('hub:secret').toString('base64')}`, 'user-agent': 'ChargeBee' });
    const read = await opened.get(`/events/${String(failure?.body['id'])}`);
    expect(at(read.body, 'event.content')).toEqual(failure?.body['content']);
    expect(at(read.body, 'event.webhook_status')).toBe('succeeded');
    expect(at(failure?.body, 'content.subscription.subscription_items.0.item_type')).toBe('plan');
  });

  it('are tried 7 times again at the published intervals, then failed', async () => {
    opened = await openForTest({ scale: FOUR_DAYS_IN_300_MS });
    receiver.answerWith(...Array.from({ length: 40 }, () => 410));
    opened.fake.world.registerWebhook({ url: receiver.url, enabledEvents: ['payment_failed'] });
    opened.fake.world.bill(order);
    await opened.fake.webhooksIdle();
    expect(opened.fake.world.deliveries().map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(opened.fake.world.events().find(({ event_type: type }) => type === 'payment_failed')?.webhook_status).toBe('failed');
    const listed = await opened.get('/events?webhook_status[is]=failed');
    expect(at(listed.body, 'list.length')).toBe(1);
  });

  it('arrive twice and out of order, by the seed', async () => {
    opened = await openForTest();
    opened.fake.world.registerWebhook({ url: receiver.url, duplicates: 1, disorder: 1 });
    opened.fake.world.bill(order);
    await opened.fake.webhooksIdle();
    expect(receiver.received.map(({ type }) => type)).toEqual(['payment_failed', 'payment_failed', 'invoice_generated', 'invoice_generated']);
  });

  it('can be held and delivered in any order', async () => {
    opened = await openForTest();
    opened.fake.world.registerWebhook({ url: receiver.url, held: true });
    const { invoice } = opened.fake.world.bill(order);
    opened.fake.world.dunNow({ invoice });
    expect(receiver.received).toEqual([]);
    for (const { id } of [...opened.fake.world.events()].toReversed()) await opened.fake.world.deliver({ event: id });
    expect(receiver.received.map(({ type }) => type)).toEqual(['invoice_updated', 'payment_succeeded', 'payment_failed', 'invoice_generated']);
    const versions = receiver.received.flatMap(({ body }) => at(body, 'content.invoice.resource_version') ?? []).map(Number);
    expect(versions).toEqual([...versions].sort((a, b) => b - a));
    expect(new Set(versions).size).toBeGreaterThan(2);
  });

  it('are muted for one call by the header', async () => {
    opened = await openForTest();
    const { invoice } = opened.fake.world.bill(order);
    opened.fake.world.registerWebhook({ url: receiver.url });
    await opened.post(`/invoices/${invoice}/record_payment`, { 'transaction[payment_method]': 'other' }, { 'chargebee-event-webhook': 'all-disabled' });
    await opened.fake.webhooksIdle();
    expect(receiver.received).toEqual([]);
    expect(opened.fake.world.events().at(-1)).toMatchObject({ event_type: 'invoice_updated', webhook_status: 'skipped' });
  });

  it('endpoints can be made through the API, five at most', async () => {
    opened = await openForTest();
    const form = { name: 'hub', url: receiver.url, basic_auth_username: 'hub', basic_auth_password: 'secret', 'enabled_events[0]': 'payment_failed' };
    const made = await opened.post('/webhook_endpoints', form);
    expect(at(made.body, 'webhook_endpoint.enabled_events')).toEqual(['payment_failed']);
    expect(made.text).not.toContain('secret');
    opened.fake.world.bill(order);
    await until(() => receiver.received.length === 1);
    const id = String(at(made.body, 'webhook_endpoint.id'));
    expect((await opened.post(`/webhook_endpoints/${id}`, { disabled: 'true' })).status).toBe(200);
    for (let count = 1; count < 5; count += 1) await opened.post('/webhook_endpoints', form);
    expect((await opened.post('/webhook_endpoints', form)).status).toBe(400);
    expect((await opened.post(`/webhook_endpoints/${id}/delete`)).status).toBe(200);
    expect(at((await opened.get('/webhook_endpoints')).body, 'list.length')).toBe(4);
  });

  it('a new card is told, or not at all', async () => {
    opened = await openForTest();
    const { customer } = opened.fake.world.bill(order);
    const before = opened.fake.world.events().length;
    opened.fake.world.updateCard({ customer, card: { results: ['success'] }, tells: false });
    expect(opened.fake.world.events()).toHaveLength(before);
    const { paymentSource } = opened.fake.world.updateCard({ customer, card: { results: ['success'] } });
    expect(opened.fake.world.events().slice(before).map(({ event_type: type }) => type)).toEqual(['payment_source_added', 'card_added']);
    expect(at((await opened.get(`/customers/${customer}`)).body, 'customer.primary_payment_source_id')).toBe(paymentSource);
  });

  it('of consolidated and one-time invoices lack the subscription, and a parent pays', async () => {
    opened = await openForTest();
    const { invoice, customer } = opened.fake.world.bill({ ...order, kind: 'consolidated', paidByParent: true });
    const failure = opened.fake.world.events().find(({ event_type: type }) => type === 'payment_failed');
    expect(Object.keys(failure?.content ?? {})).toEqual(['transaction', 'invoice', 'customer', 'card']);
    expect(at(failure?.content, 'invoice.payment_owner')).not.toBe(customer);
    const { body } = await opened.get(`/invoices/${invoice}`);
    expect([at(body, 'invoice.subscription_id'), typeof at(body, 'invoice.line_items.0.subscription_id')]).toEqual([undefined, 'string']);
  });
});
