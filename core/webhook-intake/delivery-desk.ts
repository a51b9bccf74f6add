import type { Vault } from '../clients/index.js';
import type { Clock, Scheduler } from '../scheduling/index.js';
import type { Filter, Storage } from '../storage/index.js';
import type { DeliveryDocument, DeliveryState } from './delivery.model.js';
import { deliveryContext } from './seal-delivery.js';

/** Which deliveries are meant; what is left out means all. */
export interface WantedDeliveries { readonly clientId?: string; readonly connectionId?: string; readonly state?: DeliveryState }

/** A delivery as operators see it: without what the platform sent. `receivedAt` is wall time, the others hub time. */
export interface DeliveryView {
  readonly eventId: string;
  readonly clientId: string;
  readonly connectionId: string;
  readonly platform: string;
  readonly deliveryId: string;
  readonly state: DeliveryState;
  /** Why it waits: a word, and a sentence without secrets and card numbers. */
  readonly reason: string | null;
  readonly detail: string | null;
  readonly waitsFor: 'platform' | 'repair' | null;
  readonly deferrals: number;
  readonly receivedAt: Date;
  readonly nextAt: Date | null;
  readonly finishedAt: Date | null;
  readonly bytes: number;
}

/** The deliveries as operators handle them. */
export interface DeliveryDesk {
  /** Newest first. */
  list(wanted: WantedDeliveries & { readonly limit: number }): Promise<DeliveryView[]>;
  /** Makes a delivery due again, whatever became of it; told again, it is heard once. */
  replay(eventId: string): Promise<'accepted' | 'in_progress' | 'unknown'>;
  /** The same for all that are meant and not being worked on. Answers how many there are. */
  replayAll(wanted: WantedDeliveries & { readonly state: DeliveryState }): Promise<number>;
}

const dueAgain = (now: Date) => ({
  $set: { state: 'received' as const, nextAt: now, acceptedAt: now, deferrals: 0 }, $unset: { reason: '', sealedDetail: '', finishedAt: '', waitsFor: '' },
} as const);

/** A desk over the deliveries of a database. */
export const createDeliveryDesk = (options: {
  readonly storage: Storage; readonly scheduler: Pick<Scheduler, 'due'>; readonly vault: Pick<Vault, 'open'>; readonly clock: Clock;
}): DeliveryDesk => {
  const { scheduler, clock, vault } = options;
  const collection = options.storage.collection<DeliveryDocument>('deliveries');

  const filterOf = ({ clientId, connectionId, state }: WantedDeliveries): Filter<DeliveryDocument> => ({
    ...(clientId === undefined ? {} : { clientId }), ...(connectionId === undefined ? {} : { connectionId }), ...(state === undefined ? {} : { state }),
  });

  const detailOf = ({ _id, sealedDetail }: DeliveryDocument): string | null => {
    if (sealedDetail === undefined) return null;
    try {
      return vault.open(sealedDetail, deliveryContext(_id));
    } catch {
      return 'The sentence does not open with the encryption keys of this environment.';
    }
  };

  const viewOf = (document: DeliveryDocument): DeliveryView => ({
    eventId: document._id, clientId: document.clientId, connectionId: document.connectionId, platform: document.platform, deliveryId: document.deliveryId, state: document.state,
    reason: document.reason ?? null, detail: detailOf(document), waitsFor: document.waitsFor ?? null, deferrals: document.deferrals, receivedAt: document.receivedAt,
    nextAt: document.nextAt ?? null, finishedAt: document.finishedAt ?? null, bytes: document.bytes,
  });

  return {
    list: async ({ limit, ...wanted }) => (await collection.find(filterOf(wanted)).sort({ _id: -1 }).limit(limit).toArray()).map(viewOf),
    replay: async (eventId) => {
      const now = clock.hubNow();
      const after = await collection.findOneAndUpdate({ _id: eventId, v: 1, holder: null }, dueAgain(now), { returnDocument: 'after' });
      if (after) scheduler.due(after.lane, now);
      return after ? 'accepted' : await collection.findOne({ _id: eventId }, { projection: { _id: 1 } }) ? 'in_progress' : 'unknown';
    },
    replayAll: async (wanted) => {
      const filter: Filter<DeliveryDocument> = { ...filterOf(wanted), v: 1, holder: null };
      const lanes = await collection.distinct('lane', filter);
      const now = clock.hubNow();
      const { modifiedCount } = await collection.updateMany(filter, dueAgain(now));
      for (const lane of lanes) scheduler.due(lane, now);
      return modifiedCount;
    },
  };
};
