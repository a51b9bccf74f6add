import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

describe('an approval that does not come where it was waited for', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'late_approval' }); });
  afterEach(async () => { await bench.stop(); });

  const names = () => bench.events.map((event) => event.event);
  const approval = (caseId: string, n: number, minor = 4900) => ({
    type: 'attempt_approved' as const, n, outcome: { status: 'approved' as const, gatewayRefs: [`ch_${caseId}-${n}`] as [string], amount: { minor, currency: 'USD' }, provisional: false },
  });
  /** Another worker takes the case as soon as the money has moved. */
  const stealAtCharge = (caseId: string) => {
    bench.money.onCharged = async () => {
      bench.money.onCharged = undefined;
      await bench.steal(caseId);
    };
  };
  /** A case whose first attempt was closed as absent, and is queued again. */
  const withAbsentAttempt = async () => {
    bench.money.replies.push('lost_absent');
    const caseId = await bench.openCase();
    await bench.step(caseId);
    await bench.step(caseId);
    bench.connection.state = 'disconnecting';
    while (!(await bench.get(caseId)).attempts[0]?.resolved) await bench.step(caseId);
    bench.connection.state = 'active';
    return caseId;
  };

  it('is told to whoever holds the case when the fence was lost, and charged no second time', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    stealAtCharge(caseId);
    expect(await bench.step(caseId)).toBe('lost');
    const told = await bench.get(caseId);
    expect(told.signals).toMatchObject([{ event: { type: 'attempt_approved', n: 1 } }]);
    expect(told.signals[0]?.id).toMatch(new RegExp(`^${caseId}-1#`));
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', signals: [], attempts: [{ outcome: { status: 'approved' }, resolved: true }] });
    expect(bench.money.approved()).toHaveLength(1);
    expect(bench.money.faults).toEqual([]);
    expect(names()).toEqual(['recovery.success']);
  });

  it('drops a decline of a lost hold: asking finds it', async () => {
    bench.money.replies.push({ decline: 'generic_decline' });
    const caseId = await bench.openCase();
    await bench.step(caseId);
    stealAtCharge(caseId);
    expect(await bench.step(caseId)).toBe('lost');
    expect((await bench.get(caseId)).signals).toEqual([]);
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', attempts: [{ outcome: { status: 'declined' }, resolved: true }] });
  });

  it.each([
    ['queued', async () => undefined],
    ['failed', async (caseId: string) => { await bench.cases.collection.updateOne({ _id: caseId }, { $set: { status: 'failed' }, $unset: { openKeys: '' } }); }],
    ['blocked', async (caseId: string) => { await bench.cases.collection.updateOne({ _id: caseId }, { $set: { status: 'blocked' }, $unset: { openKeys: '' } }); }],
    ['cancelled', async (caseId: string) => { await bench.cases.collection.updateOne({ _id: caseId }, { $set: { status: 'cancelled' }, $unset: { openKeys: '' } }); }],
  ] as const)('makes the case ours although its attempt was closed as absent: %s', async (_status, change) => {
    const caseId = await withAbsentAttempt();
    await change(caseId);
    await bench.tell(caseId, approval(caseId, 1));
    await bench.step(caseId);
    const document = await bench.get(caseId);
    expect(document).toMatchObject({
      status: 'succeeded', signals: [], attempts: [{ n: 1, outcome: { status: 'approved' }, resolved: true }], settlement: { state: 'recorded' }, openKeys: ['conn-1/in_1'],
    });
    expect(document.due.settle).toBeInstanceOf(Date);
    expect(names()).toEqual(['recovery.success']);
    expect(bench.money.tried).toEqual([]);
    expect(bench.logLines.join('')).toContain('closed as not made has been approved after all');
  });

  it('does not send a newer attempt any more that waits to be sent', async () => {
    const caseId = await withAbsentAttempt();
    bench.money.replies.push('not_sent');
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'attempting', attempts: [{}, { outcome: { status: 'not_sent' }, resolved: false }] });
    await bench.tell(caseId, approval(caseId, 1));
    for (let holds = 0; holds < 5; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'approved' } }, { resolved: true }] });
    expect(bench.money.tried).toEqual([]);
  });

  it('leaves a newer attempt to be asked about whose answer was lost in the same hold', async () => {
    const caseId = await withAbsentAttempt();
    bench.money.replies.push('lost_approved');
    bench.money.onCharged = async () => {
      bench.money.onCharged = undefined;
      await bench.tell(caseId, approval(caseId, 1));
    };
    await bench.step(caseId);
    const document = await bench.get(caseId);
    expect(document).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'approved' } }, { outcome: { status: 'unknown' }, resolved: false }] });
    expect(document.due.step).toBeInstanceOf(Date);
    for (let holds = 0; holds < 3; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'approved' } }, { outcome: { status: 'approved' }, resolved: true }] });
    expect(bench.logLines.join('')).toContain('paid twice');
  });

  it('keeps a second approval and tells people that the debt was paid twice', async () => {
    const caseId = await withAbsentAttempt();
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{}, { outcome: { status: 'approved' } }] });
    await bench.tell(caseId, approval(caseId, 1));
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'approved' } }, { outcome: { status: 'approved' } }] });
    expect(names()).toEqual(['recovery.success']);
    expect(bench.logLines.join('')).toContain('paid twice');
  });

  it('for less than asked is stored, owed back, and charged no further where the platform gives nothing back', async () => {
    bench.money.replies.push({ approveOnly: 1000 });
    const caseId = await bench.openCase();
    await bench.step(caseId);
    expect(await bench.step(caseId)).toBe('released');
    const partial = { status: 'queued', attempts: [{ outcome: { status: 'approved', amount: { minor: 1000 } }, resolved: true }], refunds: [{ why: 'partial_approval', state: 'refused' }] };
    expect(await bench.get(caseId)).toMatchObject(partial);
    expect(bench.logLines.join('')).toContain('less than asked');
    expect(await bench.step(caseId)).toBe('idle');
    bench.money.cards = { methodRef: 'pm_2' };
    await bench.tell(caseId, { type: 'payment_method_updated', occurredAt: bench.clock.hubNow(), subject: { customerRef: 'cus_1' } });
    for (let holds = 0; holds < 3; holds += 1) expect(await bench.step(caseId)).not.toBe('left_to_lease');
    expect(await bench.get(caseId)).toMatchObject(partial);
    expect(bench.money.approved()).toHaveLength(1);
  });

  it('for less than asked, learnt after the fence was lost, is stored once', async () => {
    bench.money.replies.push({ approveOnly: 1000 });
    const caseId = await bench.openCase();
    await bench.step(caseId);
    stealAtCharge(caseId);
    await bench.step(caseId);
    expect(await bench.step(caseId)).toBe('released');
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', signals: [], refunds: [{ why: 'partial_approval' }] });
  });
});
