/**
 * `npm run worlds`: plays seeded worlds and judges them. `-- --count 1000 --from 1`, or `-- --seed 42` for one with everything that happened in it.
 * `-- --processes 30` plays worlds whose hubs, database and fakes are processes of their own instead. Exit code 1 when a law was broken or a world did not
 * come to rest.
 */
import { parseArgs } from 'node:util';
import { renderFailure, renderWorlds } from './render-worlds.js';
import { processWorldHeld, renderProcessWorld, runProcessWorlds } from './run-process-worlds.js';
import { held, runWorlds } from './run-worlds.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' }, seed: { type: 'string', multiple: true }, lanes: { type: 'string', default: '2' },
    plant: { type: 'string' }, processes: { type: 'string' },
  },
});
const from = Number(values.from);
const seeds = values.seed ? values.seed.map(Number) : Array.from({ length: Number(values.count) }, (_, n) => from + n);
if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0)) {
  process.stderr.write('--seed, --from and --count are whole numbers.\n');
  process.exit(2);
}
const say = (lines: readonly string[]) => { process.stdout.write(`${lines.join('\n')}\n`); };

if (values.processes !== undefined) {
  const ends = await runProcessWorlds({
    seeds: values.seed ? seeds : Array.from({ length: Number(values.processes) }, (_, n) => from + n), lanes: Number(values.lanes), ended: (end) => { say(renderProcessWorld(end)); },
  });
  const missed = ends.filter((end) => !processWorldHeld(end));
  say([`${String(ends.length)} worlds of processes: ${missed.length === 0 ? 'all of them held' : `${String(missed.length)} failed: seeds ${missed.map(({ seed }) => String(seed)).join(', ')}`}.`]);
  process.exit(missed.length === 0 ? 0 : 1);
}

const report = await runWorlds({
  seeds, lanes: Number(values.lanes), ...(values.seed ? { trace: 'kept' } : {}), ...(values.plant === undefined ? {} : { plant: values.plant }),
  ended: (end) => {
    if (!held(end) || values.seed) say(renderFailure(end, values.seed ? 'all' : 'heads'));
  },
});
say(renderWorlds(report));
process.exitCode = report.failed.length === 0 ? 0 : 1;
