import { format, inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { isSecret, isSecretSchema, sealSecret, secret } from './index.js';

const value = 'sk_test_51Hxyz';

describe('a sealed secret', () => {
  const sealed = sealSecret(value);

  test('gives its value only to reveal()', () => {
    expect(sealed.reveal()).toBe(value);
  });

  test.each([
    ['JSON', () => JSON.stringify({ key: sealed })],
    ['interpolation', () => `key=${sealed.toString()}`],
    ['concatenation', () => ['key', sealed].join('=')],
    ['inspect', () => inspect({ key: sealed }, { depth: 9, showHidden: true })],
    ['console format', () => format('%s %o %j %O', sealed, sealed, sealed, sealed)],
    ['a copy', () => JSON.stringify({ ...sealed })],
    ['a structured clone', () => JSON.stringify(structuredClone({ ...sealed }))],
    ['its keys', () => Object.keys(sealed).join()],
  ])('shows nothing in %s', (_, shown) => {
    expect(shown()).not.toContain(value);
  });

  test('cannot be changed', () => {
    expect(() => Object.assign(sealed, { reveal: () => 'other' })).toThrow(TypeError);
    expect(sealed.reveal()).toBe(value);
  });

  test('is told from what only looks like one', () => {
    expect(isSecret(sealed)).toBe(true);
    expect([value, null, undefined, {}, { reveal: value }, { reveal: () => value }].map(isSecret)).toStrictEqual(Array(6).fill(false));
  });
});

describe('a credential in a config schema', () => {
  const schema = z.strictObject({ apiKey: secret(), note: z.string().optional() });

  test('is text on the way in and sealed afterwards', () => {
    expect(schema.parse({ apiKey: value }).apiKey.reveal()).toBe(value);
  });

  test('is marked as one', () => {
    expect(isSecretSchema(schema.shape.apiKey)).toBe(true);
    expect(isSecretSchema(schema.shape.note)).toBe(false);
  });

  test.each([[''], ['a'.repeat(4097)], [` ${value}`], [`${value}\n`], [42], [null]])('refuses %j and never repeats it', (entered) => {
    const parsed = schema.safeParse({ apiKey: entered });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error)).not.toContain(value);
  });
});
