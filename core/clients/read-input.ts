import type { z } from 'zod';
import { InvalidInput } from './refusals.js';

/** Shows a refused value in a message: JSON, cut short. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const pathOf = (base: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${String(step)}]` : text === '' ? String(step) : `${text}.${String(step)}`), base);

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined), value);

/**
 * Parses what a person entered. The schema's messages are expectations: "an integer between 1 and 8".
 * @throws InvalidInput for the first member that is wrong
 */
export const readInput = <T>(schema: z.ZodType<T>, value: unknown, base = ''): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw new InvalidInput({ param: base || 'input', found: shown(value), expected: 'valid' });
  if (issue.code === 'unrecognized_keys') {
    const param = pathOf(base, [...issue.path, issue.keys[0] ?? '']);
    throw new InvalidInput({ param, found: 'a member', expected: 'left out' }, `${param} is not a known member`);
  }
  throw new InvalidInput({ param: pathOf(base, issue.path) || 'input', found: shown(valueAt(value, issue.path)), expected: issue.message });
};
