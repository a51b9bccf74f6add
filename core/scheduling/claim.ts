import { randomUUID } from 'node:crypto';
import type { Collection, Filter, UpdateFilter, WithId } from '../storage/index.js';
import type { Clock } from './clock.js';

/** What a document carries that has something to do at a time. `nextAt` is hub time, `leaseUntil` wall time. */
export interface DueDocument {
  _id: string;
  lane?: string;
  nextAt?: Date;
  holder: string | null;
  leaseUntil?: Date;
  fence: number;
  strikes: number;
}

/** On what terms this process claims. */
export interface LeaseTerms {
  readonly clock: Clock;
  /** How long a document stays held by a process that no longer renews. */
  readonly leaseMs: number;
  /** Whether it may claim now; always when left out. Leases are read by several processes, so one whose clock is wrong claims nothing. */
  readonly claims?: () => 'yes' | 'no';
}

const mayClaim = (terms: LeaseTerms): 'yes' | 'no' => terms.claims?.() ?? 'yes';

/** Whose hold it is: a write under it matches only while nobody has claimed the document since. */
export interface Hold { readonly holder: string; readonly fence: number }

const free = (wall: Date) => ({ $or: [{ holder: null }, { leaseUntil: { $lte: wall } }] });

const taking = (claimId: string, terms: LeaseTerms) => {
  const leaseUntil = new Date(terms.clock.wallNow().getTime() + terms.leaseMs);
  return { $set: { holder: claimId, leaseUntil, nextAt: terms.clock.hubAt(leaseUntil) }, $inc: { fence: 1, strikes: 1 } };
};

/**
 * Claims up to `limit` due documents of a lane in one update. The condition stands in the find and again in the update,
 * so that of two processes one gets each document. Documents with strikes are left to {@link claimStruck}.
 */
export const claimDue = async <T extends DueDocument>(
  collection: Collection<T>, terms: LeaseTerms, wanted: { readonly lane: string; readonly limit: number },
): Promise<WithId<T>[]> => {
  if (mayClaim(terms) === 'no') return [];
  const claimId = randomUUID();
  const condition = { lane: wanted.lane, v: 1, nextAt: { $lte: terms.clock.hubNow() }, strikes: 0, ...free(terms.clock.wallNow()) };
  const found = await collection.find(condition as unknown as Filter<T>, { projection: { _id: 1 } }).sort({ nextAt: 1 }).limit(wanted.limit).toArray();
  if (found.length === 0) return [];
  const ids = found.map((document) => document._id);
  await collection.updateMany({ ...condition, _id: { $in: ids } } as unknown as Filter<T>, taking(claimId, terms) as unknown as UpdateFilter<T>);
  return collection.find({ _id: { $in: ids }, holder: claimId } as unknown as Filter<T>).sort({ nextAt: 1 }).toArray();
};

const struck = (terms: LeaseTerms, lane: string) => ({ lane, v: 1, nextAt: { $lte: terms.clock.hubNow() }, strikes: { $gt: 0 }, ...free(terms.clock.wallNow()) });

/** Whether {@link claimStruck} would find one. */
export const hasStruck = async <T extends DueDocument>(collection: Collection<T>, terms: LeaseTerms, wanted: { readonly lane: string }): Promise<'yes' | 'no'> =>
  (mayClaim(terms) === 'yes' && (await collection.findOne(struck(terms, wanted.lane) as unknown as Filter<T>, { projection: { _id: 1 } })) ? 'yes' : 'no');

/** Claims the one due document of a lane that a process died with before; it is run alone. */
export const claimStruck = async <T extends DueDocument>(
  collection: Collection<T>, terms: LeaseTerms, wanted: { readonly lane: string },
): Promise<WithId<T> | null> => {
  if (mayClaim(terms) === 'no') return null;
  const condition = struck(terms, wanted.lane);
  return collection.findOneAndUpdate(condition as unknown as Filter<T>, taking(randomUUID(), terms) as unknown as UpdateFilter<T>, {
    sort: { nextAt: 1 }, returnDocument: 'after',
  });
};

/** So many processes may end with a document in hand; then it is put aside. */
export const strikesBeforeParking = 5;

/** Claims one document by its id whether due or not; null when another process holds it, when so many have ended with it that it is put aside, or when this one may not claim. */
export const claimById = async <T extends DueDocument>(collection: Collection<T>, terms: LeaseTerms, id: string): Promise<WithId<T> | null> => {
  if (mayClaim(terms) === 'no') return null;
  const condition = { _id: id, v: 1, strikes: { $lte: strikesBeforeParking - 1 }, ...free(terms.clock.wallNow()) };
  return collection.findOneAndUpdate(condition as unknown as Filter<T>, taking(randomUUID(), terms) as unknown as UpdateFilter<T>, { returnDocument: 'after' });
};
