import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Command, SignalEvent } from '../cases/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const usd = (minor: number) => ({ minor, currency: 'USD' });

describe('a debt for which we took two payments', () => {
  let bench: RecoveryBench;
  let commands = 0;
  beforeEach(async () => {
    bench = await startRecoveryBench({ label: 'two_payments', route: 'gateway', protection: { kind: 'search_only', absentIsFinalAfterMs: 60_000 } });
  });
  afterEach(async () => { await bench.stop(); });

  const ask = async (caseId: string, command: Command) => {
    commands += 1;
    await bench.cases.command(caseId, `command-${String(commands)}`, command);
    await bench.run(caseId);
    return (await bench.get(caseId)).commands?.at(-1);
  };
  const approved = (caseId: string, n: number, minor = 4900): SignalEvent =>
    ({ type: 'attempt_approved', n, outcome: { status: 'approved', gatewayRefs: [`ch_${caseId}-${n}`], amount: usd(minor), provisional: false } });
  const reversal = (caseId: string, n: number, over: Partial<Extract<SignalEvent, { type: 'payment_reversed' }>> = {}): SignalEvent =>
    ({ type: 'payment_reversed', occurredAt: bench.clock.hubNow(), subject: { invoiceRef: 'in_1' }, gatewayRefs: [`ch_${caseId}-${n}`], why: 'refund', amount: usd(4900), ...over });
  const tell = async (caseId: string, event: SignalEvent, id?: string) => {
    await bench.tell(caseId, event, id);
    await bench.run(caseId);
    return bench.get(caseId);
  };
  const steps = async (caseId: string, times: number) => { for (let n = 0; n < times; n += 1) await bench.step(caseId); };
  const tookBesides = (caseId: string, n: number) => { bench.money.tried.push({ key: `${caseId}-${n}`, at: bench.clock.hubNow(), result: 'approved', amount: 4900, code: '' }); };

  /** Its first attempt is closed as never made. */
  const firstAbsent = async (...then: typeof bench.money.replies) => {
    const caseId = await bench.openCase();
    bench.money.replies.push('lost_absent', ...then);
    while (!(await bench.get(caseId)).attempts[0]?.resolved) expect(await bench.step(caseId)).not.toBe('idle');
    return caseId;
  };
  /** The second attempt stands, recorded and confirmed; the first is found to have taken the money as well. */
  const paidTwice = async () => {
    const caseId = await firstAbsent();
    for (let n = 0; (await bench.get(caseId)).settlement?.state !== 'confirmed'; n += 1) { await bench.step(caseId); expect(n).toBeLessThan(30); }
    tookBesides(caseId, 1);
    await tell(caseId, approved(caseId, 1));
    expect(bench.logLines.join('')).toContain('paid twice');
    return caseId;
  };
  const standing = (caseId: string) => ({ status: 'succeeded', settlement: { state: 'confirmed', once: { ourReference: `${caseId}-2` } }, openKeys: ['conn-1/in_1'] });

  it('keeps the payment that stands when an operator gives the other back', async () => {
    const caseId = await paidTwice();
    expect(await ask(caseId, { type: 'refund', by: 'operator', attempt: 1 })).toMatchObject({ result: 'done' });
    await steps(caseId, 3);
    expect(await bench.get(caseId)).toMatchObject({ ...standing(caseId), refunds: [{ attempt: 1, state: 'refunded', amount: usd(4900) }] });
    expect(bench.money.reversed).toEqual([]);
    expect(bench.money.approved()).toEqual([`${caseId}-2`]);
    // what is left is the payment that stands: given back, it frees the debt
    expect(await ask(caseId, { type: 'refund', by: 'operator', attempt: 1 })).toMatchObject({ result: 'nothing_open' });
    expect(await ask(caseId, { type: 'refund', by: 'operator' })).toMatchObject({ result: 'done' });
    expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'reversed', reversedMinor: 4900 } });
    expect(await bench.get(caseId)).not.toHaveProperty('openKeys');
    expect(bench.money.reversed).toEqual([`${caseId}-2-reverse: refund`]);
  });

  it.each(['refund', 'dispute', 'late_failure'] as const)('keeps the payment that stands when the other is taken back elsewhere: %s', async (why) => {
    const caseId = await paidTwice();
    expect(await tell(caseId, reversal(caseId, 1, { why }))).toMatchObject({
      ...standing(caseId), signals: [], refunds: [{ attempt: 1, state: 'refunded', amount: usd(4900), reason: `not by us: ${why}` }],
    });
    expect(bench.money.reversed).toEqual([]);
    expect(bench.events.map(({ event }) => event)).toEqual(['recovery.success']);
    expect(await ask(caseId, { type: 'refund', by: 'operator', attempt: 1 })).toMatchObject({ result: 'nothing_open' });
  });

  it('adds up what others gave back of the other, each part once', async () => {
    const caseId = await paidTwice();
    await tell(caseId, reversal(caseId, 1, { amount: usd(1000), soFar: true }));
    await tell(caseId, reversal(caseId, 1, { amount: usd(1000), soFar: true }));
    expect(await tell(caseId, reversal(caseId, 1, { amount: usd(1500), soFar: true }))).toMatchObject({ ...standing(caseId), refunds: [{ amount: usd(1000) }, { amount: usd(500) }] });
    await ask(caseId, { type: 'refund', by: 'operator', attempt: 1 });
    expect(bench.money.refundRequests).toMatchObject([{ amount: 3400 }]);
  });

  it('is not free again while we hold the other payment', async () => {
    const caseId = await paidTwice();
    await tell(caseId, reversal(caseId, 2));
    expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'reversed' }, openKeys: ['conn-1/in_1'] });
  });

  it('changes nothing for a reference of ours that belongs to neither, and tells people', async () => {
    const caseId = await paidTwice();
    await bench.cases.collection.updateOne({ _id: caseId }, { $addToSet: { refs: 'ch_of_neither' } });
    expect(await tell(caseId, reversal(caseId, 1, { gatewayRefs: ['ch_of_neither'] }))).toMatchObject({ ...standing(caseId), refunds: [], signals: [] });
    expect(bench.logLines.join('')).toContain('cannot be told from the one that stands');
  });

  it('counts only the payment that stands as what was taken', async () => {
    const caseId = await bench.openCase();
    bench.money.replies.push({ approveOnly: 1000 });
    for (let n = 0; (await bench.get(caseId)).settlement?.state !== 'confirmed'; n += 1) { await bench.step(caseId); expect(n).toBeLessThan(30); }
    expect(await bench.get(caseId)).toMatchObject({ refunds: [{ why: 'partial_approval', state: 'refunded' }], settlement: { once: { ourReference: `${caseId}-2` } } });
    expect(await tell(caseId, reversal(caseId, 2, { amount: usd(1000) }))).toMatchObject({ settlement: { state: 'reversed', reversedMinor: 1000 }, openKeys: ['conn-1/in_1'] });
    expect(bench.money.reversed).toEqual([]);
    expect(await tell(caseId, reversal(caseId, 2, { amount: usd(3900) }))).not.toHaveProperty('openKeys');
  });

  it('paid by another keeps its right when ours is given back by the merchant', async () => {
    bench.client.settings = { ...bench.client.settings, autoRefundDuplicates: false };
    const caseId = await bench.openCase();
    const payment = { ref: 'ch_other', gatewayRefs: ['ch_other'], state: 'succeeded' as const, amount: usd(4900), at: bench.clock.hubNow() };
    bench.money.records.push({ status: 'paid_by_other', payment });
    bench.money.onCharged = () => { bench.money.invoice.other.push(payment); bench.money.invoice.state = 'paid'; };
    for (let n = 0; (await bench.get(caseId)).settlement?.state !== 'refused'; n += 1) { await bench.step(caseId); expect(n).toBeLessThan(30); }
    expect(await tell(caseId, reversal(caseId, 1))).toMatchObject({
      status: 'succeeded', settlement: { state: 'refused', reason: 'already_paid_by_other' }, openKeys: ['conn-1/in_1'], refunds: [{ attempt: 1, state: 'refunded' }],
    });
  });

  it('gives back both where two refunds are owed, one after the other', async () => {
    bench.money.refundReplies.push('failed');
    const caseId = await firstAbsent({ approveOnly: 1000 });
    for (let n = 0; (await bench.get(caseId)).refunds.length === 0; n += 1) { await bench.step(caseId); expect(n).toBeLessThan(30); }
    const { due } = await bench.get(caseId);
    bench.money.tried.push({ key: `${caseId}-1`, at: bench.clock.hubNow(), result: 'approved', amount: 700, code: '' });
    const both = await tell(caseId, approved(caseId, 1, 700));
    expect(both).toMatchObject({ refunds: [{ attempt: 2, state: 'due', tries: 1 }, { attempt: 1, state: 'due' }] });
    // what was learnt meanwhile sends the first no earlier
    expect(both.due.refund).toEqual(due.refund);
    await steps(caseId, 2);
    expect(await bench.get(caseId)).toMatchObject({ refunds: [{ state: 'refunded' }, { state: 'refunded' }] });
    expect(bench.money.refundRequests.slice(-2)).toMatchObject([{ key: `${caseId}-2-refund`, amount: 1000 }, { key: `${caseId}-1-refund`, amount: 700 }]);
    expect((await bench.get(caseId)).due.refund).toBeUndefined();
  });

  it('settles nothing while a refund is under way, and owes no second one of the same charge', async () => {
    const caseId = await bench.openCase();
    const payment = { ref: 'ch_other', gatewayRefs: ['ch_other'], state: 'succeeded' as const, amount: usd(4900), at: bench.clock.hubNow() };
    bench.money.records.push({ status: 'paid_by_other', payment }, { status: 'paid_by_other', payment });
    bench.money.refundReplies.push('failed', 'refused');
    bench.money.onCharged = () => { bench.money.invoice.other.push(payment); bench.money.invoice.state = 'paid'; };
    for (let n = 0; (await bench.get(caseId)).refunds.length === 0; n += 1) { await bench.step(caseId); expect(n).toBeLessThan(30); }
    expect(await ask(caseId, { type: 'settle', by: 'operator' })).toMatchObject({ result: 'in_progress' });
    for (let n = 0; (await bench.get(caseId)).refunds[0]?.state === 'due'; n += 1) { await bench.step(caseId); expect(n).toBeLessThan(10); }
    expect(await ask(caseId, { type: 'settle', by: 'operator' })).toMatchObject({ result: 'done' });
    expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'refused', reason: 'already_paid_by_other' }, refunds: [{ state: 'refused' }] });
    expect((await bench.get(caseId)).refunds).toHaveLength(1);
    expect(bench.logLines.join('')).toContain('a refund of ours was begun before');
  });
});
