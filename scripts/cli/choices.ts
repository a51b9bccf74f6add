import { UsageError } from './failures.js';

/** One of the words an option takes. @throws UsageError naming them all */
export const oneOf = <W extends string>(flag: string, found: string, words: readonly W[]): W => {
  const word = words.find((one) => one === found);
  if (word === undefined) throw new UsageError(`${flag} is "${found}"; it must be one of ${words.join(', ')}.`);
  return word;
};

/** How many rows a list shows. @throws UsageError */
export const limitOf = (found: string): number => {
  const limit = /^\d{1,4}$/.test(found) ? Number(found) : 0;
  if (limit < 1 || limit > 1000) throw new UsageError(`--limit is "${found}"; it must be a number from 1 to 1000.`);
  return limit;
};
