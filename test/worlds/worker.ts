/**
 * Plays worlds one after the other in this process, whose time is simulated: `node worker.js <seed> <seed> …`; with `--trace` everything that happened is
 * told also of worlds that held, with `--plant <name>` a violation is planted in each. Tells the process that forked it of every world, else prints a line
 * of JSON.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedMongo } from '../../scripts/embedded-mongo/index.js';
import { simulateTime } from './simulated-time.js';
import type { WorldEnd } from './world-end.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { trace: { type: 'boolean', default: false }, plant: { type: 'string' }, edition: { type: 'string' } } });

/** Memory, where the system has a directory of it: what these databases hold is not to last. */
const memory = '/dev/shm';
const directory = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'worlds-'));
const server = await startEmbeddedMongo({ dataDir: join(directory, 'data') });
const databaseSocket = decodeURIComponent(/^mongodb:\/\/([^/]+)\//.exec(server.uri)?.[1] ?? '');

const time = simulateTime(new Date(Date.UTC(2040, 2, 5)));
const { playWorld } = await import('./play-world.js');
const { plants } = await import('./plants.js');
const plant = values.plant === undefined ? undefined : plants[values.plant];
if (values.plant !== undefined && !plant) throw new Error(`--plant is "${values.plant}"; expected one of ${Object.keys(plants).join(', ')}.`);

const say = (end: WorldEnd | { readonly seed: number; readonly broken: string }) => new Promise<void>((resolve) => {
  if (process.send) process.send(end, () => { resolve(); });
  else process.stdout.write(`${JSON.stringify(end)}\n`, () => { resolve(); });
});
/** An error of a hub that has died reaches nobody. */
process.on('unhandledRejection', () => undefined);
process.on('disconnect', () => { process.exit(0); });

try {
  for (const seed of positionals.map(Number)) {
    try {
      const end = await playWorld(seed, { time, databaseSocket, directory, plant, edition: values.edition === 'first' ? 'first' : 'newest' });
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
