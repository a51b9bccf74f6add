import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { headerNames } from './wire-names.js';

/**
 * The headers of one try, with both signatures of `body`.
 * `secrets` are whole signing secrets, the current one first; while an older one is still valid it stands last: the Standard
 * Webhooks header then carries a signature by each, the older header is still keyed by the old secret.
 * @throws Error when there is no secret.
 */
export const signDelivery = (delivery: { readonly id: string; readonly body: string; readonly sentAt: Date; readonly secrets: readonly string[] }): Record<string, string> => {
  const oldest = delivery.secrets.at(-1);
  if (oldest === undefined) throw new Error('The client has no signing secret; issue one, then replay the notification.');
  return {
    'content-type': 'application/json',
    [headerNames.bodySignature]: createHmac('sha256', oldest).update(delivery.body).digest('hex'),
    [headerNames.id]: delivery.id,
    [headerNames.timestamp]: String(Math.floor(delivery.sentAt.getTime() / 1000)),
    [headerNames.signature]: delivery.secrets.map((secret) => new Webhook(secret).sign(delivery.id, delivery.sentAt, delivery.body)).join(' '),
  };
};
