import { expected } from './expected.js';
import { createRandom } from '../../core/connector-kit/testing/index.js';

/** When a hub is to be killed: while it holds this row's case and its nth attempt has been written, some ms after that was first seen. */
export interface KillTarget { readonly row: number; readonly attempt: number; readonly delayMs: number }

const longestDelayMs = 90;

/** Two moments of two different rows, chosen by the seed. */
export const planKills = (seed: number): readonly KillTarget[] => {
  const random = createRandom(seed);
  const moments = expected.flatMap(({ row, attempts }) => Array.from({ length: attempts }, (_, index) => ({ row, attempt: index + 1 })));
  const choose = (from: typeof moments) => from[Math.floor(random() * from.length)];
  const first = choose(moments);
  const second = choose(moments.filter(({ row }) => row !== first?.row));
  return [first, second].flatMap((moment) => (moment === undefined ? [] : [{ ...moment, delayMs: Math.floor(random() * longestDelayMs) }]));
};
