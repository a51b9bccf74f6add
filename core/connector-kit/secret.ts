import { inspect } from 'node:util';
import { z } from 'zod';

/** A credential inside a config: encrypted at rest, opened only by `reveal()`, printed everywhere as `[secret]`. */
export interface Secret {
  /** The credential itself. Hand it to an SDK; keep it nowhere else. */
  reveal(): string;
  toJSON(): '[secret]';
  toString(): '[secret]';
}

const sealed = new WeakSet<object>();

/**
 * Wraps a credential so that JSON, `console`, loggers and string interpolation show `[secret]`. It has no enumerable member, so that a copy of it holds
 * nothing.
 */
export const sealSecret = (value: string): Secret => {
  const secretText = () => '[secret]' as const;
  const members = { reveal: () => value, toJSON: secretText, toString: secretText, [inspect.custom]: secretText };
  const hidden = Object.fromEntries(
    Reflect.ownKeys(members).map((key) => [key, { value: Reflect.get(members, key) as unknown, enumerable: false }]),
  );
  const wrapped: Secret = Object.freeze(Object.defineProperties({} as Secret, hidden));
  sealed.add(wrapped);
  return wrapped;
};

/** Whether a value was made by {@link sealSecret}, by this copy of the kit or another. */
export const isSecret = (value: unknown): value is Secret => {
  if (typeof value !== 'object' || value === null) return false;
  if (sealed.has(value)) return true;
  return 'reveal' in value && typeof value.reveal === 'function' && 'toJSON' in value && typeof value.toJSON === 'function';
};

const marked = z.registry<{ secret: true }>();

/**
 * A config member that holds a credential: text on the way in (1 to 4096 characters, no white space around it), a {@link Secret} afterwards.
 *
 * @example
 * const configSchema = z.strictObject({ apiKey: secret(), webhookSecret: secret().optional() });
 */
export const secret = () => {
  const schema = z
    .string()
    .min(1)
    .max(4096)
    .refine((text) => text === text.trim(), 'begins or ends with white space; enter it without (was it pasted with a line break?)')
    .transform(sealSecret);
  marked.add(schema, { secret: true });
  return schema;
};

/** Whether a schema was made by {@link secret}: the registry refuses credentials that are not. */
export const isSecretSchema = (schema: z.ZodType): boolean => marked.has(schema);
