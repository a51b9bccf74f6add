import { createCardLedger, type CardLedger } from '../../core/cards/index.js';
import type { Clock } from '../../core/scheduling/index.js';
import type { Storage } from '../../core/storage/index.js';
import type { World } from './world.js';

type Stored = { readonly _id: string; readonly rev: number };

type Ledgers = World['ledgers'];

/** The product's card ledger over the ledgers of a world. Each of its operations is one compare-and-set, and so one step here. */
export interface LedgerStore {
  /** `name` says all that `act` does, so that what was done once to the same ledgers at the same time is not done again. */
  use<R>(world: World, name: string, act: (ledger: CardLedger) => Promise<R>): Promise<{ readonly world: World; readonly result: R }>;
}

export const createLedgerStore = (clock: Clock): LedgerStore => {
  let ledgers: Ledgers = {};
  const done = new WeakMap<Ledgers, Map<string, { readonly ledgers: Ledgers; readonly result: unknown }>>();
  const store = (document: Stored) => { ledgers = { ...ledgers, [document._id]: document }; };
  const collection = {
    // what is read is copied by the ledger before it is changed
    find: ({ _id }: { readonly _id: { readonly $in: readonly string[] } }) => ({ toArray: () => Promise.resolve(_id.$in.flatMap((id) => (ledgers[id] ? [ledgers[id]] : []))) }),
    insertOne: (document: Stored) => { store(document); return Promise.resolve({}); },
    insertMany: (documents: readonly Stored[]) => { documents.forEach(store); return Promise.resolve({}); },
    replaceOne: (_: unknown, document: Stored) => { store(document); return Promise.resolve({ matchedCount: 1 }); },
  };
  const ledger = createCardLedger({ storage: { collection: () => collection } as unknown as Storage, clock });
  return {
    use: async <R>(world: World, name: string, act: (ledger: CardLedger) => Promise<R>) => {
      const key = `${name}@${String(world.now)}`;
      const known = done.get(world.ledgers)?.get(key);
      if (known) return { world: known.ledgers === world.ledgers ? world : { ...world, ledgers: known.ledgers }, result: known.result as R };
      ledgers = world.ledgers;
      const result = await act(ledger);
      const all = done.get(world.ledgers) ?? new Map<string, { readonly ledgers: Ledgers; readonly result: unknown }>();
      done.set(world.ledgers, all.set(key, { ledgers, result }));
      return { world: { ...world, ledgers }, result };
    },
  };
};
