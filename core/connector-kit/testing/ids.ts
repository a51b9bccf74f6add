import type { Random } from './random.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Mints an id `<prefix>_<mark><counter><tail>`, without the underscore where the prefix is empty. */
export type MintId = (prefix: string) => string;

/** The look of a platform's ids: what each begins with after its prefix, and how many random letters and digits end it. */
export interface IdShape {
  readonly mark: string;
  readonly tail: number;
}

/** Ids that are unique by a counter and repeatable by the seed. */
export const createIds = (random: Random, { mark, tail }: IdShape): MintId => {
  let counter = 0;
  return (prefix) => {
    counter += 1;
    const ending = Array.from({ length: tail }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? '0').join('');
    return `${prefix}${prefix === '' ? '' : '_'}${mark}${counter.toString(36).padStart(5, '0')}${ending}`;
  };
};
