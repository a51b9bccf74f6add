import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent } from 'node:https';
import Chargebee from 'chargebee';
import { platformErrorWithin, type PluginIo, type WebhookDelivery } from '../../core/connector-kit/index.js';
import {
  billFailing, collectRequest, debtOf, onceMore, openBench, paymentOf, present, readInvoice, readTime, refOf, understood, valueOf, writeTime, type Bench,
} from './chargebee.test-bench.js';
import { connectorConfig } from './config.js';
import { answerOrError } from './read-answer.js';
import { openChargebee } from './platform-api.js';
import { platformId } from './shapes.js';
import { toPlatformError } from './to-platform-error.js';
import { webhook } from './webhook.js';

const config = connectorConfig.parse({ site: 'acme-test', apiKey: 'secret_key_of_acme', webhookUser: 'hub', webhookPasswords: ['p'] });

/** The SDK as the connector opens it, over answers of this test. */
const sdkOver = (answer: (url: string, init: RequestInit) => Response | Promise<Response>) => {
  const log = { debug: () => undefined, warn: () => undefined };
  const io: PluginIo = { fetch: async (url, init) => answer(url instanceof Request ? url.url : url.toString(), init ?? {}), agent: new Agent(), log };
  return openChargebee(config, io);
};
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const errorOf = async (sent: Promise<unknown>) => toPlatformError(await sent.then(() => 'no error', (thrown: unknown) => thrown));

describe('traps of the SDK', () => {
  it('errors that are plain objects', async () => {
    const body = { message: 'jane@example.org has no rights', type: 'invalid_request', api_error_code: 'api_authorization_failed', error_code: 'x', http_status_code: 403 };
    const thrown = await sdkOver(() => json(body, 403)).invoice.retrieve('1').catch((error: unknown) => error);
    expect(thrown).not.toBeInstanceOf(Error);
    const error = toPlatformError(thrown);
    expect(error).toMatchObject({ name: 'PlatformError', code: 'missing_permission', reached: 'yes' });
    expect(`${error.message}${String(error.stack)}`).not.toMatch(/jane|secret_key/);
  });

  it('pages that are not JSON', async () => {
    const html = (status: number) => () => new Response('<html>no</html>', { status, headers: { 'content-type': 'text/html', 'retry-after': '7' } });
    const codes = [];
    for (const status of [200, 302, 403, 429, 502, 503]) codes.push(await errorOf(sdkOver(html(status)).invoice.retrieve('1')));
    expect(codes.map(({ code, reached }) => `${code} ${reached}`)).toEqual([
      'unexpected_answer unknown', 'unexpected_answer unknown', 'unexpected_answer unknown', 'rate_limited yes', 'platform_down unknown', 'platform_down unknown',
    ]);
    expect(codes[3]?.retryAfterMs).toBe(7000);
    // What the SDK alone makes of it: another status.
    const alone = new Chargebee({ site: 'acme-test', apiKey: 'k', httpClient: { makeApiRequest: async () => html(403)() } });
    await expect(alone.invoice.retrieve('1')).rejects.toMatchObject({ http_status_code: 500 });
  });

  it('2xx answers that are no objects', async () => {
    for (const text of ['', 'null', '[]', '"ok"', '{"a":', '1']) await expect(answerOrError(new Response(text, { status: 200 }))).rejects.toMatchObject({ code: 'unexpected_answer', reached: 'unknown' });
  });

  it('redirects with the key', async () => {
    const asked: RequestInit[] = [];
    const answer = (_: string, init: RequestInit) => {
      asked.push(init);
      return new Response('{}', { status: 302, headers: { location: 'https://evil.example/' } });
    };
    expect(await errorOf(sdkOver(answer).invoice.retrieve('1'))).toMatchObject({ code: 'unexpected_answer' });
    expect(asked).toMatchObject([{ redirect: 'manual' }]);
  });

  it('unbounded retries of 429', async () => {
    let calls = 0;
    const answer = () => {
      calls += 1;
      return json({ message: 'x', api_error_code: 'api_request_limit_exceeded', type: 'operation_failed' }, 429, { 'retry-after': '1' });
    };
    expect(await errorOf(sdkOver(answer).invoice.retrieve('1'))).toMatchObject({ code: 'rate_limited', retryAfterMs: 1000 });
    expect(calls).toBe(1);
  });

  it('keys and headers of its own', async () => {
    const sent: Headers[] = [];
    const answer = (_: string, init: RequestInit) => {
      sent.push(new Headers(init.headers));
      return json({});
    };
    await sdkOver(answer).invoice.stopDunning('1', {});
    expect([...(sent[0]?.keys() ?? [])].filter((name) => /idempotency|telemetry|retry/.test(name))).toEqual([]);
  });

  it('ids that lead elsewhere', async () => {
    const asked: string[] = [];
    const answer = (url: string) => {
      asked.push(new URL(url).pathname);
      return json({});
    };
    await sdkOver(answer).invoice.retrieve('a/../../customers/c1');
    expect(asked).toEqual(['/api/v2/customers/c1']);
    for (const id of ['a/../../customers/c1', '..', '.', '', 'a/b', 'a b', 'a%2Fb', 'é', 'x'.repeat(101)]) expect([id, platformId.safeParse(id).success]).toEqual([id, false]);
    for (const id of ['INV-0001', 'txn_3Nl7oGgQqGG8Pp4m', 'jane@example.org', '6', '__demo_1']) expect([id, platformId.safeParse(id).success]).toEqual([id, true]);
  });

  it('a site that names another host', () => {
    for (const site of ['evil.example/', 'evil.example#', 'evil.example?', 'a@evil.example']) {
      expect(connectorConfig.safeParse({ site, apiKey: 'k', webhookUser: 'u', webhookPasswords: ['p'] }).success).toBe(false);
    }
  });

  it('a webhook handler that lets all pass', async () => {
    const delivery: WebhookDelivery = { method: 'POST', query: new URLSearchParams(), headers: new Headers(), body: new Uint8Array(), receivedAt: new Date() };
    const verdict = await webhook.verify(delivery, { connectionId: 'c', clientId: 'c', mode: 'test', config });
    expect(verdict).toMatchObject({ genuine: false, reason: 'missing_proof' });
  });

  it('parameters that it changes', async () => {
    const params = { limit: 1, status: { in: ['paid'] } };
    await sdkOver(() => json({ list: [] })).invoice.list(params);
    expect(params).not.toEqual({ limit: 1, status: { in: ['paid'] } });
  });

  it('two operators of one filter', async () => {
    const asked: string[] = [];
    const answer = (url: string) => {
      asked.push(decodeURIComponent(new URL(url).search));
      return json({ list: [] });
    };
    await sdkOver(answer).event.list({ occurred_at: { after: 1, before: 2 } });
    expect(asked[0]).toContain('occurred_at[after][before]=2');
  });
});

describe('traps of the API', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const collect = async (request: Awaited<ReturnType<typeof collectRequest>>, ms = 5000) => valueOf(present(bench.connector.collection).collectNow(request, writeTime(ms)));
  const record = async (payment: Awaited<ReturnType<typeof paymentOf>>) => {
    const { settlement } = bench.connector;
    if (settlement.mode !== 'recorded') throw new Error('not recorded');
    return valueOf(settlement.record(payment, writeTime()));
  };

  it('a body that stalls', async () => {
    const billed = billFailing(bench);
    bench.fake.world.inject({ match: { method: 'GET', invoice: billed.invoice }, action: 'stall_body' });
    const startedAt = Date.now();
    await expect(valueOf(bench.connector.invoices.read(refOf(billed), readTime(400)))).rejects.toMatchObject({ code: 'platform_down' });
    expect(Date.now() - startedAt).toBeLessThan(2000);
    for (const action of ['hang', 'stall_body_after_applying'] as const) {
      const request = await collectRequest(bench, billed);
      bench.fake.world.inject({ match: { method: 'POST', invoice: billed.invoice }, action });
      const answer = await present(bench.connector.collection).collectNow(request, writeTime(400));
      // Whether our wait or the guard was first: never a decline, never "not sent".
      expect(answer).toMatchObject(answer.ok ? { value: { status: 'unknown' } } : { error: { code: 'platform_down', reached: expect.not.stringMatching(/^no$/) } });
    }
    expect(debtOf(bench, billed).requests).toHaveLength(2);
  });

  it('nobody listens', async () => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    await bench.fake.close();
    expect(await collect(request)).toMatchObject({ status: 'not_sent' });
    await expect(readInvoice(bench, billed)).rejects.toMatchObject({ code: 'platform_down', reached: 'no' });
  });

  it('another invoice that is being worked on', async () => {
    const billed = billFailing(bench, { card: { results: ['do_not_honor', 'success'] } });
    bench.fake.world.setProcessingMs({ ms: 150 });
    const [first, second] = [await collectRequest(bench, billed), await collectRequest(bench, billed)];
    const outcomes = await Promise.all([collect(first), collect(second)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['approved', 'not_sent']);
    expect(outcomes.find(({ status }) => status === 'not_sent')).toMatchObject({ retryAfterMs: 5000 });
  });

  it('a budget of requests', async () => {
    bench.fake.world.setSwitches({ requestsPerMinute: 0 });
    const billed = billFailing(bench);
    await expect(readInvoice(bench, billed)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 });
    bench.fake.world.setSwitches({ retryAfterSeconds: 3 });
    await expect(readInvoice(bench, billed)).rejects.toMatchObject({ retryAfterMs: 3000 });
  });

  it('a key that means another request', async () => {
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed, { amount: { minor: 100, currency: 'USD' } });
    await record(payment);
    const other = await paymentOf(bench, billed, { once: { ...onceMore(), key: payment.once.key }, gatewayRefs: ['ch_other'], amount: { minor: 200, currency: 'USD' } });
    await expect(record(other)).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('a replayed decline', async () => {
    const billed = billFailing(bench, { card: { results: ['do_not_honor', 'insufficient_funds', 'success'] } });
    const request = await collectRequest(bench, billed);
    expect(await collect(request)).toMatchObject({ status: 'declined', decline: { code: 'insufficient_funds' } });
    expect(await collect(request)).toMatchObject({ status: 'declined', decline: { code: 'insufficient_funds' } });
    expect(debtOf(bench, billed).requests.map(({ replayed }) => replayed)).toEqual([false, true]);
    expect(await collect(await collectRequest(bench, billed))).toMatchObject({ status: 'approved' });
  });

  it('its own retry between read and collect', async () => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    bench.fake.world.before({ invoice: billed.invoice, call: 'collect_payment', act: 'dunning_succeeds' });
    expect(await collect(request)).toEqual({ status: 'already_paid' });
    expect(bench.fake.world.ledger().doubleCharges).toEqual([]);
  });

  it('a failure that arrives after the success', async () => {
    const billed = billFailing(bench);
    bench.fake.world.payElsewhere({ invoice: billed.invoice });
    expect(await understood(bench, 'payment_failed')).toMatchObject([{ type: 'invoice_paid' }]);
  });

  it('a request that a deadline has overtaken', async () => {
    const billed = billFailing(bench);
    const answer = await present(bench.connector.collection).collectNow(await collectRequest(bench, billed), { deadline: new Date(Date.now() - 1), sendBefore: new Date(Date.now() - 1) });
    expect(answer).toMatchObject({ ok: false, error: { reached: 'no' } });
    expect(platformErrorWithin(answer)).toBeDefined();
    expect(debtOf(bench, billed).requests).toEqual([]);
  });
});
