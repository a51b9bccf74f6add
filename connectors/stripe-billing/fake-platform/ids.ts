import type { Random } from './random.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Mints ids of Stripe's look (`in_1Fk…`): unique by a counter, repeatable by the seed. */
export type MintId = (prefix: string) => string;

export const createIds = (random: Random): MintId => {
  let counter = 0;
  return (prefix) => {
    counter += 1;
    const tail = Array.from({ length: 14 }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? '0').join('');
    return `${prefix}_1Fk${counter.toString(36).padStart(5, '0')}${tail}`;
  };
};
