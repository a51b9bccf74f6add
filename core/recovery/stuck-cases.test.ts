import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CaseDocument } from '../cases/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { findStuckCases } from './stuck-cases.js';

describe('cases that nothing moves on any more', () => {
  let bench: RecoveryBench;
  let count = 0;
  beforeAll(async () => { bench = await startRecoveryBench({ label: 'stuck_cases', protection: { kind: 'search_only', absentIsFinalAfterMs: 60_000 } }); });
  afterAll(async () => { await bench.stop(); });
  beforeEach(async () => {
    await bench.cases.collection.deleteMany({});
    await bench.cases.collection.db.collection('card_ledger').deleteMany({});
    bench.reset();
  });

  const look = () => findStuckCases(bench.cases.collection, 10);
  const none = { refusedSettlements: [], failedRefunds: [], unaskedCharges: [] };
  const stored = async (over: object): Promise<string> => {
    count += 1;
    const caseId = await bench.openCase('generic_decline', { invoice: { ref: `in_${String(count)}` }, openKeys: [`conn-1/in_${String(count)}`] });
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { status: 'succeeded', ...over } as Partial<CaseDocument> });
    return caseId;
  };
  const refund = (n: number, state: string, attempt?: number) => ({ n, state, ...(attempt === undefined ? {} : { attempt }) });

  it('are none where all goes its way', async () => {
    await stored({ status: 'queued' });
    await stored({ settlement: { state: 'due' } });
    await stored({ settlement: { state: 'confirmed' }, refunds: [refund(1, 'refunded')] });
    expect(await look()).toEqual(none);
  });

  it('have a settlement that was refused, unless the money goes back', async () => {
    const caseId = await stored({ settlement: { state: 'refused', reason: 'amount_mismatch' } });
    await stored({ settlement: { state: 'refused', reason: 'already_paid_by_other' }, refunds: [refund(1, 'refunded')] });
    await stored({ settlement: { state: 'refused', reason: 'gave_up' }, watched: false });
    expect(await look()).toEqual({ ...none, refusedSettlements: [caseId] });
  });

  it.each(['refused', 'gave_up'])('have a refund that ended as %s, until a later one of the same payment has not', async (state) => {
    const alone = await stored({ refunds: [refund(1, state, 1)] });
    const other = await stored({ refunds: [refund(1, state, 1), refund(2, 'refunded', 2)] });
    await stored({ refunds: [refund(1, state, 1), refund(2, 'refunded', 1)] });
    await stored({ refunds: [refund(1, state), refund(2, 'due')] });
    expect((await look()).failedRefunds.toSorted()).toEqual([alone, other].toSorted());
  });

  it('have a charge that is not asked about any more', async () => {
    const caseId = await bench.openCase();
    bench.money.replies.push('lost_approved');
    for (let holds = 0; holds < 6 && (await bench.get(caseId)).attempts.length === 0; holds += 1) await bench.step(caseId);
    expect(await look()).toEqual(none);
    bench.money.reads = 'down';
    for (let holds = 0; holds < 40 && await bench.step(caseId) !== 'idle'; holds += 1);
    expect(await bench.get(caseId)).toMatchObject({ status: 'unknown' });
    expect(await look()).toEqual({ ...none, unaskedCharges: [caseId] });
  });
});
