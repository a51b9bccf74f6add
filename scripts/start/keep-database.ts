import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../core/observability/index.js';
import { startEmbeddedMongo, type EmbeddedMongo, type EmbeddedMongoExit } from '../embedded-mongo/index.js';
import { createRestartDelays } from './restart-delays.js';

/** The embedded database, kept running. */
export interface KeptDatabase {
  /** Stays the same over restarts. */
  readonly uri: string;
  /** Why there is no database any more: somebody ended it, or it cannot be started again. Pending while it is kept. */
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the embedded database and starts it again when it crashes or is killed; the core connects again by itself.
 * @throws Error in the database's own words when it cannot start: directory in use, not allowed, written by a newer version
 */
export const keepDatabase = async ({ dataDir, logger }: { readonly dataDir: string; readonly logger: Logger }): Promise<KeptDatabase> => {
  const delays = createRestartDelays();
  const stopping = new AbortController();
  let running = await startEmbeddedMongo({ dataDir });
  const { uri } = running;

  const keep = async (): Promise<string> => {
    for (;;) {
      const from = performance.now();
      const { code, signal } = await exitOf(running);
      if (stopping.signal.aborted) return 'It was stopped.';
      if (code === 0) return `Its process ${String(running.pid)} was asked to end.`;
      const waitMs = delays.after(performance.now() - from);
      logger.error({ pid: running.pid, code, signal }, `the embedded database has ended; it is started again in ${String(waitMs / 1000)} s`);
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return 'It was stopped.';
      running = await startEmbeddedMongo({ dataDir });
      if (running.uri !== uri) return 'It listens at another address now.';
    }
  };

  const lost = keep().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return {
    uri,
    lost,
    stop: async () => {
      stopping.abort();
      await running.stop();
      await lost;
      await running.stop();
    },
  };
};

const exitOf = (database: EmbeddedMongo): Promise<EmbeddedMongoExit> => new Promise((resolve) => { database.onExit(resolve); });
