import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTeardown } from '../../scripts/demo/teardown.js';
import { startDatabaseProcess } from '../proof/processes/database.js';
import { playProcessWorld, type ProcessWorldEnd } from './process-world.js';

/** A world of processes that could not be played to its end. */
export interface BrokenProcessWorld { readonly seed: number; readonly broken: string }

/** Plays worlds of OS processes, `lanes` at once, each with a database server of its own. */
export const runProcessWorlds = async (order: {
  readonly seeds: readonly number[]; readonly lanes: number; readonly ended?: (end: ProcessWorldEnd | BrokenProcessWorld) => void;
}): Promise<readonly (ProcessWorldEnd | BrokenProcessWorld)[]> => {
  const directory = mkdtempSync(join(tmpdir(), 'process-worlds-'));
  const queue = [...order.seeds];
  const ends: (ProcessWorldEnd | BrokenProcessWorld)[] = [];
  const play = async (seed: number): Promise<ProcessWorldEnd | BrokenProcessWorld> => {
    const teardown = createTeardown();
    try {
      return await playProcessWorld(seed, { database: await startDatabaseProcess(teardown), directory: join(directory, String(seed)) });
    } catch (error) {
      return { seed, broken: error instanceof Error ? error.stack ?? error.message : String(error) };
    } finally { await teardown.finish(); }
  };
  const lane = async () => {
    for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
      const end = await play(seed);
      ends.push(end);
      order.ended?.(end);
    }
  };
  try {
    await Promise.all(Array.from({ length: order.lanes }, lane));
  } finally { rmSync(directory, { recursive: true, force: true }); }
  return ends;
};

/** Whether such a world is as it should be. */
export const processWorldHeld = (end: ProcessWorldEnd | BrokenProcessWorld): boolean => !('broken' in end) && end.violations.length === 0 && end.unfinished.length === 0;

/** Such a world in a line, or in many when something is wrong with it. */
export const renderProcessWorld = (end: ProcessWorldEnd | BrokenProcessWorld): readonly string[] => {
  if ('broken' in end) return [`process world ${String(end.seed)} could not be played: ${end.broken}`];
  const faults = Object.entries(end.faults).map(([kind, times]) => `${kind} × ${String(times)}`).join(', ');
  const head = `process world ${String(end.seed)}: ${String(end.cases)} cases, ${String(end.requests)} requests, ${String(end.charged)} charges, ${end.seconds.toFixed(1)} s; ${faults === '' ? 'no fault' : faults}`;
  if (processWorldHeld(end)) return [head];
  return [
    head, ...end.violations.map(({ law, what }) => `  law ${String(law)}: ${what}`), ...end.unfinished.map((what) => `  not at rest: ${what}`), ...end.trace.map((line) => `  ${line}`),
    ...end.violations.map(({ law, shownBy }) => `  law ${String(law)}: ${JSON.stringify(shownBy)}`),
  ];
};
