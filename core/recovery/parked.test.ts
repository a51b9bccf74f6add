import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { cancelCase } from './cancel-case.js';

describe('a case that processes ended with', () => {
  let bench: RecoveryBench;
  let caseId: string;
  let started: number;
  beforeEach(async () => {
    bench = await startRecoveryBench({ label: 'parked' });
    caseId = await bench.openCase();
    started = 0;
    const say = bench.ports.checkpoint;
    Object.assign(bench.ports, { checkpoint: async (name: Parameters<typeof say>[0], id: string) => { if (name === 'claimed') started += 1; await say(name, id); } });
  });
  afterEach(async () => { await bench.stop(); });

  it('and that is put aside is run by no cancellation of its merchant: each is refused at once and kept for the operator', async () => {
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { strikes: 6, parkedAt: bench.clock.hubNow() }, $unset: { nextAt: '' } });
    const from = performance.now();
    for (let times = 0; times < 3; times += 1) {
      expect(await cancelCase(await bench.get(caseId), bench.ports)).toMatchObject({ status: 'conflict', message: expect.stringContaining('put aside') });
      bench.clock.advance(31_000);
    }
    expect(performance.now() - from).toBeLessThan(4000);
    expect([started, (await bench.get(caseId)).strikes, (await bench.get(caseId)).signals.length]).toEqual([0, 6, 3]);
    await bench.cases.command(caseId, 'retry#1', { type: 'retry', by: 'operator' });
    expect((await bench.run(caseId)).document).toMatchObject({ status: 'cancelled' });
  });

  it('five times, and is not put aside yet, is left to who puts it aside', async () => {
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { strikes: 5 } });
    expect(await bench.cases.claim(caseId)).toBeNull();
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { strikes: 4 } });
    expect(await bench.cases.claim(caseId)).toMatchObject({ strikes: 5 });
  });
});
