import { LRUCache } from 'lru-cache';

/** Remembers under which keys this process has sent something that may move money. */
export interface WriteMemory {
  /** How many requests went out under the key so far. */
  countOf(account: string, key: string): number;
  add(account: string, key: string, writes: number): void;
}

/** The last ten thousand keys; an attempt is resolved long before it is forgotten. */
export const createWriteMemory = (): WriteMemory => {
  const counts = new LRUCache<string, number>({ max: 10_000 });
  const idOf = (account: string, key: string): string => JSON.stringify([account, key]);
  return {
    countOf: (account, key) => counts.get(idOf(account, key)) ?? 0,
    add: (account, key, writes) => {
      const id = idOf(account, key);
      if (writes > 0) counts.set(id, (counts.get(id) ?? 0) + writes);
    },
  };
};
