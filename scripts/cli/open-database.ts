import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Settings } from '../../core/configuration/index.js';
import { connectStorage, type Storage } from '../../core/storage/index.js';
import { startEmbeddedMongo } from '../embedded-mongo/index.js';

/** A database for one command. */
export interface OpenDatabase {
  readonly storage: Storage;
  close(): Promise<void>;
}

const lockFile = z.object({ pid: z.int().positive(), uri: z.string().nullable() });
const TRIES = 20;

/**
 * Opens what the hub uses: the MongoDB of MONGODB_URI, else the embedded database of HUB_DATA_DIR, that of a running hub where there is one.
 * @throws Error when neither can be reached
 */
export const openDatabase = async ({ mongodbUri, dataDir }: Pick<Settings, 'mongodbUri' | 'dataDir'>): Promise<OpenDatabase> => {
  if (mongodbUri !== undefined) return connected(await connectStorage(mongodbUri, { poolSize: 5 }));
  for (let tried = 1; ; tried += 1) {
    const running = await openRunning(dataDir);
    if (running !== undefined) return running;
    try {
      return await startForOneCommand(dataDir);
    } catch (error) {
      // a hub that is just starting, or another command, holds the directory and does not answer yet
      if (tried === TRIES || runningUri(dataDir) === undefined) throw error;
      await wait(250);
    }
  }
};

const connected = (storage: Storage, after: () => Promise<void> = async () => undefined): OpenDatabase => ({
  storage,
  close: async () => {
    await storage.close();
    await after();
  },
});

/** The URI in the lock file of a living owner; null while it has none yet; undefined without an owner. */
const runningUri = (dataDir: string): string | null | undefined => {
  try {
    const lock = lockFile.parse(JSON.parse(readFileSync(join(dataDir, 'embedded-mongo.lock'), 'utf8')));
    process.kill(lock.pid, 0);
    return lock.uri;
  } catch {
    return undefined;
  }
};

const openRunning = async (dataDir: string): Promise<OpenDatabase | undefined> => {
  const uri = runningUri(dataDir);
  if (typeof uri !== 'string') return undefined;
  return connectStorage(uri, { selectionMs: 2_000, poolSize: 5 }).then(connected, () => undefined);
};

const startForOneCommand = async (dataDir: string): Promise<OpenDatabase> => {
  const server = await startEmbeddedMongo({ dataDir });
  try {
    return connected(await connectStorage(server.uri, { poolSize: 5 }), () => server.stop());
  } catch (error) {
    await server.stop();
    throw error;
  }
};
