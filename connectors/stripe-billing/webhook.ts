import { createHash } from 'node:crypto';
import {
  PlatformError,
  type Connection,
  type Found,
  type Pointer,
  type Verdict,
  type VerifiedDelivery,
  type Webhook,
  type WebhookDelivery,
} from '../../core/connector-kit/index.js';
import type { ConnectorConfig } from './config.js';
import { readEvent } from './read-event.js';
import { readThinEvent } from './read-thin-event.js';
import { eventShape, invoiceShape, namedObject, platformId, thinEventShape, toDate, type StripeEvent } from './shapes.js';
import { verifySignature } from './verify-signature.js';

/** Proves and reads what Stripe posts: snapshot events of any API version, and thin events. */
export const webhook: Webhook<ConnectorConfig> = {
  verify(delivery: WebhookDelivery, connection: Connection<ConnectorConfig>): Verdict {
    const { config } = connection;
    const verdict = verifySignature(delivery.body, delivery.headers.get('stripe-signature'), config.webhookSecrets, delivery.receivedAt);
    return verdict === 'genuine' ? { genuine: true, ...identityOf(delivery.body) } : { genuine: false, reason: verdict };
  },

  parse(delivery: VerifiedDelivery, connection: Connection<ConnectorConfig>): Found {
    const body = readJson(delivery.body);
    const thin = thinEventShape.safeParse(body);
    if (thin.success) return otherMode(thin.data, new Date(thin.data.created), connection) ?? readThinEvent(thin.data);
    const snapshot = eventShape.safeParse(body);
    if (snapshot.success) return otherMode(snapshot.data, toDate(snapshot.data.created), connection) ?? readEvent(snapshot.data);
    const [first] = snapshot.error.issues;
    throw unreadable(`is not a Stripe event${first === undefined ? '' : ` (${first.path.join('.') || 'body'}: ${first.message})`}`);
  },
};

/**
 * The delivery is genuine but belongs to the other mode: `understand` says so to a person, instead of a 401 that Stripe would retry for
 * days.
 */
const otherMode = (
  event: { readonly id: string; readonly livemode: boolean },
  occurredAt: Date,
  connection: Connection<ConnectorConfig>,
): readonly [Pointer] | undefined =>
  event.livemode === (connection.mode === 'live')
    ? undefined
    : [{ type: 'pointer', kind: 'mode_mismatch', refs: { event: event.id, eventMode: event.livemode ? 'live' : 'test' }, occurredAt }];

/** Stripe's own event id, which stays the same when a delivery is repeated; a body without one is known by its digest. */
const identityOf = (bytes: Uint8Array): { readonly deliveryId: string; readonly alsoKnownAs?: string } => {
  try {
    const body = readJson(bytes);
    const event = eventShape.safeParse(body);
    if (event.success) return { deliveryId: event.data.id, ...secondIdentity(event.data) };
    const thin = thinEventShape.safeParse(body);
    if (thin.success) return { deliveryId: thin.data.id };
  } catch {
    // Signed and unreadable: kept under its digest, for a person to look at.
  }
  return { deliveryId: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
};

/** What happens to an object at most once, so that a second event of it is a second telling. */
const ONCE_PER_OBJECT = new Set([
  'invoice.paid',
  'invoice.payment_succeeded',
  'invoice.voided',
  'invoice.deleted',
  'customer.subscription.deleted',
  'charge.dispute.closed',
]);

/**
 * Stripe may make two events of one change. Two failures of one invoice differ in `attempt_count`, or, since only Stripe's own retries
 * raise that, in the request that caused them.
 */
const secondIdentity = (event: StripeEvent): { readonly alsoKnownAs?: string } => {
  const object = namedObject.safeParse(event.data.object);
  if (!object.success) return {};
  const name = `${event.type}:${object.data.id}`;
  if (ONCE_PER_OBJECT.has(event.type)) return { alsoKnownAs: name };
  if (event.type !== 'invoice.payment_failed') return {};
  const invoice = invoiceShape.safeParse(event.data.object);
  const request = platformId.safeParse(event.request?.id ?? 'automatic');
  return invoice.success && request.success ? { alsoKnownAs: `${name}:${invoice.data.attempt_count}:${request.data}` } : {};
};

const readJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw unreadable('is not JSON in UTF-8');
  }
};

const unreadable = (what: string): PlatformError => new PlatformError(`The body ${what}.`, { code: 'unexpected_answer', reached: 'no' });
