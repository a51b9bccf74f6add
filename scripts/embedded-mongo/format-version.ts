import { decode, encode } from './engine/bsonx.js';
import type { Store } from './engine/store.js';

/** Raise it whenever files written by the old code would be misread by the new, or the other way round. */
export const FORMAT_VERSION = 1;
const KEY = Buffer.from('format');

/** Writes the format into a new directory, and refuses one that a newer version wrote. */
export const checkFormatVersion = async (store: Store, directory: string): Promise<void> => {
  const found: Buffer | undefined = store.meta.getBinary(KEY);
  const version: unknown = found && decode(found).version;
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    throw new Error(
      `The data directory ${directory} has format ${version}, written by a newer version of Recovery Hub; this version reads format ${FORMAT_VERSION}. ` +
        'Run that newer version, or give another data directory (HUB_DATA_DIR).',
    );
  }
  if (version !== FORMAT_VERSION) await store.write(() => void store.meta.put(KEY, Buffer.from(encode({ version: FORMAT_VERSION }))));
};
