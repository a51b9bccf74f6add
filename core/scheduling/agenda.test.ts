import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { createBench, release, taskOf, until } from '../../test/support/scheduling-bench.js';
import { connectStorage, type Collection, type Storage } from '../storage/index.js';
import { agendaIndexes, createAgendaBells, createClock, type Bells, type Clock, type Scheduler } from './index.js';

interface BellJob { name: string; data: { lane: string; minute: number }; nextRunAt: Date | null; lockedAt: Date | null }

const hour = 3_600_000;
const lane = 'task/a';

describe('bells on Agenda', () => {
  let database: TestDatabase;
  let storage: Storage;
  let jobs: Collection<BellJob>;
  const stops: (() => Promise<void>)[] = [];
  const errors: unknown[] = [];
  const onError = (error: unknown) => { errors.push(error); };
  const scaled = () => createClock({ scale: 28_800, origin: new Date() });
  const bellsOf = (clock: Clock, leaseMs = 3000, concurrency = 4): Bells => {
    const bells = createAgendaBells({ storage, clock, leaseMs, concurrency, onError });
    stops.push(() => bells.stop());
    return bells;
  };
  const listen = async (bells: Bells): Promise<string[]> => {
    const heard: string[] = [];
    await bells.start(async (of) => { heard.push(of); });
    return heard;
  };
  beforeEach(async () => {
    database = testDatabase('agenda');
    storage = await connectStorage(database.uri);
    await storage.ensureIndexes([agendaIndexes]);
    jobs = storage.collection<BellJob>('agendaJobs');
  });
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    // what Agenda still writes of the bells just answered
    await until('the end of what is running', async () => (await jobs.countDocuments({ lockedAt: { $ne: null } })) === 0);
    await storage.close();
    await dropTestDatabase(database);
    errors.splice(0);
  });

  const inHand = (clock: Clock, ms: number) => new Date(clock.hubNow().getTime() + ms);

  describe('drive documents', () => {
    const started: Scheduler[] = [];
    const benchWithoutSweep = async (clock: Clock, bells: Bells, works: 'here' | 'elsewhere' = 'here') => {
      const made = createBench({ storage, clock, bells, works, run: async (task, tasks) => { await release(tasks, task); } });
      await made.scheduler.start();
      Object.assign(made.tasks, { distinct: () => Promise.resolve([]) });
      stops.push(() => made.scheduler.stop());
      started.push(made.scheduler);
      return made;
    };

    it('at a scaled clock, each at its time and once', async () => {
      const clock = scaled();
      const { tasks, scheduler, ran, errors: told } = await benchWithoutSweep(clock, bellsOf(clock));
      const times = [6 * hour, 12 * hour, 12 * hour + 30_000, 20 * hour];
      const dates = times.map((ms) => inHand(clock, ms));
      await tasks.insertMany(dates.map((at, n) => taskOf(`t${String(n)}`, n < 2 ? lane : 'task/b', at)));
      for (const [n, at] of dates.entries()) scheduler.due(n < 2 ? lane : 'task/b', at);
      const late: number[] = [];
      await until('all', () => {
        while (late.length < ran.length) late.push(clock.hubNow().getTime() - (dates[Number(ran[late.length]?.slice(1))]?.getTime() ?? 0));
        return ran.length === 4;
      });
      expect(ran.toSorted()).toEqual(['t0', 't1', 't2', 't3']);
      expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
      expect(told).toEqual([]);
    });

    it('of a process that does no work, in one that does', async () => {
      const clock = scaled();
      const web = await benchWithoutSweep(clock, bellsOf(clock), 'elsewhere');
      const worker = await benchWithoutSweep(clock, bellsOf(clock));
      await web.tasks.insertMany([taskOf('now', lane, clock.hubNow()), taskOf('later', 'task/b', inHand(clock, 8 * hour))]);
      web.scheduler.due(lane, clock.hubNow());
      web.scheduler.due('task/b', inHand(clock, 8 * hour));
      await until('both', () => worker.ran.length === 2);
      expect(web.ran).toEqual([]);
    });
  });

  it('keep one job for a lane and minute, however often and at whatever second they are asked for', async () => {
    const clock = createClock({ scale: 1, origin: new Date() });
    const bells = bellsOf(clock);
    const minute = Math.ceil(inHand(clock, 2 * hour).getTime() / 60_000) * 60_000;
    for (let second = 0; second < 60; second += 7) await bells.ring(lane, new Date(minute + second * 1000));
    await Promise.all([bells.ring('task/b', new Date(minute)), bells.ring(lane, new Date(minute + 60_000))]);
    const stored = await jobs.find().sort({ 'data.minute': 1, 'data.lane': 1 }).toArray();
    expect(stored.map((job) => [job.data, job.nextRunAt])).toEqual([
      [{ lane, minute }, new Date(minute)], [{ lane: 'task/b', minute }, new Date(minute)], [{ lane, minute: minute + 60_000 }, new Date(minute + 60_000)],
    ]);
  });

  it('keep a far bell until its time', async () => {
    const clock = createClock({ scale: 1, origin: new Date() });
    const bells = bellsOf(clock);
    await bells.ring(lane, inHand(clock, 90 * 24 * hour));
    const heard = await listen(bells);
    await bells.ring('task/soon', inHand(clock, -1000));
    await until('the near one', () => heard.includes('task/soon'));
    await sleep(300);
    expect(heard).toEqual(['task/soon']);
    await jobs.updateOne({ 'data.lane': lane }, { $set: { nextRunAt: new Date() } });
    await until('its time', () => heard.includes(lane));
    await until('its end', async () => (await jobs.countDocuments()) === 0);
  });

  it('ring in one of two processes', async () => {
    const clock = scaled();
    const [one, two] = [bellsOf(clock), bellsOf(clock)];
    const heard = await Promise.all([listen(one), listen(two)]);
    const lanes = Array.from({ length: 20 }, (_, n) => `task/${String(n)}`);
    await Promise.all(lanes.map((of) => one.ring(of, inHand(clock, 4 * hour))));
    await until('all', () => heard.flat().length >= 20);
    await until('the end of all', async () => (await jobs.countDocuments()) === 0);
    expect(heard.flat().toSorted()).toEqual(lanes.toSorted());
  });

  it('ring again for a process that was killed while it answered', async () => {
    const clock = scaled();
    const bells = bellsOf(clock);
    await bells.ring(lane, inHand(clock, 4 * hour));
    await jobs.updateOne({}, { $set: { nextRunAt: null, lockedAt: new Date(Date.now() - 4500) } });
    const heard = await listen(bells);
    await until('the bell', () => heard.length === 1);
  });

  it('tell an answer that failed, and leave nothing behind that keeps the same minute from ringing again', async () => {
    const clock = scaled();
    const bells = bellsOf(clock);
    let answers = 0;
    await bells.start(() => { answers += 1; return Promise.reject(new Error('no database')); });
    const at = clock.hubNow();
    for (const turn of [1, 2]) {
      await bells.ring(lane, at);
      await until('the answer', () => answers === turn);
      await until('its end', async () => (await jobs.countDocuments()) === 0);
    }
    expect(errors).toEqual([new Error('no database'), new Error('no database')]);
  });

  it('hold on to a bell that is answered for longer than a lock lasts', async () => {
    const clock = scaled();
    const bells = bellsOf(clock, 200);
    let answers = 0;
    await bells.start(async () => { answers += 1; await sleep(1500); });
    await bells.ring(lane, clock.hubNow());
    await until('its end', async () => answers > 0 && (await jobs.countDocuments()) === 0);
    expect([answers, errors]).toEqual([1, []]);
  });

  it('go on ringing after the process has stood still', async () => {
    const clock = scaled();
    const bells = bellsOf(clock, 200, 1);
    const heard = await listen(bells);
    let hits = 0;
    for (let turn = 0; hits < 2; turn += 1) {
      const of = `task/${String(turn)}`;
      await bells.ring(of, inHand(clock, 90 * 28_800));
      await until('the lock', async () => heard.includes(of) || (await jobs.countDocuments({ 'data.lane': of, lockedAt: { $ne: null } })) === 1);
      // Agenda has taken it ahead of its time; when it may begin, its lock is over
      if (await jobs.countDocuments({ 'data.lane': of, nextRunAt: { $gt: new Date(Date.now() + 20) } }) === 1) hits += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
      await until(`bell ${String(turn)}`, () => heard.includes(of), 3000);
    }
  });

  it('let a process end by itself soon after they were stopped', async () => {
    const door = (room: string) => JSON.stringify(pathToFileURL(join(process.cwd(), `dist/core/${room}/index.js`)).href);
    const program = `const { connectStorage } = await import(${door('storage')}); const { createAgendaBells, createClock } = await import(${door('scheduling')});
      const storage = await connectStorage(${JSON.stringify(database.uri)}); const clock = createClock({ scale: 28800, origin: new Date() });
      const bells = createAgendaBells({ storage, clock, leaseMs: 30000, concurrency: 4, onError: console.error });
      await new Promise((resolve) => { void bells.start(async () => { resolve(); }).then(() => bells.ring('task/a', clock.hubNow())); });
      await bells.stop(); await storage.close(); console.log('stopped');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => { child.stdout.once('data', resolve); });
    const from = performance.now();
    const code = await new Promise((resolve) => { child.once('exit', resolve); });
    expect(code).toBe(0);
    expect(performance.now() - from).toBeLessThan(4500);
    await jobs.deleteMany({});
  });
});
