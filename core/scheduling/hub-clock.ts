import { duplicateKeyOf, type Storage } from '../storage/index.js';
import { createClock, type Clock } from './clock.js';

interface StoredClock { _id: 'clock'; v: 1; scale: number; origin: Date; advancedMs: number }

/** The same clock for a command: it fixes nothing. Where no hub has ever started on the database, that is real time. */
export const readHubClock = async (storage: Storage): Promise<Clock> => {
  const stored = await storage.collection<StoredClock>('hub_clock').findOne({ _id: 'clock' });
  return createClock({ scale: stored?.scale ?? 1, origin: stored?.origin ?? new Date(), advancedMs: stored?.advancedMs ?? 0 });
};

/**
 * The clock all processes on one database share: scale and origin are stored at the first start and kept.
 * @throws Error when `scale` is asked for and the database runs at another one.
 */
export const loadHubClock = async (storage: Storage, options: { readonly scale: number | undefined; readonly now?: () => Date }): Promise<Clock> => {
  const wallNow = options.now ?? (() => new Date());
  const clocks = storage.collection<StoredClock>('hub_clock');
  try {
    await clocks.updateOne({ _id: 'clock' }, { $setOnInsert: { v: 1, scale: options.scale ?? 1, origin: wallNow(), advancedMs: 0 } }, { upsert: true });
  } catch (error) {
    // another process has just stored it
    if (!duplicateKeyOf(error)) throw error;
  }
  const stored = await clocks.findOne({ _id: 'clock' });
  if (!stored) throw new Error('The hub clock could not be stored; check that the database accepts writes.');
  if (options.scale !== undefined && options.scale !== stored.scale) {
    throw new Error(`HUB_TIME_SCALE is ${options.scale}, but this database runs at ${stored.scale} since its first start. Set HUB_TIME_SCALE=${stored.scale}, or start with an empty database.`);
  }
  return createClock({ scale: stored.scale, origin: stored.origin, wallNow, advancedMs: stored.advancedMs });
};
