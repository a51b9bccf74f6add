import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cases } from '../cases/index.js';
import type { ConnectionDuty } from '../clients/index.js';
import { claimDue, type LaneWork } from '../scheduling/index.js';
import type { Collection } from '../storage/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { connectionLaneWork } from './connection-work.js';
import { countOwed } from './count-owed.js';

const minute = 60_000;

describe('a connection that is given up', () => {
  let bench: RecoveryBench;
  let duties: Collection<ConnectionDuty>;
  let work: LaneWork<ConnectionDuty>;
  let finished: string[];
  let finish: () => void;
  let rung: string[];
  let hear: Cases['signal'];
  /** What the telling of one case takes, on the wall. */
  let tellingMs: number;
  beforeAll(async () => {
    bench = await startRecoveryBench({ label: 'connection_work', route: 'gateway' });
    duties = bench.cases.collection.db.collection<ConnectionDuty>('connections');
    const { cases, clock, ports } = bench;
    work = connectionLaneWork({
      clock, duties, logger: ports.logger, scheduler: { due: (lane) => { rung.push(lane); } },
      cases: { collection: cases.collection, signal: async (...said) => { clock.advance(tellingMs); return hear(...said); } },
      clients: { finishDisconnect: async (connectionId) => { finish(); finished.push(connectionId); } },
    });
  });
  afterAll(async () => { await bench.stop(); });
  beforeEach(async () => {
    await bench.cases.collection.deleteMany({});
    await bench.cases.collection.db.collection('card_ledger').deleteMany({});
    await duties.deleteMany({});
    bench.reset();
    finished = [];
    rung = [];
    tellingMs = 0;
    hear = (...said) => bench.cases.signal(...said);
    finish = () => { bench.connection.state = 'disconnected'; };
    Object.assign(bench.connection, { state: 'active', mode: 'active' });
  });

  const given = async (over: Partial<ConnectionDuty>) => {
    const duty: ConnectionDuty = {
      _id: 'conn-1', v: 1, clientId: 'client-1', state: 'disconnecting', mode: 'active', revision: 2, lane: 'connection/conn-1', nextAt: new Date(0), holder: null, fence: 0, strikes: 0, ...over,
    };
    Object.assign(bench.connection, { state: duty.state, mode: duty.mode });
    await duties.insertOne(duty);
  };
  /** Runs it where it is due. */
  const turn = async (): Promise<'ran' | 'idle'> => {
    const [claimed] = await claimDue(duties, { clock: bench.clock, leaseMs: bench.leaseMs }, { lane: 'connection/conn-1', limit: 1 });
    if (claimed) await work.run(claimed);
    return claimed ? 'ran' : 'idle';
  };
  const heard = async (caseId: string) => (await bench.get(caseId)).applied.filter((id) => id.startsWith('connection_revoked'));
  const waiting = async () => {
    const caseId = await bench.openCase();
    bench.money.replies.push({ decline: 'insufficient_funds' });
    await bench.step(caseId);
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', takeOver: { state: 'taken' } });
    return caseId;
  };

  it('tells every case once, waits for what they owe, and is finished then', async () => {
    const caseId = await waiting();
    await given({});
    expect(await turn()).toBe('ran');
    expect(await turn()).toBe('idle');
    for (let rounds = 0; rounds < 3; rounds += 1) {
      bench.clock.advance(2 * minute);
      expect(await turn()).toBe('ran');
    }
    expect(await heard(caseId)).toEqual(['connection_revoked#conn-1#2']);
    expect(finished).toEqual([]);
    for (let holds = 0; holds < 10 && (await bench.get(caseId)).takeOver?.state !== 'handed_back'; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', ended: { reason: 'disconnected' } });
    bench.clock.advance(2 * minute);
    expect(await turn()).toBe('ran');
    expect(finished).toEqual(['conn-1']);
    expect(bench.money.calls.handBacks).toEqual(['cancelled:true']);
    expect((await duties.findOne({ _id: 'conn-1' }))?.nextAt).toBeUndefined();
  });

  const openMany = async (count: number) => {
    const like = await bench.get(await bench.openCase());
    await bench.cases.collection.insertMany(Array.from({ length: count - 1 }, (_, n) => (
      { ...like, _id: `case-${String(n)}`, invoice: { ...like.invoice, ref: `in_many_${String(n)}` }, openKeys: [`conn-1/in_many_${String(n)}`] })));
  };

  it('tells many cases in turns, each due at once after the last, and none of them twice', async () => {
    await openMany(520);
    await given({});
    const turns: string[][] = [];
    // a turn's signals are written in one update: what is counted here is who is told when, not how
    for (let held = 0; held < 2; held += 1) {
      const said: string[] = [];
      hear = async (caseId) => { said.push(caseId); return 'signalled'; };
      expect(await turn()).toBe('ran');
      await bench.cases.collection.updateMany({ _id: { $in: said } }, { $push: { applied: 'connection_revoked#conn-1#2' } });
      turns.push(said);
    }
    expect(turns.map((said) => said.length)).toEqual([500, 20]);
    expect(new Set(turns.flat()).size).toBe(520);
    expect(rung).toEqual(['connection/conn-1']);
    expect(finished).toEqual(['conn-1']);
  });

  it('lets go at half its lease, however few it could tell', async () => {
    await openMany(40);
    await given({});
    tellingMs = 1000;
    expect(await turn()).toBe('ran');
    const countTold = () => bench.cases.collection.countDocuments({ applied: 'connection_revoked#conn-1#2' });
    const told = await countTold();
    expect(told).toBeGreaterThan(10);
    expect(told).toBeLessThan(20);
    expect(await duties.findOne({ _id: 'conn-1' })).toMatchObject({ holder: null, strikes: 0 });
    for (let turns = 0; turns < 2; turns += 1) expect(await turn()).toBe('ran');
    expect(await countTold()).toBe(40);
  });

  it.each([
    ['something intended', { takeOver: { state: 'intended' as const, until: new Date(), sendBefore: new Date(), tries: 0 } }],
    ['a charge without an outcome', { attempts: [{ resolved: false }] as never }],
    ['a settlement', { due: { settle: new Date() } }],
    ['a refund', { due: { refund: new Date() } }],
    ['a stop of the retries', { due: { handBack: new Date() } }],
  ])('keeps its credentials while a case owes %s', async (_name, over) => {
    const caseId = await bench.openCase();
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { status: 'failed', ...over } });
    await given({});
    await turn();
    expect(finished).toEqual([]);
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { attempts: [], due: {} }, $unset: { takeOver: '' } });
    bench.clock.advance(2 * minute);
    await turn();
    expect(finished).toEqual(['conn-1']);
  });

  /** Given up by a platform that answers nothing any more: a return is owed and was tried in vain. */
  const shutOut = async () => {
    const caseId = await waiting();
    bench.money.dunning = 'down';
    await given({});
    await turn();
    for (let holds = 0; holds < 10 && (await bench.get(caseId)).takeOver?.ending === undefined; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', takeOver: { state: 'taken' } });
    expect(await countOwed(bench.cases.collection, 'conn-1')).toEqual({ handBacks: 1, unresolvedCharges: 0, settlements: 0, refunds: 0 });
    return caseId;
  };
  const changed = async (state: ConnectionDuty['state']) => {
    Object.assign(bench.connection, { state });
    await duties.updateOne({ _id: 'conn-1' }, { $set: { state, revision: 3, nextAt: new Date(0) } });
    expect(await turn()).toBe('ran');
  };

  it('given new credentials: what it owes is tried again at once', async () => {
    const caseId = await shutOut();
    bench.money.dunning = 'up';
    await changed('disconnecting');
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ takeOver: { state: 'handed_back' } });
    expect(bench.money.calls.handBacks).toEqual(['cancelled:true']);
    expect(await countOwed(bench.cases.collection, 'conn-1')).toMatchObject({ handBacks: 0 });
  });

  it('ended by force: its cases take what can no longer be called for done, and it is not looked at again', async () => {
    const caseId = await shutOut();
    await changed('disconnected');
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', takeOver: { state: 'handed_back' } });
    expect(bench.money.calls.handBacks).toEqual([]);
    expect(await countOwed(bench.cases.collection, 'conn-1')).toMatchObject({ handBacks: 0 });
    expect((await duties.findOne({ _id: 'conn-1' }))?.nextAt).toBeUndefined();
  });

  it('set to observe: its cases end, what is owed is paid, and the connection stays', async () => {
    const caseId = await waiting();
    const observed = await bench.openCase('generic_decline', { mode: 'observe', invoice: { ref: 'in_2' }, openKeys: ['conn-1/in_2'] });
    await given({ state: 'active', mode: 'observe' });
    expect(await turn()).toBe('ran');
    expect(await heard(observed)).toEqual([]);
    for (let holds = 0; holds < 10 && (await bench.get(caseId)).takeOver?.state !== 'handed_back'; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', takeOver: { state: 'handed_back' } });
    bench.clock.advance(60 * minute);
    expect(await turn()).toBe('idle');
    expect(finished).toEqual([]);
  });

  it('switched on again before anybody heard of it: nothing ends', async () => {
    const caseId = await waiting();
    await given({ state: 'active', mode: 'active' });
    expect(await turn()).toBe('ran');
    expect(await heard(caseId)).toEqual([]);
  });

  it('is told again by the next process where one ends in the middle', async () => {
    const caseId = await waiting();
    await given({});
    finish = () => { throw new Error('the process ended'); };
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { due: {}, attempts: [] }, $unset: { takeOver: '' } });
    await expect(turn()).rejects.toThrow('the process ended');
    expect(await turn()).toBe('idle');
    finish = () => undefined;
    bench.clock.advance(bench.leaseMs + 1000);
    const struck = await duties.findOne({ _id: 'conn-1' });
    expect(struck).toMatchObject({ strikes: 1 });
    await duties.updateOne({ _id: 'conn-1' }, { $set: { strikes: 0 } });
    expect(await turn()).toBe('ran');
    expect(finished).toEqual(['conn-1']);
    expect(await heard(caseId)).toHaveLength(1);
  });
});
