import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, Killed, type RecoveryBench } from '../../test/support/recovery-bench.js';

const minute = 60_000;

describe('a case whose charge meets a fault', () => {
  let bench: RecoveryBench;
  let caseId: string;
  beforeEach(async () => {
    bench = await startRecoveryBench({ label: 'faults' });
    caseId = await bench.openCase();
    await bench.step(caseId);
  });
  afterEach(async () => { await bench.stop(); });

  const names = () => bench.events.map((event) => event.event);
  const recoveredOnce = async () => {
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', outbox: [] });
    expect(bench.money.approved()).toHaveLength(1);
    expect(bench.money.faults).toEqual([]);
    expect(names()).toEqual(['recovery.success']);
  };

  it.each(['claimed', 'reserved', 'attempt written', 'charge answered', 'outcome written', 'relayed'] as const)('is killed: %s', async (place) => {
    bench.killAt = place;
    expect(await bench.step(caseId)).toBe('killed');
    await recoveredOnce();
  });

  it('is killed between the row and the charge: absent after two reads, then charged under a new key', async () => {
    bench.killAt = 'attempt written';
    await bench.step(caseId);
    expect(bench.money.tried).toEqual([]);
    const { sendBefore } = (await bench.get(caseId)).attempts[0] ?? { sendBefore: new Date(0) };
    await recoveredOnce();
    expect(bench.clock.wallNow().getTime()).toBeGreaterThanOrEqual(sendBefore.getTime() + 30 * minute);
    expect(bench.money.approved()).toEqual([`${caseId}-2`]);
  });

  it.each(['before', 'after'] as const)('does not charge when the row is not known to be written (%s)', async (when) => {
    bench.loseWrite = { name: 'attempt', when };
    expect(await bench.step(caseId)).toBe('killed');
    expect(bench.money.tried).toEqual([]);
    expect((await bench.get(caseId)).attempts).toHaveLength(when === 'before' ? 0 : 1);
    await recoveredOnce();
  });

  it.each(['before', 'after'] as const)('repeats the outcome until it is known to be written (%s)', async (when) => {
    bench.loseWrite = { name: 'outcome', when };
    expect(await bench.step(caseId)).toBe('released');
    expect(bench.money.calls.finds).toBe(0);
    await recoveredOnce();
    expect((await bench.get(caseId)).attempts).toHaveLength(1);
  });

  it.each([['relayed', 'before'], ['relayed', 'after'], ['release', 'before'], ['release', 'after']] as const)('does not know whether it has written: %s (%s)', async (name, when) => {
    bench.loseWrite = { name, when };
    await bench.step(caseId);
    expect(bench.loseWrite).toBeUndefined();
    await recoveredOnce();
  });

  it('sends nothing once its sendBefore has passed', async () => {
    bench.money.onCharge = () => {
      bench.money.onCharge = undefined;
      bench.clock.advance(bench.leaseMs / 2 + 1);
    };
    await bench.step(caseId);
    expect(bench.money.tried).toEqual([]);
    expect(await bench.get(caseId)).toMatchObject({ status: 'attempting', attempts: [{ outcome: { status: 'not_sent' }, resolved: false, notSent: 1 }] });
    await recoveredOnce();
    expect(bench.money.approved()).toEqual([`${caseId}-1`]);
  });

  it('sends the same attempt five times where it never left, then waits as a technical retry', async () => {
    bench.money.replies.push('not_sent', 'not_sent', 'not_sent', 'not_sent', 'not_sent');
    await bench.step(caseId);
    const from = bench.clock.hubNow().getTime();
    const sent: number[] = [];
    while (!(await bench.get(caseId)).attempts[0]?.resolved) {
      await bench.step(caseId);
      sent.push(Math.round((bench.clock.hubNow().getTime() - from) / 1000));
    }
    expect(sent).toEqual([5, 25, 105, 405]);
    const document = await bench.get(caseId);
    expect(document).toMatchObject({ status: 'queued', attempts: [{ notSent: 5, resolved: true }] });
    expect(document.nextAt?.getTime()).toBe((document.attempts[0]?.startedAt.getTime() ?? 0) + 60 * minute);
    await recoveredOnce();
    expect(bench.events[0]?.body).toMatchObject({ attemptCount: 1, trigger: 'scheduled_retry' });
  });

  it('gives up for later where nothing can be sent for a day', async () => {
    bench.money.replies.push(...Array.from({ length: 40 }, () => 'not_sent' as const));
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'failed', ended: { recommendedAction: 'retry_later' } });
    expect(bench.events[0]?.body).toMatchObject({ event: 'recovery.failed', attemptCount: 0 });
  });

  it('reads before it sends again: paid elsewhere meanwhile', async () => {
    bench.money.replies.push('not_sent');
    await bench.step(caseId);
    bench.money.invoice.state = 'paid';
    bench.money.invoice.other.push({ ref: 'ch_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: bench.clock.hubNow() });
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' } });
    expect(bench.money.tried).toEqual([]);
  });

  it('waits for a pending charge and charges nothing beside it', async () => {
    bench.money.replies.push('pending');
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'attempting', attempts: [{ outcome: { status: 'pending' } }] });
    for (let holds = 0; holds < 100 && (await bench.step(caseId)) !== 'idle'; holds += 1) expect(bench.money.tried).toHaveLength(1);
    expect(await bench.get(caseId)).toMatchObject({ status: 'attempting' });
    expect(bench.logLines.join('')).toContain('an operator must look');
    for (const one of bench.money.tried) one.result = 'approved';
    bench.money.invoice.state = 'paid';
    await bench.tell(caseId, { type: 'invoice_paid', occurredAt: bench.clock.hubNow(), invoice: { ref: 'in_1' } });
    await bench.step(caseId);
    await recoveredOnce();
  });

  it('is told "already paid" by another: closed as theirs, nothing charged', async () => {
    bench.money.onRead = () => {
      bench.money.onRead = undefined;
      bench.money.invoice.state = 'paid';
      bench.money.invoice.other.push({ ref: 'ch_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: bench.clock.hubNow() });
    };
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external', trigger: 'external' }, attempts: [{ outcome: { status: 'already_paid' }, resolved: true }] });
    expect(bench.money.tried).toEqual([]);
    expect(names()).toEqual(['recovery.success']);
  });

  it('is told "already paid" of an invoice that reads open: believed neither, asked first', async () => {
    bench.money.onRead = () => { bench.money.onRead = undefined; bench.money.invoice.state = 'paid'; };
    bench.money.onCharge = undefined;
    const flip = () => { bench.money.invoice.state = 'open'; };
    const say = bench.ports.checkpoint;
    Object.assign(bench.ports, { checkpoint: async (name: Parameters<typeof say>[0], id: string) => { if (name === 'charge answered') flip(); await say(name, id); } });
    expect(await bench.step(caseId)).toBe('released');
    expect((await bench.get(caseId)).attempts).toHaveLength(1);
    expect(await bench.get(caseId)).toMatchObject({ status: 'unknown' });
    await recoveredOnce();
  });

  it('stands still when it is paused between deciding and charging, and goes on later', async () => {
    bench.killAt = undefined;
    const say = bench.ports.checkpoint;
    Object.assign(bench.ports, { checkpoint: async (name: Parameters<typeof say>[0], id: string) => { if (name === 'attempt written') bench.client.settings = { ...bench.client.settings, paused: true }; await say(name, id); } });
    await bench.step(caseId);
    expect(bench.money.tried).toEqual([]);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', attempts: [{ outcome: { status: 'absent' }, resolved: true }] });
    for (let holds = 0; holds < 5; holds += 1) await bench.step(caseId);
    expect((await bench.get(caseId)).attempts).toHaveLength(1);
    Object.assign(bench.ports, { checkpoint: say });
    bench.client.settings = { ...bench.client.settings, paused: false };
    await recoveredOnce();
  });

  it('writes no attempt after attempt on a connection that is no longer active', async () => {
    bench.connection.mode = 'observe';
    for (let holds = 0; holds < 5; holds += 1) await bench.step(caseId);
    expect((await bench.get(caseId)).attempts).toEqual([]);
  });

  it('leaves a fault of its own to the lease', async () => {
    Object.assign(bench.ports, { checkpoint: () => { throw new Killed('claimed'); } });
    await expect(bench.run(caseId)).rejects.toThrow(Killed);
    expect(await bench.get(caseId)).toMatchObject({ strikes: 1, holder: expect.any(String) });
  });
});
