import type { Random } from './random.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Mints ids of Chargebee's look (`txn_3Nl…`, bare for customers): unique by a counter, repeatable by the seed. */
export type MintId = (prefix: string) => string;

export const createIds = (random: Random): MintId => {
  let counter = 0;
  return (prefix) => {
    counter += 1;
    const tail = Array.from({ length: 8 }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? '0').join('');
    return `${prefix}${prefix === '' ? '' : '_'}3Nl${counter.toString(36).padStart(5, '0')}${tail}`;
  };
};
