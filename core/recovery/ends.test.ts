import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { viewCase } from '../cases/index.js';
import { declineOf, invoicePaid, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const day = 86_400_000;
const usd = (minor: number) => ({ minor, currency: 'USD' });

describe('the end of a case', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'ends' }); });
  afterEach(async () => { await bench.stop(); });

  const names = () => bench.events.map((event) => event.event);
  const reversed = (caseId: string, why: 'refund' | 'dispute' | 'late_failure', minor = 4900) =>
    ({ type: 'payment_reversed' as const, occurredAt: bench.clock.hubNow(), subject: { invoiceRef: 'in_1' }, gatewayRefs: [`ch_${caseId}-1`], why, amount: usd(minor) });

  describe('blocked', () => {
    it('owes the platform\'s retries their stop, repeats it, and stops them once', async () => {
      bench.money.dunning = 'down';
      const caseId = await bench.openCase('stolen_card');
      await bench.step(caseId);
      const waits: number[] = [];
      for (let tries = 0; tries < 6; tries += 1) {
        const document = await bench.get(caseId);
        expect(document).toMatchObject({ status: 'blocked', takeOver: { state: 'intended', ending: { outcome: 'blocked', startDunning: false } } });
        waits.push(Math.round(((document.due.handBack?.getTime() ?? 0) - bench.clock.hubNow().getTime()) / 60_000));
        expect(await bench.step(caseId)).toBe('released');
      }
      expect(waits).toEqual([1, 5, 30, 120, 360, 360]);
      bench.money.dunning = 'up';
      await bench.step(caseId);
      expect(bench.money.calls.handBacks).toEqual(['blocked:false']);
      expect((await bench.get(caseId)).due).toEqual({ watch: expect.any(Date) });
      expect(names()).toEqual(['recovery.blocked']);
    });

    it('is reopened by a changed card only where the customer had to authenticate', async () => {
      for (const [code, status] of [['authentication_required', 'succeeded'], ['stolen_card', 'blocked']] as const) {
        await bench.cases.collection.deleteMany({});
        bench.money.tried.length = 0;
        bench.money.invoice.state = 'open';
        bench.money.cards = { methodRef: 'pm_1' };
        const caseId = await bench.openCase(code);
        await bench.step(caseId);
        bench.money.cards = { methodRef: `pm_${code}` };
        await bench.tell(caseId, { type: 'payment_method_updated', occurredAt: bench.clock.hubNow(), subject: { customerRef: 'cus_1' } });
        await bench.step(caseId);
        expect(await bench.get(caseId)).toMatchObject({ status });
      }
    });
  });

  it('says what was charged, not what it was opened with', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    bench.money.invoice.due = 3000;
    await bench.drive(caseId);
    expect(bench.events).toMatchObject([{ event: 'recovery.success', body: { amount: 3000, currency: 'USD' } }]);
    expect(viewCase(await bench.get(caseId))).toMatchObject({ amount: 3000 });
    expect(await bench.get(caseId)).toMatchObject({ opened: { minor: 4900 } });
  });

  it('watches for 60 days and then waits for nobody', async () => {
    const caseId = await bench.openCase('merchant_configuration');
    await bench.step(caseId);
    const { createdAt } = await bench.get(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'failed', watched: true });
    expect(await bench.step(caseId)).toBe('released');
    expect(bench.clock.hubNow().getTime() - createdAt.getTime()).toBeGreaterThanOrEqual(60 * day);
    expect(await bench.get(caseId)).toMatchObject({ watched: false });
    expect(await bench.step(caseId)).toBe('idle');
  });

  it('succeeded: confirmed once the platform shows the payment', async () => {
    const caseId = await bench.openCase();
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { state: 'recorded' } });
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'confirmed', platformPaymentRef: `ch_${caseId}-1` }, due: { watch: expect.any(Date) } });
  });

  it('refunded: stays recovered, tells nobody, frees the debt only if all of it went back', async () => {
    const caseId = await bench.openCase();
    await bench.drive(caseId);
    await bench.tell(caseId, reversed(caseId, 'refund', 1000));
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { state: 'reversed' }, openKeys: ['conn-1/in_1'] });
    await bench.tell(caseId, reversed(caseId, 'refund'));
    await bench.step(caseId);
    expect(await bench.get(caseId)).not.toHaveProperty('openKeys');
    expect(names()).toEqual(['recovery.success']);
  });

  it('lost a dispute: failed for a person to look at, and the settlement stays reversed', async () => {
    const caseId = await bench.openCase();
    await bench.drive(caseId);
    await bench.tell(caseId, reversed(caseId, 'dispute'));
    for (let holds = 0; holds < 3; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'failed', settlement: { state: 'reversed' }, ended: { trigger: 'reversal' } });
    expect(bench.events.at(-1)?.body).toMatchObject({ event: 'recovery.failed', trigger: 'reversal', recommendedAction: 'manual_review' });
  });

  it('lost a dispute after its retries were taken over: their return is owed again', async () => {
    const caseId = await bench.openCase();
    await bench.drive(caseId);
    const takeOver = { state: 'handed_back' as const, until: bench.clock.hubNow(), sendBefore: new Date(0), tries: 1, ending: { outcome: 'succeeded' as const, startDunning: false } };
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { takeOver } });
    let owed: Date | undefined;
    bench.onWritten = (name, document) => { if (name === 'close') owed = document.due.handBack; };
    await bench.tell(caseId, reversed(caseId, 'dispute'));
    await bench.step(caseId);
    expect(owed).toBeInstanceOf(Date);
  });

  it('paid elsewhere after it had failed: a debt that is paid is not opened again', async () => {
    const caseId = await bench.openCase('merchant_configuration');
    await bench.step(caseId);
    expect(await bench.get(caseId)).not.toHaveProperty('openKeys');
    bench.money.invoice.state = 'paid';
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()));
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', openKeys: ['conn-1/in_1'], ended: { recoveredBy: 'external' } });
    expect(names()).toEqual(['recovery.failed', 'recovery.success']);
  });

  it.each([['generic_decline'], ['stolen_card'], ['merchant_configuration']])('only observed: says what it would do, to nobody, and writes nothing (%s)', async (code) => {
    bench.connection.mode = 'observe';
    const caseId = await bench.openCase(code, { mode: 'observe' });
    await bench.drive(caseId);
    const document = await bench.get(caseId);
    expect(document).toMatchObject({ status: 'cancelled', ended: { reason: 'observed' }, plan: { because: expect.any(String) }, attempts: [] });
    for (let holds = 0; holds < 2; holds += 1) await bench.step(caseId);
    expect(bench.events).toEqual([]);
    expect(bench.money.calls.handBacks).toEqual([]);
  });

  it.each([
    ['no_payment_source', 'request_card_update'], ['insufficient_permissions', 'manual_review'],
  ])('without a card to charge (%s) recommends %s', async (reason, recommendedAction) => {
    const list = async () => ({ ok: true as const, value: { found: false as const, reason: reason as 'no_payment_source', detail: '' } });
    Object.assign(bench.money.connector.paymentMethods, { list });
    const caseId = await bench.openCase();
    await bench.drive(caseId);
    expect(bench.events).toMatchObject([{ event: 'recovery.failed', body: { recommendedAction } }]);
  });

  it('keeps no chargeable token unsealed, wherever it came from', async () => {
    const token = { gatewayType: 'sample', gatewayAccountRef: 'acct', methodRef: 'pm_secret_in_event' };
    const caseId = await bench.openCase();
    await bench.step(caseId);
    await bench.cases.signal(caseId, 's1', { type: 'payment_failed', occurredAt: bench.clock.hubNow(), invoice: { ref: 'in_1' }, amount: usd(4900), decline: declineOf('generic_decline'), gatewayRefs: [], token });
    await bench.cases.signal(caseId, 's2', { type: 'payment_method_updated', occurredAt: bench.clock.hubNow(), subject: { customerRef: 'cus_1' }, token });
    await bench.cases.signal(caseId, 's3', { type: 'attempt_approved', n: 9, outcome: { status: 'approved', gatewayRefs: ['ch'], amount: usd(1), provisional: false, token } });
    const document = await bench.get(caseId);
    expect(document.signals).toHaveLength(3);
    expect(JSON.stringify(document)).not.toContain('pm_secret_in_event');
    await bench.drive(caseId);
    expect(JSON.stringify(await bench.get(caseId))).not.toContain('"methodRef"');
  });
});
