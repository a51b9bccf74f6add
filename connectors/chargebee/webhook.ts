import { createHash } from 'node:crypto';
import {
  checkBasic,
  PlatformError,
  type Connection,
  type Found,
  type Verdict,
  type VerifiedDelivery,
  type Webhook,
  type WebhookDelivery,
} from '../../core/connector-kit/index.js';
import type { ConnectorConfig } from './config.js';
import { topicOf } from './events.js';
import { isNeedless } from './needless.js';
import { envelopeShape, toDate } from './shapes.js';

const CHALLENGE = 'Basic realm="webhooks"';

/**
 * Proves what Chargebee posts by HTTP Basic, which is all there is: nothing is signed. So a body is only a pointer to the event, which is read
 * again through the API; no member of its content is believed.
 */
export const webhook: Webhook<ConnectorConfig> = {
  verify(delivery: WebhookDelivery, { config }: Connection<ConnectorConfig>): Verdict {
    const header = delivery.headers.get('authorization');
    // Every password is compared, so that the time does not tell which was right.
    const verdicts = config.webhookPasswords.map((password) => checkBasic(header, config.webhookUser, password.reveal()));
    if (verdicts.includes('proved')) return { genuine: true, deliveryId: identityOf(delivery.body) };
    return { genuine: false, reason: verdicts.includes('missing_proof') ? 'missing_proof' : 'wrong_proof', challenge: CHALLENGE };
  },

  parse(delivery: VerifiedDelivery): Found {
    const body = readJson(delivery.body);
    const envelope = envelopeShape.safeParse(body);
    if (!envelope.success) {
      const [first] = envelope.error.issues;
      throw unreadable(`is not an event of Chargebee${first === undefined ? '' : ` (${first.path.join('.') || 'body'}: ${first.message})`}`);
    }
    const { id, event_type: type, occurred_at: occurred } = envelope.data;
    const occurredAt = toDate(occurred);
    if (topicOf(type) === undefined || isNeedless(type, body)) return [{ type: 'ignored', platformType: type, occurredAt }];
    return [{ type: 'pointer', kind: 'event', refs: { event: id, eventType: type }, occurredAt }];
  },
};

/** Chargebee's own id, the same over all its retries; a body without one is known by its digest. */
const identityOf = (bytes: Uint8Array): string => {
  try {
    const envelope = envelopeShape.safeParse(readJson(bytes));
    if (envelope.success) return envelope.data.id;
  } catch {
    // Proven and unreadable: kept under its digest, for a person to look at.
  }
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
};

const readJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw unreadable('is not JSON in UTF-8');
  }
};

const unreadable = (what: string): PlatformError => new PlatformError(`The body ${what}.`, { code: 'unexpected_answer', reached: 'no' });
