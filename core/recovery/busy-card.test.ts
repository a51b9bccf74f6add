import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const minute = 60_000;

describe('a case whose card another case is charging', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'busy_card' }); });
  afterEach(async () => { await bench.stop(); });

  it('charges soon after the answer to the other charge, not when that would have been given up', async () => {
    bench.money.replies.push({ decline: 'insufficient_funds' });
    const caseId = await bench.openCase('processing_error');
    while ((await bench.get(caseId)).attempts[0]?.resolved !== true) await bench.step(caseId);
    const cardKey = (await bench.get(caseId)).attempts[0]?.token?.cardKey ?? '';
    const card = { clientId: 'client-1', cardKey };
    const next = (await bench.get(caseId)).due.step ?? new Date(0);
    bench.clock.advance(next.getTime() - bench.clock.hubNow().getTime());
    const sendBefore = new Date(bench.clock.wallNow().getTime() + 15_000);
    const reserved = await bench.ports.cards.reserve(card, {
      attemptKey: 'other-1', series: 'other', amount: { minor: 100, currency: 'USD' }, sendBefore, absentIsFinalAfterMs: 24 * 60 * minute,
    });
    expect(reserved.status).toBe('reserved');

    await bench.step(caseId);
    await bench.ports.cards.close(card, { attemptKey: 'other-1', sendBefore, result: 'sent' });
    const waiting = await bench.get(caseId);
    expect(waiting).toMatchObject({ status: 'queued', plan: { because: expect.stringContaining('in flight') } });
    expect((waiting.due.step?.getTime() ?? 0) - bench.clock.hubNow().getTime()).toBeLessThanOrEqual(10 * minute);
    await bench.drive(caseId);
    expect(bench.money.approved()).toHaveLength(1);
    expect(bench.money.faults).toEqual([]);
  });
});
