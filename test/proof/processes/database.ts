import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedMongo, type EmbeddedMongo } from '../../../scripts/embedded-mongo/index.js';
import type { Teardown } from '../../../scripts/demo/teardown.js';

/** A database server in a process of its own, that can be killed and comes back at the same address. */
export interface DatabaseProcess {
  /** Names a database of its own on this server. */
  uriOf(name: string): string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

const exitOf = (server: EmbeddedMongo): Promise<void> => new Promise((resolve) => { server.onExit(() => { resolve(); }); });

/** Starts it on files of its own, removed at the end. */
export const startDatabaseProcess = async (teardown: Teardown): Promise<DatabaseProcess> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'recovery-hub-proof-'));
  let server = await startEmbeddedMongo({ dataDir });
  await teardown.add(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    uriOf: (name) => server.uri.replace(/\/(\?|$)/, `/${name}$1`),
    kill: async () => {
      const gone = exitOf(server);
      process.kill(server.pid, 'SIGKILL');
      await gone;
    },
    startAgain: async () => { server = await startEmbeddedMongo({ dataDir }); },
  };
};
