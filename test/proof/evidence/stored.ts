import type { Storage } from '../../../core/storage/index.js';
import type { Evidence } from '../laws/index.js';
import type { StoredCard, StoredCase, StoredDelivery, StoredNotification } from '../laws/evidence.js';

/** What the hub has written down: read, never written. */
export interface StoredWorld extends Pick<Evidence, 'cases' | 'notifications' | 'deliveries' | 'cards'> {
  /** What is still under way, in words; empty when all has come to rest. */
  readonly underWay: readonly string[];
}

interface Held { readonly holder: string | null }

const ends = ['succeeded', 'failed', 'blocked', 'cancelled'];

const ofCase = (stored: StoredCase & Held): readonly string[] => {
  if (stored.parkedAt) return [];
  const owed = Object.entries(stored.due).filter(([what]) => what !== 'watch' && !(what === 'step' && ends.includes(stored.status))).map(([what]) => what);
  return [
    ...(stored.holder === null ? [] : ['held']),
    ...(ends.includes(stored.status) ? [] : [stored.status]),
    ...(stored.outbox.length > 0 ? ['to be told'] : []),
    ...(stored.attempts.every(({ resolved }) => resolved) ? [] : ['an open attempt']),
    ...(owed.length > 0 ? [`owes ${owed.join(', ')}`] : []),
  ];
};

/** Reads it all. */
export const readStored = async ({ collection }: Pick<Storage, 'collection'>): Promise<StoredWorld> => {
  const [cases, notifications, deliveries, cards] = await Promise.all([
    collection<StoredCase & Held>('cases').find({}).toArray(),
    collection<StoredNotification & Held>('notifications').find({}, { projection: { body: 0 } }).toArray(),
    collection<StoredDelivery & Held>('deliveries').find({}, { projection: { sealed: 0 } }).toArray(),
    collection<StoredCard>('card_ledger').find({}).toArray(),
  ]);
  const underWay = [
    ...cases.flatMap((stored) => ofCase(stored).map((what) => `case ${stored._id}: ${what}`)),
    ...notifications.flatMap(({ _id, state, holder }) => (state === 'due' || holder !== null ? [`notification ${_id}: ${state}`] : [])),
    ...deliveries.flatMap(({ deliveryId, state, holder }) => (state === 'received' || holder !== null ? [`delivery ${deliveryId}: ${state}`] : [])),
  ];
  return { cases, notifications, deliveries, cards, underWay };
};
