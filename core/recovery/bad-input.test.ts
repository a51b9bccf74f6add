import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboxEntry, SignalEvent } from '../cases/index.js';
import { invoicePaid, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { cancelCase } from './cancel-case.js';
import { runCase } from './run-case.js';

describe('what should never reach a case', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'bad_input' }); });
  afterEach(async () => { await bench.stop(); });

  const alerts = (text: string) => bench.logLines.filter((line) => line.includes(text)).length;
  const names = () => bench.events.map((event) => event.event);

  it('a signal for a case that does not exist changes nothing, and its teller hears so', async () => {
    expect(await bench.cases.signal('nobody', 'd#0', invoicePaid(bench.clock.hubNow()))).toBe('unknown_case');
    expect(await bench.cases.collection.countDocuments()).toBe(0);
  });

  it('one signal id with two bodies is one signal: what was said first', async () => {
    const caseId = await bench.openCase();
    const first: SignalEvent = { type: 'payment_method_updated', occurredAt: bench.clock.hubNow(), subject: { customerRef: 'cus_1' } };
    const answers = await Promise.all([bench.cases.signal(caseId, 'd#0', first), bench.cases.signal(caseId, 'd#1', invoicePaid(bench.clock.hubNow()))]);
    expect(answers).toEqual(['signalled', 'signalled']);
    expect(await bench.cases.signal(caseId, 'd#0', { type: 'cancel', by: 'merchant' })).toBe('repeated');
    expect((await bench.get(caseId)).signals.find((signal) => signal.id === 'd#0')?.event).toEqual(first);
    await bench.run(caseId);
    expect(await bench.cases.signal(caseId, 'd#0', { type: 'cancel', by: 'merchant' })).toBe('repeated');
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', signals: [] });
  });

  it('a fence from the future writes nothing and charges nothing', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    bench.clock.advance(4 * 86_400_000);
    const claimed = await bench.cases.claim(caseId);
    if (!claimed) throw new Error('not claimed');
    const end = await runCase({ ...claimed, fence: claimed.fence + 3 }, bench.ports);
    expect(end.end).toBe('lost');
    expect(bench.money.tried).toEqual([]);
    expect(await bench.get(caseId)).toEqual(claimed);
    bench.clock.advance(bench.leaseMs);
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
  });

  describe('an outbox entry that cannot be read', () => {
    const good = async (caseId: string): Promise<OutboxEntry> => {
      const id = 'msg_good';
      return { id, kind: 'notification', event: 'recovery.failed', body: bench.ports.vault.seal(JSON.stringify({ caseId }), `event/${id}`) };
    };
    const owing = async (entries: readonly unknown[]) => {
      const caseId = await bench.openCase();
      const due = { relay: bench.clock.hubNow() };
      await bench.cases.collection.updateOne({ _id: caseId }, { $set: { status: 'failed', outbox: entries as OutboxEntry[], due, nextAt: bench.clock.hubNow() }, $unset: { openKeys: '' } });
      return caseId;
    };

    it.each<[string, unknown]>([
      ['no body', { id: 'msg_bad', kind: 'notification', event: 'recovery.failed' }],
      ['a body that is no text', { id: 'msg_bad', kind: 'notification', event: 'recovery.failed', body: { a: 1 } }],
      ['an event nobody knows', { id: 'msg_bad', kind: 'notification', event: 'recovery.invented', body: 'x' }],
      ['a kind nobody knows', { id: 'msg_bad', kind: 'parcel', event: 'recovery.failed', body: 'x' }],
      ['no id', { kind: 'notification', event: 'recovery.failed', body: 'x' }],
    ])('is put aside with an alert and holds up no other: %s', async (_name, bad) => {
      const caseId = await owing([bad, await good('c')]);
      await bench.step(caseId);
      const document = await bench.get(caseId);
      expect(document).toMatchObject({ outbox: [], brokenEvents: [bad] });
      expect(document.due).not.toHaveProperty('relay');
      expect(bench.events.map((event) => event.id)).toEqual(['msg_good']);
      for (let holds = 0; holds < 3; holds += 1) await bench.step(caseId);
      expect(alerts('event_broken')).toBe(1);
      expect((await bench.get(caseId)).brokenEvents).toHaveLength(1);
    });

    it('loses nothing while the database is away: what was handed over leaves, the rest stays owed', async () => {
      const caseId = await owing([{ id: 'msg_bad', kind: 'notification', event: 'recovery.failed' }, await good('c'), { ...await good('c'), id: 'msg_second' }]);
      const { accept } = bench.ports.notifications;
      Object.assign(bench.ports.notifications, { accept: async (entry: Parameters<typeof accept>[0]) => { if (entry.id === 'msg_good') return accept(entry); throw new Error('the database is away'); } });
      await bench.step(caseId);
      expect(await bench.get(caseId)).toMatchObject({ outbox: [{ id: 'msg_second' }], brokenEvents: [{ id: 'msg_bad' }], due: { relay: expect.any(Date) } });
      Object.assign(bench.ports.notifications, { accept: async ({ id }: { id: string }) => { expect(id).toBe('msg_second'); } });
      await bench.step(caseId);
      expect(await bench.get(caseId)).toMatchObject({ outbox: [] });
    });
  });

  it('an approval of an attempt the case does not have is told to people, and changes nothing', async () => {
    const caseId = await bench.openCase();
    await bench.tell(caseId, { type: 'attempt_approved', n: 7, outcome: { status: 'approved', gatewayRefs: ['ch_7'], amount: { minor: 4900, currency: 'USD' }, provisional: false } });
    await bench.run(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', signals: [] });
    expect(alerts('which this case does not have')).toBe(1);
  });

  it('a case of a newer version is claimed, changed and cancelled by nobody', async () => {
    const caseId = await bench.openCase();
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { v: 2 as unknown as 1 } });
    const before = await bench.get(caseId);
    expect(await bench.cases.claim(caseId)).toBeNull();
    await expect(bench.cases.signal(caseId, 'd#0', invoicePaid(bench.clock.hubNow()))).rejects.toThrow('format 2');
    await expect(bench.cases.command(caseId, 'c#0', { type: 'retry', by: 'operator' })).rejects.toThrow('format 2');
    expect(await cancelCase(before, bench.ports)).toMatchObject({ status: 'conflict', message: expect.stringContaining('newer version') });
    expect(await bench.get(caseId)).toEqual(before);
  });

  it('a case of a newer version with the right to charge a debt is waited for, whatever it says of itself', async () => {
    const other = await bench.openCase('generic_decline', { status: 'succeeded', invoice: { ref: 'in_9' }, openKeys: ['conn-1/in_1'], v: 2 as unknown as 1 });
    const caseId = await bench.openCase('generic_decline', { openKeys: ['conn-1/in_x'] });
    await bench.cases.collection.updateOne({ _id: caseId }, { $unset: { openKeys: '' } });
    for (let holds = 0; holds < 5; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', plan: { because: expect.stringContaining('Another case has the right') } });
    expect(bench.money.tried).toEqual([]);
    expect(names()).toEqual([]);
    expect(await bench.get(other)).toMatchObject({ v: 2 });
  });
});
