import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

describe('an approval learnt after the platform was disconnected', () => {
  let bench: RecoveryBench;
  let commands = 0;
  beforeEach(async () => {
    bench = await startRecoveryBench({ label: 'untold', route: 'gateway', protection: { kind: 'search_only', absentIsFinalAfterMs: 60_000 } });
  });
  afterEach(async () => { await bench.stop(); });

  const settle = async (caseId: string) => {
    commands += 1;
    await bench.cases.command(caseId, `settle#${String(commands)}`, { type: 'settle', by: 'operator' });
    await bench.run(caseId);
    return (await bench.get(caseId)).commands?.at(-1);
  };
  /** Closed as never made while its invoice was voided; approved after the connection was gone. */
  const approvedTooLate = async () => {
    const caseId = await bench.openCase();
    bench.money.replies.push('lost_absent');
    while ((await bench.get(caseId)).attempts.length === 0) await bench.step(caseId);
    bench.money.invoice.state = 'voided';
    for (let n = 0; (await bench.get(caseId)).status !== 'cancelled'; n += 1) { await bench.step(caseId); expect(n).toBeLessThan(30); }
    bench.connection.state = 'disconnected';
    bench.money.invoice.state = 'open';
    bench.money.tried.push({ key: `${caseId}-1`, at: bench.clock.hubNow(), result: 'approved', amount: 4900, code: '' });
    await bench.tell(caseId, { type: 'attempt_approved', n: 1, outcome: { status: 'approved', gatewayRefs: [`ch_${caseId}-1`], amount: { minor: 4900, currency: 'USD' }, provisional: false } });
    await bench.run(caseId);
    return caseId;
  };

  it('counts as refused by a platform that was never told, and people hear of it', async () => {
    const caseId = await approvedTooLate();
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { state: 'refused', reason: 'not_allowed' } });
    expect((await bench.get(caseId)).due.settle).toBeUndefined();
    expect(bench.logLines.join('')).toContain('whose platform is disconnected');
    expect(await settle(caseId)).toMatchObject({ result: 'not_active' });
  });

  it('is told when the platform is connected again and an operator asks for it', async () => {
    const caseId = await approvedTooLate();
    bench.connection.state = 'active';
    expect(await settle(caseId)).toMatchObject({ result: 'done' });
    expect(bench.money.recorded).toMatchObject([{ once: { ourReference: `${caseId}-1` } }]);
    expect(await bench.get(caseId)).toMatchObject({ settlement: { state: expect.stringMatching(/recorded|confirmed/), platformPaymentRef: `pay_${caseId}-1` } });
  });

  it('that an earlier version took for recorded is told as well', async () => {
    const caseId = await approvedTooLate();
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { 'settlement.state': 'recorded' }, $unset: { 'settlement.reason': '' } });
    bench.connection.state = 'active';
    expect(await settle(caseId)).toMatchObject({ result: 'done' });
    expect(bench.money.recorded).toHaveLength(1);
  });
});
