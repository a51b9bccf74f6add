/** Agenda alone as a process of its own: jobs that do nothing, on the hub's database, at its best settings. */
import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { MongoClient, ObjectId } from 'mongodb';
import { z } from 'zod';
import { serve } from '../serve.js';
import type { Work } from './work.js';

const name = 'noop';
const collectionName = 'bench_jobs';
const concurrency = 100;
const batch = 1000;
const day = 86_400_000;
const patienceMs = 120_000;

const client = new MongoClient(process.env['BENCH_URI'] ?? '', { writeConcern: { w: 'majority', journal: true }, readConcern: { level: 'majority' }, ignoreUndefined: true, maxPoolSize: 100 });
await client.connect();
const database = client.db();
const jobs = database.collection(collectionName);

const insertJobs = async (count: number, nextRunAt: (n: number) => Date): Promise<void> => {
  for (let at = 0; at < count; at += batch) {
    await jobs.insertMany(Array.from({ length: Math.min(batch, count - at) }, (_, n) => ({
      _id: new ObjectId(), name, type: 'normal', priority: 0, data: { caseId: new ObjectId().toHexString() }, nextRunAt: nextRunAt(at + n), lockedAt: null, lastModifiedBy: null,
    })), { ordered: false });
  }
};

const openAgenda = async () => {
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: database, collection: collectionName }), processEvery: 100,
    maxConcurrency: concurrency, defaultConcurrency: concurrency, defaultLockLimit: concurrency, removeOnComplete: true,
  });
  agenda.on('error', () => undefined);
  await agenda.ready;
  return agenda;
};

serve({
  seed: async (facts) => {
    const { scheduled } = z.object({ scheduled: z.number() }).parse(facts);
    await jobs.createIndex({ name: 1, lockedAt: 1 });
    const now = Date.now();
    if ((await jobs.countDocuments({})) === scheduled) return 'seeded';
    await jobs.deleteMany({});
    await insertJobs(scheduled, () => new Date(now + 3_600_000 + Math.random() * 30 * day));
    return 'seeded';
  },
  /** Stores so many due jobs and runs them; answers the milliseconds from the start of Agenda to the last completion, without the removals after it. */
  round: async (facts) => {
    const { cases } = z.object({ cases: z.number() }).parse(facts);
    const now = Date.now();
    await insertJobs(cases, (n) => new Date(now - 60_000 + n));
    const agenda = await openAgenda();
    let completed = 0;
    const done = new Promise<void>((resolve, reject) => {
      const alarm = setTimeout(() => { reject(new Error(`Only ${String(completed)} of ${String(cases)} jobs were completed`)); }, patienceMs);
      agenda.on(`complete:${name}`, () => {
        completed += 1;
        if (completed < cases) return;
        clearTimeout(alarm);
        resolve();
      });
    });
    agenda.define(name, () => undefined, { concurrency, lockLimit: concurrency });
    const from = performance.now();
    const cpuBefore = process.cpuUsage();
    await agenda.start();
    await done;
    const { user, system } = process.cpuUsage(cpuBefore);
    const ms = performance.now() - from;
    await agenda.stop();
    return { ms, cpuMs: (user + system) / 1000 } satisfies Work;
  },
}, () => client.close());
