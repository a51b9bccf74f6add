import { createHash } from 'node:crypto';
import { createIds, createRandom } from '../../../core/connector-kit/testing/index.js';

/** Recurly's ids: 13 small letters and digits at most, and 32 hexadecimal digits. */
export interface Mint {
  id(): string;
  uuid(): string;
}

export const createMint = (seed: number): Mint => {
  const mint = createIds(createRandom(seed), { mark: 'r', tail: 6 });
  const id = (): string => mint('').toLowerCase();
  return { id, uuid: () => createHash('sha256').update(`${seed} ${id()}`).digest('hex').slice(0, 32) };
};
