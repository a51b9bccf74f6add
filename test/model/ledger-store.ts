import { createCardLedger, type CardLedger } from '../../core/cards/index.js';
import type { Clock } from '../../core/scheduling/index.js';
import type { Storage } from '../../core/storage/index.js';
import type { World } from './world.js';

type Stored = { readonly _id: string; readonly rev: number };

const copy = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(copy) as T;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copy(one)])) as T;
};

/** The product's card ledger over the ledgers of a world. Each of its operations is one compare-and-set, and so one step here. */
export interface LedgerStore {
  use<R>(world: World, act: (ledger: CardLedger) => Promise<R>): Promise<{ readonly world: World; readonly result: R }>;
}

export const createLedgerStore = (clock: Clock): LedgerStore => {
  let ledgers: Readonly<Record<string, object>> = {};
  const collection = {
    findOne: ({ _id }: { readonly _id: string }) => Promise.resolve(copy(ledgers[_id]) ?? null),
    insertOne: (document: Stored) => { ledgers = { ...ledgers, [document._id]: document }; return Promise.resolve({}); },
    replaceOne: (_: unknown, document: Stored) => { ledgers = { ...ledgers, [document._id]: document }; return Promise.resolve({ matchedCount: 1 }); },
  };
  const ledger = createCardLedger({ storage: { collection: () => collection } as unknown as Storage, clock });
  return {
    use: async (world, act) => {
      ledgers = world.ledgers;
      const result = await act(ledger);
      return { world: { ...world, ledgers }, result };
    },
  };
};
