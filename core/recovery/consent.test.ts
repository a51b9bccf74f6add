import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CaseDocument, SignalEvent } from '../cases/index.js';
import { invoicePaid, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

describe('withdrawn consent', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'consent' }); });
  afterEach(async () => { await bench.stop(); });

  const names = () => bench.events.map((event) => event.event);
  const now = () => bench.clock.hubNow();
  const set = (caseId: string, change: Partial<CaseDocument>) => bench.cases.collection.updateOne({ _id: caseId }, { $set: change });
  const ended = (reason: 'observed'): Partial<CaseDocument> => ({ status: 'cancelled', ended: { at: now(), strategyUsed: 'none', trigger: 'external', message: '', reason }, due: {} });
  const revoked = (): SignalEvent => ({ type: 'consent_revoked', occurredAt: now(), subject: { customerRef: 'cus_1' }, methodRef: 'pm_1' });

  it('blocks an open case, charges nothing, and stops its card for the series', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    await bench.tell(caseId, revoked());
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'blocked', consentRevokedAt: expect.any(Date), ended: { declineCode: 'revocation_of_authorization', recommendedAction: 'manual_review', action: 'blocked' }, signals: [] });
    expect(names()).toEqual(['recovery.blocked']);
    expect(bench.money.tried).toEqual([]);
    const ledger = await bench.cases.collection.db.collection('card_ledger').findOne({});
    expect(ledger).toMatchObject({ stops: [{ kind: 'consent', scope: 'series', series: 'sub_1' }] });
    bench.money.cards = { methodRef: 'pm_2' };
    await bench.tell(caseId, { type: 'payment_method_updated', occurredAt: now(), subject: { customerRef: 'cus_1' } });
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'blocked' });
  });

  it('ends as paid where the invoice was paid in the same moment, also if it cannot be read at first', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    await bench.tell(caseId, revoked());
    await bench.tell(caseId, invoicePaid(now()));
    bench.money.invoice.state = 'paid';
    bench.money.reads = 'down';
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', consentRevokedAt: expect.any(Date), signals: [{}, {}] });
    bench.money.reads = 'up';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' } });
    expect(bench.money.tried).toEqual([]);
  });

  it('is heard once a charge in flight has its answer', async () => {
    bench.money.replies.push('lost_declined');
    const caseId = await bench.openCase();
    await bench.step(caseId);
    await bench.step(caseId);
    await bench.tell(caseId, revoked());
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'unknown', signals: [{}] });
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'blocked', signals: [] });
    expect(bench.money.tried).toHaveLength(1);
  });

  it('sends no charge again that waits to be sent', async () => {
    bench.money.replies.push('not_sent');
    const caseId = await bench.openCase();
    await bench.step(caseId);
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'attempting', attempts: [{ outcome: { status: 'not_sent' }, resolved: false }] });
    await bench.tell(caseId, revoked());
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'blocked', attempts: [{ resolved: true }] });
    expect(bench.money.tried).toEqual([]);
  });

  it.each(['failed', 'succeeded', 'cancelled'] as const)('is kept with a closed case, which nothing reopens: %s', async (status) => {
    const caseId = await bench.openCase();
    await set(caseId, { ...ended('observed'), status });
    await bench.tell(caseId, revoked());
    await bench.run(caseId);
    bench.money.cards = { methodRef: 'pm_2' };
    await bench.tell(caseId, { type: 'payment_method_updated', occurredAt: now(), subject: { customerRef: 'cus_1' } });
    await bench.cases.command(caseId, 'retry', { type: 'retry', by: 'operator' });
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status, consentRevokedAt: expect.any(Date), signals: [] });
    expect(bench.money.tried).toEqual([]);
  });
});
