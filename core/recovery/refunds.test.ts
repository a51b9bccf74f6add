import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CaseDocument, Command, SignalEvent } from '../cases/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { execute } from './execute.js';

const minute = 60_000;
const usd = (minor: number) => ({ minor, currency: 'USD' });

describe('money that is owed back', () => {
  let bench: RecoveryBench;
  let commands = 0;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'refunds', protection: { kind: 'single_use_object', absentIsFinalAfterMs: 1000 } }); });
  afterEach(async () => { await bench.stop(); });

  const direct = async (reply?: typeof bench.money.replies[number]) => {
    if (reply) bench.money.replies.push(reply);
    const result = await execute({ clientId: 'client-1', tokenText: 'pm_1', amount: usd(4900), invoiceId: 'inv-1' }, bench.ports);
    if (result.status !== 'opened') throw new Error(result.status);
    return result.view.transactionId;
  };
  const partial = () => direct({ approveOnly: 1000 });
  const ask = async (caseId: string, command: Command) => {
    commands += 1;
    await bench.cases.command(caseId, `command-${String(commands)}`, command);
    await bench.run(caseId);
    return (await bench.get(caseId)).commands?.at(-1);
  };
  const reversal = (caseId: string, minor: number, over: Partial<Extract<SignalEvent, { type: 'payment_reversed' }>> = {}): SignalEvent =>
    ({ type: 'payment_reversed', occurredAt: bench.clock.hubNow(), subject: { invoiceRef: 'inv-1' }, gatewayRefs: [`ch_${caseId}-1`], why: 'refund', amount: usd(minor), ...over });
  const keysAsked = () => new Set(bench.money.refundRequests.map((request) => request.key));

  describe('because less than asked was approved', () => {
    it('is owed in the write that learns of it, given back, and then counts as a decline', async () => {
      let learnt: CaseDocument | undefined;
      bench.onWritten = (name, document) => { if (name === 'outcome') learnt ??= document; };
      const caseId = await partial();
      expect(learnt).toMatchObject({ status: 'queued', refunds: [{ n: 1, why: 'partial_approval', state: 'due', attempt: 1 }], attempts: [{ outcome: { status: 'approved', amount: usd(1000) }, resolved: true }] });
      expect(learnt?.due.refund).toEqual(expect.any(Date));
      expect(bench.money.refundRequests).toMatchObject([{ key: `${caseId}-1-refund`, amount: 1000, refs: [`ch_${caseId}-1`], why: 'partial_approval' }]);
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', refunds: [{ state: 'refunded', refundRef: `re_${caseId}-1-refund` }], plan: { rule: 'scheduled', numbers: { try: 2 } } });
      expect((await bench.get(caseId)).due.refund).toBeUndefined();
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', attempts: [{}, { amount: usd(4900), outcome: { status: 'approved' } }] });
      expect(bench.money.faults).toEqual([]);
      expect(bench.events).toMatchObject([{ event: 'recovery.success', body: { amount: 4900 } }]);
    });

    it('is tried for a week under one key, told after two hours and at its end, and nothing is charged meanwhile', async () => {
      bench.money.refundReplies.push(...Array.from({ length: 60 }, () => 'failed' as const));
      const caseId = await partial();
      const waits: number[] = [];
      for (let tries = 1; (await bench.get(caseId)).refunds[0]?.state === 'due'; tries += 1) {
        const { due } = await bench.get(caseId);
        waits.push(Math.round(((due.refund?.getTime() ?? 0) - bench.clock.hubNow().getTime()) / minute));
        expect(bench.logLines.join('').includes('two hours')).toBe(tries >= 4);
        expect(await bench.step(caseId)).toBe('released');
        expect(tries).toBeLessThan(50);
      }
      expect(waits.slice(0, 6)).toEqual([1, 5, 30, 120, 360, 360]);
      expect(waits.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(7 * 24 * 60);
      expect(keysAsked()).toEqual(new Set([`${caseId}-1-refund`]));
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', refunds: [{ state: 'gave_up' }], plan: { rule: 'refund', because: expect.stringContaining('an operator decides') } });
      expect(bench.logLines.join('')).toContain('gave_up');
      expect(await bench.step(caseId)).toBe('idle');
      expect(await ask(caseId, { type: 'retry', by: 'operator' })).toMatchObject({ result: 'in_progress' });
      expect(bench.money.tried).toHaveLength(1);
      // a person orders it anew: another key, and the case goes on
      bench.money.refundReplies.length = 0;
      expect(await ask(caseId, { type: 'refund', by: 'operator', note: 'the account works again' })).toMatchObject({ result: 'done' });
      expect(await bench.get(caseId)).toMatchObject({ refunds: [{ state: 'gave_up' }, { n: 2, why: 'operator', state: 'refunded' }] });
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
    });

    it('whose answer was lost is asked for again only when the first request cannot be under way any more', async () => {
      bench.money.refundReplies.push('lost');
      const caseId = await partial();
      const { sendBefore } = (await bench.get(caseId)).refunds[0] ?? {};
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', refunds: [{ state: 'due', tries: 1 }] });
      await bench.step(caseId);
      const [first, second] = bench.money.refundRequests;
      expect(second?.key).toBe(first?.key);
      expect(second?.at.getTime()).toBeGreaterThanOrEqual((sendBefore?.getTime() ?? 0) + 25_000 + 1000);
      expect(await bench.get(caseId)).toMatchObject({ refunds: [{ state: 'refunded' }] });
    });

    it('pending is waited for, and nothing is charged', async () => {
      bench.money.refundReplies.push('pending', 'pending');
      const caseId = await partial();
      expect(await bench.get(caseId)).toMatchObject({ refunds: [{ state: 'pending' }], status: 'queued' });
      expect(await ask(caseId, { type: 'retry', by: 'operator' })).toMatchObject({ result: 'in_progress' });
      await bench.step(caseId);
      expect(bench.money.tried).toHaveLength(1);
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', refunds: [{ state: 'refunded' }] });
    });

    it('refused for good waits for a person', async () => {
      bench.money.refundReplies.push('refused');
      const caseId = await partial();
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', refunds: [{ state: 'refused', reason: 'as the script says' }] });
      expect(bench.logLines.join('')).toContain('as the script says');
      expect(await bench.step(caseId)).toBe('idle');
      expect(bench.money.tried).toHaveLength(1);
    });

    it('cannot be given back where the platform collected by itself: said, and nothing is charged', async () => {
      bench.money.replies.push({ approveOnly: 1000 });
      const caseId = await bench.openCase();
      await bench.step(caseId);
      await bench.step(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', refunds: [{ state: 'refused', reason: expect.stringContaining('attempt 1') }] });
      expect(bench.logLines.join('')).toContain('no way to give back 1000 USD');
      expect(await bench.step(caseId)).toBe('idle');
    });

    it.each([
      ['before the request', () => { bench.killAt = 'outcome written'; }],
      ['the write before it is lost', () => { bench.loseWrite = { name: 'refunding', when: 'before' }; }],
      ['that write is made, its answer lost', () => { bench.loseWrite = { name: 'refunding', when: 'after' }; }],
      ['its answer is not stored', () => { bench.loseWrite = { name: 'refunded', when: 'before' }; }],
      ['its answer is stored, unheard', () => { bench.loseWrite = { name: 'refunded', when: 'after' }; }],
      ['after it is stored', () => { bench.killAt = 'refunded'; }],
    ] as const)('is given back under one key when the process ends: %s', async (_name, fault) => {
      fault();
      const caseId = await partial();
      for (let holds = 0; (await bench.get(caseId)).refunds[0]?.state !== 'refunded'; holds += 1) {
        await bench.step(caseId);
        expect(holds).toBeLessThan(10);
      }
      expect(keysAsked()).toEqual(new Set([`${caseId}-1-refund`]));
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
      expect(bench.money.faults).toEqual([]);
    });

    it('is not sent by a hold that stood still', async () => {
      bench.onWritten = (name) => { if (name === 'refunding') { bench.onWritten = undefined; bench.clock.advance(bench.leaseMs); } };
      const caseId = await partial();
      expect(bench.money.refundRequests).toEqual([]);
      expect((await bench.get(caseId)).refunds).toMatchObject([{ state: 'due', tries: 1 }]);
    });
  });

  describe('by an operator', () => {
    const refund = (caseId: string, attempt?: number) => ask(caseId, { type: 'refund', by: 'operator', ...(attempt === undefined ? {} : { attempt }) });

    it('goes back whole, shows as reversed, and frees the debt', async () => {
      const caseId = await direct();
      expect(await refund(caseId)).toMatchObject({ type: 'refund', result: 'done' });
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { state: 'reversed', reversedMinor: 4900 }, refunds: [{ why: 'operator', state: 'refunded' }] });
      expect(await bench.get(caseId)).not.toHaveProperty('openKeys');
      expect(bench.events.map((event) => event.event)).toEqual(['recovery.success']);
      expect(await refund(caseId)).toMatchObject({ result: 'nothing_open' });
      expect(bench.money.refundRequests).toHaveLength(1);
    });

    it('said twice under one id is one refund', async () => {
      const caseId = await direct();
      const command: Command = { type: 'refund', by: 'operator' };
      for (let times = 0; times < 2; times += 1) {
        await bench.cases.command(caseId, 'refund#1', command);
        await bench.run(caseId);
      }
      expect(bench.money.refundRequests).toHaveLength(1);
      expect((await bench.get(caseId)).commands).toHaveLength(1);
    });

    it('gives back what is left after others gave back a part', async () => {
      const caseId = await direct();
      await bench.tell(caseId, reversal(caseId, 900));
      await bench.run(caseId);
      await refund(caseId);
      expect(bench.money.refundRequests).toMatchObject([{ amount: 4000 }]);
      expect(await bench.get(caseId)).toMatchObject({ settlement: { reversedMinor: 4900 } });
    });

    it('finds nothing to give back where nothing was taken, and names no wrong attempt', async () => {
      const declined = await direct({ decline: 'expired_card' });
      expect(await refund(declined)).toMatchObject({ result: 'nothing_open' });
      bench.clock.advance(10 * minute);
      await bench.cases.collection.deleteMany({});
      const caseId = await direct();
      expect(await refund(caseId, 7)).toMatchObject({ result: 'nothing_open', message: expect.stringContaining('Attempt 7') });
    });
  });

  describe('and what is told of it', () => {
    it('adds several parts up, each once, and frees the debt with the last of them', async () => {
      const caseId = await direct();
      await bench.tell(caseId, reversal(caseId, 2000), 'r1');
      bench.loseWrite = { name: 'release', when: 'before' };
      await bench.step(caseId);
      await bench.step(caseId);
      await bench.tell(caseId, reversal(caseId, 2000), 'r1');
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ settlement: { state: 'reversed', reversedMinor: 2000 }, openKeys: expect.any(Array), signals: [] });
      await bench.tell(caseId, reversal(caseId, 2900), 'r2');
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { reversedMinor: 4900 } });
      expect(await bench.get(caseId)).not.toHaveProperty('openKeys');
    });

    it('adds nothing twice where the platform tells what went back so far', async () => {
      const caseId = await direct();
      const told = async (minor: number) => {
        await bench.tell(caseId, reversal(caseId, minor, { soFar: true }));
        await bench.run(caseId);
        return (await bench.get(caseId)).settlement?.reversedMinor;
      };
      expect([await told(1000), await told(2000), await told(2000), await told(1000)]).toEqual([1000, 2000, 2000, 2000]);
      expect(await bench.get(caseId)).toHaveProperty('openKeys');
      await ask(caseId, { type: 'refund', by: 'operator' });
      expect(bench.money.refundRequests).toMatchObject([{ amount: 2900 }]);
      expect(await told(4900)).toBe(4900);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', signals: [] });
      expect(await bench.get(caseId)).not.toHaveProperty('openKeys');
    });

    it('knows the refund whose answer was lost where the platform tells what went back so far', async () => {
      const caseId = await direct();
      await bench.tell(caseId, reversal(caseId, 900, { soFar: true }));
      await bench.run(caseId);
      bench.money.refundReplies.push('lost');
      await ask(caseId, { type: 'refund', by: 'operator' });
      await bench.tell(caseId, reversal(caseId, 4900, { soFar: true }));
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ refunds: [{ state: 'refunded' }], settlement: { reversedMinor: 4900 }, signals: [] });
      expect(bench.money.refundRequests).toHaveLength(1);
    });

    it('knows the echo of our own refund by its sum, and by its reference as often as it is told', async () => {
      const caseId = await direct();
      await ask(caseId, { type: 'refund', by: 'operator' });
      await bench.tell(caseId, reversal(caseId, 4900), 'echo');
      await bench.tell(caseId, reversal(caseId, 4900, { gatewayRefs: [`re_${caseId}-1-refund-1`] }), 'again');
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { reversedMinor: 4900 }, refunds: [{ echoed: 'yes' }], signals: [] });
    });

    it('believes the platform that a refund whose answer was lost is made', async () => {
      bench.money.refundReplies.push('lost');
      const caseId = await partial();
      await bench.tell(caseId, reversal(caseId, 1000));
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', refunds: [{ state: 'refunded', echoed: 'yes' }], signals: [] });
      expect(bench.money.refundRequests).toHaveLength(1);
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
    });
  });
});
