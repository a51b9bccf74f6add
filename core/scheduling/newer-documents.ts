import type { Collection } from '../storage/index.js';
import type { DueDocument } from './claim.js';

/** Told once of each kind of work, that documents of it are left to a newer version of the hub, with the format they have. */
export type OnNewer = (kind: string, format: number) => void;

/**
 * Looks for due documents that a newer version wrote, which nobody here claims. Only the one due first is looked at, so that a backlog costs nothing: what
 * nobody claims is soon the oldest.
 */
export const createNewerWatch = (told: OnNewer) => {
  const known = new Set<string>();
  return async ({ kind, collection }: { readonly kind: string; readonly collection: Collection<DueDocument> }, at: Date): Promise<void> => {
    if (known.has(kind)) return;
    const first = await collection.find({ nextAt: { $lte: at } }, { projection: { v: 1 } }).sort({ nextAt: 1 }).limit(1).next();
    const format: unknown = first && Reflect.get(first, 'v');
    if (typeof format !== 'number' || format <= 1 || known.has(kind)) return;
    known.add(kind);
    told(kind, format);
  };
};
