import { inspect } from 'node:util';
import { z } from 'zod';

/** A credential inside a config: encrypted at rest, opened only by `reveal()`, printed everywhere as `[secret]`. */
export interface Secret {
  reveal(): string;
  toJSON(): '[secret]';
}

/** Wraps a credential so that logging, JSON and string interpolation show `[secret]`. */
export const sealSecret = (value: string): Secret => {
  const sealed = { reveal: () => value, toJSON: () => '[secret]' as const, toString: () => '[secret]', [inspect.custom]: () => '[secret]' };
  return Object.freeze(Object.defineProperties({} as typeof sealed, Object.fromEntries(
    Reflect.ownKeys(sealed).map((key) => [key, { value: Reflect.get(sealed, key), enumerable: false }]),
  ) as PropertyDescriptorMap));
};

const marked = z.registry<{ secret: true }>();

/** A config member that holds a credential: a string on the way in, a {@link Secret} afterwards. */
export const secret = () => {
  const schema = z.string().min(1).max(4096).transform(sealSecret);
  marked.add(schema, { secret: true });
  return schema;
};

/** Whether a schema was made by {@link secret}: the registry refuses credentials that are not. */
export const isSecretSchema = (schema: z.ZodType): boolean => marked.has(schema);
