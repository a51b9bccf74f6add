import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Connection, Found, VerifiedDelivery, WebhookDelivery } from '../../core/connector-kit/index.js';
import { connectorConfig, hostOf, limitsOf, modeOf, type ConnectorConfig } from './config.js';
import { webhook } from './webhook.js';

const NOW = new Date('2026-11-25T10:00:05Z');
const entered = { site: 'acme-test', apiKey: 'test_key_of_acme', webhookUser: 'hub', webhookPasswords: ['current', 'one before'] };

const connection: Connection<ConnectorConfig> = { connectionId: 'con_1', clientId: 'client_1', mode: 'test', config: connectorConfig.parse(entered) };
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const rightly = basic('hub', 'current');

const deliveryOf = (body: string | Uint8Array, authorization?: string): WebhookDelivery => ({
  method: 'POST',
  query: new URLSearchParams(),
  headers: new Headers(authorization === undefined ? {} : { authorization }),
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  receivedAt: NOW,
});
const verify = (body: string | Uint8Array, authorization?: string) => webhook.verify(deliveryOf(body, authorization), connection);
/** The registry's brand; these tests stand where the registry stands. */
const parse = async (body: string | Uint8Array): Promise<Found> => webhook.parse(deliveryOf(body) as VerifiedDelivery, connection);

interface Recorded {
  readonly about: string;
  readonly body: { readonly id: string; readonly event_type: string; readonly content: Record<string, unknown> };
  readonly becomes: unknown;
}
const folder = new URL('./deliveries/', import.meta.url);
const recorded = readdirSync(folder).map((name) => ({ name, ...(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recorded) }));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('recorded deliveries', () => {
  it.each(recorded)('$name is genuine and becomes its events', async ({ body, becomes }) => {
    const raw = JSON.stringify(body);
    expect(await verify(raw, rightly)).toEqual({ genuine: true, deliveryId: body.id });
    const first = await parse(raw);
    expect(plain(first)).toEqual(becomes);
    expect(await parse(raw)).toEqual(first);
  });

  it('name only ids: nothing of a body is believed', async () => {
    for (const { body } of recorded) {
      for (const found of await parse(JSON.stringify(body))) expect(['pointer', 'ignored']).toContain(found.type);
    }
  });
});

const shared = join(import.meta.dirname, '../../../shared/fixtures/chargebee/mock_chargebee-webhooks-pc1');
const bodies = existsSync(shared) ? readdirSync(shared).filter((name) => !name.startsWith('_')) : [];
if (bodies.length === 0) process.stdout.write('webhook.test: skipped 1 check of recorded bodies, ../shared is not there\n');

(bodies.length === 0 ? describe.skip : describe)('bodies that others recorded', () => {
  it('are read, every one: what matters points at its event', async () => {
    const pointed: string[] = [];
    for (const name of bodies) {
      const [found] = await parse(readFileSync(join(shared, name), 'utf8'));
      if (found?.type === 'pointer') pointed.push(found.refs['eventType'] ?? '');
    }
    expect(pointed).toEqual(expect.arrayContaining(['payment_failed', 'payment_succeeded', 'payment_initiated', 'payment_refunded', 'subscription_cancelled', 'payment_source_added', 'invoice_deleted']));
  });
});

describe('the proof', () => {
  it('is demanded, with a challenge', async () => {
    const missing = { genuine: false, reason: 'missing_proof', challenge: 'Basic realm="webhooks"' };
    expect(await verify('{}')).toEqual(missing);
    expect(await verify('{}', '')).toEqual(missing);
  });

  it.each([
    ['another password', basic('hub', 'somebody else\'s')],
    ['another user', basic('nobody', 'current')],
    ['no colon', `Basic ${Buffer.from('hubcurrent').toString('base64')}`],
    ['an empty password', basic('hub', '')],
    ['another scheme', rightly.replace('Basic', 'Bearer')],
    ['rubbish', 'Basic %%%'],
  ])('is wrong with %s', async (_, authorization) => {
    expect(await verify('{}', authorization)).toMatchObject({ genuine: false, reason: 'wrong_proof' });
  });

  it('holds with either password while it is being changed, and with the scheme in any case', async () => {
    for (const authorization of [rightly, basic('hub', 'one before'), rightly.replace('Basic', 'basic')]) expect(await verify('{}', authorization)).toMatchObject({ genuine: true });
  });
});

describe('identity', () => {
  it('of a proven body that is no event is its digest, and parsing it is refused in words', async () => {
    for (const body of ['not json', '[]', '{}', '{"id":"ev_1"}', JSON.stringify({ ...recorded[0]?.body, id: '../../customers/c1' }), JSON.stringify({ ...recorded[0]?.body, id: '..' })]) {
      expect(await verify(body, rightly)).toMatchObject({ genuine: true, deliveryId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
      await expect(parse(body)).rejects.toMatchObject({ name: 'PlatformError', code: 'unexpected_answer' });
    }
  });
});

describe('any body', () => {
  const sample = recorded.find(({ name }) => name === 'payment_failed.json')?.body ?? { id: '', event_type: '', content: {} };
  const strange = fc.oneof(fc.jsonValue(), fc.string({ maxLength: 5000 }), fc.constant(undefined));

  it('with members missing, of another type, huge, or unknown is parsed or refused by type', async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom('id', 'event_type', 'occurred_at', 'content', 'source', 'unknown_member'), strange, async (member, value) => {
      const found = await parse(JSON.stringify({ ...sample, [member]: value })).catch((error: unknown) => error);
      if (Array.isArray(found)) expect(found).toHaveLength(1);
      else expect(found).toMatchObject({ name: 'PlatformError', code: 'unexpected_answer', reached: 'no' });
    }), { numRuns: 300 });
  });

  it('of any bytes neither proves nor throws anything else', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(await verify(bytes)).toMatchObject({ genuine: false });
      expect(await verify(bytes, rightly)).toMatchObject({ genuine: true });
    }), { numRuns: 200 });
  });
});

describe('configuration', () => {
  it.each([
    [{ site: 'evil.example/' }, 'site'], [{ site: 'acme#' }, 'site'], [{ site: 'acme?x' }, 'site'], [{ site: 'acme.chargebee.com' }, 'site'], [{ site: '-acme' }, 'site'],
    [{ site: '' }, 'site'], [{ site: 'Acme' }, 'site'], [{ webhookPasswords: [] }, 'webhookPasswords'], [{ webhookUser: 'a:b' }, 'webhookUser'],
    [{ apikey: 'x' }, 'apikey'], [{ requestsPerMinute: 5 }, 'requestsPerMinute'], [{ apiKey: ' test_key ' }, 'apiKey'],
  ])('refuses %j by name and without the value', (change, member) => {
    const { error } = connectorConfig.safeParse({ ...entered, ...change });
    expect(error?.message).toContain(member);
    expect(error?.message).not.toContain('test_key');
  });

  it('tells the mode by the name of the site, names one host and keeps to a budget', () => {
    const live = connectorConfig.parse({ ...entered, site: 'acme', requestsPerMinute: 900 });
    expect([modeOf(connection.config), modeOf(live)]).toEqual(['test', 'live']);
    expect(hostOf(connection.config)).toBe('acme-test.chargebee.com');
    expect([limitsOf(connection.config).perMinute, limitsOf(live).perMinute]).toEqual([100, 900]);
  });
});
