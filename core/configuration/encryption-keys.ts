import type { EncryptionKey } from './settings.js';

const KEY_BYTES = 32;

/** Reads `id:base64,id:base64`; answers what is wrong in words that repeat no part of a key. */
export const parseEncryptionKeys = (text: string): { readonly keys: readonly EncryptionKey[] } | { readonly wrong: string } => {
  const keys: EncryptionKey[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const place = `entry ${String(index + 1)}`;
    const colon = entry.indexOf(':');
    if (colon < 0) return { wrong: `${place} has no id before a colon` };
    const id = entry.slice(0, colon).trim();
    const encoded = entry.slice(colon + 1).trim();
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id)) return { wrong: `${place} has an id that is not 1 to 32 letters, digits, - or _` };
    if (keys.some((key) => key.id === id)) return { wrong: `${place} repeats the id of an earlier entry` };
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return { wrong: `${place} is not standard base64 after its id` };
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== KEY_BYTES) return { wrong: `${place} has ${String(key.length)} bytes` };
    keys.push({ id, key });
  }
  return { keys };
};
