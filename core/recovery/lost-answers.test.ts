import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RepeatProtection } from '../connector-kit/index.js';
import { invoicePaid, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { execute } from './execute.js';

const minute = 60_000;
const day = 86_400_000;

describe('a charge whose answer is lost', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'lost_answers' }); });
  afterEach(async () => { await bench.stop(); });

  /** Runs the case to its first charge. */
  const charge = async (decline = 'generic_decline') => {
    const caseId = await bench.openCase(decline);
    await bench.step(caseId);
    await bench.step(caseId);
    return caseId;
  };

  it('is found approved by asking, and charged once', async () => {
    bench.money.replies.push('lost_approved');
    const caseId = await charge();
    expect(await bench.get(caseId)).toMatchObject({ status: 'unknown' });
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { trigger: 'reconciliation' } });
    expect(bench.money.approved()).toEqual([`${caseId}-1`]);
    expect(bench.money.faults).toEqual([]);
    expect(bench.events.map((event) => event.event)).toEqual(['recovery.success']);
  });

  it('counts as absent only after two reads, the later 30 minutes after it could have left, each of them made', async () => {
    bench.money.replies.push('lost_absent');
    const caseId = await charge();
    const sendBefore = (await bench.get(caseId)).attempts[0]?.sendBefore ?? new Date(0);
    let holds = 0;
    for (; !(await bench.get(caseId)).attempts[0]?.resolved; holds += 1) {
      const before = bench.money.calls.finds;
      expect(await bench.step(caseId)).toBe('released');
      const [attempt] = (await bench.get(caseId)).attempts;
      expect(bench.money.calls.finds - before).toBe(1);
      if (!attempt?.resolved) expect(attempt?.absentReads).toHaveLength(bench.money.calls.finds);
    }
    expect(bench.money.calls.finds).toBeGreaterThanOrEqual(2);
    expect(bench.clock.wallNow().getTime() - sendBefore.getTime()).toBeGreaterThanOrEqual(30 * minute);
    expect(holds).toBeLessThan(10);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'absent' } }, { outcome: { status: 'approved' } }] });
    expect(bench.money.faults).toEqual([]);
  });

  it('is asked about again where the first ask comes after a long downtime and is not answered', async () => {
    bench.money.replies.push('lost_approved');
    const caseId = await charge();
    bench.money.reads = 'down';
    bench.clock.advance(12 * day);
    expect(await bench.step(caseId)).toBe('released');
    expect(await bench.get(caseId)).toMatchObject({ status: 'unknown' });
    bench.money.reads = 'up';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { trigger: 'reconciliation' } });
    expect(bench.money.approved()).toEqual([`${caseId}-1`]);
  });

  it('is asked about for days while the platform cannot be asked, without being put aside', async () => {
    bench.money.replies.push('lost_approved');
    const caseId = await charge();
    bench.money.reads = 'down';
    const from = bench.clock.hubNow().getTime();
    for (let holds = 0; bench.clock.hubNow().getTime() - from < 5 * day; holds += 1) {
      expect(await bench.step(caseId)).toBe('released');
      expect(holds).toBeLessThan(20);
    }
    bench.money.reads = 'up';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
  });

  it('wants two reads that agree: one that found it running undoes an earlier absent', async () => {
    bench.money.replies.push('lost_absent');
    const caseId = await charge();
    await bench.step(caseId);
    expect((await bench.get(caseId)).attempts[0]?.absentReads).toHaveLength(1);
    bench.money.tried.push({ key: `${caseId}-1`, at: bench.clock.hubNow(), result: 'pending', amount: 4900, code: '' });
    await bench.step(caseId);
    expect((await bench.get(caseId)).attempts[0]).toMatchObject({ outcome: { status: 'pending' }, absentReads: [] });
  });

  it('keeps what it was told meanwhile until it is settled', async () => {
    bench.money.replies.push('lost_absent');
    const caseId = await charge();
    bench.money.invoice.state = 'paid';
    bench.money.invoice.other.push({ ref: 'ch_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: bench.clock.hubNow() });
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()));
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' } });
    expect(bench.money.tried).toEqual([]);
  });
});

describe('a hub that was down while a charge was unknown', () => {
  const hour = 60 * minute;
  const keyed: RepeatProtection = { kind: 'key', keptForMs: 24 * hour, absentIsFinalAfterMs: 1000 };
  const searched: RepeatProtection = { kind: 'search_only', absentIsFinalAfterMs: 1000 };
  let bench: RecoveryBench;
  afterEach(async () => { await bench.stop(); });

  /** A direct charge whose answer was lost, and a hub that comes back so much later. */
  const lostThenBackAfter = async (protection: RepeatProtection, ms: number): Promise<string> => {
    bench = await startRecoveryBench({ label: 'down', protection });
    bench.money.replies.push('lost_absent');
    const result = await execute({ clientId: 'client-1', tokenText: 'pm_1', amount: { minor: 4900, currency: 'USD' } }, bench.ports);
    if (result.status !== 'opened') throw new Error(result.status);
    bench.clock.advance(ms);
    return result.view.transactionId;
  };
  const age = async (caseId: string) => bench.clock.hubNow().getTime() - ((await bench.get(caseId)).attempts[0]?.startedAt.getTime() ?? 0);

  it.each([3, 12, 22])('%s h: reads twice within minutes and sends again while the key is remembered', async (hours) => {
    const caseId = await lostThenBackAfter(keyed, hours * hour);
    await bench.drive(caseId);
    expect(await age(caseId)).toBeLessThan(hours * hour + 5 * minute);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { trigger: 'reconciliation' }, attempts: [{ n: 1, outcome: { status: 'approved' } }] });
    expect(bench.money.approved()).toEqual([`${caseId}-1`]);
    expect(bench.events).toMatchObject([{ event: 'recovery.success', body: { trigger: 'reconciliation' } }]);
  });

  it('leaves it open where charges are paused between the reading and the sending, and sends it under its key when they are resumed', async () => {
    const caseId = await lostThenBackAfter(keyed, 3 * hour);
    const charges: { stopped?: string } = {};
    Object.assign(bench.ports, { standstill: async () => charges.stopped });
    bench.onWritten = (name) => { if (name === 'resend') charges.stopped = 'Charges are paused.'; };
    while (charges.stopped === undefined) expect(await bench.step(caseId)).toBe('released');
    expect(await bench.get(caseId)).toMatchObject({ status: 'unknown', attempts: [{ n: 1, resolved: false, outcome: { status: 'unknown' } }] });
    bench.onWritten = () => undefined;
    delete charges.stopped;
    await bench.drive(caseId);
    const { attempts, status } = await bench.get(caseId);
    expect({ status, attempts: attempts.map(({ n }) => n) }).toEqual({ status: 'succeeded', attempts: [1] });
    expect(bench.money.approved()).toEqual([`${caseId}-1`]);
  });

  it('past the memory of the key waits out the day, and makes a new attempt', async () => {
    const caseId = await lostThenBackAfter(keyed, 23 * hour + 30 * minute);
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'absent' } }, { outcome: { status: 'approved' } }] });
    expect(await age(caseId)).toBeGreaterThanOrEqual(24 * hour);
    expect(await age(caseId)).toBeLessThan(24 * hour + 5 * minute);
  });

  it('on a gateway that can only be searched decides when the day is over, not a day later', async () => {
    const caseId = await lostThenBackAfter(searched, hour);
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ outcome: { status: 'absent' } }, { outcome: { status: 'approved' } }] });
    expect(await age(caseId)).toBeGreaterThanOrEqual(24 * hour);
    expect(await age(caseId)).toBeLessThan(24 * hour + 5 * minute);
  });

  it('asks again within hours where it could not ask: the key is sent again before it is forgotten', async () => {
    const caseId = await lostThenBackAfter(keyed, 3 * hour);
    bench.money.reads = 'down';
    for (let holds = 0; await age(caseId) < 10 * hour; holds += 1) {
      expect(await bench.step(caseId)).toBe('released');
      expect(holds).toBeLessThan(10);
    }
    bench.money.reads = 'up';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{ n: 1, outcome: { status: 'approved' } }] });
  });

  it.each([['before its fifth try', 1], ['after its fifth', 5]])('sends nothing sooner than the platform asked for: %s', async (_name, tries) => {
    bench = await startRecoveryBench({ label: 'down' });
    bench.money.replies.push(...Array.from({ length: tries - 1 }, () => 'not_sent' as const), { notBeforeMs: 3 * hour });
    const caseId = await bench.openCase();
    let askedAt = new Date(0);
    bench.onWritten = (name, { attempts }) => { if (name === 'outcome' && attempts.at(-1)?.notSent === tries) askedAt = bench.clock.hubNow(); };
    bench.money.onCharge = () => { if (askedAt.getTime() > 0) expect(bench.clock.hubNow().getTime()).toBeGreaterThanOrEqual(askedAt.getTime() + 3 * hour); };
    await bench.drive(caseId);
    expect(askedAt.getTime()).toBeGreaterThan(0);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
  });
});
