import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SUBSCRIBED } from './events.js';
import { openBench, readTime, valueOf, writeTime, WEBHOOK_SECRET, type Bench } from './stripe-billing.test-bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const URL_OF_HUB = 'https://hub.example.org/api/connectors/stripe-billing/webhook/client_1';
const findings = async (connector = bench.connector) => (await valueOf(connector.checkHealth(readTime()))).findings;
const ensure = async () => {
  if (bench.connector.setup === undefined) throw new Error('no setup');
  return (await valueOf(bench.connector.setup.ensure([{ url: URL_OF_HUB }], writeTime()))).findings;
};

describe('health', () => {
  it('is complete with an endpoint that hears everything', async () => {
    bench.fake.world.registerWebhook({ url: 'http://127.0.0.1:9/unused', secret: WEBHOOK_SECRET });
    expect(await findings()).toEqual([]);
  });

  it('names a missing endpoint, a wrong key, a wrong mode and each missing permission, with its fix', async () => {
    expect(await findings()).toMatchObject([{ code: 'webhook_missing', fix: expect.stringContaining('invoice.payment_failed') }]);
    expect(await findings(bench.connectorWith({ apiKey: 'sk_test_of_nobody' }))).toMatchObject([
      { code: 'wrong_key', fix: expect.stringContaining('API keys') },
    ]);
    expect(await findings(bench.connectorWith({ mode: 'live' }))).toMatchObject([
      { code: 'wrong_mode', fix: expect.stringContaining('sk_live_') },
      { code: 'webhook_missing' },
    ]);
    bench.fake.world.addKey({
      key: 'rk_test_narrow',
      permissions: { invoices: 'write', payment_intents: 'write', webhook_endpoints: 'read' },
    });
    const missing = await findings(bench.connectorWith({ apiKey: 'rk_test_narrow' }));
    expect(
      missing
        .filter(({ code }) => code === 'missing_permission')
        .map(({ message }) => message)
        .join(),
    ).toMatch(/Events.*Charges/s);
  });

  it('names a platform that is down', async () => {
    bench.fake.world.inject({
      match: { method: 'GET' },
      action: { status: 503, body: { error: { type: 'api_error', message: 'x' } } },
      times: 'always',
    });
    expect(await findings()).toMatchObject([{ code: 'platform_down' }]);
  });

  it('of the gateway asks only for what the gateway needs', async () => {
    expect(await valueOf(bench.gateway.checkHealth(readTime()))).toEqual({ findings: [], facts: { mode: 'test' } });
    expect((await valueOf(bench.gatewayWith('sk_test_of_nobody').checkHealth(readTime()))).findings).toMatchObject([{ code: 'wrong_key' }]);
  });
});

describe('setting up', () => {
  it('makes the endpoint once, says that its secret must be copied, and tells no secret', async () => {
    const made = await ensure();
    expect(made).toMatchObject([{ code: 'webhook_missing', message: expect.stringContaining('just created') }]);
    expect(JSON.stringify(made)).not.toContain('whsec_');
    expect(await ensure()).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('completes an endpoint that hears too little and keeps what else it hears', async () => {
    bench.fake.world.registerWebhook({ url: URL_OF_HUB, secret: WEBHOOK_SECRET, enabledEvents: ['invoice.paid', 'product.created'] });
    expect(await findings()).toMatchObject([{ code: 'webhook_missing' }]);
    expect(await ensure()).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('removes only what it made', async () => {
    bench.fake.world.registerWebhook({ url: 'http://127.0.0.1:9/of-the-merchant', secret: WEBHOOK_SECRET });
    await ensure();
    await valueOf(bench.connector.setup?.remove(writeTime()) ?? Promise.reject(new Error('no setup')));
    expect(await ensure()).toMatchObject([{ message: expect.stringContaining('just created') }]);
    expect(await findings()).toEqual([]);
  });

  it('without the permission says what to do by hand', async () => {
    bench.fake.world.addKey({ key: 'rk_test_narrow', permissions: { invoices: 'write' } });
    const narrow = bench.connectorWith({ apiKey: 'rk_test_narrow' });
    const report = await valueOf(narrow.setup?.ensure([{ url: URL_OF_HUB }], writeTime()) ?? Promise.reject(new Error('no setup')));
    expect(report.findings).toMatchObject([{ code: 'missing_permission', fix: expect.stringContaining('by hand') }]);
  });

  it('subscribes to what is understood', () => {
    expect(new Set(SUBSCRIBED).size).toBe(SUBSCRIBED.length);
  });
});
