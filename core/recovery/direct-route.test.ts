import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { cancelCase } from './cancel-case.js';
import { execute } from './execute.js';
import type { ExecuteRequest } from './recovery.js';

const minute = 60_000;
const amount = { minor: 4900, currency: 'USD' };

describe('a direct call', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'direct_route' }); });
  afterEach(async () => { await bench.stop(); });

  const call = async (over: Partial<ExecuteRequest> = {}) => execute({ clientId: 'client-1', tokenText: 'pm_1', amount, ...over }, bench.ports);
  const opened = async (over: Partial<ExecuteRequest> = {}) => {
    const result = await call(over);
    if (result.status !== 'opened') throw new Error(`answered ${result.status}`);
    return result.view;
  };
  const ledger = async () => bench.ports.cases.collection.db.collection('card_ledger').findOne({});

  it('that is declined for good within the call says so as "direct"', async () => {
    bench.money.replies.push({ decline: 'account_closed' });
    const view = await opened();
    expect(view).toMatchObject({ status: 'failed', strategyUsed: 'primary', attemptCount: 1 });
    expect(bench.events).toMatchObject([{ event: 'recovery.failed', body: { trigger: 'direct', strategyUsed: 'primary', attemptCount: 1 } }]);
  });

  it('found declined for good by asking says so as "reconciliation"', async () => {
    bench.money.replies.push('lost_declined');
    const view = await opened();
    expect(view.status).toBe('unknown');
    for (const one of bench.money.tried) Object.assign(one, { code: 'account_closed' });
    await bench.drive(view.transactionId);
    expect(bench.events).toMatchObject([{ event: 'recovery.failed', body: { trigger: 'reconciliation' } }]);
  });

  it('whose charge never happened is charged at once when that is certain, under a new key', async () => {
    bench.money.replies.push('lost_absent');
    const view = await opened();
    const at = bench.clock.wallNow().getTime();
    await bench.drive(view.transactionId);
    expect(await bench.get(view.transactionId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'revoked' } }, { outcome: { status: 'approved' }, grounds: { strategy: 'primary' } }] });
    expect(bench.money.calls.revokes).toBe(1);
    expect(bench.clock.wallNow().getTime() - at).toBeGreaterThanOrEqual(30 * minute);
    expect(bench.clock.wallNow().getTime() - at).toBeLessThan(24 * 60 * minute);
    expect(bench.money.faults).toEqual([]);
  });

  it('that could not be sent is charged an hour later', async () => {
    bench.money.replies.push('not_sent', 'not_sent', 'not_sent', 'not_sent', 'not_sent');
    const view = await opened();
    const from = bench.clock.hubNow().getTime();
    await bench.drive(view.transactionId);
    expect(await bench.get(view.transactionId)).toMatchObject({ status: 'succeeded' });
    expect(Math.round((bench.clock.hubNow().getTime() - from) / minute)).toBe(60);
  });

  it('is retried at its own time, whatever else was asked of its card a moment ago; a connector waits', async () => {
    bench.money.replies.push({ decline: 'insufficient_funds' });
    const first = await opened({ invoiceId: 'inv-1' });
    while ((await bench.get(first.transactionId)).due.step === undefined) await bench.step(first.transactionId);
    const { due } = await bench.get(first.transactionId);
    bench.clock.advance((due.step?.getTime() ?? 0) - bench.clock.hubNow().getTime() - minute);
    bench.money.replies.push({ decline: 'expired_card' });
    const second = await opened({ invoiceId: 'inv-2' });
    expect(second).toMatchObject({ status: 'failed' });
    await bench.step(first.transactionId);
    expect(await bench.get(first.transactionId)).toMatchObject({ status: 'succeeded' });
    expect(bench.clock.hubNow().getTime()).toBe(due.step?.getTime());
  });

  it('of twenty with one key leaves the card free afterwards', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => call({ idempotencyKey: 'k-1' })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array.from({ length: 19 }, () => 'duplicate'), 'opened']);
    expect(bench.money.approved()).toHaveLength(1);
    expect(await ledger()).toMatchObject({ open: null, tries: [{ state: 'sent' }] });
  });

  it('that meets its twin between ledger and row leaves row and ledger speaking of one sending, so that its absence frees the card', async () => {
    const heldAtLedger = () => {
      let goOn: () => void = () => undefined;
      const held = new Promise<void>((resolve) => { goOn = resolve; });
      let answer: ReturnType<typeof execute> | undefined;
      const there = new Promise<void>((come) => {
        const ports = { ...bench.ports, checkpoint: async (name: string) => { if (name === 'reserved') { come(); await held; } } };
        answer = execute({ clientId: 'client-1', tokenText: 'pm_1', amount, idempotencyKey: 'k-1' }, ports);
      });
      return { there, goOn: () => { goOn(); return answer; } };
    };
    const first = heldAtLedger();
    await first.there;
    bench.clock.advance(200);
    const second = heldAtLedger();
    await second.there;
    bench.money.replies.push('lost_absent');
    const answer = await first.goOn();
    expect((await second.goOn())?.status).toBe('duplicate');
    const view = answer?.status === 'opened' ? answer.view : await opened();
    expect((await bench.get(view.transactionId)).attempts[0]?.sendBefore).toEqual((await ledger())?.['open']?.sendBefore);
    const at = bench.clock.wallNow().getTime();
    await bench.drive(view.transactionId);
    expect(await bench.get(view.transactionId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'revoked' } }, { outcome: { status: 'approved' } }] });
    expect(bench.clock.wallNow().getTime() - at).toBeLessThan(60 * minute);
  });

  it('that comes late under a key already answered puts nothing in flight', async () => {
    const view = await opened({ idempotencyKey: 'k-1' });
    const reserved = await bench.ports.cards.reserve(
      { clientId: 'client-1', cardKey: (await bench.get(view.transactionId)).attempts[0]?.token?.cardKey ?? '' },
      { attemptKey: `${view.transactionId}-1`, amount, series: 'sub_1', sendBefore: new Date(bench.clock.wallNow().getTime() + minute), absentIsFinalAfterMs: 1000 },
    );
    expect(reserved).toEqual({ status: 'reserved' });
    expect(await ledger()).toMatchObject({ open: null, tries: [{ state: 'sent' }] });
  });

  it('cut before its case was written is taken up under its own id', async () => {
    bench.killAt = 'reserved';
    await expect(call({ idempotencyKey: 'k-1' })).rejects.toThrow('reserved');
    expect(await call({ idempotencyKey: 'k-1' })).toMatchObject({ status: 'opened', view: { status: 'succeeded' } });
    expect(bench.money.approved()).toHaveLength(1);
  });

  it('cut between its row and its charge goes on after the lease, once', async () => {
    bench.killAt = 'attempt written';
    await expect(call({ idempotencyKey: 'k-1' })).rejects.toThrow('attempt written');
    const repeated = await call({ idempotencyKey: 'k-1' });
    expect(repeated).toMatchObject({ status: 'duplicate', reason: 'idempotency_key' });
    const caseId = repeated.status === 'duplicate' ? repeated.existing?.transactionId ?? '' : '';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'approved' }, notSent: 1 }] });
    expect(bench.money.approved()).toHaveLength(1);
    expect(bench.money.faults).toEqual([]);
  });

  it('about a live charge that may have gone through waits for a person, and is not looked at over and over', async () => {
    const { openGatewayAccount, gatewayAccounts } = bench.ports.clients;
    const live = <T extends object>(account: T) => ({ ...account, mode: 'live' as const });
    Object.assign(bench.ports.clients, {
      gatewayAccounts: async (clientId: string) => (await gatewayAccounts(clientId)).map(live),
      openGatewayAccount: async (id: string) => { const found = await openGatewayAccount(id); return found && { ...found, record: live(found.record) }; },
    });
    bench.killAt = 'attempt written';
    await expect(call({ originalDeclineCode: 'gateway_timeout', idempotencyKey: 'k-1' })).rejects.toThrow();
    const existing = await call({ originalDeclineCode: 'gateway_timeout', idempotencyKey: 'k-1' });
    const caseId = existing.status === 'duplicate' ? existing.existing?.transactionId ?? '' : '';
    expect(await bench.step(caseId)).toBe('released');
    expect(await bench.get(caseId)).toMatchObject({ status: 'unknown', attempts: [] });
    expect(await bench.step(caseId)).toBe('idle');
    expect(bench.logLines.join('')).toContain('an operator decides');
    expect(bench.money.tried).toEqual([]);
  });

  it('cancelled while it waits is told if it was answered open, and not if it was answered closed', async () => {
    const waiting = await opened({ originalDeclineCode: 'insufficient_funds' });
    expect(waiting.status).toBe('queued');
    expect(await cancelCase(await bench.get(waiting.transactionId), bench.ports)).toMatchObject({ status: 'cancelled' });
    expect(bench.events.map((event) => event.event)).toEqual(['recovery.cancelled']);

    bench.money.replies.push({ decline: 'account_closed' });
    const closed = await opened({ tokenText: 'pm_2' });
    expect(closed.status).toBe('failed');
    expect(await cancelCase(await bench.get(closed.transactionId), bench.ports)).toMatchObject({ status: 'cancelled' });
    expect(bench.events.map((event) => event.event)).toEqual(['recovery.cancelled', 'recovery.failed']);
  });

  it('cannot be cancelled while its charge is not known, nor afterwards', async () => {
    bench.money.replies.push('lost_approved');
    const view = await opened();
    expect(await cancelCase(await bench.get(view.transactionId), bench.ports)).toMatchObject({ status: 'conflict' });
    await bench.drive(view.transactionId);
    expect(await cancelCase(await bench.get(view.transactionId), bench.ports)).toMatchObject({ status: 'conflict' });
  });

  it('races with its cancellation: cancelled and never charged, or charged and never cancelled', async () => {
    for (let round = 0; round < 10; round += 1) {
      const view = await opened({ tokenText: `pm_r${round}`, originalDeclineCode: 'insufficient_funds' });
      const document = await bench.get(view.transactionId);
      bench.clock.advance(Math.max(0, (document.nextAt?.getTime() ?? 0) - bench.clock.hubNow().getTime()));
      const charged = bench.money.approved().length;
      bench.money.tried.length = 0;
      const [cancelled] = await Promise.all([cancelCase(document, bench.ports), bench.run(view.transactionId).catch(() => undefined)]);
      const after = await bench.get(view.transactionId);
      expect(after.status).toBe(cancelled.status === 'cancelled' ? 'cancelled' : 'succeeded');
      expect(bench.money.approved()).toHaveLength(cancelled.status === 'cancelled' ? 0 : 1);
      expect(charged).toBeLessThanOrEqual(1);
    }
  });
});
