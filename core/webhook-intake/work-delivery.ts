import type { Vault } from '../clients/index.js';
import type { Checkpoint, Logger } from '../observability/index.js';
import type { Clock, Scheduler } from '../scheduling/index.js';
import type { Collection } from '../storage/index.js';
import type { DeliveryDocument } from './delivery.model.js';
import { markDelivery, renewDelivery, type Understanding } from './delivery-writes.js';
import type { Outages } from './outages.js';
import type { createUnderstandDelivery, Proven } from './understand-delivery.js';

const pulledAtMostEveryMs = 120_000;

/** What may be logged of it: a sentence may quote what could not be read. */
const wordsOf = (understanding: Understanding) => ({ state: understanding.state, ...('reason' in understanding ? { reason: understanding.reason } : {}) });

/** Works on a delivery that is held: understands it and marks it, renewing the hold while calls are under way. */
export const createWorkDelivery = (options: {
  readonly collection: Collection<DeliveryDocument>; readonly understand: ReturnType<typeof createUnderstandDelivery>;
  readonly scheduler: Pick<Scheduler, 'due'>; readonly vault: Vault; readonly clock: Clock; readonly leaseMs: number; readonly logger: Logger;
  readonly checkpoint: Checkpoint; readonly outages: Pick<Outages, 'isAway'>;
}) => {
  const { collection, clock, scheduler, leaseMs, logger } = options;

  const keepHold = (document: DeliveryDocument): (() => void) => {
    const timer = setInterval(() => {
      const write = renewDelivery(document, new Date(clock.wallNow().getTime() + leaseMs), clock);
      collection.updateOne(write.filter, write.update).catch((error: unknown) => { logger.warn({ deliveryId: document._id, err: error }, 'a delivery could not be renewed'); });
    }, leaseMs / 3).unref();
    return () => { clearInterval(timer); };
  };

  /** The platform answers again: what waited for it is due now, each at most every two minutes. */
  const pullDeferred = async (lane: string) => {
    const now = clock.hubNow();
    const pulled = await collection.updateMany({
      lane, v: 1, holder: null, state: 'deferred', waitsFor: 'platform', nextAt: { $gt: now },
      $or: [{ pulledAt: { $exists: false } }, { pulledAt: { $lte: new Date(now.getTime() - pulledAtMostEveryMs) } }],
    }, { $set: { nextAt: now, pulledAt: now } });
    if (pulled.modifiedCount > 0) scheduler.due(lane, now);
  };

  /** @throws the database's error; the delivery then comes back when its lease ends */
  return async (document: DeliveryDocument, proven?: Proven): Promise<void> => {
    const letGo = keepHold(document);
    try {
      // one that was proved just now is begun in the turn after its acknowledgement
      if (proven) await options.checkpoint('acknowledged', document._id);
      const { understanding, api } = await options.understand(document, proven);
      if (understanding.state === 'understood') await options.checkpoint('signalled', document._id);
      const write = markDelivery(document, understanding, options);
      const { matchedCount } = await collection.updateOne(write.filter, write.update);
      if (matchedCount === 0) return;
      if (write.nextAt) scheduler.due(document.lane, write.nextAt);
      // who was held back may have been written down just after the platform came back
      const missedIt = understanding.state === 'deferred' && understanding.asked === 'no' && options.outages.isAway(document.lane) === 'no';
      if (api === 'answered' || missedIt) await pullDeferred(document.lane);
      const line = { deliveryId: document._id, connectionId: document.connectionId, clientId: document.clientId, ...wordsOf(understanding) };
      if (understanding.state === 'parked' || understanding.state === 'not_understood') logger.warn(line, 'a delivery waits for a person');
      else logger.debug(line, 'delivery');
    } finally { letGo(); }
  };
};

/** A delivery five processes died with is put aside for a person. */
export const parkPoison = async (document: DeliveryDocument, tools: {
  readonly collection: Collection<DeliveryDocument>; readonly clock: Clock; readonly vault: Vault; readonly logger: Logger;
}): Promise<void> => {
  const write = markDelivery(document, { state: 'parked', reason: 'poison', detail: 'Five processes in a row ended while they worked on it. Their last log lines, and what started them again, may say why.' }, tools);
  await tools.collection.updateOne(write.filter, write.update);
  tools.logger.error({ deliveryId: document._id, connectionId: document.connectionId }, 'a delivery is put aside: processes ended while they worked on it');
};
