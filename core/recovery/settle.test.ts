import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PlatformPayment } from '../connector-kit/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const minute = 60_000;
const usd = { minor: 4900, currency: 'USD' };

describe('telling the platform of our payment', () => {
  let bench: RecoveryBench;
  let caseId: string;
  beforeAll(async () => { bench = await startRecoveryBench({ label: 'settle', route: 'gateway' }); });
  afterAll(async () => { await bench.stop(); });
  beforeEach(async () => {
    await bench.cases.collection.deleteMany({});
    await bench.cases.collection.db.collection('card_ledger').deleteMany({});
    bench.reset();
    bench.client.settings = { ...bench.client.settings, autoRefundDuplicates: true };
    caseId = await bench.openCase();
  });

  const other: PlatformPayment = { ref: 'pay_theirs', gatewayRefs: ['ch_theirs'], state: 'succeeded', amount: usd, at: new Date('2026-11-18T12:30:00Z') };
  const settlement = async () => (await bench.get(caseId)).settlement;
  /** Until the first try was made. */
  const charged = async () => {
    for (let holds = 0; holds < 10 && bench.money.calls.records === 0; holds += 1) await bench.step(caseId);
  };
  /** Steps until it was tried again, or is not owed any more. */
  const tryAgain = async () => {
    const before = bench.money.calls.records;
    for (let holds = 0; holds < 5 && bench.money.calls.records === before && (await settlement())?.state === 'due'; holds += 1) await bench.step(caseId);
  };

  it('is tried at once, after 1 min, 5 min, 30 min, 2 h, then every 6 h for a week, and then left to people', async () => {
    bench.money.records = Array.from({ length: 100 }, () => 'error' as const);
    await charged();
    const triedAt = [bench.clock.hubNow().getTime()];
    while ((await settlement())?.state === 'due') {
      await tryAgain();
      triedAt.push(bench.clock.hubNow().getTime());
    }
    const waits = triedAt.slice(1).map((at, index) => (at - (triedAt[index] ?? 0)) / minute);
    expect(waits.slice(0, 5)).toEqual([1, 5, 30, 120, 360]);
    expect(waits.slice(4)).toEqual(Array.from({ length: 28 }, () => 360));
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'retry' }, settlement: { state: 'refused', reason: 'gave_up' } });
    expect((await bench.get(caseId)).due.settle).toBeUndefined();
    expect(bench.logLines.filter((line) => line.includes('has not taken our payment for two hours'))).toHaveLength(1);
    expect(bench.logLines.filter((line) => line.includes('gave_up'))).toHaveLength(1);
    expect(bench.events.map((event) => event.event)).toEqual(['recovery.success']);
  });

  it('asks again under the same key while no answer came, and under a new one after an error', async () => {
    bench.money.records = ['down', 'down', 'error', 'error'];
    await charged();
    for (let tries = 0; tries < 4; tries += 1) await tryAgain();
    const key = `${caseId}-1-settle`;
    expect(bench.money.calls.recordKeys).toEqual([key, key, key, `${key}-4`, `${key}-5`]);
    expect(await settlement()).toMatchObject({ state: 'recorded', platformPaymentRef: `pay_${caseId}-1` });
  });

  it('is recorded once where the answer was lost', async () => {
    bench.money.records = ['lost'];
    await charged();
    expect(await settlement()).toMatchObject({ state: 'due', tries: 1 });
    await tryAgain();
    expect(await settlement()).toMatchObject({ state: 'recorded' });
    expect(bench.money.recorded).toHaveLength(1);
    expect(new Set(bench.money.calls.recordKeys).size).toBe(1);
  });

  it('returns no retries before the payment is on the invoice', async () => {
    bench.money.records = ['down', 'down', 'down', 'down'];
    await charged();
    for (let tries = 0; tries < 3; tries += 1) {
      await tryAgain();
      expect(bench.money.calls.handBacks).toEqual([]);
    }
    for (let holds = 0; holds < 8; holds += 1) await bench.step(caseId);
    expect(bench.money.calls.handBacks).toEqual(['succeeded:false']);
  });

  it('has the retries stopped for good where the invoice stays open although we were paid', async () => {
    bench.money.records = [{ status: 'refused', reason: 'amount_mismatch', detail: 'as the script says' }];
    await charged();
    for (let holds = 0; holds < 5; holds += 1) await bench.step(caseId);
    expect(await settlement()).toMatchObject({ state: 'refused', reason: 'amount_mismatch' });
    expect(bench.money.calls.handBacks).toEqual(['blocked:false']);
    expect(bench.money.retries).toBe('off');
  });

  describe('where another has paid', () => {
    const paidByOther = async (shown: readonly PlatformPayment[]) => {
      bench.money.records = [{ status: 'paid_by_other', payment: other }];
      bench.money.onCharged = () => {
        bench.money.invoice.state = 'paid';
        bench.money.invoice.other.push(...shown);
      };
      await charged();
    };

    it('owes ours back on evidence seen in one hold', async () => {
      let owed = 'no';
      bench.onWritten = (name, document) => { if (name === 'settled' && document.refunds.length > 0) owed = `${String(document.refunds[0]?.state)}, ${document.due.refund ? 'and when' : 'never'}`; };
      await paidByOther([other]);
      const document = await bench.get(caseId);
      expect(document).toMatchObject({
        status: 'succeeded', ended: { recoveredBy: 'external' }, settlement: { state: 'refused', reason: 'already_paid_by_other' },
        refunds: [{ n: 1, why: 'duplicate', evidence: { ours: `ch_${caseId}-1`, other: { ref: 'pay_theirs' } } }],
      });
      expect(owed).toBe('due, and when');
      expect(bench.logLines.join('')).toContain('a debt has been paid twice, by us and by another: our payment is given back');
    });

    it.each([
      ['no payment is named', [], 'paid_unexplained', 'retry'],
      ['the named one has not succeeded', [{ ...other, state: 'in_progress' as const }], 'paid_unexplained', 'retry'],
    ])('gives nothing back where %s', async (_name, shown, reason, recoveredBy) => {
      await paidByOther(shown);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy }, settlement: { state: 'refused', reason }, refunds: [] });
    });

    it('gives nothing back where the client does that itself', async () => {
      bench.client.settings = { ...bench.client.settings, autoRefundDuplicates: false };
      await paidByOther([other]);
      expect(await bench.get(caseId)).toMatchObject({ ended: { recoveredBy: 'external' }, settlement: { state: 'refused', reason: 'already_paid_by_other' }, refunds: [] });
    });

    it('counts as recorded what carries our reference, whatever was said', async () => {
      await paidByOther([{ ...other, ourReference: `${caseId}-1` }]);
      expect(await bench.get(caseId)).toMatchObject({ ended: { recoveredBy: 'retry' }, settlement: { state: 'recorded', platformPaymentRef: 'pay_theirs' }, refunds: [] });
    });

    it('decides nothing while one of the two cannot be seen', async () => {
      bench.onWritten = (name) => { if (name === 'settling') bench.money.reads = 'down'; };
      await paidByOther([other]);
      expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'due' }, refunds: [] });
      expect((await bench.get(caseId)).due.settle?.getTime()).toBe(bench.clock.hubNow().getTime() + minute);
    });
  });

  describe('where the money went back', () => {
    const settled = async () => {
      await charged();
      for (let holds = 0; holds < 4; holds += 1) await bench.step(caseId);
      expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'confirmed' }, takeOver: { state: 'handed_back' } });
    };
    const back = async (why: 'refund' | 'dispute' | 'late_failure', minor = usd.minor) => {
      await bench.tell(caseId, { type: 'payment_reversed', occurredAt: bench.clock.wallNow(), subject: { invoiceRef: 'in_1' }, gatewayRefs: [`ch_${caseId}-1`], why, amount: { ...usd, minor } });
      await bench.step(caseId);
    };

    it.each([['refund', 'succeeded'], ['dispute', 'failed'], ['late_failure', 'failed']] as const)('takes the record back: %s', async (why, status) => {
      await settled();
      await back(why);
      expect(bench.money.reversed).toEqual([`${caseId}-1-reverse: ${why}`]);
      expect(await bench.get(caseId)).toMatchObject({ status, settlement: { state: 'reversed', reason: why, reversal: { state: 'written_back', tries: 1 } } });
      expect((await bench.get(caseId)).due.settle).toBeUndefined();
    });

    it('only once all of it is gone', async () => {
      await settled();
      await back('refund', 1900);
      expect(bench.money.reversed).toEqual([]);
      await back('refund', 3000);
      expect(bench.money.reversed).toEqual([`${caseId}-1-reverse: refund`]);
    });

    it('owes it in the write that learns of it, and asks again under its key until it is answered', async () => {
      await settled();
      bench.money.records = ['lost', 'down'];
      bench.killAt = 'settled';
      await back('refund');
      expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'reversed', reversal: { state: 'due', tries: 0 } }, due: { settle: expect.any(Date) } });
      for (let holds = 0; holds < 4; holds += 1) await bench.step(caseId);
      expect(await bench.get(caseId)).toMatchObject({ settlement: { reversal: { state: 'written_back', tries: 3 } } });
      expect(new Set(bench.money.reversed)).toEqual(new Set([`${caseId}-1-reverse: refund`]));
    });

    it('is left to people where the platform will not', async () => {
      await settled();
      bench.money.records = [{ status: 'refused', reason: 'not_allowed', detail: 'as the script says' }];
      await back('refund');
      expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'reversed', reversal: { state: 'refused', reason: 'not_allowed' } } });
      expect(bench.logLines.join('')).toContain('the platform\'s invoice still shows our payment (not_allowed)');
    });
  });
});
