/**
 * Plays worlds one after the other in this process, whose time is simulated: `node worker.js <seed> <seed> …` or, with `--trace`, with everything that
 * happened. Prints one line of JSON per world.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedMongo } from '../../scripts/embedded-mongo/index.js';
import { simulateTime } from './simulated-time.js';
import type { WorldEnd } from './world-end.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { trace: { type: 'boolean', default: false } } });

/** Memory, where the system has a directory of it: what these databases hold is not to last. */
const memory = '/dev/shm';
const directory = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'worlds-'));
const server = await startEmbeddedMongo({ dataDir: join(directory, 'data') });
const databaseSocket = decodeURIComponent(/^mongodb:\/\/([^/]+)\//.exec(server.uri)?.[1] ?? '');

const time = simulateTime(new Date(Date.UTC(2040, 2, 5)));
const { playWorld } = await import('./play-world.js');

const say = (end: WorldEnd | { readonly seed: number; readonly broken: string }) => new Promise<void>((resolve) => {
  process.stdout.write(`${JSON.stringify(end)}\n`, () => { resolve(); });
});
/** An error of a hub that has died reaches nobody. */
const unheard: string[] = [];
process.on('unhandledRejection', (error) => { unheard.push(String(error)); });

try {
  for (const seed of positionals.map(Number)) {
    try {
      const end = await playWorld(seed, { time, databaseSocket, directory });
      const shown = values.trace || end.violations.length > 0 || end.unfinished.length > 0 ? end : { ...end, trace: [] };
      await say(shown);
    } catch (error) {
      await say({ seed, broken: error instanceof Error ? error.stack ?? error.message : String(error) });
    }
  }
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
