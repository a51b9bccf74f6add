import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CaseDocument } from '../cases/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const hour = 3_600_000;
const day = 24 * hour;

describe('an attempt that was closed as absent', () => {
  let bench: RecoveryBench;
  let closing: CaseDocument | undefined;
  let sendBefore: number;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'watch' }); });
  afterEach(async () => { await bench.stop(); });

  const names = () => bench.events.map((event) => event.event);
  const age = () => bench.clock.wallNow().getTime() - sendBefore;
  /** A case whose first attempt has just been closed as absent, and that goes no further. */
  const withAbsentAttempt = async () => {
    bench.money.replies.push('lost_absent');
    bench.onWritten = (name, document) => { if (name === 'outcome' && document.attempts[0]?.resolved) closing ??= document; };
    closing = undefined;
    const caseId = await bench.openCase();
    await bench.step(caseId);
    await bench.step(caseId);
    sendBefore = (await bench.get(caseId)).attempts[0]?.sendBefore.getTime() ?? 0;
    bench.connection.state = 'disconnecting';
    while (!(await bench.get(caseId)).attempts[0]?.resolved) await bench.step(caseId);
    return caseId;
  };
  const ended = async (caseId: string, status: 'failed' | 'cancelled') => {
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { status }, $unset: { openKeys: '', 'due.step': '' } });
    return caseId;
  };
  /** Steps until a find is made, and says how old the attempt is then. */
  const nextFind = async (caseId: string) => {
    const before = bench.money.calls.finds;
    for (let holds = 0; bench.money.calls.finds === before; holds += 1) {
      expect(holds).toBeLessThan(2000);
      if (await bench.step(caseId) === 'idle') return 'never';
    }
    return age();
  };
  const charged = (caseId: string, result: 'approved' | 'pending') => bench.money.tried.push({ key: `${caseId}-1`, at: bench.clock.hubNow(), result, amount: 4900, code: '' });

  it('owes two more asks in the write that closes it: a day and a week after it could have left', async () => {
    const caseId = await ended(await withAbsentAttempt(), 'failed');
    expect(closing).toMatchObject({ due: { watch: new Date(sendBefore + day) }, attempts: [{ outcome: { status: 'absent' }, resolved: true, watchAt: new Date(sendBefore + day) }] });
    expect(await nextFind(caseId)).toBe(day);
    expect(await nextFind(caseId)).toBe(7 * day);
    expect(await nextFind(caseId)).toBe('never');
    expect(await bench.get(caseId)).toMatchObject({ status: 'failed', attempts: [{ watches: 2 }] });
    expect((await bench.get(caseId)).attempts[0]).not.toHaveProperty('watchAt');
  });

  it.each(['failed', 'cancelled'] as const)('and is found approved makes the case ours, with an alert: %s', async (status) => {
    const caseId = await ended(await withAbsentAttempt(), status);
    charged(caseId, 'approved');
    await nextFind(caseId);
    expect(await bench.get(caseId)).toMatchObject({
      status: 'succeeded', openKeys: ['conn-1/in_1'], settlement: { state: 'recorded' }, attempts: [{ outcome: { status: 'approved' }, resolved: true }], ended: { trigger: 'reconciliation' },
    });
    expect((await bench.get(caseId)).attempts[0]).not.toHaveProperty('watchAt');
    expect(bench.logLines.join('')).toContain('closed as not made has been approved after all');
    expect(names()).toEqual(['recovery.success']);
  });

  it('and is found approved before another is made leaves the other unmade', async () => {
    const caseId = await withAbsentAttempt();
    charged(caseId, 'approved');
    bench.clock.advance(day);
    bench.connection.state = 'active';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'approved' } }] });
    expect(bench.money.faults).toEqual([]);
  });

  it('and is found approved beside a success is told to people as paid twice', async () => {
    const caseId = await withAbsentAttempt();
    bench.connection.state = 'active';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{}, { outcome: { status: 'approved' } }] });
    charged(caseId, 'approved');
    expect(await nextFind(caseId)).toBe(day);
    expect(bench.logLines.join('')).toContain('paid twice');
    expect(await bench.get(caseId)).toMatchObject({ attempts: [{ outcome: { status: 'approved' } }, { outcome: { status: 'approved' } }] });
    expect(names()).toEqual(['recovery.success']);
  });

  it('is asked about every six hours while the platform is away, and then as if it had been there', async () => {
    const caseId = await ended(await withAbsentAttempt(), 'failed');
    bench.money.reads = 'down';
    expect([await nextFind(caseId), await nextFind(caseId), await nextFind(caseId)]).toEqual([day, day + 6 * hour, day + 12 * hour]);
    bench.money.reads = 'up';
    expect([await nextFind(caseId), await nextFind(caseId), await nextFind(caseId)]).toEqual([day + 18 * hour, 7 * day, 'never']);
  });

  it('is given up where the platform stays away', async () => {
    const caseId = await ended(await withAbsentAttempt(), 'failed');
    bench.money.reads = 'down';
    let last: number | 'never' = 0;
    for (let found: number | 'never' = 0; found !== 'never'; found = await nextFind(caseId)) last = found;
    expect(last).toBeLessThanOrEqual(14 * day);
  });

  it('and is found under way is told to people, and asked about until it is decided', async () => {
    const caseId = await ended(await withAbsentAttempt(), 'failed');
    charged(caseId, 'pending');
    await nextFind(caseId);
    expect(bench.logLines.join('')).toContain('under way after all');
    for (const one of bench.money.tried) one.result = 'approved';
    expect(await nextFind(caseId)).toBe(day + 6 * hour);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
  });

  it('because it was never allowed to leave is not asked about', async () => {
    bench.connection.state = 'active';
    const caseId = await bench.openCase();
    await bench.step(caseId);
    bench.money.onRead = () => { bench.connection.state = 'disconnecting'; };
    await bench.step(caseId);
    const [attempt] = (await bench.get(caseId)).attempts;
    expect(attempt).toMatchObject({ outcome: { status: 'absent' }, resolved: true });
    expect(attempt).not.toHaveProperty('watchAt');
  });
});
