import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { createBench, createFakeBells, release, taskOf, until, type FakeBells, type Task } from '../../test/support/scheduling-bench.js';
import { connectStorage, type Collection, type Storage, type WithId } from '../storage/index.js';
import { createClock, type Scheduler } from './index.js';

const clock = createClock({ scale: 1, origin: new Date() });
const inMs = (ms: number) => new Date(clock.hubNow().getTime() + ms);
const many = (count: number, lane: string, over: Partial<Task> = {}) => Array.from({ length: count }, (_, n) => taskOf(`${lane}-${String(n)}`, lane, inMs(-1000 + n), over));

/** Ends the runs a failed test has left. */
const endings: (() => void)[] = [];

/** Runs that end when a test says so, or is over. */
const gates = () => {
  const open = new Map<string, () => void>();
  const test = { over: 'no' as 'no' | 'yes' };
  endings.push(() => { test.over = 'yes'; for (const resolve of open.values()) resolve(); });
  return {
    run: async (task: WithId<Task>, tasks: Collection<Task>) => {
      if (test.over === 'no') await new Promise<void>((resolve) => { open.set(task._id, resolve); });
      await release(tasks, task);
    },
    names: () => [...open.keys()],
    let: (name: string) => { open.get(name)?.(); open.delete(name); },
    letAll: () => { for (const [name, resolve] of open) { open.delete(name); resolve(); } },
  };
};

describe('the places of a process', () => {
  let database: TestDatabase;
  let storage: Storage;
  let bells: FakeBells;
  const started: Scheduler[] = [];
  const bench = (options: Partial<Parameters<typeof createBench>[0]> = {}) => {
    const made = createBench({ storage, clock, bells, leaseMs: 60_000, ...options });
    started.push(made.scheduler);
    return made;
  };
  beforeEach(async () => {
    database = testDatabase('places');
    storage = await connectStorage(database.uri);
    bells = createFakeBells();
  });
  afterEach(async () => {
    for (const end of endings.splice(0)) end();
    await Promise.all(started.splice(0).map((scheduler) => scheduler.stop()));
    await storage.close();
    await dropTestDatabase(database);
  });

  it('are given to what a process ended with also while the backlog of its lane has no end', async () => {
    const { tasks, scheduler, ran, inHand } = bench({ run: async (task, all) => { await release(all, task, task._id === 'struck' ? undefined : clock.hubNow()); } });
    await tasks.insertMany([...many(60, 'task/endless'), taskOf('struck', 'task/endless', inMs(-1), { strikes: 1 })]);
    await scheduler.start();
    await until('the struck one', () => ran.includes('struck'), 15_000);
    expect(inHand.together.find((names) => names.includes('struck'))).toEqual(['struck']);
    const before = ran.length;
    await until('the backlog goes on', () => ran.length > before);
  });

  it('are never exceeded, also by many lanes that wake at once', async () => {
    const { tasks, scheduler, ran, inHand } = bench({ concurrency: 4, run: async (task, all) => { await sleep(5); await release(all, task); } });
    const lanes = Array.from({ length: 12 }, (_, n) => `task/${String(n)}`);
    await tasks.insertMany(lanes.flatMap((lane) => many(6, lane)));
    await scheduler.start();
    await until('all', () => ran.length === 72, 15_000);
    expect(inHand.most).toBeLessThanOrEqual(4);
    expect(inHand.most).toBeGreaterThan(1);
    expect(new Set(ran).size).toBe(72);
  });

  it('are not all taken by an account that answers slowly', async () => {
    const gate = gates();
    const { tasks, scheduler, ran } = bench({
      concurrency: 10, run: async (task, all) => { if (task.lane === 'task/slow') await gate.run(task, all); else await release(all, task); },
    });
    await tasks.insertMany(many(30, 'task/slow'));
    await scheduler.start();
    await until('the slow ones', () => gate.names().length === 5);
    await tasks.insertMany(many(10, 'task/quick'));
    scheduler.due('task/quick', inMs(0));
    await until('the quick ones', () => ran.filter((name) => name.startsWith('task/quick')).length === 10);
    expect(gate.names()).toHaveLength(5);
    gate.let('task/slow-0');
    await until('the next slow one', () => gate.names().includes('task/slow-5'));
    const letting = setInterval(gate.letAll, 5);
    await until('all', () => ran.length === 40);
    clearInterval(letting);
  });

  it('suffice for one lane when there is only one', async () => {
    const { tasks, scheduler, ran } = bench({ concurrency: 1 });
    await tasks.insertMany([...many(5, 'task/a'), ...many(5, 'task/b')]);
    await scheduler.start();
    await until('all', () => ran.length === 10);
  });

  describe('and a document a process died with', () => {
    it('runs alone: after what is in hand, before anything else', async () => {
      const gate = gates();
      const { tasks, scheduler, inHand } = bench({ concurrency: 10, run: gate.run });
      await tasks.insertMany(many(2, 'task/a'));
      await scheduler.start();
      await until('two in hand', () => gate.names().length === 2);
      await tasks.insertMany([taskOf('poison', 'task/p', inMs(-1), { strikes: 1 }), taskOf('other poison', 'task/q', inMs(-1), { strikes: 2 })]);
      scheduler.due('task/p', inMs(0));
      scheduler.due('task/q', inMs(0));
      await sleep(150);
      await tasks.insertMany(many(2, 'task/b'));
      scheduler.due('task/b', inMs(0));
      await sleep(150);
      expect(gate.names()).toEqual(['task/a-0', 'task/a-1']);
      // it is not claimed while it waits: its lease would run out
      expect(await tasks.countDocuments({ strikes: { $gt: 0 }, holder: null })).toBe(2);
      gate.letAll();
      for (const turn of ['one', 'other']) {
        await until(`${turn} poison`, () => gate.names().length === 1);
        await sleep(100);
        expect(gate.names()[0]).toContain('poison');
        expect([...inHand.now]).toEqual(gate.names());
        gate.letAll();
      }
      await until('the rest', () => gate.names().length === 2);
      expect(gate.names()).toEqual(['task/b-0', 'task/b-1']);
      gate.letAll();
    });

    it('is parked by the sixth claim, and not run again', async () => {
      const { tasks, scheduler, ran, parked } = bench({ run: () => Promise.reject(new Error('dies')), leaseMs: 150 });
      await tasks.insertOne(taskOf('poison', 'task/p', inMs(-1)));
      await scheduler.start();
      // each lease stands for a process that died; bells are rung by hand
      const ringing = setInterval(() => { void bells.ringNow('task/p'); }, 30);
      await until('parking', () => parked.length === 1, 8000);
      clearInterval(ringing);
      expect(ran).toHaveLength(5);
      await bells.ringNow('task/p');
      expect(await tasks.findOne()).toMatchObject({ parked: 'yes', strikes: 6 });
      expect(ran).toHaveLength(5);
    });

    it('does not stop its lane when it cannot be parked', async () => {
      const { tasks, scheduler, ran, errors } = bench({ leaseMs: 60_000 });
      scheduler.define({ kind: 'task', collection: tasks, run: async (task) => { ran.push(task._id); await release(tasks, task); }, park: () => Promise.reject(new Error('no')) });
      await tasks.insertMany([taskOf('poison', 'task/p', inMs(-1), { strikes: 9 }), taskOf('later', 'task/p', inMs(500))]);
      await scheduler.start();
      await until('the later one', () => ran.includes('later'), 3000);
      expect(errors).toEqual([{ error: new Error('no'), lane: 'task/p' }]);
    });

    it('leaves its companions of the batch to run alone as well, and all of them end', async () => {
      const { tasks, scheduler, ran, inHand } = bench();
      await tasks.insertMany(many(8, 'task/a', { strikes: 1, holder: 'dead', leaseUntil: inMs(-1) }));
      await scheduler.start();
      await until('all', () => ran.length === 8);
      // the last of them is released after it ran
      await scheduler.stop();
      expect(inHand.most).toBe(1);
      expect(await tasks.countDocuments({ strikes: 0, holder: null, nextAt: { $exists: false } })).toBe(8);
    });
  });

  describe('when it is stopped', () => {
    it('waits for what is in hand and takes nothing new', async () => {
      const gate = gates();
      const { tasks, scheduler, ran } = bench({ concurrency: 4, run: gate.run });
      await tasks.insertMany(many(6, 'task/a'));
      await scheduler.start();
      await until('some in hand', () => gate.names().length === 2);
      await sleep(50);
      const inHand = gate.names().length;
      let stopped = 'no';
      const stopping = scheduler.stop().finally(() => { stopped = 'yes'; });
      await tasks.insertMany(many(3, 'task/b'));
      scheduler.due('task/b', inMs(0));
      await bells.ringNow('task/b');
      await sleep(200);
      expect(stopped).toBe('no');
      expect(bells.state).toBe('stopped');
      gate.letAll();
      await stopping;
      expect(ran).toHaveLength(inHand);
      expect(await tasks.countDocuments({ holder: { $ne: null } })).toBe(0);
      await scheduler.stop();
    });

    it('runs to its end what it was claiming at that moment', async () => {
      for (let n = 0; n < 8; n += 1) {
        const { tasks, scheduler } = bench({ run: async (task, all) => { await sleep(20); await release(all, task); } });
        await tasks.insertMany(many(5, `task/${String(n)}`));
        await scheduler.start();
        void bells.ringNow(`task/${String(n)}`);
        await sleep(n);
        await scheduler.stop();
        expect(await tasks.countDocuments({ $or: [{ holder: { $ne: null } }, { strikes: { $ne: 0 } }] })).toBe(0);
        await tasks.deleteMany({});
      }
    });

    it('does not begin a document that waited to run alone', async () => {
      const gate = gates();
      const { tasks, scheduler, ran } = bench({ run: gate.run });
      await tasks.insertMany(many(1, 'task/a'));
      await scheduler.start();
      await until('one in hand', () => gate.names().length === 1);
      await tasks.insertOne(taskOf('poison', 'task/p', inMs(-1), { strikes: 1 }));
      scheduler.due('task/p', inMs(0));
      await sleep(150);
      const stopping = scheduler.stop();
      gate.letAll();
      await stopping;
      expect(ran).toEqual(['task/a-0']);
      expect(await tasks.findOne({ _id: 'poison' })).toMatchObject({ holder: null, strikes: 1 });
    });

    it('asks nothing of the database afterwards, and tells no error of that', async () => {
      const { tasks, scheduler, errors } = bench({ run: async (task, all) => { await release(all, task, inMs(20)); } });
      await tasks.insertMany(many(20, 'task/a'));
      await scheduler.start();
      await sleep(100);
      await scheduler.stop();
      const own = await connectStorage(database.uri);
      await storage.close();
      storage = own;
      await sleep(300);
      expect(errors).toEqual([]);
    });
  });
});
