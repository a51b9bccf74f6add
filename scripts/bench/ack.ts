/**
 * npm run bench:ack: how fast webhooks are acknowledged and how little a dead endpoint holds up the others, measured side by side in one run.
 * Needs nothing but this checkout; keeps its database in .bench/.
 */
import { measureAck } from './ack/measure-ack.js';
import { measureFairness } from './ack/measure-fairness.js';
import { startBenchDatabase } from './bench-database.js';
import { readOptions } from './options.js';
import { lastLine } from './verdict.js';

const sizes = {
  'requests': { what: 'webhooks of a round', whole: 2000, quick: 400 },
  'per-second': { what: 'webhooks a second in the open loop', whole: 500, quick: 100 },
  'events': { what: 'events of a round to healthy endpoints', whole: 500, quick: 100 },
  'backlog': { what: 'events waiting for the dead endpoint', whole: 1000, quick: 200 },
  'warm-up': { what: 'rounds that are not counted', whole: 2, quick: 1 },
  'rounds': { what: 'rounds that are counted', whole: 7, quick: 3 },
};

const options = readOptions('bench:ack', sizes, process.argv.slice(2));
if (options !== 'help') {
  const database = await startBenchDatabase(options.directory);
  const asked = { ...options.sizes, warmUp: options.sizes['warm-up'], perSecond: options.sizes['per-second'] };
  try {
    console.log(`Acknowledging webhooks and telling merchants. One database process (${database.directory}); every server is a process of its own.`);
    const verdicts = [...await measureAck(database, asked), await measureFairness(database, asked)];
    console.log(lastLine('bench:ack', verdicts));
  } finally {
    await database.stop();
  }
}
