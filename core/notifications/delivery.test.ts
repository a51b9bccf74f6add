import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { Webhook } from 'standardwebhooks';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { entryOf, openNotificationBench, signingSecret, type NotificationBench } from '../../test/support/notification-bench.js';
import { startWebhookReceiver, type Answer, type WebhookReceiver } from '../../test/support/webhook-receiver.js';
import { createClock } from '../scheduling/index.js';
import { deliveryTimeoutMs, type Notifications, type WebhookTarget } from './index.js';

const current = signingSecret(1);
const old = signingSecret(2);
const clock = createClock({ scale: 1, origin: new Date() });

describe('one delivery', () => {
  const database = testDatabase('delivery');
  let bench: NotificationBench;
  let receiver: WebhookReceiver | undefined;
  let target: WebhookTarget;
  let nextId = 0;

  beforeAll(async () => {
    bench = await openNotificationBench({
      uri: database.uri, clock, recipients: { webhookTarget: () => Promise.resolve(target) }, dispatcher: { timeoutMs: 1000 },
    });
  });
  beforeEach(() => { target = { url: 'https://unset.invalid/', secrets: [current], durableRetry: true, environment: 'test' }; });
  afterEach(async () => { await receiver?.close(); receiver = undefined; });
  afterAll(async () => { await bench.stop(); await dropTestDatabase(database); });

  const deliver = async (answer: Answer, over: Parameters<typeof entryOf>[1] = {}) => {
    receiver = await startWebhookReceiver(() => answer);
    target = { ...target, url: receiver.url };
    return deliverTo(over);
  };
  const deliverTo = async (over: Parameters<typeof entryOf>[1] = {}, notifications: Notifications = bench.notifications) => {
    nextId += 1;
    const clientId = `client-${nextId}`;
    await notifications.accept(entryOf(`msg_${nextId}`, { clientId, ...over }));
    await bench.drain(clientId);
    const [view] = await notifications.list({ clientId });
    if (!view) throw new Error('not stored');
    return { view, requests: receiver?.requests ?? [] };
  };

  it.each([200, 201, 204, 299])('succeeds on %i', async (status) => {
    const { view, requests } = await deliver({ status });
    expect(view).toMatchObject({ state: 'delivered', nextAt: null, tries: [{ status, failure: null }] });
    expect(requests).toHaveLength(1);
  });

  it.each([400, 401, 404, 410, 429, 500, 503])('does not succeed on %i', async (status) => {
    expect((await deliver({ status })).view).toMatchObject({ state: 'due', tries: [{ status, failure: 'status' }] });
  });

  it.each([301, 302, 303, 307, 308])('does not follow %i', async (status) => {
    const elsewhere = await startWebhookReceiver(() => ({ status: 200 }));
    const { view, requests } = await deliver({ status, headers: { location: elsewhere.url } });
    expect(view).toMatchObject({ state: 'due', tries: [{ status, failure: 'redirect' }] });
    expect([requests.length, elsewhere.requests.length]).toEqual([1, 0]);
    await elsewhere.close();
  });

  it('counts a reset as a failed try', async () => {
    expect((await deliver('reset')).view).toMatchObject({ state: 'due', tries: [{ status: null, failure: 'connection', answer: '' }] });
  });

  it('counts a closed port as a failed try', async () => {
    target = { ...target, url: 'http://127.0.0.1:1/' };
    expect((await deliverTo()).view.tries).toMatchObject([{ status: null, failure: 'connection', code: 'ECONNREFUSED' }]);
  });

  it('gives up waiting after its time', async () => {
    const { view } = await deliver('hang');
    expect(view).toMatchObject({ state: 'due', tries: [{ status: null, failure: 'timeout' }] });
    expect(view.tries[0]?.durationMs).toBeGreaterThanOrEqual(990);
  });

  it('succeeds by the status line, even if the rest of the answer never comes', async () => {
    expect((await deliver('headers_then_hang')).view).toMatchObject({ state: 'delivered', tries: [{ status: 200 }] });
  });

  it('keeps the first KB of the answer, without what looks like a secret', async () => {
    const { view } = await deliver({ status: 500, body: `failed for rev_abcdefghijklmnopqrstuvwx and someone@example.com ${'é'.repeat(5000)}` });
    const answer = view.tries[0]?.answer ?? '';
    expect(answer.startsWith('failed for [key] and [email] é')).toBe(true);
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(1024 + 3);
  });

  it('sends JSON by POST with an id, the time of the try and both signatures', async () => {
    const plain = '{"event":"recovery.success","message":"Grüße – 支払い 🎉"}';
    const { view, requests } = await deliver({ status: 200 }, { plain });
    const request = requests[0];
    expect(request).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json', 'webhook-id': view.id } });
    expect(request?.headers).not.toHaveProperty('content-encoding');
    expect(request?.headers).not.toHaveProperty('transfer-encoding');
    expect(request?.body.toString()).toBe(plain);
    expect(Math.abs(Number(request?.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(5);
    expect(request?.headers['x-revtain-signature']).toBe(createHmac('sha256', current).update(plain).digest('hex'));
    const signed = `${view.id}.${String(request?.headers['webhook-timestamp'])}.${plain}`;
    const key = Buffer.from(current.slice('whsec_'.length), 'base64');
    expect(request?.headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  });

  it('is accepted by the Standard Webhooks verifier, and not when a byte differs', async () => {
    const { requests } = await deliver({ status: 200 });
    const [request] = requests;
    if (!request) throw new Error('nothing received');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(current).verify(request.body, headers)).toMatchObject({ event: 'recovery.success' });
    expect(() => new Webhook(current).verify(Buffer.concat([request.body, Buffer.from(' ')]), headers)).toThrow('No matching signature found');
    expect(() => new Webhook(old).verify(request.body, headers)).toThrow('No matching signature found');
  });

  it('carries both signatures while a secret is replaced; the older header stays with the old one', async () => {
    target = { ...target, secrets: [current, old] };
    const { requests } = await deliver({ status: 200 });
    const [request] = requests;
    if (!request) throw new Error('nothing received');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of [current, old]) expect(new Webhook(secret).verify(request.body, headers)).toMatchObject({ event: 'recovery.success' });
    expect(headers['x-revtain-signature']).toBe(createHmac('sha256', old).update(request.body).digest('hex'));
  });

  it('is accepted by a merchant\'s Express handler over the raw body', async () => {
    const accepted: unknown[] = [];
    const app = express();
    app.post('/hooks', express.raw({ type: 'application/json', limit: '100kb' }), (request, response) => {
      const given = Buffer.from(request.get('X-Revtain-Signature') ?? '', 'hex');
      const raw: unknown = request.body;
      const expected = createHmac('sha256', current).update(raw as Buffer).digest();
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) { response.sendStatus(401); return; }
      accepted.push(JSON.parse((raw as Buffer).toString()));
      response.sendStatus(204);
    });
    const server = createServer(app);
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    target = { ...target, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks` };
    expect((await deliverTo()).view.state).toBe('delivered');
    target = { ...target, secrets: [old] };
    expect((await deliverTo()).view).toMatchObject({ state: 'due', tries: [{ status: 401 }] });
    expect(accepted).toMatchObject([{ event: 'recovery.success' }]);
    server.closeAllConnections();
    await new Promise((resolve) => { server.close(resolve); });
  });

  it('sends nothing to an address that is not public, and tries again later', async () => {
    receiver = await startWebhookReceiver(() => ({ status: 200 }));
    target = { ...target, url: receiver.url, environment: 'production' };
    expect((await deliverTo()).view).toMatchObject({ state: 'due', tries: [{ failure: 'refused_target', code: 'not_https' }] });
    target = { ...target, url: receiver.url.replace('http:', 'https:') };
    expect((await deliverTo()).view).toMatchObject({ state: 'due', tries: [{ failure: 'refused_target', code: 'not_public' }] });
    expect(receiver.requests).toHaveLength(0);
  });

  it('never sends more than 100 KB', async () => {
    const { view, requests } = await deliver({ status: 200 }, { plain: 'x'.repeat(100 * 1024 + 1) });
    expect(view).toMatchObject({ state: 'dead', tries: [{ failure: 'too_large' }] });
    expect(requests).toHaveLength(0);
    expect((await deliverTo({ plain: 'x'.repeat(100 * 1024) })).view.state).toBe('delivered');
  });

  it('logs ids and results, never a body, an answer, a URL or a secret', async () => {
    await deliver({ status: 500, body: 'canary-answer' }, { plain: '{"event":"recovery.success","message":"canary-body"}' });
    expect(bench.logged()).toContain('notification try failed');
    expect(bench.logged()).not.toMatch(/canary|whsec_|127\.0\.0\.1|hooks/);
  });
});

describe('the time a merchant has', () => {
  it('is ten seconds: an answer after 9.9 s succeeds, one after 10.1 s does not', async () => {
    expect(deliveryTimeoutMs).toBe(10_000);
    const database = testDatabase('ten-seconds');
    const receivers = await Promise.all([9900, 10_100].map((afterMs) => startWebhookReceiver(() => ({ status: 200, afterMs }))));
    const urls = new Map(receivers.map((receiver, n) => [`client-${n}`, receiver.url]));
    const bench = await openNotificationBench({
      uri: database.uri, clock,
      recipients: { webhookTarget: (clientId) => Promise.resolve({ url: urls.get(clientId) ?? '', secrets: [current], durableRetry: true, environment: 'test' }) },
    });
    const states = await Promise.all([0, 1].map(async (n) => {
      const clientId = `client-${n}`;
      await bench.notifications.accept(entryOf(`msg_${n}`, { clientId }));
      await bench.drain(clientId);
      const [view] = await bench.notifications.list({ clientId });
      return [view?.state, view?.tries[0]?.failure];
    }));
    expect(states).toEqual([['delivered', null], ['due', 'timeout']]);
    await bench.stop();
    await Promise.all(receivers.map((receiver) => receiver.close()));
    await dropTestDatabase(database);
  }, 30_000);
});
