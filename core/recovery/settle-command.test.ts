import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Settlement } from '../cases/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { execute } from './execute.js';

describe('an operator who asks to settle a case', () => {
  let bench: RecoveryBench;
  let commands = 0;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'settle_command' }); });
  afterEach(async () => { await bench.stop(); });

  const settle = async (caseId: string, id?: string) => {
    commands += 1;
    await bench.cases.command(caseId, id ?? `settle#${String(commands)}`, { type: 'settle', by: 'operator', note: 'the books are open again' });
    await bench.run(caseId);
    return (await bench.get(caseId)).commands?.at(-1);
  };
  const recovered = async (over: Partial<Settlement>) => {
    const caseId = await bench.openCase();
    await bench.drive(caseId);
    const { settlement } = await bench.get(caseId);
    if (!settlement) throw new Error('not settled');
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { settlement: { ...settlement, ...over } }, $unset: { 'due.settle': '' } });
    return caseId;
  };

  it('has it looked for again from the beginning, after it was given up, and once for one id', async () => {
    const caseId = await recovered({ state: 'refused', reason: 'gave_up', tries: 91 });
    expect(await settle(caseId, 'settle#once')).toMatchObject({ type: 'settle', result: 'done', note: 'the books are open again' });
    expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'confirmed', tries: 1 } });
    expect((await bench.get(caseId)).settlement).not.toHaveProperty('reason');
    await settle(caseId, 'settle#once');
    expect((await bench.get(caseId)).commands).toHaveLength(1);
  });

  it.each([['confirmed'], ['reversed'], ['not_needed']] as const)('hears that there is nothing to settle: %s', async (state) => {
    const caseId = await recovered({ state });
    expect(await settle(caseId)).toMatchObject({ result: 'nothing_open' });
    expect(await bench.get(caseId)).toMatchObject({ settlement: { state } });
  });

  it('hears so of a case that has recovered nothing, and of one without a platform', async () => {
    const open = await bench.openCase();
    expect(await settle(open)).toMatchObject({ result: 'nothing_open' });
    const direct = await execute({ clientId: 'client-1', tokenText: 'pm_9', amount: { minor: 700, currency: 'USD' } }, bench.ports);
    if (direct.status !== 'opened') throw new Error(direct.status);
    expect(await settle(direct.view.transactionId)).toMatchObject({ result: 'nothing_open' });
  });
});
