import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CaseDocument, Command } from '../cases/index.js';
import type { RepeatProtection } from '../connector-kit/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { execute } from './execute.js';

const hour = 3_600_000;

describe('what an operator asks of a case', () => {
  let bench: RecoveryBench;
  let commands: number;
  const start = async (protection?: RepeatProtection) => { bench = await startRecoveryBench({ label: 'commands', ...(protection ? { protection } : {}) }); };
  beforeEach(async () => { commands = 0; await start(); });
  afterEach(async () => { await bench.stop(); });

  /** Tells the case, runs it once and answers what the operator is told. */
  const ask = async (caseId: string, command: Command) => {
    commands += 1;
    const id = `command-${String(commands)}`;
    expect(await bench.cases.command(caseId, id, command)).toBe('signalled');
    await bench.run(caseId);
    const document = await bench.get(caseId);
    expect(document.signals.filter((signal) => signal.id === id)).toEqual([]);
    return document.commands?.find((answer) => answer.id === id);
  };
  const retry = (caseId: string) => ask(caseId, { type: 'retry', by: 'operator', note: 'the customer called' });
  const cancel = (caseId: string) => ask(caseId, { type: 'cancel', by: 'operator' });
  const resolve = (caseId: string, outcome: 'succeeded' | 'failed', gatewayRef?: string) => ask(caseId, { type: 'resolve', by: 'operator', outcome, ...(gatewayRef === undefined ? {} : { gatewayRef }) });
  const direct = async (reply?: typeof bench.money.replies[number]) => {
    if (reply) bench.money.replies.push(reply);
    const result = await execute({ clientId: 'client-1', tokenText: 'pm_1', amount: { minor: 4900, currency: 'USD' }, invoiceId: 'inv-1' }, bench.ports);
    if (result.status !== 'opened') throw new Error(result.status);
    return result.view.transactionId;
  };
  const set = (caseId: string, change: Partial<CaseDocument>) => bench.cases.collection.updateOne({ _id: caseId }, { $set: change });

  describe('retry', () => {
    it('charges now what waits for its day, and says who brought it about', async () => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      expect(await retry(caseId)).toMatchObject({ type: 'retry', result: 'done', note: 'the customer called' });
      expect(await bench.get(caseId)).toMatchObject({
        status: 'succeeded', ended: { strategyUsed: 'manual_retry', trigger: 'manual_retry', recoveredBy: 'manual_retry' }, attempts: [{ grounds: { rule: 'manual-retry' } }],
      });
      expect((await bench.get(caseId)).prompt).toBeUndefined();
      await bench.drive(caseId);
      expect(bench.events).toMatchObject([{ event: 'recovery.success', body: { trigger: 'manual_retry', strategyUsed: 'manual_retry' } }]);
      expect(bench.money.faults).toEqual([]);
    });

    it('declined goes back to the schedule', async () => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      bench.money.replies.push({ decline: 'generic_decline' });
      await retry(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', plan: { rule: 'scheduled', step: 'platform_collect' } });
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { trigger: 'scheduled_retry', recoveredBy: 'retry' } });
    });

    it('works on a failed case again, which takes back the right to charge the debt', async () => {
      const caseId = await bench.openCase('expired_card');
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed' });
      expect(await retry(caseId)).toMatchObject({ result: 'blocked', message: expect.stringContaining('only another or a renewed card') });
      bench.money.cards = { methodRef: 'pm_2' };
      expect(await retry(caseId)).toMatchObject({ result: 'done' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', openKeys: ['conn-1/in_1'], promptRetries: 0 });
      expect(bench.money.approved()).toEqual([`${caseId}-1`]);
    });

    it('gives a direct case all the keys of its debt back, on connections it did not know before as well', async () => {
      const caseId = await direct({ decline: 'expired_card' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed' });
      expect(await bench.get(caseId)).not.toHaveProperty('openKeys');
      Object.assign(bench.ports, { connectionIdsOf: async () => ['conn-1', 'conn-2'] });
      await set(caseId, { lastDecline: { system: 'test', code: 'generic_decline', reachedNetwork: true } });
      expect(await retry(caseId)).toMatchObject({ result: 'done' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', openKeys: ['direct/inv-1', 'conn-1/inv-1', 'conn-2/inv-1'] });
    });

    it('keeps every other rule', async () => {
      const stolen = await bench.openCase('stolen_card', { invoice: { ref: 'in_2', customerRef: 'cus_1' }, openKeys: ['conn-1/in_2'] });
      await bench.drive(stolen);
      expect(await retry(stolen)).toMatchObject({ result: 'blocked' });
      const closed = await bench.openCase('account_closed', { invoice: { ref: 'in_3', customerRef: 'cus_1' }, openKeys: ['conn-1/in_3'] });
      await bench.drive(closed);
      expect(await retry(closed)).toMatchObject({ result: 'blocked', message: expect.stringContaining('account_closed') });
      expect(bench.money.tried).toEqual([]);
    });

    it('is told that the tries are used up', async () => {
      bench.client.settings = { ...bench.client.settings, maxRetries: 1 };
      bench.money.replies.push({ decline: 'generic_decline' });
      const caseId = await bench.openCase();
      await bench.drive(caseId);
      expect(await retry(caseId)).toMatchObject({ result: 'max_retries_reached' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed' });
      expect(bench.money.tried).toHaveLength(1);
    });

    it('charges nothing where nothing may be charged', async () => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      Object.assign(bench.ports, { standstill: async () => 'Charges of the whole hub are paused.' });
      expect(await retry(caseId)).toMatchObject({ result: 'not_active', message: 'Charges of the whole hub are paused.' });
      Object.assign(bench.ports, { standstill: async () => undefined });
      await set(caseId, { mode: 'schedule_only' });
      expect(await retry(caseId)).toMatchObject({ result: 'not_active' });
      await set(caseId, { mode: 'active', simulated: true });
      expect(await retry(caseId)).toMatchObject({ result: 'not_active' });
      expect(bench.money.tried).toEqual([]);
    });

    it('finds the invoice paid and charges nothing', async () => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      bench.money.invoice.state = 'paid';
      bench.money.invoice.other.push({ ref: 'ch_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: bench.clock.hubNow() });
      await retry(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' } });
      expect(await retry(caseId)).toMatchObject({ result: 'already_recovered' });
      expect(bench.money.tried).toEqual([]);
    });

    it('does not repeat a charge that nobody knows the end of', async () => {
      const caseId = await direct('lost_approved');
      bench.money.reads = 'down';
      expect(await retry(caseId)).toMatchObject({ result: 'outcome_unknown' });
      expect(bench.money.tried).toHaveLength(1);
    });

    it('is refused where another case has taken the right to charge the debt', async () => {
      const caseId = await direct({ decline: 'account_closed' });
      await set(caseId, { lastDecline: { system: 'test', code: 'generic_decline', reachedNetwork: true } });
      await bench.openCase('generic_decline', { openKeys: ['direct/inv-1'] });
      expect(await retry(caseId)).toMatchObject({ result: 'in_progress', message: expect.stringContaining('Another case') });
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed' });
    });
  });

  describe('cancel', () => {
    it('ends a queued case, and repeats the same', async () => {
      const caseId = await bench.openCase();
      expect(await cancel(caseId)).toMatchObject({ result: 'done' });
      expect(await cancel(caseId)).toMatchObject({ result: 'done' });
      expect(await retry(caseId)).toMatchObject({ result: 'cancelled' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', ended: { reason: 'operator' } });
      expect(bench.money.tried).toEqual([]);
    });

    it('leaves what is in flight, has succeeded or has failed', async () => {
      const caseId = await direct('lost_approved');
      bench.money.reads = 'down';
      expect(await cancel(caseId)).toMatchObject({ result: 'outcome_unknown' });
      bench.money.reads = 'up';
      await bench.drive(caseId);
      expect(await cancel(caseId)).toMatchObject({ result: 'already_recovered' });
      const failed = await bench.openCase('account_closed');
      await bench.drive(failed);
      expect(await cancel(failed)).toMatchObject({ result: 'closed' });
    });
  });

  describe('resolve', () => {
    const forgetful = () => { bench.money.reads = 'down'; };

    it('ends an unknown charge as ours, with the payment that was found', async () => {
      const caseId = await direct('lost_approved');
      forgetful();
      expect(await resolve(caseId, 'succeeded')).toMatchObject({ result: 'outcome_unknown', message: expect.stringContaining('name the one') });
      expect(await resolve(caseId, 'succeeded', 'ch_found')).toMatchObject({ result: 'done' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { trigger: 'reconciliation', recoveredBy: 'retry' }, attempts: [{ resolved: true, outcome: { status: 'approved' } }] });
      expect((await bench.get(caseId)).refs).toContain('ch_found');
      await bench.drive(caseId);
      expect(bench.events).toMatchObject([{ event: 'recovery.success', body: { trigger: 'reconciliation', gatewayTransactionToken: 'ch_found' } }]);
    });

    it('believes the gateway before the operator', async () => {
      const caseId = await direct('lost_approved');
      bench.clock.advance(hour);
      expect(await resolve(caseId, 'failed')).toMatchObject({ result: 'already_recovered' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
      expect(bench.money.faults).toEqual([]);
    });

    it('takes no "failed" while the charge may be on its way', async () => {
      const caseId = await direct('lost_absent');
      forgetful();
      expect(await resolve(caseId, 'failed')).toMatchObject({ result: 'in_progress', message: expect.stringContaining('until') });
      expect(await bench.get(caseId)).toMatchObject({ status: 'unknown' });
    });

    it('revokes what could still be charged, before it goes on', async () => {
      const caseId = await direct('lost_absent');
      forgetful();
      bench.clock.advance(hour);
      expect(await resolve(caseId, 'failed')).toMatchObject({ result: 'done', message: expect.stringContaining('took the charge back') });
      expect(bench.money.calls.revokes).toBe(1);
      expect(await bench.get(caseId)).toMatchObject({ attempts: [{ outcome: { status: 'revoked' } }, { outcome: { status: 'approved' } }] });
      expect(bench.money.approved()).toEqual([`${caseId}-2`]);
    });

    it('closes an attempt of a search-only gateway as never made, and the engine decides on', async () => {
      await bench.stop();
      await start({ kind: 'search_only', absentIsFinalAfterMs: 300_000 });
      const caseId = await direct('lost_absent');
      forgetful();
      bench.clock.advance(hour);
      expect(await resolve(caseId, 'failed')).toMatchObject({ result: 'done' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'absent' } }, { outcome: { status: 'approved' } }] });
      expect(bench.money.faults).toEqual([]);
    });

    it('counts a charge that the gateway had taken in as declined', async () => {
      const caseId = await direct('pending');
      forgetful();
      bench.clock.advance(hour);
      expect(await resolve(caseId, 'failed')).toMatchObject({ result: 'done' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', attempts: [{ outcome: { status: 'declined' } }], plan: { rule: 'scheduled' } });
    });

    describe('an earlier charge that was not ours', () => {
      /** A live gateway: the engine asks an operator. */
      const asked = async () => {
        const caseId = await direct();
        await set(caseId, { status: 'unknown', attempts: [], lastDecline: { system: 'test', code: 'gateway_timeout', reachedNetwork: true } });
        await bench.cases.collection.updateOne({ _id: caseId }, { $unset: { ended: '', settlement: '' } });
        bench.money.tried.length = 0;
        bench.money.invoice.state = 'open';
        return caseId;
      };

      it('succeeded: paid by another, and never counted as ours', async () => {
        const caseId = await asked();
        expect(await resolve(caseId, 'succeeded', 'ch_merchant')).toMatchObject({ result: 'done' });
        expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { trigger: 'reconciliation', recoveredBy: 'external' } });
        expect(bench.money.tried).toEqual([]);
      });

      it('failed: charged now', async () => {
        const caseId = await asked();
        expect(await resolve(caseId, 'failed')).toMatchObject({ result: 'done' });
        expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ grounds: { rule: 'reconcile-first' } }] });
      });
    });

    it('finds nothing to resolve where every charge has its outcome', async () => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      expect(await resolve(caseId, 'failed')).toMatchObject({ result: 'nothing_open' });
    });
  });

  describe('a case that was put aside', () => {
    it.each(['retry', 'cancel'] as const)('is taken up again by %s', async (type) => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      await bench.cases.collection.updateOne({ _id: caseId }, { $set: { parkedAt: bench.clock.hubNow(), strikes: 6 }, $unset: { nextAt: '' } });
      expect(await bench.step(caseId)).toBe('idle');
      // a platform's word wakes it, but takes up nothing
      await bench.tell(caseId, { type: 'invoice_paid', occurredAt: bench.clock.hubNow(), invoice: { ref: 'in_1' } });
      expect(await bench.step(caseId)).toBe('parked');
      expect(await ask(caseId, { type, by: 'operator' })).toMatchObject({ result: 'done' });
      const after = await bench.get(caseId);
      expect([after.strikes, after.parkedAt, after.status]).toEqual([0, undefined, type === 'retry' ? 'succeeded' : 'cancelled']);
    });
  });

  it('answers once, however often its process ends', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    for (const at of ['claimed', 'reserved', 'attempt written', 'charge answered', 'outcome written'] as const) {
      await bench.cases.command(caseId, 'once', { type: 'retry', by: 'operator' });
      bench.killAt = at;
      await bench.step(caseId);
    }
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', signals: [], commands: [{ id: 'once', result: 'done' }] });
    expect(bench.money.approved()).toHaveLength(1);
    expect(bench.money.faults).toEqual([]);
  });

  it('keeps the last 16 answers', async () => {
    const caseId = await bench.openCase();
    await cancel(caseId);
    for (let n = 0; n < 17; n += 1) await retry(caseId);
    expect((await bench.get(caseId)).commands).toHaveLength(16);
  });
});
