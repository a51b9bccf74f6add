import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  CONTRACT_VERSION, defineConnector, PlatformError, provesHmac, secret, timeInWindow,
  type ConnectorDefinition, type Found, type NormalizedEvent, type PluginIo, type Pointer, type Secret, type Unresolved,
} from '../../core/connector-kit/index.js';

/** The host of the platform that does not exist. */
export const sampleHost = 'api.sample.example';

/** What a merchant enters for it. */
export interface SampleBillingConfig { readonly apiKey: Secret; readonly webhookSecret: Secret }

const money = z.object({ minor: z.int(), currency: z.string() });
const token = z.object({ methodRef: z.string(), fingerprint: z.string().optional() });

/** One thing the platform says in a body: facts, or where to read them. */
const said = z.discriminatedUnion('say', [
  z.object({ say: z.literal('failed'), invoice: z.string(), customer: z.string().optional(), subscription: z.string().optional(), amount: money, code: z.string(), charge: z.string(), token: token.optional() }),
  z.object({ say: z.literal('paid'), invoice: z.string() }),
  z.object({ say: z.literal('void'), invoice: z.string() }),
  z.object({ say: z.literal('card'), customer: z.string() }),
  z.object({ say: z.literal('ended'), subscription: z.string() }),
  z.object({ say: z.literal('revoked') }),
  z.object({ say: z.literal('look'), at: z.string() }),
  z.object({ say: z.literal('other'), what: z.string() }),
]);
type Said = z.output<typeof said>;

const body = z.object({ id: z.string().optional(), events: z.array(said) });

/** A body of the sample platform. */
export type SampleBody = z.input<typeof body>;

const occurredAt = new Date('2026-11-20T08:00:00Z');

const eventOf = (one: Said): NormalizedEvent | Pointer => {
  switch (one.say) {
    case 'failed':
      return {
        type: 'payment_failed', occurredAt, amount: one.amount, gatewayRefs: [one.charge],
        invoice: { ref: one.invoice, ...(one.customer === undefined ? {} : { customerRef: one.customer }), ...(one.subscription === undefined ? {} : { subscriptionRef: one.subscription }) },
        decline: { system: 'sample', code: one.code, reachedNetwork: true },
        ...(one.token === undefined ? {} : { token: { gatewayType: 'sample', gatewayAccountRef: 'a', methodRef: one.token.methodRef, ...(one.token.fingerprint === undefined ? {} : { card: { fingerprint: one.token.fingerprint } }) } }),
      };
    case 'paid': return { type: 'invoice_paid', occurredAt, invoice: { ref: one.invoice } };
    case 'void': return { type: 'invoice_closed', occurredAt, invoice: { ref: one.invoice }, reason: 'voided' };
    case 'card': return { type: 'payment_method_updated', occurredAt, subject: { customerRef: one.customer } };
    case 'ended': return { type: 'subscription_ended', occurredAt, subject: { subscriptionRef: one.subscription }, reason: 'cancelled' };
    case 'revoked': return { type: 'connection_revoked', occurredAt };
    case 'look': return { type: 'pointer', kind: 'event', refs: { at: one.at }, occurredAt };
    case 'other': return { type: 'ignored', platformType: one.what, occurredAt };
  }
};

/** What the API answers where a pointer points. */
const answer = z.object({ events: z.array(z.union([said, z.object({ say: z.literal('unresolved'), reason: z.enum(['ambiguous_invoice', 'mode_mismatch', 'gone']) })])) });

const resolvedOf = (one: z.output<typeof answer>['events'][number]): NormalizedEvent | Unresolved => {
  if (one.say === 'unresolved') return { type: 'unresolved', reason: one.reason, detail: 'The sample platform says so.' };
  const event = eventOf(one);
  if (event.type === 'pointer') throw new PlatformError('A pointer points to a pointer.', { code: 'unexpected_answer', reached: 'yes' });
  return event;
};

const codes: Readonly<Record<number, PlatformError['code']>> = { 401: 'refused_key', 403: 'missing_permission', 404: 'not_found', 429: 'rate_limited', 503: 'platform_down' };

const idIn = (bytes: Uint8Array): string | undefined => {
  try {
    return body.pick({ id: true }).parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).id;
  } catch { return undefined; }
};

/** A connector of a platform that does not exist: signs with HMAC, says facts or points to its API. Every member can be replaced. */
export const sampleBilling = (over: Partial<ConnectorDefinition<SampleBillingConfig, PluginIo>> = {}): ConnectorDefinition<SampleBillingConfig, PluginIo> =>
  defineConnector<SampleBillingConfig, PluginIo>({
    id: 'sample-billing',
    displayName: 'Sample Billing',
    contract: CONTRACT_VERSION,
    configSchema: z.strictObject({ apiKey: secret(), webhookSecret: secret() }),
    mode: () => 'undeclared',
    hosts: () => [sampleHost],
    limits: () => ({ perMinute: 60_000, concurrent: 50 }),
    open: (_connection, io) => io,
    webhook: {
      verify: (delivery, { config }) => {
        const challenge = delivery.query.get('challenge');
        if (delivery.method === 'GET' && challenge !== null) return { genuine: 'handshake', reply: { contentType: 'text/plain', body: challenge } };
        const [, seconds, proof] = /^t=(\d+),v1=(\w+)$/.exec(delivery.headers.get('x-sample-signature') ?? '') ?? [];
        if (seconds === undefined || proof === undefined) return { genuine: false, reason: 'missing_proof', challenge: 'Sample realm="webhooks"' };
        const secrets = [config.webhookSecret.reveal()];
        if (!provesHmac({ algorithm: 'sha256', encoding: 'hex', signed: [`${seconds}.${delivery.topic ?? ''}.`, delivery.body], secrets, proofs: [proof] })) return { genuine: false, reason: 'wrong_proof' };
        if (timeInWindow(new Date(Number(seconds) * 1000), delivery.receivedAt, { past: 300, future: 300 }) !== 'in_window') return { genuine: false, reason: 'too_old' };
        const change = delivery.headers.get('x-sample-change');
        return { genuine: true, deliveryId: idIn(delivery.body) ?? createHash('sha256').update(delivery.body).digest('hex'), ...(change === null ? {} : { alsoKnownAs: change }) };
      },
      parse: (delivery): Found => body.parse(JSON.parse(Buffer.from(delivery.body).toString('utf8'))).events.map(eventOf),
    },
    understand: async (pointer, { session, connection, signal }) => {
      const response = await session.fetch(`https://${sampleHost}/events/${pointer.refs['at'] ?? ''}`, { headers: { authorization: `Bearer ${connection.config.apiKey.reveal()}` }, signal });
      const code = codes[response.status];
      if (code !== undefined) throw new PlatformError(`The sample platform answered ${response.status}.`, { code, reached: 'yes', ...(response.status === 429 ? { retryAfterMs: 400 } : {}) });
      return answer.parse(await response.json()).events.map(resolvedOf);
    },
    invoices: { read: async () => { throw new PlatformError('not for these tests', { code: 'not_found', reached: 'no' }); } },
    paymentMethods: { mode: 'held_by_platform', why: 'invented' },
    dunning: { mode: 'harmless', why: 'invented' },
    settlement: { mode: 'platform_detects' },
    checkHealth: async () => ({ findings: [] }),
    ...over,
  });
