/**
 * npm run bench:ack: how fast webhooks are acknowledged and how little a dead endpoint holds up the others, measured side by side in one run.
 * Needs nothing but this checkout; keeps its database in .bench/.
 */
import { measureAck } from './ack/measure-ack.js';
import { measureFairness } from './ack/measure-fairness.js';
import { runBench } from './run-bench.js';
import { lastLine } from './verdict.js';

const sizes = {
  'requests': { what: 'webhooks of a round', whole: 2000, quick: 400 },
  'per-second': { what: 'webhooks a second in the open loop', whole: 500, quick: 100 },
  'events': { what: 'events of a round to healthy endpoints', whole: 500, quick: 100 },
  'backlog': { what: 'events waiting for the dead endpoint', whole: 1000, quick: 200 },
  'warm-up': { what: 'rounds that are not counted', whole: 2, quick: 1 },
  'rounds': { what: 'rounds that are counted', whole: 7, quick: 3 },
};

await runBench('bench:ack', sizes, async (database, asked) => {
  const rounds = { ...asked, warmUp: asked['warm-up'], perSecond: asked['per-second'] };
  console.log(`Acknowledging webhooks and telling merchants. One database process (${database.directory}); every server is a process of its own.`);
  return lastLine('bench:ack', [...await measureAck(database, rounds), await measureFairness(database, rounds)]);
});
