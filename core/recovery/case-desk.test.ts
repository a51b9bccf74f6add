import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { createCaseDesk, type CaseDesk } from './case-desk.js';

describe('the operators\' desk', () => {
  let bench: RecoveryBench;
  let desk: CaseDesk;
  beforeEach(async () => {
    bench = await startRecoveryBench({ label: 'case_desk' });
    desk = createCaseDesk({ cases: bench.cases, clock: bench.clock });
  });
  afterEach(async () => { await bench.stop(); });

  const other = (n: number) => ({ invoice: { ref: `in_${n}`, customerRef: 'cus_1' }, openKeys: [`conn-1/in_${n}`] });
  /** A hub that takes up what it finds, until the work is done. */
  const withHub = async <T>(caseIds: readonly string[], work: Promise<T>): Promise<T> => {
    const state: { at: 'work' | 'end' } = { at: 'work' };
    const ended = work.finally(() => { state.at = 'end'; });
    while (state.at === 'work') {
      for (const caseId of caseIds) if ((await bench.get(caseId)).signals.length > 0) await bench.run(caseId);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    return ended;
  };

  it('lists by client, status and what was put aside, newest first', async () => {
    const first = await bench.openCase();
    const second = await bench.openCase('stolen_card', other(2));
    await bench.drive(second);
    await bench.cases.collection.updateOne({ _id: first }, { $set: { parkedAt: bench.clock.hubNow() } });
    const idsOf = async (wanted: Parameters<CaseDesk['list']>[0]) => (await desk.list(wanted)).map((one) => one.transactionId);
    expect(await idsOf({ limit: 10 })).toEqual([second, first]);
    expect(await idsOf({ limit: 1 })).toEqual([second]);
    expect(await idsOf({ limit: 10, status: 'blocked' })).toEqual([second]);
    expect(await idsOf({ limit: 10, parked: 'only' })).toEqual([first]);
    expect(await idsOf({ limit: 10, clientId: 'client-2' })).toEqual([]);
    expect(await desk.list({ limit: 1, parked: 'only' })).toMatchObject([{ parkedAt: bench.clock.hubNow() }]);
  });

  it('tells the answer of whoever acted on the command', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    expect(await withHub([caseId], desk.ask(caseId, { type: 'retry' }))).toMatchObject({ status: 'answered', answer: { result: 'done' }, view: { status: 'succeeded', recoveredBy: 'manual_retry' } });
    expect(await withHub([caseId], desk.ask(caseId, { type: 'cancel' }))).toMatchObject({ status: 'answered', answer: { result: 'already_recovered' } });
    expect(await desk.ask('01KNONE', { type: 'cancel' })).toEqual({ status: 'unknown_case' });
  });

  it('says after 5 s that nobody came, or that the case is held, and the command is acted on later', async () => {
    const caseId = await bench.openCase();
    const held = await bench.openCase('generic_decline', other(2));
    await bench.cases.claim(held);
    const from = performance.now();
    expect(await Promise.all([desk.ask(caseId, { type: 'cancel' }), desk.ask(held, { type: 'cancel' })])).toMatchObject([{ status: 'waiting', for: 'nobody' }, { status: 'waiting', for: 'held' }]);
    expect(performance.now() - from).toBeGreaterThanOrEqual(5000);
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', commands: [{ result: 'done' }] });
  });

  it('gives a connection back: what was returned, what is still owed', async () => {
    const caseIds = [await bench.openCase('stolen_card'), await bench.openCase('lost_card', other(2)), await bench.openCase('generic_decline', other(3))];
    bench.money.dunning = 'down';
    for (const caseId of caseIds) await bench.step(caseId);
    expect(await withHub(caseIds, desk.release('conn-1', undefined))).toEqual({ returned: [], owed: caseIds.slice(0, 2), waiting: [] });
    bench.money.dunning = 'up';
    expect(await withHub(caseIds, desk.release('conn-1', 'leaving'))).toEqual({ returned: caseIds.slice(0, 2), owed: [], waiting: [] });
    expect(await desk.release('conn-1', undefined)).toEqual({ returned: [], owed: [], waiting: [] });
    expect(await bench.get(caseIds[0] ?? '')).toMatchObject({ takeOver: { state: 'handed_back' }, commands: [{}, { type: 'hand_back', note: 'leaving' }] });
  });
});
