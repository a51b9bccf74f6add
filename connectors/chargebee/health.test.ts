import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { billFailing, openBench, present, readTime, valueOf, WEBHOOK_PASSWORD, WEBHOOK_USER, writeTime, type Bench } from './chargebee.test-bench.js';
import { SUBSCRIBED } from './events.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const URL_OF_HUB = 'https://hub.example.org/api/connectors/chargebee/webhook/client_1';
const health = (connector = bench.connector) => valueOf(connector.checkHealth(readTime()));
const ensure = async (connector = bench.connector) => (await valueOf(present(connector.setup).ensure([{ url: URL_OF_HUB }], writeTime()))).findings;
const endpoints = async () => {
  const answer = await fetch(`${bench.fake.url}/api/v2/webhook_endpoints?limit=100`, { headers: { authorization: `Basic ${Buffer.from(`${bench.fake.apiKey}:`).toString('base64')}` } });
  return ((await answer.json()) as { list: { webhook_endpoint: Record<string, unknown> }[] }).list.map((each) => each.webhook_endpoint);
};
const codes = async (connector = bench.connector) => (await health(connector)).findings.map(({ code }) => code);

describe('health', () => {
  it('is complete with an endpoint that hears everything, and names site, mode and catalog', async () => {
    bench.fake.world.registerWebhook({ url: 'http://127.0.0.1:9/unused', held: true });
    expect(await health()).toEqual({ findings: [], facts: { site: 'fake-test', mode: 'test', productCatalog: 'v2' } });
  });

  it('names a missing or incomplete endpoint, with the events it needs', async () => {
    expect((await health()).findings).toMatchObject([{ code: 'webhook_missing', fix: expect.stringContaining('payment_failed') }]);
    bench.fake.world.registerWebhook({ url: 'http://127.0.0.1:9/unused', held: true, enabledEvents: ['payment_failed'] });
    expect((await health()).findings).toMatchObject([{ code: 'webhook_missing', message: expect.stringContaining('every event') }]);
  });

  it('names a wrong key, a narrow key, a wrong mode and a platform that is down, each with its fix', async () => {
    bench.fake.world.registerWebhook({ url: 'http://127.0.0.1:9/unused', held: true });
    expect(await codes(bench.connectorWith({ apiKey: 'of_nobody' }))).toEqual(['wrong_key']);
    expect(await codes(bench.connectorWith({ mode: 'live' }))).toEqual(['wrong_mode']);
    bench.fake.world.addKey({ key: 'narrow', kind: 'read_only_without_transactions' });
    expect(new Set(await codes(bench.connectorWith({ apiKey: 'narrow' })))).toEqual(new Set(['missing_permission']));
    bench.fake.world.inject({ match: {}, action: 'html_502', times: 'always' });
    expect((await health()).findings).toMatchObject([{ code: 'platform_down', fix: expect.any(String) }]);
  });

  it('names a site that does not exist', async () => {
    await bench.close();
    bench = await openBench({ site: 'acme-test' });
    bench.fake.world.inject({ match: { path: 'configurations' }, action: { status: 404, body: { message: 'Sorry, the site was not found', api_error_code: 'site_not_found', http_status_code: 404 } } });
    expect((await health()).findings[0]).toMatchObject({ code: 'wrong_key', message: expect.stringContaining('no site') });
  });

  it('names a key of another site', async () => {
    bench.fake.world.inject({ match: { path: 'configurations' }, action: { status: 200, body: { configurations: [{ domain: 'another-test' }] } } });
    expect((await health()).findings[0]).toMatchObject({ code: 'wrong_key', message: expect.stringContaining('another-test') });
  });
});

describe('set-up', () => {
  it('makes the endpoint with our user, our password and our events, once', async () => {
    expect(await ensure()).toEqual([]);
    expect(await ensure()).toEqual([]);
    expect(await endpoints()).toMatchObject([{ url: URL_OF_HUB, basic_auth_username: WEBHOOK_USER, enabled_events: SUBSCRIBED, disabled: false, api_version: 'v2' }]);
    expect((await health()).findings).toEqual([]);
    expect(WEBHOOK_PASSWORD).not.toBe('');
  });

  it('completes one that is there, and keeps what else it is sent', async () => {
    bench.fake.world.registerWebhook({ url: URL_OF_HUB, held: true, enabledEvents: ['customer_created', 'payment_failed'] });
    expect(await ensure()).toEqual([]);
    expect((await endpoints()).map((each) => each['enabled_events'])).toEqual([['customer_created', 'payment_failed', ...SUBSCRIBED.slice(1)]]);
  });

  it('says how to do it by hand where the site refuses', async () => {
    for (let n = 0; n < 5; n += 1) bench.fake.world.registerWebhook({ url: `http://127.0.0.1:9/${String(n)}`, held: true, enabledEvents: ['payment_failed'] });
    expect(await ensure()).toMatchObject([{ code: 'webhook_missing', fix: expect.stringContaining('Webhooks') }]);
    bench.fake.world.addKey({ key: 'reader', kind: 'read_only' });
    expect(await ensure(bench.connectorWith({ apiKey: 'reader' }))).toMatchObject([{ code: 'missing_permission' }]);
  });

  it('is undone for our own endpoint only', async () => {
    bench.fake.world.registerWebhook({ url: 'http://127.0.0.1:9/of-somebody-else', held: true });
    await ensure();
    await valueOf(present(bench.connector.setup).remove(writeTime()));
    expect((await endpoints()).map((each) => each['url'])).toEqual(['http://127.0.0.1:9/of-somebody-else']);
  });
});

describe('failures', () => {
  const listed = async (since: Date) => {
    const all = [];
    let cursor: string | undefined;
    do {
      const page = await valueOf(present(bench.connector.failures).list(since, cursor, readTime()));
      all.push(...page.found);
      cursor = page.next;
    } while (cursor !== undefined);
    return all;
  };
  const told = async (since: Date) => {
    const events = [];
    for (const found of await listed(since)) {
      if (found.type !== 'pointer') throw new Error('not a pointer');
      events.push(...(await valueOf(present(bench.connector.understand)(found, readTime()))));
    }
    return events;
  };
  const week = 7 * 86_400_000;

  it('of the last hour are listed from the events, page by page, also those no webhook delivered', async () => {
    const since = new Date(Date.now() - 3_600_000);
    const billed = Array.from({ length: 105 }, () => billFailing(bench));
    const found = await listed(since);
    expect(found).toHaveLength(billed.length);
    expect(new Set(found.map((one) => (one.type === 'pointer' ? one.refs['event'] : one.type))).size).toBe(billed.length);
    expect(await listed(new Date(Date.now() + 60_000))).toEqual([]);
  });

  it('of long ago are listed from the invoices that are still owed, as they are now', async () => {
    const [open, paid] = [billFailing(bench), billFailing(bench)];
    bench.fake.world.payElsewhere({ invoice: paid.invoice });
    expect(await told(new Date(Date.now() - 8 * week))).toMatchObject([{ type: 'payment_failed', invoice: { ref: open.invoice } }]);
  });
});
