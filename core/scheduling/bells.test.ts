import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { agendaIndexes, createAgendaBells, createClock, type Bells, type Clock } from './index.js';

const until = async (holds: () => boolean): Promise<void> => {
  const end = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('It did not come about within 10 s');
    await sleep(20);
  }
};

describe('the bells', () => {
  let database: TestDatabase;
  let storage: Storage;
  let clock: Clock;
  let bells: Bells;
  const errors: unknown[] = [];
  beforeEach(async () => {
    database = testDatabase('bells');
    storage = await connectStorage(database.uri);
    await storage.ensureIndexes([agendaIndexes]);
    clock = createClock({ scale: 28_800, origin: new Date() });
    bells = createAgendaBells({ storage, clock, leaseMs: 900, concurrency: 4, onError: (error) => errors.push(error) });
  });
  afterEach(async () => {
    await bells.stop();
    await storage.close();
    await dropTestDatabase(database);
    expect(errors.splice(0)).toEqual([]);
  });

  it('ring once for a lane and a minute, however often that was asked for', async () => {
    const heard: string[] = [];
    const at = new Date(clock.hubNow().getTime() + 6 * 3_600_000);
    await Promise.all([1, 2, 3].map(() => bells.ring('first', at)));
    await bells.ring('second', at);
    await bells.start((lane) => { heard.push(lane); return Promise.resolve(); });
    await until(() => heard.includes('first') && heard.includes('second'));
    await bells.ring('last', clock.hubNow());
    await until(() => heard.includes('last'));
    expect(heard.filter((lane) => lane === 'first')).toHaveLength(1);
  });

  it('are not over before their handler is: a bell is taken down when its work is done', async () => {
    const jobs = storage.database.collection('agendaJobs');
    let done = (): void => undefined;
    let began = 0;
    const work = new Promise<void>((resolve) => { done = resolve; });
    await bells.start(() => { began += 1; return work; });
    await bells.ring('slow', clock.hubNow());
    await until(() => began === 1);
    await sleep(300);
    expect(await jobs.countDocuments()).toBe(1);
    done();
    for (const end = Date.now() + 10_000; (await jobs.countDocuments()) > 0 && Date.now() < end;) await sleep(20);
    expect(await jobs.countDocuments()).toBe(0);
    expect(began).toBe(1);
  });
});
