/**
 * npm run bench:due: how fast due cases are worked on while very many others are scheduled, as ratios measured side by side in one run.
 * Needs nothing but this checkout; keeps its database in .bench/ for the next run.
 */
import { z } from 'zod';
import { startBenchDatabase } from './bench-database.js';
import { runRounds, ratioOf } from './rounds.js';
import { startWorker } from './worker.js';

const tell = (line: string) => { console.log(line); };
const cases = Number(process.argv[2] ?? 300);
const scheduled = Number(process.argv[3] ?? 10_000);
const database = await startBenchDatabase();
const hub = startWorker(new URL('due/hub-worker.js', import.meta.url), { BENCH_URI: database.uri('due') });
const agenda = startWorker(new URL('due/agenda-worker.js', import.meta.url), { BENCH_URI: database.uri('due') });
try {
  tell('seeding');
  await hub.ask('seed', z.string(), { scheduled });
  await agenda.ask('seed', z.string(), { scheduled });
  tell('rounds');
  const rate = (worker: typeof hub) => async () => cases / (await worker.ask('round', z.number(), { cases })) * 1000;
  const measured = await runRounds([{ name: 'hub', round: rate(hub) }, { name: 'agenda', round: rate(agenda) }], { warmUp: 2, counted: 3 }, tell, '/s');
  tell(JSON.stringify(ratioOf(measured.get('hub'), measured.get('agenda'))));
} finally {
  await Promise.all([hub.stop(), agenda.stop()]);
  await database.stop();
}
