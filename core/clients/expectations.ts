import { z } from 'zod';

/** Schemas whose message is the expectation, so that `readInput` can say "… must be …". */
export const integerBetween = (least: number, most: number) => {
  const error = `an integer between ${String(least)} and ${String(most)}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

/** true or false, nothing that looks like it. */
export const trueOrFalse = () => z.boolean({ error: 'true or false' });

/** One of the words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: values.length === 1 ? `"${values[0]}"` : `one of ${values.slice(0, -1).join(', ')} or ${String(values.at(-1))}` });

/** A text of limited length that is not blank. */
export const textUpTo = (most: number) => {
  const error = `a text of 1 to ${String(most)} characters`;
  return z.string({ error }).trim().min(1, { error }).max(most, { error });
};
