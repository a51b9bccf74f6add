import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connectStorage } from '../storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { until } from '../../test/support/scheduling-bench.js';
import { claimById, claimDue, claimStruck, compareClocks, createClock, createClockWatch, type ClockVerdict } from './index.js';

const start = Date.parse('2026-11-20T12:00:00Z');

/** Asks a clock that is `skewMs` ahead over a way that takes so long in each direction. */
const compare = (skewMs: number, thereMs: number, backMs: number) => {
  let now = start;
  return compareClocks(() => new Date(now), async () => {
    now += thereMs;
    const told = new Date(now + skewMs);
    now += backMs;
    return told;
  });
};

describe('two clocks', () => {
  it.each([
    [0, 'agree'], [2000, 'agree'], [-2000, 'agree'], [2001, 'apart'], [-2001, 'apart'], [10_000, 'apart'], [-10_000, 'apart'], [10_001, 'wrong'], [-10_001, 'wrong'], [86_400_000, 'wrong'],
  ] as const)('that are %s ms apart %s', async (skewMs, state) => {
    expect(await compare(skewMs, 0, 0)).toEqual({ state, skewMs });
  });

  it('are compared in the middle of the round trip', async () => {
    expect(await compare(0, 4000, 4000)).toEqual({ state: 'agree', skewMs: 0 });
    expect(await compare(13_000, 1000, 1000)).toEqual({ state: 'wrong', skewMs: 12_000 });
  });

  it('are never said to be further apart than they are, however long an answer takes and on whichever way', async () => {
    const way = fc.integer({ min: 0, max: 30_000 });
    await fc.assert(fc.asyncProperty(fc.integer({ min: -60_000, max: 60_000 }), way, way, async (skewMs, thereMs, backMs) => {
      const verdict = await compare(skewMs, thereMs, backMs);
      expect(Math.abs(verdict.skewMs)).toBeLessThanOrEqual(Math.abs(skewMs) + 1);
      expect(Math.abs(verdict.skewMs)).toBeGreaterThanOrEqual(Math.abs(skewMs) - thereMs - backMs - 1);
    }));
  });
});

describe('the watch', () => {
  const watches: { stop(): void }[] = [];
  afterEach(() => { for (const watch of watches.splice(0)) watch.stop(); });

  const watch = (databaseNow: () => Promise<Date>) => {
    const told: ClockVerdict['state'][] = [];
    const one = createClockWatch({ wallNow: () => new Date(), databaseNow, told: (verdict) => { told.push(verdict.state); }, every: { agreedMs: 20, apartMs: 10 } });
    watches.push(one);
    return { one, told };
  };

  it('tells each change once, objects while they are more than 10 s apart, and comes round', async () => {
    let skewMs = 0;
    const { one, told } = watch(async () => new Date(Date.now() + skewMs));
    await one.start();
    expect([told, one.objection()]).toEqual([[], undefined]);
    for (const [ms, state] of [[3000, 'apart'], [-20_000, 'wrong'], [20_000, 'wrong'], [0, 'agree']] as const) {
      skewMs = ms;
      await until(`${String(ms)} ms seen`, () => Math.abs(one.verdict().skewMs - ms) < 1000 && one.verdict().state === state);
      if (ms === 20_000) expect(one.objection()).toMatch(/^The clock of this process is (?:20\.0|19\.9) s behind the database's; nothing is claimed or charged until they agree\. /);
      else expect(one.objection() === undefined).toBe(state !== 'wrong');
    }
    expect(told).toEqual(['apart', 'wrong', 'agree']);
  });

  it('keeps its verdict while the database does not answer', async () => {
    let answers: 'yes' | 'no' = 'yes';
    let asked = 0;
    const { one, told } = watch(async () => {
      asked += 1;
      if (answers === 'no') throw new Error('gone');
      return new Date(Date.now() - 60_000);
    });
    await one.start();
    answers = 'no';
    const seen = asked;
    await until('asked again', () => asked > seen + 2);
    expect([told, one.verdict().state]).toEqual([['wrong'], 'wrong']);
  });
});

describe('a process whose clock is wrong', () => {
  it('claims nothing, due or struck or by its id', async () => {
    const database = testDatabase('clock watch');
    const storage = await connectStorage(database.uri);
    try {
      const tasks = storage.collection<{ _id: string; v: number; lane: string; nextAt: Date; holder: string | null; fence: number; strikes: number }>('tasks');
      const task = (_id: string, strikes: number) => ({ _id, v: 1, lane: 'task/a', nextAt: new Date(0), holder: null, fence: 0, strikes });
      await tasks.insertMany([task('due', 0), task('struck', 1)]);
      let claims: 'yes' | 'no' = 'no';
      const terms = { clock: createClock({ scale: 1, origin: new Date() }), leaseMs: 3000, claims: () => claims };
      const wanted = { lane: 'task/a', limit: 10 };
      expect([await claimDue(tasks, terms, wanted), await claimStruck(tasks, terms, wanted), await claimById(tasks, terms, 'due')]).toEqual([[], null, null]);
      expect(await tasks.countDocuments({ fence: 0, holder: null })).toBe(2);
      claims = 'yes';
      expect([(await claimDue(tasks, terms, wanted)).length, (await claimStruck(tasks, terms, wanted))?._id]).toEqual([1, 'struck']);
    } finally {
      await storage.close();
      await dropTestDatabase(database);
    }
  });

  it('is told what time the database has', async () => {
    const database = testDatabase('server time');
    const storage = await connectStorage(database.uri);
    try {
      const verdict = await compareClocks(() => new Date(), () => storage.serverTime());
      expect(verdict).toEqual({ state: 'agree', skewMs: 0 });
    } finally { await storage.close(); }
  });
});
