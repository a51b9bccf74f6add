import { LRUCache } from 'lru-cache';
import type { Storage } from '../storage/index.js';

interface EpochDocument { _id: 'clients'; v: 1; n: number }

/** What was read from the database, forgotten in every process within a second of a change. */
export interface EpochCache {
  /** The value kept under `key`, or what `load` answers. `undefined` is not kept. Rejects when the database cannot be reached. */
  get<T extends object>(key: string, load: () => Promise<T | undefined>): Promise<T | undefined>;
  /** To be called after every change. */
  bump(): Promise<void>;
}

const CHECK_MS = 1_000;
/** For a process that was killed between its change and the bump. */
const KEEP_MS = 60_000;

/** A cache governed by one document that every change counts up. `now` is real time in ms. */
export const createEpochCache = (storage: Storage, now: () => number = () => performance.now()): EpochCache => {
  const epochs = storage.collection<EpochDocument>('epochs');
  const kept = new LRUCache<string, object>({ max: 5_000, ttl: KEEP_MS });
  let known = -1;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;

  const check = async (): Promise<void> => {
    const startedAt = now();
    const found = await epochs.findOne({ _id: 'clients' });
    const current = found?.n ?? 0;
    if (current !== known) kept.clear();
    known = current;
    checkedAt = startedAt;
  };

  return {
    get: async <T extends object>(key: string, load: () => Promise<T | undefined>) => {
      if (now() - checkedAt >= CHECK_MS) {
        checking ??= check().finally(() => { checking = undefined; });
        await checking;
      }
      const cached = kept.get(key);
      if (cached !== undefined) return cached as T;
      const epoch = known;
      const loaded = await load();
      // read while a change went by: right for this caller, not to be kept
      if (loaded !== undefined && epoch === known) kept.set(key, loaded);
      return loaded;
    },
    bump: async () => {
      kept.clear();
      await epochs.updateOne({ _id: 'clients' }, { $inc: { n: 1 }, $setOnInsert: { v: 1 } }, { upsert: true });
      kept.clear();
      checkedAt = Number.NEGATIVE_INFINITY;
    },
  };
};
