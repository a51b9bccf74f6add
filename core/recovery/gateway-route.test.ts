import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const day = 86_400_000;

describe('a connector\'s debt charged at a gateway of ours', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'gateway_route', route: 'gateway' }); });
  afterEach(async () => { await bench.stop(); });

  it('takes the retries over, charges, records the payment and returns nothing but peace', async () => {
    const written: string[] = [];
    bench.onWritten = (name) => { written.push(name); };
    const caseId = await bench.openCase();
    await bench.drive(caseId);
    const document = await bench.get(caseId);
    expect(document).toMatchObject({
      status: 'succeeded', takeOver: { state: 'taken' },
      attempts: [{ route: 'gateway', accountId: 'acct-1', chargeRef: `obj_${caseId}-1`, resolved: true }],
      settlement: { state: 'recorded', route: 'gateway', platformPaymentRef: `pay_${caseId}-1` },
    });
    expect(written.filter((name) => name !== 'renew' && name !== 'release')).toEqual([
      'intend', 'taken', 'attempt', 'charge-ref', 'outcome', 'relayed', 'settling', 'settled', 'hand-back-later',
    ]);
    expect(bench.money.calls.takeOvers).toEqual([new Date(document.createdAt.getTime() + 42 * day)]);
    expect(bench.money.recorded).toMatchObject([{ once: { key: `${caseId}-1-settle`, ourReference: `${caseId}-1` }, invoice: { ref: 'in_1' }, gatewayRefs: [`ch_${caseId}-1`], gatewayType: 'sample' }]);

    for (let holds = 0; holds < 5; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'confirmed' }, takeOver: { state: 'handed_back' } });
    expect(bench.money.calls).toMatchObject({ handBacks: ['succeeded:false'], records: 1 });
    expect(bench.money.faults).toEqual([]);
    expect(bench.events.map((event) => event.event)).toEqual(['recovery.success']);
  });
});
