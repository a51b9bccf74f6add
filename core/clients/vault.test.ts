import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createVault, VaultError } from './index.js';

const key = (id: string, fill: number) => ({ id, key: Buffer.alloc(32, fill) });

describe('the vault', () => {
  const vault = createVault([key('k1', 1)]);

  it('opens what it sealed, whatever it was', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, context) => {
      expect(vault.open(vault.seal(plain, context), context)).toBe(plain);
    }));
  });

  it('makes an envelope of five parts that repeats nothing, never the same twice', () => {
    const [one, two] = [vault.seal('sk_test_abc', 'a'), vault.seal('sk_test_abc', 'a')];
    expect(one).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
    expect(one).not.toContain('sk_test');
    expect(one).not.toBe(two);
  });

  it('refuses an envelope in another context, and each altered part, without its content', () => {
    const sealed = vault.seal('sk_test_abc', 'clients/1');
    expect(() => vault.open(sealed, 'clients/2')).toThrow(/does not open with encryption key "k1"/);
    const parts = sealed.split('.');
    for (const at of [2, 3, 4]) {
      const flipped = parts.map((part, index) => (index === at ? `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}` : part)).join('.');
      expect(() => vault.open(flipped, 'clients/1')).toThrow(VaultError);
    }
    expect(() => vault.open(parts.slice(0, 4).join('.'), 'clients/1')).toThrow(/is no envelope/);
    expect(() => vault.open('sk_live_plain', 'clients/1')).toThrow(/^The stored value is no envelope of this vault \(v1\.<keyId>/);
  });

  it('refuses a shortened tag', () => {
    const [version, id, iv, tag = '', text] = vault.seal('secret', 'a').split('.');
    expect(() => vault.open([version, id, iv, tag.slice(0, 6), text].join('.'), 'a')).toThrow(VaultError);
  });

  it('names an unknown key and those it knows', () => {
    const sealed = createVault([key('older', 2)]).seal('x', 'a');
    expect(() => vault.open(sealed, 'a')).toThrow(
      'The stored value was sealed with encryption key "older", which HUB_ENCRYPTION_KEYS does not list (it lists k1). Add that key behind the others.',
    );
  });

  it('says when another key stands under the same id', () => {
    const sealed = createVault([key('k1', 9)]).seal('x', 'a');
    expect(() => vault.open(sealed, 'a')).toThrow(/the key under this id was replaced/);
  });

  it('seals with the first key and opens with all; digests stay when a new key is put first', () => {
    const rotated = createVault([key('k2', 2), key('k1', 1)]);
    expect(rotated.keyIds).toEqual(['k2', 'k1']);
    expect(rotated.open(vault.seal('old', 'a'), 'a')).toBe('old');
    expect(rotated.seal('new', 'a').split('.')[1]).toBe('k2');
    expect(() => vault.open(rotated.seal('new', 'a'), 'a')).toThrow(/"k2"/);
    expect(rotated.digest('a@b.example')).toBe(vault.digest('a@b.example'));
    expect(vault.digest('a@b.example')).toMatch(/^[0-9a-f]{64}$/);
    expect(createVault([key('k2', 2)]).digest('a@b.example')).not.toBe(vault.digest('a@b.example'));
  });

  it('is not made without a key, with one twice, or with a short one', () => {
    expect(() => createVault([])).toThrow(/needs an encryption key/);
    expect(() => createVault([key('a', 1), key('a', 2)])).toThrow(/Encryption key a is listed twice/);
    expect(() => createVault([{ id: 'a', key: Buffer.alloc(16) }])).toThrow('Encryption key a has 16 bytes; expected 32.');
  });
});
