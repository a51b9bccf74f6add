import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../core/observability/index.js';
import { exitCodes } from '../hub/exit-codes.js';
import type { ReadyMessage } from '../hub/ready-message.js';
import { startCore, type CoreProcess } from './core-process.js';
import { createRestartDelays } from './restart-delays.js';

/** A core that is kept running. */
export interface SupervisedCore {
  /** `refused`: a person has to change something first, and the core has said what. */
  readonly ended: Promise<'asked' | 'refused'>;
  /** Asks it to finish what it has in hand, waits until it is gone, and kills it when that takes longer than `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
}

/** Runs the core, again and again when it fails or is killed, with a growing pause. */
export const superviseCore = (options: {
  readonly environment: NodeJS.ProcessEnv; readonly logger: Logger; readonly onReady: (ready: ReadyMessage) => void;
}): SupervisedCore => {
  const { logger } = options;
  const delays = createRestartDelays();
  const stopping = new AbortController();
  let core: CoreProcess | undefined;

  const run = async (): Promise<'asked' | 'refused'> => {
    while (!stopping.signal.aborted) {
      const from = performance.now();
      core = startCore(options.environment, options.onReady);
      const { code, signal } = await core.ended;
      if (code === exitCodes.asked) return 'asked';
      if (code === exitCodes.refused) return 'refused';
      if (stopping.signal.aborted) break;
      const waitMs = delays.after(performance.now() - from);
      logger.error({ pid: core.pid, code, signal }, `the core has ended; it is started again in ${String(waitMs / 1000)} s`);
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return 'asked';
  };

  const ended = run();
  return {
    ended,
    stop: async (patienceMs) => {
      stopping.abort();
      core?.end(patienceMs);
      await ended;
    },
  };
};
