import { join } from 'node:path';
import { createTeardown, type Teardown } from '../../../scripts/demo/teardown.js';
import { startDatabaseProcess, type DatabaseProcess } from '../processes/database.js';
import { playRun, type RunResult } from './play-run.js';
import type { Run } from './runs.js';

/** What a matrix tells while it is played. */
export interface MatrixEvents {
  began(run: Run): void;
  ended(result: RunResult): void;
}

/**
 * Plays runs, `lanes` at once, each world on a database of its own; the database server of a lane serves its worlds one after another, but a run that
 * kills the database has one for itself. Nothing is begun any more after `seconds`.
 */
export const playMatrix = async (
  runs: readonly Run[],
  options: { readonly lanes: number; readonly seconds: number; readonly directory: string; readonly teardown: Teardown; readonly struck: () => boolean },
  events: MatrixEvents,
): Promise<readonly RunResult[]> => {
  const until = performance.now() + options.seconds * 1000;
  const queue = [...runs.entries()];
  const results: RunResult[] = [];

  const play = async (at: number, run: Run, shared: DatabaseProcess): Promise<RunResult> => {
    const name = `run_${String(at + 1).padStart(3, '0')}`;
    const hands = { directory: join(options.directory, name), name };
    if (run.fault !== 'database') return playRun(run, { ...hands, database: shared });
    const own = createTeardown();
    try {
      return await playRun(run, { ...hands, database: await startDatabaseProcess(own) });
    } finally { await own.finish(); }
  };

  const lane = async (): Promise<void> => {
    const shared = await startDatabaseProcess(options.teardown);
    for (let next = queue.shift(); next !== undefined && performance.now() < until && !options.struck(); next = queue.shift()) {
      const [at, run] = next;
      events.began(run);
      const result = await play(at, run, shared);
      results.push(result);
      events.ended(result);
    }
  };

  await Promise.all(Array.from({ length: Math.min(options.lanes, runs.length) }, lane));
  return results;
};
