import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { invoicePaid, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const minute = 60_000;
const day = 86_400_000;

describe('a charge whose answer is lost', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'lost_answers' }); });
  afterEach(async () => { await bench.stop(); });

  /** Runs the case to its first charge. */
  const charge = async (decline = 'generic_decline') => {
    const caseId = await bench.openCase(decline);
    await bench.step(caseId);
    await bench.step(caseId);
    return caseId;
  };

  it('is found approved by asking, and charged once', async () => {
    bench.money.replies.push('lost_approved');
    const caseId = await charge();
    expect(await bench.get(caseId)).toMatchObject({ status: 'unknown' });
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { trigger: 'reconciliation' } });
    expect(bench.money.approved()).toEqual([`${caseId}-1`]);
    expect(bench.money.faults).toEqual([]);
    expect(bench.events.map((event) => event.event)).toEqual(['recovery.success']);
  });

  it('counts as absent only after two reads, the later 30 minutes after it could have left, each of them made', async () => {
    bench.money.replies.push('lost_absent');
    const caseId = await charge();
    const sendBefore = (await bench.get(caseId)).attempts[0]?.sendBefore ?? new Date(0);
    let holds = 0;
    for (; !(await bench.get(caseId)).attempts[0]?.resolved; holds += 1) {
      const before = bench.money.calls.finds;
      expect(await bench.step(caseId)).toBe('released');
      const [attempt] = (await bench.get(caseId)).attempts;
      expect(bench.money.calls.finds - before).toBe(1);
      if (!attempt?.resolved) expect(attempt?.absentReads).toHaveLength(bench.money.calls.finds);
    }
    expect(bench.money.calls.finds).toBeGreaterThanOrEqual(2);
    expect(bench.clock.wallNow().getTime() - sendBefore.getTime()).toBeGreaterThanOrEqual(30 * minute);
    expect(holds).toBeLessThan(10);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'absent' } }, { outcome: { status: 'approved' } }] });
    expect(bench.money.faults).toEqual([]);
  });

  it('is asked about for days while the platform cannot be asked, without being put aside', async () => {
    bench.money.replies.push('lost_approved');
    const caseId = await charge();
    bench.money.reads = 'down';
    const from = bench.clock.hubNow().getTime();
    for (let holds = 0; bench.clock.hubNow().getTime() - from < 5 * day; holds += 1) {
      expect(await bench.step(caseId)).toBe('released');
      expect(holds).toBeLessThan(20);
    }
    bench.money.reads = 'up';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
  });

  it('wants two reads that agree: one that found it running undoes an earlier absent', async () => {
    bench.money.replies.push('lost_absent');
    const caseId = await charge();
    await bench.step(caseId);
    expect((await bench.get(caseId)).attempts[0]?.absentReads).toHaveLength(1);
    bench.money.tried.push({ key: `${caseId}-1`, at: bench.clock.hubNow(), result: 'pending', amount: 4900, code: '' });
    await bench.step(caseId);
    expect((await bench.get(caseId)).attempts[0]).toMatchObject({ outcome: { status: 'pending' }, absentReads: [] });
  });

  it('keeps what it was told meanwhile until it is settled', async () => {
    bench.money.replies.push('lost_absent');
    const caseId = await charge();
    bench.money.invoice.state = 'paid';
    bench.money.invoice.other.push({ ref: 'ch_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: bench.clock.hubNow() });
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()));
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' } });
    expect(bench.money.tried).toEqual([]);
  });
});
