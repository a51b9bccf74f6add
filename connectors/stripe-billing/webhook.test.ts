import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Stripe } from 'stripe';
import type { Connection, VerifiedDelivery, WebhookDelivery } from '../../core/connector-kit/index.js';
import { connectorConfig, type ConnectorConfig } from './config.js';
import { webhook } from './webhook.js';

const SECRET = 'whsec_of_these_tests';
const NOW = new Date('2026-11-25T10:00:05Z');

const connectionWith = (webhookSecrets: readonly string[] = [SECRET]): Connection<ConnectorConfig> => ({
  connectionId: 'con_1',
  clientId: 'client_1',
  mode: 'test',
  config: connectorConfig.parse({ apiKey: 'sk_test_abc', webhookSecrets }),
});

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);

const sign = (payload: string, secret = SECRET, at = NOW): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds(at) });

const deliveryOf = (body: string | Uint8Array, signature?: string): WebhookDelivery => ({
  method: 'POST',
  query: new URLSearchParams(),
  headers: new Headers(signature === undefined ? {} : { 'stripe-signature': signature }),
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  receivedAt: NOW,
});

/** The registry's brand; these tests stand where the registry stands. */
const proven = (delivery: WebhookDelivery): VerifiedDelivery => delivery as VerifiedDelivery;

interface Recorded {
  readonly about: string;
  readonly body: { readonly id: string; readonly type: string; readonly data: { readonly object: Record<string, unknown> } };
  readonly becomes: unknown;
}
const folder = new URL('./deliveries/', import.meta.url);
const recorded = readdirSync(folder).map((name) => {
  const file = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recorded;
  return { name, ...file, raw: JSON.stringify(file.body) };
});

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('recorded deliveries', () => {
  it.each(recorded)('$name is genuine and becomes its events', async ({ body, becomes, raw }) => {
    const delivery = deliveryOf(raw, sign(raw));
    expect(await webhook.verify(delivery, connectionWith())).toMatchObject({ genuine: true, deliveryId: body.id });
    const first = await webhook.parse(proven(delivery), connectionWith());
    expect(plain(first)).toEqual(becomes);
    expect(await webhook.parse(proven(delivery), connectionWith())).toEqual(first);
  });

  it.each(recorded)('$name is refused with any one byte flipped', async ({ raw }) => {
    const signature = sign(raw);
    const bytes = new TextEncoder().encode(raw);
    for (let at = 0; at < bytes.length; at += Math.max(1, Math.floor(bytes.length / 40))) {
      const altered = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(await webhook.verify(deliveryOf(altered, signature), connectionWith())).toEqual({ genuine: false, reason: 'wrong_proof' });
    }
  });
});

describe('the proof', () => {
  const raw = recorded[0]?.raw ?? '';

  it('is demanded', async () => {
    expect(await webhook.verify(deliveryOf(raw), connectionWith())).toEqual({ genuine: false, reason: 'missing_proof' });
    expect(await webhook.verify(deliveryOf(raw, ' '), connectionWith())).toEqual({ genuine: false, reason: 'missing_proof' });
  });

  it.each([
    ["another connection's secret", sign(raw, 'whsec_of_somebody_else')],
    ['no time', `v1=${'0'.repeat(64)}`],
    ['two times', `t=${seconds(NOW)},${sign(raw)}`],
    ['a time that is no number', sign(raw).replace(/t=\d+/, 't=soon')],
    ['a signature of another scheme', sign(raw).replace('v1=', 'v0=')],
    ['a shortened signature', sign(raw).slice(0, -2)],
    ['a thousand signatures', `t=${seconds(NOW)},${`v1=${'0'.repeat(64)},`.repeat(1000)}${sign(raw).split(',')[1] ?? ''}`],
    ['rubbish', '\u0000,,=,=,t'.replace('\u0000', '?')],
  ])('is wrong with %s', async (_, signature) => {
    expect(await webhook.verify(deliveryOf(raw, signature), connectionWith())).toEqual({ genuine: false, reason: 'wrong_proof' });
  });

  it('holds for 300 s', async () => {
    const at = (offset: number) =>
      webhook.verify(deliveryOf(raw, sign(raw, SECRET, new Date(NOW.getTime() + offset * 1000))), connectionWith());
    expect(await at(-300)).toMatchObject({ genuine: true });
    expect(await at(-301)).toEqual({ genuine: false, reason: 'too_old' });
    expect(await at(300)).toMatchObject({ genuine: true });
    expect(await at(301)).toEqual({ genuine: false, reason: 'too_old' });
  });

  it('agrees with the official SDK on a signature it accepts', () => {
    expect(() => Stripe.webhooks.constructEvent(raw, sign(raw), SECRET, 300, undefined, NOW.getTime())).not.toThrow();
  });
});

describe('identity', () => {
  const verdictOf = async (body: unknown) => {
    const raw = typeof body === 'string' ? body : JSON.stringify(body);
    return webhook.verify(deliveryOf(raw, sign(raw)), connectionWith());
  };
  const failed = recorded.find(({ name }) => name === 'invoice.payment_failed.json')?.body;
  const variant = (id: string, object: object, request: unknown = { id: null, idempotency_key: null }) => ({
    ...failed,
    id,
    request,
    data: { object: { ...failed?.data.object, ...object } },
  });

  it('is the same for two events of one change, and differs between two failures of one invoice', async () => {
    const one = await verdictOf(variant('evt_a', {}));
    const twin = await verdictOf(variant('evt_b', {}));
    const nextOfStripe = await verdictOf(variant('evt_c', { attempt_count: 2 }));
    const ours = await verdictOf(variant('evt_d', {}, { id: 'req_1', idempotency_key: 'case-1' }));
    const oursAgain = await verdictOf(variant('evt_e', {}, { id: 'req_2', idempotency_key: 'case-2' }));
    const names = [one, twin, nextOfStripe, ours, oursAgain].map((verdict) => (verdict.genuine === true ? verdict.alsoKnownAs : undefined));
    expect(names[0]).toBeDefined();
    expect(names[1]).toBe(names[0]);
    expect(new Set(names).size).toBe(4);
  });

  it('of a signed body that is no event is its digest, and parsing it is refused in words', async () => {
    for (const body of ['not json', '{"object":"event"}', '[]', '{}', JSON.stringify({ ...failed, id: '../../etc' })]) {
      expect(await verdictOf(body)).toMatchObject({ genuine: true, deliveryId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
      const delivery = proven(deliveryOf(body));
      await expect((async () => webhook.parse(delivery, connectionWith()))()).rejects.toMatchObject({
        name: 'PlatformError',
        code: 'unexpected_answer',
      });
    }
  });

  it('lets in no id with strange characters', async () => {
    const delivery = proven(deliveryOf(JSON.stringify(variant('evt_f', { id: 'in_1/../../x' }))));
    await expect((async () => webhook.parse(delivery, connectionWith()))()).rejects.toThrow(/data\.object\.id/);
  });

  it('carries no key of another program that could not be ours', async () => {
    const delivery = proven(deliveryOf(JSON.stringify(variant('evt_g', {}, { id: 'req_1', idempotency_key: 'jane@example.com paid' }))));
    expect(JSON.stringify(await webhook.parse(delivery, connectionWith()))).not.toContain('jane');
  });
});

describe('configuration', () => {
  it.each([
    [{ apiKey: 'pk_test_abc', webhookSecrets: ['whsec_a'] }, 'apiKey'],
    [{ apiKey: 'sk_test_abc', webhookSecrets: [] }, 'webhookSecrets'],
    [{ apiKey: 'sk_test_abc', webhookSecrets: ['a', 'b', 'c', 'd', 'e'] }, 'webhookSecrets'],
    [{ apiKey: 'sk_test_abc', webhookSecrets: ['whsec_a'], apikey: 'x' }, 'apikey'],
  ])('refuses %j by name and without the value', (config, member) => {
    const { error } = connectorConfig.safeParse(config);
    expect(error?.message).toContain(member);
    expect(error?.message).not.toContain('test_abc');
  });
});
