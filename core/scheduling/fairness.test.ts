import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { createBench, release, taskOf, until } from '../../test/support/scheduling-bench.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { agendaIndexes, createAgendaBells, createClock } from './index.js';

describe('a lane with one thing to do, beside lanes with long backlogs', () => {
  let database: TestDatabase;
  let storage: Storage;
  beforeEach(async () => {
    database = testDatabase('fairness');
    storage = await connectStorage(database.uri);
    await storage.ensureIndexes([agendaIndexes]);
  });
  afterEach(async () => {
    await storage.close();
    await dropTestDatabase(database);
  });

  it('is heard although these were rung first and are as many as bells are answered at once', async () => {
    const clock = createClock({ scale: 28_800, origin: new Date() });
    const bells = createAgendaBells({ storage, clock, leaseMs: 3000, concurrency: 2, onError: () => undefined });
    const { tasks, scheduler, ran } = createBench({ storage, clock, bells, concurrency: 4, run: async (task, of) => { await sleep(task.lane === 'task/late' ? 1 : 50); await release(of, task); } });
    const past = new Date(clock.hubNow().getTime() - 1);
    await tasks.createIndex({ lane: 1, nextAt: 1 });
    await scheduler.start();
    // no sweep: what is heard is heard by its bell
    Object.assign(tasks, { distinct: () => Promise.resolve([]) });
    const backlog = ['task/a', 'task/b'].flatMap((lane) => Array.from({ length: 300 }, (_, at) => taskOf(`${lane}/${String(at)}`, lane, past)));
    await tasks.insertMany(backlog);
    for (const lane of ['task/a', 'task/b']) await bells.ring(lane, clock.hubNow());
    await until('both backlogs begun', () => ['task/a', 'task/b'].every((lane) => ran.some((name) => name.startsWith(lane))));
    await tasks.insertOne(taskOf('late', 'task/late', past));
    await bells.ring('task/late', clock.hubNow());
    await until('the late one heard', () => ran.includes('late'), 30_000);
    expect(await tasks.countDocuments({ nextAt: { $exists: true } })).toBeGreaterThan(100);
    await tasks.deleteMany({});
    await scheduler.stop();
  });

  it('gets a place in turn: after at most one more batch of each', async () => {
    const clock = createClock({ scale: 1, origin: new Date() });
    const bells = { ring: async () => undefined, start: async () => undefined, stop: async () => undefined };
    const { tasks, scheduler, ran } = createBench({ storage, clock, bells, concurrency: 10, run: async (task, of) => { await sleep(5); await release(of, task); } });
    const lanes = Array.from({ length: 25 }, (_, at) => `task/${String(at)}`);
    await tasks.createIndex({ lane: 1, nextAt: 1 });
    await tasks.insertMany(lanes.flatMap((lane) => Array.from({ length: 40 }, (_, at) => taskOf(`${lane}/${String(at)}`, lane, new Date(0)))));
    for (const lane of lanes) scheduler.due(lane, new Date());
    await until('all begun', () => lanes.every((lane) => ran.some((name) => name.startsWith(`${lane}/`))), 20_000);
    await tasks.insertOne(taskOf('late', 'task/late', new Date(0)));
    const before = ran.length;
    scheduler.due('task/late', new Date());
    await until('the late one', () => ran.includes('late'), 20_000);
    // a batch is at most half of the places, and every lane has at most one turn before it, with some more that began while it was being found
    expect(ran.indexOf('late') - before).toBeLessThan(25 * 5 + 50);
    await tasks.deleteMany({});
    await scheduler.stop();
  });
});
