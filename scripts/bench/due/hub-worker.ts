/**
 * One worker of the hub as a process of its own: works on due cases when asked, and says how long it took and which commands it sent.
 */
import { z } from 'zod';
import { serve } from '../serve.js';
import type { Work } from './work.js';
import { openCaseHub } from './open-case-hub.js';
import { makeDueSet, removeDueSet, seedScheduled, storeDueSet, type DueSet } from './seed.js';
import { recordCommands } from './record-commands.js';

const concurrency = 100;
const patienceMs = 120_000;

const uri = process.env['BENCH_URI'] ?? '';
const waitedFor = new Set<string>();
let whenDone: (() => void) | undefined;
/** `no` while another works on the hub's cases: its look for what is overdue would find them. */
let claims: 'yes' | 'no' = 'yes';
const hub = await openCaseHub(uri, {
  concurrency,
  claims: () => claims,
  onReleased: (caseId) => {
    if (waitedFor.delete(caseId) && waitedFor.size === 0) whenDone?.();
  },
});
await hub.scheduler.start();
let templates: Awaited<ReturnType<typeof seedScheduled>> = [];
let recorded: DueSet | undefined;

const allReleased = (due: DueSet): Promise<void> => new Promise((resolve, reject) => {
  waitedFor.clear();
  for (const { _id: caseId } of due.cases) waitedFor.add(caseId);
  const alarm = setTimeout(() => { reject(new Error(`Of ${String(due.cases.length)} cases ${String(waitedFor.size)} were not released in time`)); }, patienceMs);
  whenDone = () => {
    clearTimeout(alarm);
    whenDone = undefined;
    resolve();
  };
});

/** Works on a set of due cases; answers the milliseconds from the waking of their lanes to the last release. */
const work = async (due: DueSet): Promise<Work> => {
  const done = allReleased(due);
  const from = performance.now();
  const cpuBefore = process.cpuUsage();
  for (const lane of due.lanes) hub.scheduler.due(lane, hub.clock.hubNow());
  await done;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms: performance.now() - from, cpuMs: (user + system) / 1000 };
};

const verify = async (due: DueSet): Promise<void> => {
  const ids = due.cases.map((document) => document._id);
  const succeeded = await hub.cases.countDocuments({ _id: { $in: ids }, status: 'succeeded', outbox: [] });
  const notifications = await hub.storage.collection('notifications').countDocuments({ caseId: { $in: ids } });
  if (succeeded === ids.length && notifications === ids.length) return;
  throw new Error(`Of ${String(ids.length)} due cases ${String(succeeded)} succeeded and ${String(notifications)} have a notification: this round is void`);
};

serve({
  seed: async (facts) => {
    const { scheduled } = z.object({ scheduled: z.number() }).parse(facts);
    templates = await seedScheduled(hub, scheduled, (done) => { if (done > 0) console.log(`  ${done.toLocaleString('en')} of ${scheduled.toLocaleString('en')} scheduled cases stored`); });
    return 'seeded';
  },
  /** One round: stores due cases, works on them, checks what became of them, removes them. */
  round: async (facts) => {
    const { cases } = z.object({ cases: z.number() }).parse(facts);
    const set = makeDueSet(hub, templates, cases);
    await storeDueSet(hub, set);
    const done = await work(set);
    await verify(set);
    await removeDueSet(hub, set);
    return done;
  },
  /** Works on due cases once more and answers the commands that were sent for them. */
  record: async (facts) => {
    const { cases } = z.object({ cases: z.number() }).parse(facts);
    recorded = makeDueSet(hub, templates, cases);
    await storeDueSet(hub, recorded);
    const names = recorded.cases.flatMap(({ _id: caseId }, n): [string, string][] => [[caseId, caseId], [String(recorded?.ledgers[n]?.['_id']), caseId]]);
    const recording = recordCommands(hub.storage, new Map(names));
    await work(recorded);
    const commands = recording.end();
    await verify(recorded);
    await removeDueSet(hub, recorded);
    return commands;
  },
  /** The recorded set as it was before the hub worked on it. */
  restore: async () => {
    claims = 'no';
    if (recorded) await storeDueSet(hub, recorded);
    return 'restored';
  },
  /** Checks that the recorded set was brought to the same end again, and removes it. */
  clear: async () => {
    if (!recorded) return 'nothing';
    await verify(recorded);
    await removeDueSet(hub, recorded);
    claims = 'yes';
    return 'cleared';
  },
}, () => hub.close());
