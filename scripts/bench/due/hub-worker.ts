/**
 * One worker of the hub as a process of its own: works on due cases when asked, and says how long it took and which commands it sent.
 */
import { z } from 'zod';
import { serve } from '../serve.js';
import { openCaseHub } from './open-case-hub.js';
import { makeDueSet, removeDueSet, seedScheduled, storeDueSet, type DueSet } from './seed.js';
import { recordCommands } from './record-commands.js';

const concurrency = 100;
const patienceMs = 120_000;

const uri = process.env['BENCH_URI'] ?? '';
let wanted = 0;
let whenDone: (() => void) | undefined;
const released = new Set<string>();
const hub = await openCaseHub(uri, {
  concurrency,
  onReleased: (caseId) => {
    released.add(caseId);
    if (released.size >= wanted) whenDone?.();
  },
});
await hub.scheduler.start();
let templates: Awaited<ReturnType<typeof seedScheduled>> = [];
let set: DueSet | undefined;

const allReleased = (count: number): Promise<void> => new Promise((resolve, reject) => {
  released.clear();
  wanted = count;
  const alarm = setTimeout(() => { reject(new Error(`Only ${String(released.size)} of ${String(count)} cases were released`)); }, patienceMs);
  whenDone = () => {
    clearTimeout(alarm);
    whenDone = undefined;
    resolve();
  };
});

/** Works on a set of due cases; answers the milliseconds from the waking of their lanes to the last release. */
const work = async (due: DueSet): Promise<number> => {
  const done = allReleased(due.cases.length);
  const from = performance.now();
  for (const lane of due.lanes) hub.scheduler.due(lane, hub.clock.hubNow());
  await done;
  return performance.now() - from;
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
    set = makeDueSet(hub, templates, cases);
    await storeDueSet(hub, set);
    const ms = await work(set);
    await verify(set);
    await removeDueSet(hub, set);
    return ms;
  },
  /** Works on due cases once more and answers the commands that were sent for them. */
  record: async (facts) => {
    const { cases } = z.object({ cases: z.number() }).parse(facts);
    set = makeDueSet(hub, templates, cases);
    await storeDueSet(hub, set);
    const recording = recordCommands(hub.storage);
    await work(set);
    const commands = recording.end();
    await verify(set);
    await removeDueSet(hub, set);
    return commands;
  },
  /** The recorded set as it was before the hub worked on it. */
  restore: async () => {
    if (!set) throw new Error('Nothing was recorded');
    await removeDueSet(hub, set);
    await storeDueSet(hub, set);
    return 'restored';
  },
  remove: async () => {
    if (set) await removeDueSet(hub, set);
    return 'removed';
  },
}, () => hub.close());
