import { randomFillSync } from 'node:crypto';
import { ulid } from 'ulid';

const pool = new Uint32Array(1024);
let used = pool.length;

/** Random numbers from 0 to below 1, drawn from the system many at a time: one by one they cost more than everything else about an id. */
const random = (): number => {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const drawn = pool[used] ?? 0;
  pool[used] = 0;
  used += 1;
  return drawn / 2 ** 32;
};

/** A new ULID for a document. */
export const newId = (): string => ulid(undefined, random);
