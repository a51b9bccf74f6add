import { createHash } from 'node:crypto';
import type { Vault } from '../clients/index.js';
import type { Verdict, WebhookDelivery } from '../connector-kit/index.js';
import type { Clock } from '../scheduling/index.js';
import { newId } from '../storage/index.js';
import { deliveryLane, type DeliveryDocument } from './delivery.model.js';
import type { HoldMembers } from './in-hand.js';
import type { InboundConnection } from './inbound-connections.js';
import { sealDelivery } from './seal-delivery.js';

const keptMs = 30 * 86_400_000;
const longestId = 200;

/** Ids are kept short enough to be indexed. */
const indexable = (id: string): string => (id.length <= longestId ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`);

/** A proven webhook as it is stored. */
export const newDelivery = (facts: {
  readonly connection: InboundConnection; readonly verdict: Extract<Verdict, { genuine: true }>; readonly delivery: WebhookDelivery; readonly hold: HoldMembers;
  readonly vault: Pick<Vault, 'seal'>; readonly clock: Clock;
}): DeliveryDocument => {
  const { connection, verdict, delivery } = facts;
  const id = newId();
  const acceptedAt = facts.clock.hubNow();
  return {
    _id: id,
    v: 1,
    clientId: connection.clientId,
    connectionId: connection.connectionId,
    platform: connection.platform,
    lane: deliveryLane(connection.connectionId),
    deliveryId: indexable(verdict.deliveryId),
    ...(verdict.alsoKnownAs === undefined ? {} : { alsoKnownAs: indexable(verdict.alsoKnownAs) }),
    state: 'received',
    deferrals: 0,
    receivedAt: delivery.receivedAt,
    acceptedAt,
    expiresAt: facts.clock.wallAt(new Date(acceptedAt.getTime() + keptMs)),
    bytes: delivery.body.byteLength,
    sealed: sealDelivery(id, delivery, facts.vault),
    ...facts.hold,
  };
};
