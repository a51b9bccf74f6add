import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { taskOf, type Task } from '../../test/support/scheduling-bench.js';
import { connectStorage, type Collection, type Storage } from '../storage/index.js';
import { claimById, claimDue, claimStruck, createManualClock, type LeaseTerms, type ManualClock } from './index.js';

const lane = 'task/a';
const leaseMs = 30_000;
const range = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('claiming', () => {
  let database: TestDatabase;
  let storage: Storage;
  let clock: ManualClock;
  let terms: LeaseTerms;
  let tasks: Collection<Task>;
  beforeEach(async () => {
    database = testDatabase('claim');
    storage = await connectStorage(database.uri);
    clock = createManualClock(new Date('2026-11-20T10:00:00Z'));
    terms = { clock, leaseMs };
    tasks = storage.collection<Task>('tasks');
  });
  afterEach(async () => {
    await storage.close();
    await dropTestDatabase(database);
  });

  const ago = (ms: number) => new Date(clock.hubNow().getTime() - ms);
  const insert = (count: number, over: (n: number) => Partial<Task> = () => ({})) => tasks.insertMany(range(count).map((n) => taskOf(`t${String(n).padStart(3, '0')}`, lane, ago(count - n), over(n))));

  it('gives each of many due documents to one of twenty claimers', async () => {
    await insert(100);
    const claims = await Promise.all(range(20).map(() => claimDue(tasks, terms, { lane, limit: 100 })));
    const claimed = claims.flat();
    expect(claimed).toHaveLength(100);
    expect(new Set(claimed.map((task) => task._id)).size).toBe(100);
    expect(claimed.every((task) => task.fence === 1 && task.strikes === 1)).toBe(true);
    for (const claim of claims) expect(new Set(claim.map((task) => task.holder)).size).toBeLessThanOrEqual(1);
    const stored = await tasks.find().toArray();
    for (const task of claimed) expect(stored.find((one) => one._id === task._id)?.holder).toBe(task.holder);
  });

  it('gives one document to one of twenty who name it, and one of strikes to one of twenty', async () => {
    await insert(1);
    expect((await Promise.all(range(20).map(() => claimById(tasks, terms, 't000')))).filter(Boolean)).toHaveLength(1);
    clock.advance(leaseMs);
    expect((await Promise.all(range(20).map(() => claimStruck(tasks, terms, { lane })))).filter(Boolean)).toHaveLength(1);
    expect(await tasks.findOne()).toMatchObject({ fence: 2, strikes: 2 });
  });

  it('takes the earliest first, up to the limit, and of its own lane only', async () => {
    await insert(5);
    await tasks.insertOne(taskOf('other', 'task/b', ago(1000)));
    expect((await claimDue(tasks, terms, { lane, limit: 3 })).map((task) => task._id)).toEqual(['t000', 't001', 't002']);
    expect((await claimDue(tasks, terms, { lane, limit: 3 })).map((task) => task._id)).toEqual(['t003', 't004']);
    expect(await claimDue(tasks, terms, { lane, limit: 3 })).toEqual([]);
  });

  it('leaves what is not due', async () => {
    await tasks.insertMany([taskOf('later', lane, ago(-1)), taskOf('now', lane, ago(0))]);
    await tasks.insertOne({ _id: 'never', name: 'never', v: 1, lane, holder: null, fence: 0, strikes: 0 });
    expect((await claimDue(tasks, terms, { lane, limit: 9 })).map((task) => task._id)).toEqual(['now']);
    expect((await claimById(tasks, terms, 'never'))?._id).toBe('never');
  });

  it('is due in hub time and held in wall time: a clock advanced by hand ends no lease', async () => {
    await insert(1);
    await claimDue(tasks, terms, { lane, limit: 1 });
    clock.advanceHub(86_400_000);
    expect(await claimById(tasks, terms, 't000')).toBeNull();
    expect(await claimStruck(tasks, terms, { lane })).toBeNull();
    clock.advance(leaseMs - 1);
    expect(await claimById(tasks, terms, 't000')).toBeNull();
    clock.advance(1);
    expect(await claimStruck(tasks, terms, { lane })).toMatchObject({ _id: 't000', fence: 2 });
  });

  it('is due again the moment its lease ends, at any scale', async () => {
    await insert(1);
    const [claimed] = await claimDue(tasks, terms, { lane, limit: 1 });
    expect(claimed?.leaseUntil).toEqual(new Date(clock.wallNow().getTime() + leaseMs));
    expect(claimed?.nextAt).toEqual(clock.hubAt(claimed?.leaseUntil ?? new Date(0)));
  });

  it('leaves documents with strikes to be claimed one by one, whatever their number', async () => {
    await insert(4, (n) => ({ strikes: n % 2 }));
    expect((await claimDue(tasks, terms, { lane, limit: 9 })).map((task) => task._id)).toEqual(['t000', 't002']);
    expect((await claimStruck(tasks, terms, { lane }))?._id).toBe('t001');
    expect((await claimStruck(tasks, terms, { lane }))?._id).toBe('t003');
    expect(await claimStruck(tasks, terms, { lane })).toBeNull();
  });

  it('gives nobody who names it a document that so many processes ended with that it is put aside', async () => {
    await insert(2, (n) => ({ strikes: 4 + n }));
    expect(await claimById(tasks, terms, 't000')).toMatchObject({ strikes: 5 });
    expect(await claimById(tasks, terms, 't001')).toBeNull();
    expect(await claimStruck(tasks, terms, { lane })).toMatchObject({ _id: 't001', strikes: 6 });
  });

  it('leaves a document of a newer version alone', async () => {
    await insert(2, () => ({ v: 2 }));
    await tasks.insertOne(taskOf('struck', lane, ago(1), { v: 2, strikes: 1 }));
    const before = await tasks.find().toArray();
    expect(await claimDue(tasks, terms, { lane, limit: 9 })).toEqual([]);
    expect(await claimStruck(tasks, terms, { lane })).toBeNull();
    expect(await claimById(tasks, terms, 't000')).toBeNull();
    expect(await tasks.find().toArray()).toEqual(before);
  });
});
