import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { createBench, createFakeBells, release, taskOf, until, type FakeBells } from '../../test/support/scheduling-bench.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { createClock, type Clock, type Scheduler } from './index.js';

const lane = 'task/a';
const inMs = (clock: Clock, ms: number) => new Date(clock.hubNow().getTime() + ms);

describe('the scheduler', () => {
  let database: TestDatabase;
  let storage: Storage;
  let bells: FakeBells;
  const started: Scheduler[] = [];
  const real = createClock({ scale: 1, origin: new Date() });
  const bench = (options: Partial<Parameters<typeof createBench>[0]> = {}) => {
    const made = createBench({ storage, clock: real, bells, ...options });
    started.push(made.scheduler);
    return made;
  };
  beforeEach(async () => {
    database = testDatabase('scheduler');
    storage = await connectStorage(database.uri);
    bells = createFakeBells();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((scheduler) => scheduler.stop()));
    await storage.close();
    await dropTestDatabase(database);
  });

  it('runs at its start what is due, what was left held, and what falls due within the minute', async () => {
    const { tasks, scheduler, ran } = bench();
    await tasks.insertMany([
      taskOf('due', lane, inMs(real, -1000)), taskOf('held', 'task/b', inMs(real, -1000), { holder: 'gone', leaseUntil: inMs(real, -1) }), taskOf('soon', 'task/c', inMs(real, 700)),
    ]);
    await scheduler.start();
    await until('two', () => ran.length === 2);
    expect(ran.toSorted()).toEqual(['due', 'held']);
    await until('the third', () => ran.includes('soon'), 3000);
  });

  it('wakes by its own timer for what is due within the minute, at that time and not before', async () => {
    const { tasks, scheduler, ran } = bench();
    await scheduler.start();
    await tasks.insertOne(taskOf('one', lane, inMs(real, 400)));
    scheduler.due(lane, inMs(real, 400));
    await sleep(250);
    expect(ran).toEqual([]);
    await until('the run', () => ran.length === 1);
    expect(bells.rung).toEqual([]);
  });

  it('leaves later things to a bell, and arms its timer when that has rung', async () => {
    const { tasks, scheduler, ran } = bench();
    await scheduler.start();
    const at = inMs(real, 61_000);
    await tasks.insertOne(taskOf('one', lane, at));
    scheduler.due(lane, at);
    expect(bells.rung).toEqual([{ lane, at }]);
    await tasks.updateOne({ _id: 'one' }, { $set: { nextAt: inMs(real, 300) } });
    await bells.ringNow(lane);
    expect(ran).toEqual([]);
    await until('the run', () => ran.length === 1, 2000);
  });

  it('comes earlier when something earlier is said, and still comes for the later', async () => {
    const { tasks, scheduler, ran } = bench();
    await scheduler.start();
    await tasks.insertMany([taskOf('later', lane, inMs(real, 900)), taskOf('earlier', lane, inMs(real, 200))]);
    scheduler.due(lane, inMs(real, 900));
    scheduler.due(lane, inMs(real, 200));
    scheduler.due(lane, inMs(real, 30_000));
    await until('the first', () => ran.length === 1, 700);
    await until('the second', () => ran.length === 2, 2000);
    expect(ran).toEqual(['earlier', 'later']);
  });

  it('loses no wake said while a drain is ending', async () => {
    const { tasks, scheduler, ran } = bench({ concurrency: 50 });
    await scheduler.start();
    for (let n = 0; n < 150; n += 1) {
      await tasks.insertOne(taskOf(`t${String(n)}`, lane, real.hubNow()));
      scheduler.due(lane, real.hubNow());
      if (n % 3 === 0) await sleep(n % 5);
    }
    await until('all of them', () => ran.length === 150, 5000);
    expect(new Set(ran).size).toBe(150);
  });

  it('runs once what a bell rings for twice', async () => {
    const { tasks, scheduler, ran } = bench();
    const other = bench();
    await scheduler.start();
    await tasks.insertMany(Array.from({ length: 20 }, (_, n) => taskOf(`t${String(n)}`, lane, inMs(real, -1))));
    await Promise.all([bells.ringNow(lane), bells.ringNow(lane), bells.ringNow(lane)]);
    await other.scheduler.start();
    await until('all', () => ran.length + other.ran.length >= 20);
    await sleep(100);
    expect([...ran, ...other.ran].toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `t${String(n)}`).toSorted());
  });

  it('looks again a second later for what is due and in the hands of another, without going round', async () => {
    const { tasks, scheduler, ran } = bench();
    await tasks.insertOne(taskOf('one', lane, inMs(real, -1), { holder: 'other', leaseUntil: inMs(real, 1500) }));
    let looked = 0;
    const find = tasks.find.bind(tasks);
    // every round ends with a look for what is next
    tasks.find = ((...args: Parameters<typeof find>) => { if (JSON.stringify(args[0]).includes('$exists')) looked += 1; return find(...args); }) as typeof tasks.find;
    await scheduler.start();
    await until('the run', () => ran.length === 1, 5000);
    expect(looked).toBeGreaterThan(0);
    expect(looked).toBeLessThan(5);
  });

  it('makes a lost bell good by its sweep', async () => {
    const scaled = createClock({ scale: 28_800, origin: new Date() });
    const { tasks, scheduler, ran } = bench({ clock: scaled });
    await scheduler.start();
    await tasks.insertOne(taskOf('one', lane, inMs(scaled, 3 * 3_600_000)));
    scheduler.due(lane, inMs(scaled, 3 * 3_600_000));
    expect(bells.rung).toHaveLength(1);
    await until('the sweep', () => ran.length === 1, 3000);
  });

  it('goes on sweeping other kinds when one cannot be read', async () => {
    const scaled = createClock({ scale: 28_800, origin: new Date() });
    const broken = createBench({ storage, clock: scaled, bells });
    started.push(broken.scheduler);
    const lost = storage.collection('lost');
    Object.assign(lost, { distinct: () => Promise.reject(new Error('cannot be read')) });
    // defined before the kind that works
    const { tasks } = broken;
    const other = bench({ clock: scaled });
    other.scheduler.define({ kind: 'aaa', collection: lost as never, run: () => Promise.resolve(), park: () => Promise.resolve() });
    await broken.scheduler.stop();
    await other.scheduler.start();
    await tasks.insertOne(taskOf('one', lane, inMs(scaled, -60_000)));
    await until('the sweep', () => other.ran.length === 1, 4000);
    expect(other.errors.some(({ lane: of }) => of === 'aaa/')).toBe(true);
  });

  it('tells an error, leaves that document to its lease, and goes on with the others', async () => {
    let tries = 0;
    const { tasks, scheduler, ran, errors } = bench({
      leaseMs: 600,
      run: async (task, all) => {
        if (task._id === 'bad' && (tries += 1) === 1) throw new Error('broken');
        await release(all, task);
      },
    });
    await tasks.insertMany([taskOf('bad', lane, inMs(real, -2)), taskOf('good', lane, inMs(real, -1))]);
    await scheduler.start();
    await until('the second try', () => tries === 2, 4000);
    expect(ran).toContain('good');
    expect(errors).toEqual([{ error: new Error('broken'), lane }]);
    await until('its end', async () => (await tasks.findOne({ _id: 'bad' }))?.strikes === 0);
  });

  it('takes a run that throws at once for an error too', async () => {
    const { tasks, scheduler, errors } = bench({ run: () => { throw new Error('at once'); } });
    await tasks.insertOne(taskOf('one', lane, inMs(real, -1)));
    await scheduler.start();
    await until('the error', () => errors.length === 1);
  });

  it('finds its way back after the database could not be asked', async () => {
    const scaled = createClock({ scale: 28_800, origin: new Date() });
    const { tasks, scheduler, ran, errors } = bench({ clock: scaled });
    await scheduler.start();
    await tasks.insertOne(taskOf('one', lane, inMs(scaled, -1)));
    const find = tasks.find.bind(tasks);
    tasks.find = () => { throw new Error('no server'); };
    await bells.ringNow(lane);
    tasks.find = find;
    expect(errors).toContainEqual({ error: new Error('no server'), lane });
    await until('the sweep', () => ran.length === 1, 3000);
  });

  it('only rings where the work is done elsewhere, also for what is due now', async () => {
    const { tasks, scheduler, ran } = bench({ works: 'elsewhere' });
    await tasks.insertOne(taskOf('one', lane, inMs(real, -1)));
    await scheduler.start();
    scheduler.due(lane, inMs(real, -1));
    scheduler.due(lane, inMs(real, 300_000));
    await sleep(300);
    expect(ran).toEqual([]);
    expect(bells.rung.map((ring) => ring.lane)).toEqual([lane, lane]);
    expect(bells.state).toBe('created');
  });

  it('passes over documents of a newer version, and sees what is due behind them', async () => {
    const { tasks, scheduler, ran } = bench();
    await tasks.insertMany([taskOf('newer', lane, inMs(real, -60_000), { v: 2 }), taskOf('ours', lane, inMs(real, 500))]);
    await scheduler.start();
    await until('ours', () => ran.length === 1, 2000);
    expect(await tasks.findOne({ _id: 'newer' })).toMatchObject({ holder: null, fence: 0, strikes: 0 });
  });

  it('tells once of each kind that documents of a newer version are due, however many and however often it looks', async () => {
    const scaled = createClock({ scale: 60, origin: new Date() });
    const { tasks, scheduler, newer, ran, errors } = bench({ clock: scaled });
    await tasks.insertOne(taskOf('ours', lane, inMs(scaled, -600_000)));
    await scheduler.start();
    await until('ours', () => ran.length === 1, 2000);
    expect(newer).toEqual([]);
    await tasks.insertMany(['one', 'two', 'three'].map((name, n) => taskOf(name, lane, inMs(scaled, -60_000 - n), { v: 2 + n })));
    await until('it is told', () => newer.length > 0, 4000);
    await sleep(2500);
    expect(newer).toEqual([{ kind: 'task', format: 4 }]);
    expect([ran, errors]).toEqual([['ours'], []]);
    expect(await tasks.countDocuments({ v: { $gt: 1 }, holder: null, fence: 0 })).toBe(3);
  });
});
