import { deserialize } from 'bson';
import { z } from 'zod';
import type { BenchDatabase } from '../bench-database.js';
import { processorMs } from '../processor-time.js';
import { ratioOf, runRounds, type RoundsPlan } from '../rounds.js';
import { judgeRatio, lastLine, renderSpread, type Verdict } from '../verdict.js';
import { startWorker, type Worker } from '../worker.js';
import { work } from './work.js';

/** How large everything is. */
export interface DueSizes { readonly cases: number; readonly beside: number; readonly few: number; readonly many: number; readonly warmUp: number; readonly rounds: number }

const tell = (line: string) => { console.log(line); };
const count = (value: number) => value.toLocaleString('en');
const hubFile = new URL('./hub-worker.js', import.meta.url);

/** Processor time per case of the last round of a worker, for the profile. */
interface Profile { hubMs: number; databaseMs: number }

const seeded = async (worker: Worker, scheduled: number, what: string): Promise<void> => {
  const from = performance.now();
  await worker.ask('seed', z.string(), { scheduled });
  tell(`  ${count(scheduled)} ${what} are scheduled (${((performance.now() - from) / 1000).toFixed(1)} s)`);
};

/** Due cases a second. */
const rateOf = (worker: Worker, cases: number, profile?: Profile, database?: BenchDatabase) => async (): Promise<number> => {
  const before = database && processorMs(database.pid);
  const { ms, cpuMs } = await worker.ask('round', work, { cases });
  const after = database && processorMs(database.pid);
  if (profile) Object.assign(profile, { hubMs: cpuMs / cases, databaseMs: ((after ?? 0) - (before ?? 0)) / cases });
  return cases / ms * 1000;
};

/** Measures everything, tells how it goes, and answers the last line. */
export const measureDue = async (database: BenchDatabase, sizes: DueSizes): Promise<string> => {
  tell(`Due cases beside very many scheduled ones. One database process (${database.directory}), every contender in a process of its own; ${count(sizes.cases)} due in each round.`);
  const verdicts = [...await besideAgenda(database, sizes), await manyAndFew(database, sizes)];
  return lastLine('bench:due', verdicts);
};

const besideAgenda = async (database: BenchDatabase, sizes: DueSizes): Promise<readonly Verdict[]> => {
  const { cases } = sizes;
  const plan: RoundsPlan = { warmUp: sizes.warmUp, counted: sizes.rounds };
  const env = { BENCH_URI: `${database.uri('bench_due')}${database.uri('').includes('?') ? '&' : '?'}monitorCommands=true` };
  const hub = startWorker(hubFile, env);
  const agenda = startWorker(new URL('./agenda-worker.js', import.meta.url), env);
  const bare = startWorker(new URL('./bare-worker.js', import.meta.url), { BENCH_URI: database.uri('bench_due') });
  try {
    tell(`\n1  The hub, raw Agenda jobs that do nothing, and the hub's own database commands sent bare`);
    await seeded(hub, sizes.beside, 'cases');
    await seeded(agenda, sizes.beside, 'Agenda jobs');
    await hub.ask('round', work, { cases });
    const commands = await hub.ask('record', z.instanceof(Uint8Array), { cases });
    await bare.ask('load', z.number(), { commands });
    const profile: Profile = { hubMs: 0, databaseMs: 0 };
    const measured = await runRounds([
      { name: 'hub', round: rateOf(hub, cases, profile, database) },
      { name: 'agenda', round: rateOf(agenda, cases) },
      {
        name: 'bare',
        round: async () => {
          await hub.ask('restore', z.string());
          const { ms } = await bare.ask('round', work);
          await hub.ask('clear', z.string());
          return cases / ms * 1000;
        },
      },
    ], plan, tell, '/s');
    for (const [name, { spread }] of measured) tell(`  ${name.padEnd(7)} ${renderSpread(spread, '/s')}`);
    renderProfile(commands, cases, profile);
    const overAgenda = ratioOf(measured.get('hub'), measured.get('agenda'));
    const overBare = ratioOf(measured.get('hub'), measured.get('bare'));
    tell(`  hub / agenda ${renderSpread(overAgenda.spread, ' ×')} · hub / bare ${renderSpread(overBare.spread, ' ×')}`);
    return [
      judgeRatio(`${count(sizes.beside)} beside, against raw Agenda`, overAgenda, 5),
      judgeRatio('against the same commands sent bare', overBare, 0.4),
    ];
  } finally {
    await Promise.all([hub.stop(), agenda.stop(), bare.stop()]);
  }
};

const manyAndFew = async (database: BenchDatabase, sizes: DueSizes): Promise<Verdict> => {
  const { cases } = sizes;
  const few = startWorker(hubFile, { BENCH_URI: database.uri('bench_due_few') });
  const many = startWorker(hubFile, { BENCH_URI: database.uri('bench_due_many') });
  try {
    tell(`\n2  The hub beside ${count(sizes.many)} and beside ${count(sizes.few)} scheduled cases`);
    await seeded(few, sizes.few, 'cases');
    await seeded(many, sizes.many, 'cases');
    const measured = await runRounds([
      { name: 'many', round: rateOf(many, cases) }, { name: 'few', round: rateOf(few, cases) },
    ], { warmUp: sizes.warmUp, counted: sizes.rounds }, tell, '/s');
    for (const [name, { spread }] of measured) tell(`  ${name.padEnd(7)} ${renderSpread(spread, '/s')}`);
    const ratio = ratioOf(measured.get('many'), measured.get('few'));
    tell(`  many / few ${renderSpread(ratio.spread, ' ×')}`);
    return judgeRatio(`${count(sizes.many)} beside, against ${count(sizes.few)} beside`, ratio, 0.7);
  } finally {
    await Promise.all([few.stop(), many.stop()]);
  }
};

const recorded = z.object({ sent: z.array(z.object({ command: z.record(z.string(), z.unknown()) })) });

/** Where the time of a case goes. */
const renderProfile = (commands: Uint8Array, cases: number, profile: Profile): void => {
  const counts = new Map<string, number>();
  for (const { command } of recorded.parse(deserialize(commands)).sent) {
    const [name = ''] = Object.keys(command);
    const what = `${name} ${String(command[name])}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, one) => sum + one, 0);
  tell(`  profile: ${(all / cases).toFixed(2)} commands a case: ${[...counts].toSorted((one, other) => other[1] - one[1]).map(([what, n]) => `${what} ${(n / cases).toFixed(2)}`).join(', ')}`);
  tell(`  profile: processor time a case: hub ${profile.hubMs.toFixed(2)} ms, database ${profile.databaseMs.toFixed(2)} ms (with storing and removing the round's cases)`);
};
