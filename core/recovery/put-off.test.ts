import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { invoicePaid, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { claimDue, claimStruck } from '../scheduling/index.js';
import { cancelCase } from './cancel-case.js';
import { createCaseDesk } from './case-desk.js';
import { caseLaneWork } from './index.js';

const minute = 60_000;
const missing = 'Connection conn-1 needs the connector "x", which is not loaded. Add it to plugins.config.ts, or mend what keeps it out.';

describe('a case that cannot be worked on', () => {
  let bench: RecoveryBench;
  let caseId: string;
  let opens: RecoveryBench['ports']['clients']['openConnection'];
  beforeEach(async () => {
    bench = await startRecoveryBench({ label: 'put_off', route: 'gateway' });
    caseId = await bench.openCase();
    opens = bench.ports.clients.openConnection;
  });
  afterEach(async () => { await bench.stop(); });

  const away = () => { Object.assign(bench.ports.clients, { openConnection: async () => { throw new Error(missing); } }); };
  const back = () => { Object.assign(bench.ports.clients, { openConnection: opens }); };
  const terms = () => ({ clock: bench.clock, leaseMs: bench.leaseMs });
  /** Claims it as a lane does, when it is due, and runs or parks it; answers the wall minutes that passed before. */
  const hold = async (): Promise<number> => {
    const { lane, nextAt } = await bench.get(caseId);
    const from = bench.clock.wallNow().getTime();
    bench.clock.advance(Math.max(0, (nextAt?.getTime() ?? 0) - bench.clock.hubNow().getTime()));
    const work = caseLaneWork(bench.ports);
    const [due] = await claimDue(bench.cases.collection, terms(), { lane, limit: 5 });
    const claimed = due ?? await claimStruck(bench.cases.collection, terms(), { lane });
    if (!claimed) throw new Error('the case is not due');
    await (claimed.strikes > 5 ? work.park(claimed) : work.run(claimed).catch(() => undefined));
    return (bench.clock.wallNow().getTime() - from) / minute;
  };
  const owing = async () => {
    bench.money.records.push('down');
    for (let holds = 0; holds < 12 && (await bench.get(caseId)).status !== 'succeeded'; holds += 1) await bench.step(caseId);
    const { status, settlement, due } = await bench.get(caseId);
    expect([status, settlement?.state]).toEqual(['succeeded', 'due']);
    const now = bench.clock.hubNow();
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { 'due.settle': now, nextAt: now, ...(due.handBack ? { 'due.handBack': now } : {}) } });
  };
  const alerts = () => bench.logLines.filter((line) => line.includes('"alert":"case_put_off"'));

  it('is put off for a minute doubling to an hour, is never parked, and pays what it owes when the plugin is back', async () => {
    await owing();
    away();
    await hold();
    const since = bench.clock.hubNow();
    const owed = (await bench.get(caseId)).due;
    expect(owed.settle).toBeInstanceOf(Date);
    const waits: number[] = [];
    for (let holds = 0; holds < 10; holds += 1) waits.push(await hold());
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
    const troubled = await bench.get(caseId);
    expect(troubled).toMatchObject({ holder: null, strikes: 0, due: owed, putOff: { since, times: 11, reason: missing } });
    expect(troubled.parkedAt).toBeUndefined();
    expect(alerts()).toHaveLength(1);
    back();
    await hold();
    const after = await bench.get(caseId);
    expect(['recorded', 'confirmed']).toContain(after.settlement?.state);
    expect(after.putOff).toBeUndefined();
  });

  it('shows an operator why', async () => {
    away();
    await hold();
    const desk = createCaseDesk({ cases: bench.cases, clock: bench.clock });
    expect(await desk.list({ limit: 1 })).toMatchObject([{ transactionId: caseId, parkedAt: null, putOff: { since: bench.clock.hubNow(), times: 1, reason: missing } }]);
    back();
    await hold();
    expect(await desk.list({ limit: 1 })).toMatchObject([{ putOff: null }]);
  });

  it('keeps what it is told meanwhile and is tried at once for it', async () => {
    away();
    for (let holds = 0; holds < 8; holds += 1) await hold();
    bench.money.invoice.state = 'paid';
    bench.money.invoice.other.push({ ref: 'ch_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: bench.clock.hubNow() });
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()));
    expect(await hold()).toBe(0);
    expect(await bench.get(caseId)).toMatchObject({ signals: [{ event: { type: 'invoice_paid' } }], strikes: 0, putOff: { times: 9 } });
    back();
    expect(await hold()).toBe(60);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' }, signals: [] });
  });

  it('asks about a charge whose answer was lost on its day, however long the wait has grown', async () => {
    bench.money.replies.push('lost_approved');
    for (let holds = 0; holds < 6 && (await bench.get(caseId)).attempts.length === 0; holds += 1) await bench.step(caseId);
    const { startedAt } = (await bench.get(caseId)).attempts[0] ?? { startedAt: new Date(0) };
    const { due } = await bench.get(caseId);
    expect(due.step).toEqual(new Date(startedAt.getTime() + minute));
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { putOff: { since: startedAt, times: 9, reason: 'earlier' } } });
    away();
    await bench.tell(caseId, { type: 'subscription_ended', occurredAt: bench.clock.hubNow(), subject: { subscriptionRef: 'sub_1' }, reason: 'cancelled' });
    await hold();
    expect((await bench.get(caseId)).nextAt).toEqual(due.step);
    back();
    await hold();
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'approved' } }] });
  });

  it('asks also where it was put off between the row and the answer', async () => {
    const say = bench.ports.checkpoint;
    Object.assign(bench.ports, {
      checkpoint: async (name: Parameters<typeof say>[0], id: string) => {
        await say(name, id);
        if (name !== 'charge answered') return;
        await bench.cases.collection.updateOne({ _id: caseId }, { $set: { putOff: { since: bench.clock.hubNow(), times: 9, reason: 'earlier' } } });
        throw new Error('a fault of ours');
      },
    });
    for (let holds = 0; holds < 6 && (await bench.get(caseId)).attempts.length === 0; holds += 1) await hold();
    Object.assign(bench.ports, { checkpoint: say });
    const { attempts: [row], nextAt, holder } = await bench.get(caseId);
    expect([holder, row?.outcome, nextAt]).toEqual([null, null, new Date((row?.startedAt.getTime() ?? 0) + minute)]);
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
    expect(bench.money.approved()).toHaveLength(1);
  });

  it('is not written by a hold that was lost', async () => {
    const say = bench.ports.checkpoint;
    Object.assign(bench.ports, { checkpoint: async () => { await bench.steal(caseId); throw new Error('a fault of ours'); } });
    await hold();
    Object.assign(bench.ports, { checkpoint: say });
    const stolen = await bench.get(caseId);
    expect([stolen.holder, stolen.putOff, alerts().length]).toEqual(['another', undefined, 0]);
  });

  it('refuses a cancellation at once, keeps it, and is cancelled when it can be worked on', async () => {
    away();
    const from = performance.now();
    expect(await cancelCase(await bench.get(caseId), bench.ports)).toMatchObject({ status: 'conflict', message: expect.stringContaining('cannot be worked on') });
    expect(performance.now() - from).toBeLessThan(4000);
    expect(await bench.get(caseId)).toMatchObject({ putOff: { times: 1 }, signals: [{ event: { type: 'cancel' } }] });
    back();
    await hold();
    expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled' });
  });
});
