import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { EncryptionKey } from '../configuration/index.js';

/** Seals secrets and personal data, and makes keyed digests to find them by. */
export interface Vault {
  /** Encrypts under the first key. `context` names where the value belongs; it opens only with the same. */
  seal(plain: string, context: string): string;
  /** @throws VaultError when the key is unknown, the value was altered, or `context` is another. The message repeats nothing of the value. */
  open(sealed: string, context: string): string;
  /** HMAC-SHA-256, hex, for looking up what is stored sealed. Stable as long as the oldest key stays the last one listed. */
  digest(text: string): string;
  /** Ids of the keys, first the one that seals. */
  readonly keyIds: readonly string[];
}

/** A sealed value that does not open. Tells why without its content. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

const VERSION = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM envelopes `v1.<keyId>.<iv>.<tag>.<ciphertext>` (base64url) with the context as additional data. To rotate, put a new key first and keep
 * the old ones: the first key seals, all open. Digests come (by HKDF) from the LAST key of the list, so that a new first key leaves them unchanged:
 * keep the oldest key at the end for as long as digests shall be found.
 * @throws Error when there is no key, an id is used twice, or a key has not 32 bytes
 */
export const createVault = (keys: readonly EncryptionKey[]): Vault => {
  const [first] = keys;
  const oldest = keys.at(-1);
  if (first === undefined || oldest === undefined) throw new Error('The vault needs an encryption key; set HUB_ENCRYPTION_KEYS.');
  const known = new Map<string, Buffer>();
  for (const { id, key } of keys) {
    if (known.has(id)) throw new Error(`Encryption key ${id} is listed twice in HUB_ENCRYPTION_KEYS; every key needs an id of its own.`);
    if (key.length !== 32) throw new Error(`Encryption key ${id} has ${String(key.length)} bytes; expected 32.`);
    known.set(id, Buffer.from(key));
  }
  const sealing = Buffer.from(first.key);
  const digestKey = Buffer.from(hkdfSync('sha256', oldest.key, Buffer.alloc(0), 'recovery-hub digest v1', 32));
  const keyIds = [...known.keys()];
  const headOf = (id: string) => `${VERSION}.${id}`;

  return Object.freeze({
    keyIds,
    seal: (plain: string, context: string) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context));
      const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [headOf(first.id), iv.toString('base64url'), cipher.getAuthTag().toString('base64url'), ciphertext.toString('base64url')].join('.');
    },
    open: (sealed: string, context: string) => {
      const [version, id, iv, tag, ciphertext, ...rest] = sealed.split('.');
      if (version !== VERSION || id === undefined || iv === undefined || tag === undefined || ciphertext === undefined || rest.length > 0) {
        throw new VaultError('The stored value is no envelope of this vault (v1.<keyId>.<iv>.<tag>.<ciphertext>).');
      }
      const key = known.get(id);
      if (key === undefined) {
        const shown = /^[A-Za-z0-9_-]{1,32}$/.test(id) ? `"${id}"` : 'with an unreadable id';
        throw new VaultError(`The stored value was sealed with encryption key ${shown}, which HUB_ENCRYPTION_KEYS does not list (it lists ${keyIds.join(', ')}). Add that key behind the others.`);
      }
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(context));
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]).toString('utf8');
      } catch {
        throw new VaultError(`The stored value does not open with encryption key "${id}": it was altered, belongs to another record, or the key under this id was replaced.`);
      }
    },
    digest: (text: string) => createHmac('sha256', digestKey).update(text, 'utf8').digest('hex'),
  });
};
