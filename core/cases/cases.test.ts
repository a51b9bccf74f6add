import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { leaseMs, startCaseBench, type CaseBench } from '../../test/support/case-bench.js';
import { viewCase, writes, type CaseDocument, type SignalEvent } from './index.js';

const range = (count: number) => Array.from({ length: count }, (_, n) => n);
const paid = (at: Date, ref = 'in_1'): SignalEvent => ({ type: 'invoice_paid', occurredAt: at, invoice: { ref } });

describe('the cases', () => {
  let bench: CaseBench;
  beforeEach(async () => { bench = await startCaseBench('cases'); });
  afterEach(async () => { await bench.stop(); });

  const signal = (caseId: string, id: string) => bench.cases.signal(caseId, id, paid(bench.clock.hubNow()));

  describe('when they are opened', () => {
    it('are one for a debt of a connection, of twenty opened at once', async () => {
      const results = await Promise.all(range(20).map((n) => bench.cases.open(bench.caseOf(`c${String(n)}`, 'in_same'))));
      expect(results.filter((result) => result.status === 'opened')).toHaveLength(1);
      expect(await bench.cases.collection.countDocuments()).toBe(1);
      const [only] = await bench.cases.collection.find().toArray();
      for (const result of results) expect(result.document?._id).toBe(only?._id);
    });

    it('are one for an idempotency key, which is named before all other keys', async () => {
      const keyed = (n: number) => ({ ...bench.caseOf(`c${String(n)}`, 'in_same'), idempotencyKey: 'k' });
      const results = await Promise.all(range(10).map((n) => bench.cases.open(keyed(n))));
      expect(results.filter((result) => result.status === 'opened')).toHaveLength(1);
      for (const result of results) if (result.status === 'exists') expect(result.by).toBe('idempotencyKey');
      expect(await bench.cases.open({ ...keyed(99), clientId: 'other', connectionId: 'other', openKeys: ['x'] })).toMatchObject({ status: 'opened' });
    });

    it('share no right to charge: the other case is shown', async () => {
      const direct = (caseId: string, openKeys: string[]): CaseDocument => {
        const { connectionId: _connection, invoice: _invoice, ...rest } = bench.caseOf(caseId);
        return { ...rest, openKeys };
      };
      const results = await Promise.all(range(12).map((n) => bench.cases.open(direct(`d${String(n)}`, [`own-${String(n)}`, 'shared']))));
      expect(results.filter((result) => result.status === 'opened')).toHaveLength(1);
      for (const result of results) if (result.status === 'exists') expect([result.by, result.document?.openKeys?.includes('shared')]).toEqual(['openKeys', true]);
    });

    it('wake when they are free, and wait for their holder when not', async () => {
      await bench.cases.open(bench.caseOf('free'));
      await bench.cases.open(bench.caseOf('held', 'in_held', { holder: 'me' }));
      expect(bench.woken).toEqual([{ lane: 'case/platform-connection', at: bench.clock.hubNow() }]);
    });
  });

  describe('when they are told something', () => {
    it('hear an id once, however often and by however many it is said', async () => {
      await bench.cases.open(bench.caseOf('c'));
      const said = await Promise.all(range(20).map(() => signal('c', 'd#0')));
      expect(said.toSorted()).toEqual([...range(19).map(() => 'repeated'), 'signalled']);
      expect(await bench.get('c')).toMatchObject({ signalSeq: 1, applied: ['opened-c', 'd#0'], signals: [{ id: 'd#0' }] });
    });

    it('keep the last 64 ids, and hear no unread one twice though it is older', async () => {
      await bench.cases.open(bench.caseOf('c'));
      for (const n of range(70)) expect(await signal('c', `d#${String(n)}`)).toBe('signalled');
      const full = await bench.get('c');
      expect([full.applied.length, full.applied[0], full.signals.length]).toEqual([64, 'd#6', 70]);
      expect(await signal('c', 'd#0')).toBe('repeated');
      expect((await bench.get('c')).signals).toHaveLength(70);
    });

    it('wake at once, also one that was done', async () => {
      await bench.cases.open(bench.caseOf('c', 'in_c', { due: {} }));
      await bench.cases.collection.updateOne({ _id: 'c' }, { $unset: { nextAt: '' } });
      bench.clock.advance(5000);
      await signal('c', 'd#0');
      expect(bench.woken.at(-1)).toEqual({ lane: 'case/platform-connection', at: bench.clock.hubNow() });
    });

    it('do not exist, or belong to a newer version, and say so', async () => {
      expect(await signal('none', 'd#0')).toBe('unknown_case');
      await bench.cases.collection.insertOne({ ...bench.caseOf('newer'), v: 2 as unknown as 1 });
      await expect(signal('newer', 'd#0')).rejects.toThrow('Case newer has format 2, written by a newer version of the hub');
      expect((await bench.get('newer')).signals).toEqual([]);
    });

    it('are closed or released by nobody who has not read it', async () => {
      for (let turn = 0; turn < 10; turn += 1) {
        const held = await bench.held(`c${String(turn)}`);
        const release = writes.release(held, { due: {}, signalIds: [], watched: true });
        const [said, released] = await Promise.all([signal(held._id, 'd#0'), bench.cases.write(release)]);
        const after = await bench.get(held._id);
        expect(said).toBe('signalled');
        // either it was released first and is due again, or the holder still has it
        expect(after.nextAt).toBeInstanceOf(Date);
        expect(after.holder === null).toBe(released.status === 'written');
      }
    });

    it('have one holder, claimed by twenty while others speak', async () => {
      await bench.cases.open(bench.caseOf('c'));
      const claims = range(20).map(() => bench.cases.claim('c'));
      const said = range(20).map((n) => signal('c', `d#${String(n)}`));
      expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
      expect(new Set(await Promise.all(said))).toEqual(new Set(['signalled']));
      expect(await bench.get('c')).toMatchObject({ fence: 1, signalSeq: 20 });
    });
  });

  describe('when they are looked for', () => {
    it('show the newest open one, else the newest', async () => {
      const at = (day: number) => new Date(Date.UTC(2026, 0, day));
      await bench.cases.collection.insertMany([
        ...range(60).map((n) => bench.caseOf(`closed${String(n)}`, undefined, { status: 'failed', createdAt: at(n + 10) })),
        bench.caseOf('open1', undefined, { createdAt: at(1) }), bench.caseOf('open2', undefined, { status: 'unknown', createdAt: at(2) }),
      ]);
      expect((await bench.cases.newest({ clientId: 'client' }))?._id).toBe('open2');
      expect((await bench.cases.newest({ clientId: 'client', status: 'failed' }))?._id).toBe('closed59');
      expect(await bench.cases.newest({ clientId: 'other' })).toBeNull();
    });

    it('are found by what an event is about: closed long ago only by their invoice', async () => {
      await bench.cases.collection.insertMany([
        bench.caseOf('a'), bench.caseOf('b', undefined, { watched: false }), bench.caseOf('c', 'in_a', { connectionId: 'other', openKeys: ['other/in_a'] }),
      ]);
      const ids = async (subject: Parameters<typeof bench.cases.about>[1]) => (await bench.cases.about('connection', subject)).map((one) => one._id);
      expect(await ids({ customerRef: 'cus_1' })).toEqual(['a']);
      expect(await ids({ subscriptionRef: 'sub_1' })).toEqual(['a']);
      expect(await ids({ invoiceRef: 'in_b' })).toEqual(['b']);
      expect(await ids({ invoiceRef: 'in_a' })).toEqual(['a']);
    });

    it('show a reopened one as it stands, not as it ended before', async () => {
      const { clock } = bench;
      const ended = { at: clock.hubNow(), strategyUsed: 'smart_time' as const, trigger: 'scheduled_retry' as const, message: 'Over.', declineCode: 'old', recommendedAction: 'monitor' as const, action: 'blocked' as const };
      const closed = viewCase(bench.caseOf('c', undefined, { status: 'failed', ended }));
      expect(closed).toMatchObject({ message: 'Over.', lastDeclineCode: 'old', recommendedAction: 'monitor', action: 'blocked' });
      const reopened = viewCase(bench.caseOf('c', undefined, { status: 'queued', ended, lastReason: 'new' }));
      expect(reopened).toMatchObject({ message: null, lastDeclineCode: 'new', recommendedAction: null, action: null, recoveredAt: null });
    });
  });

  it('renew a hold from now, and not that of another', async () => {
    const held = await bench.held('c');
    bench.clock.advance(10_000);
    const leaseUntil = new Date(bench.clock.wallNow().getTime() + leaseMs);
    expect(await bench.cases.renew(held)).toMatchObject({ leaseUntil, nextAt: bench.clock.hubAt(leaseUntil), fence: 1 });
    bench.clock.advance(leaseMs);
    await bench.cases.claim('c');
    expect(await bench.cases.renew(held)).toBeNull();
  });

  it('are parked under the hold only, and taken up again by an operator', async () => {
    const held = await bench.held('c');
    await bench.cases.park({ ...held, fence: 0 });
    expect((await bench.get('c')).parkedAt).toBeUndefined();
    await bench.cases.park(held);
    const parked = await bench.get('c');
    expect([parked.holder, parked.nextAt, parked.parkedAt, parked.strikes]).toEqual([null, undefined, bench.clock.hubNow(), 1]);
    expect(await bench.cases.command('c', 'cmd#1', { type: 'cancel', by: 'operator' })).toBe('signalled');
    expect(await bench.get('c')).toMatchObject({ strikes: 0, nextAt: bench.clock.hubNow() });
    expect((await bench.get('c')).parkedAt).toBeUndefined();
  });
});
