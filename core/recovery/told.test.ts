import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CaseDocument, SignalEvent } from '../cases/index.js';
import type { ConnectionDuty } from '../clients/index.js';
import type { Collection } from '../storage/index.js';
import { declineOf, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { connectionLaneWork } from './connection-work.js';

const hour = 3_600_000;
const day = 24 * hour;
const usd = (minor: number) => ({ minor, currency: 'USD' });

describe('what a case is told', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'told' }); });
  afterEach(async () => { await bench.stop(); });

  const names = () => bench.events.map((event) => event.event);
  const now = () => bench.clock.hubNow();
  const set = (caseId: string, change: Partial<CaseDocument>) => bench.cases.collection.updateOne({ _id: caseId }, { $set: change });
  const ended = (reason: 'observed' | 'disconnected' | 'merchant'): Partial<CaseDocument> => ({ status: 'cancelled', ended: { at: now(), strategyUsed: 'none', trigger: 'external', message: '', reason }, due: {} });

  describe('a payment of the platform is in progress', () => {
    const pending = (gatewayRefs = ['ch_running']): SignalEvent => ({ type: 'payment_pending', occurredAt: now(), invoice: { ref: 'in_1' }, gatewayRefs });

    it('charges nothing beside it, reads hourly, and goes on when it has failed', async () => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      bench.money.invoice.inProgress = 'yes';
      await bench.tell(caseId, pending());
      await bench.run(caseId);
      expect((await bench.get(caseId)).due.step).toEqual(new Date(now().getTime() + hour));
      const { reads } = bench.money.calls;
      for (let holds = 0; holds < 30; holds += 1) await bench.step(caseId);
      expect(bench.money.calls.reads - reads).toBe(30);
      expect(bench.money.tried).toEqual([]);
      bench.money.invoice.inProgress = 'no';
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', signals: [] });
      expect(bench.money.faults).toEqual([]);
    });

    it('ends as paid by another when it succeeds', async () => {
      const caseId = await bench.openCase();
      bench.money.invoice.inProgress = 'yes';
      await bench.tell(caseId, pending());
      await bench.step(caseId);
      Object.assign(bench.money.invoice, { inProgress: 'no', state: 'paid' });
      bench.money.invoice.other.push({ ref: 'ch_running', gatewayRefs: [], state: 'succeeded', amount: usd(4900), at: now() });
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' } });
      expect(bench.money.tried).toEqual([]);
    });

    it('is not waited for beyond ten days', async () => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      bench.money.invoice.inProgress = 'yes';
      await bench.tell(caseId, pending());
      const from = now().getTime();
      for (let holds = 0; now().getTime() - from < 13 * day; holds += 1) {
        expect(await bench.step(caseId)).toBe('released');
        expect(holds).toBeLessThan(700);
        if ((await bench.get(caseId)).signals.length === 0) break;
      }
      expect(now().getTime() - from).toBeGreaterThan(10 * day);
      expect(bench.logLines.join('')).toContain('more than ten days');
      expect(bench.money.tried).toEqual([]);
    });

    it('is no news of our own charge', async () => {
      const caseId = await bench.openCase();
      await set(caseId, { refs: ['ch_ours'] });
      await bench.tell(caseId, pending(['ch_ours']));
      const { reads } = bench.money.calls;
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', signals: [] });
      expect(bench.money.calls.reads).toBe(reads);
    });
  });

  describe('that it may be charged now', () => {
    const failure = (): SignalEvent => ({ type: 'payment_failed', occurredAt: now(), invoice: { ref: 'in_1' }, amount: usd(4900), decline: declineOf('insufficient_funds'), gatewayRefs: ['ch_new'] });
    /** Runs the work of a connection that was changed. */
    const changed = async (over: Partial<ConnectionDuty> = {}) => {
      const duties = { updateOne: async () => ({}) } as unknown as Collection<ConnectionDuty>;
      const work = connectionLaneWork({ cases: bench.cases, clients: { finishDisconnect: async () => undefined }, duties, clock: bench.clock, scheduler: { due: () => undefined }, logger: bench.ports.logger });
      await work.run({ _id: 'conn-1', v: 1, clientId: 'client-1', state: 'active', mode: 'active', revision: 2, holder: 'me', fence: 1, strikes: 1, ...over });
    };
    const closed = async (reason: 'observed' | 'disconnected' | 'merchant', mode: CaseDocument['mode'] = 'observe') => {
      const caseId = await bench.openCase('generic_decline', { mode });
      await set(caseId, ended(reason));
      await bench.cases.collection.updateOne({ _id: caseId }, { $unset: { openKeys: '', nextAt: '' } });
      return caseId;
    };

    it.each(['observed', 'disconnected'] as const)('takes a case up again that ended as %s, with the next failure', async (reason) => {
      const caseId = await closed(reason);
      bench.clock.advance(40 * day);
      await bench.tell(caseId, failure());
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', mode: 'active', openKeys: ['conn-1/in_1'], lastReason: 'insufficient_funds', plan: { numbers: { step: 'payday' } }, signals: [] });
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
      expect(names()).toEqual(['recovery.success']);
    });

    it.each(['observed', 'disconnected'] as const)('takes a case up again that ended as %s, when its connection is made active', async (reason) => {
      const caseId = await closed(reason);
      await changed();
      await bench.step(caseId);
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', mode: 'active' });
      expect(bench.money.faults).toEqual([]);
    });

    it('makes an observed case that is still open one that is charged', async () => {
      const caseId = await bench.openCase('generic_decline', { mode: 'observe' });
      bench.connection.mode = 'observe';
      await bench.step(caseId);
      bench.connection.mode = 'active';
      await changed();
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', mode: 'active' });
    });

    it('leaves alone what its merchant cancelled, and what is paid or gone', async () => {
      const cancelled = await closed('merchant', 'active');
      await bench.tell(cancelled, failure());
      await changed();
      await bench.run(cancelled);
      expect(await bench.get(cancelled)).toMatchObject({ status: 'cancelled', signals: [] });
      await bench.cases.collection.deleteMany({});
      const gone = await closed('observed');
      bench.money.invoice.state = 'voided';
      await changed();
      await bench.run(gone);
      expect(await bench.get(gone)).toMatchObject({ status: 'cancelled', signals: [] });
    });

    it('only observes on while its connection only observes', async () => {
      bench.connection.mode = 'observe';
      const caseId = await closed('observed');
      await bench.tell(caseId, failure());
      await changed({ mode: 'observe' });
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', signals: [] });
    });

    it('waits for an invoice that cannot be read', async () => {
      const caseId = await closed('observed');
      bench.money.reads = 'down';
      await changed();
      await bench.run(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', signals: [{}] });
      bench.money.reads = 'up';
      await bench.step(caseId);
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
    });
  });

  describe('that it should be retried later', () => {
    const technical = { decline: 'processing_error' } as const;
    const exhausted = async () => {
      bench.money.replies.push(technical, technical, technical);
      const caseId = await bench.openCase('processing_error');
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed', ended: { recommendedAction: 'retry_later' }, laterRetry: { state: 'owed' } });
      return caseId;
    };

    it('reopens it a day later, once, and charges it', async () => {
      const caseId = await exhausted();
      const closedAt = now().getTime();
      while ((await bench.get(caseId)).status === 'failed') await bench.step(caseId);
      expect(now().getTime() - closedAt).toBe(day);
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', laterRetry: { state: 'used' }, openKeys: ['conn-1/in_1'], attempts: [{}, {}, {}, { grounds: { rule: 'retry-later' } }] });
      expect(names()).toEqual(['recovery.failed', 'recovery.success']);
    });

    it('says at its next closing that another card is wanted, and stays closed', async () => {
      const caseId = await exhausted();
      bench.money.replies.push(technical);
      while ((await bench.get(caseId)).laterRetry?.state !== 'used') await bench.step(caseId);
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed', ended: { recommendedAction: 'request_card_update' } });
      expect(bench.events.map((event) => event.body['recommendedAction'])).toEqual(['retry_later', 'request_card_update']);
      for (let holds = 0; holds < 5; holds += 1) await bench.step(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed' });
      expect(bench.money.tried).toHaveLength(4);
    });

    it('does not do so past the horizon', async () => {
      bench.client.settings = { ...bench.client.settings, horizonDays: 2 };
      bench.money.replies.push(technical, technical, technical);
      const caseId = await bench.openCase('processing_error');
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed', ended: { recommendedAction: 'request_card_update' } });
      expect(await bench.get(caseId)).not.toHaveProperty('laterRetry');
    });

    it('does not while another case has the right to charge the debt', async () => {
      const caseId = await exhausted();
      await bench.openCase('generic_decline', { invoice: { ref: 'in_2' }, openKeys: ['conn-1/in_1'] });
      while ((await bench.get(caseId)).laterRetry?.state === 'owed') await bench.step(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed', laterRetry: { state: 'used' } });
      expect((await bench.get(caseId)).due).not.toHaveProperty('step');
    });

    it('ends as unreachable a second time, and is not tried for ever', async () => {
      const unsent = Array.from({ length: 25 }, () => 'not_sent' as const);
      bench.money.replies.push(...unsent);
      const caseId = await bench.openCase();
      for (let holds = 0; (await bench.get(caseId)).ended?.recommendedAction !== 'request_card_update'; holds += 1) {
        expect(holds).toBeLessThan(80);
        await bench.step(caseId);
      }
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed', laterRetry: { state: 'used' } });
      expect(names()).toEqual(['recovery.failed', 'recovery.failed']);
    });

    it('uses up a person\'s wish that reached nobody', async () => {
      bench.money.replies.push(...Array.from({ length: 5 }, () => 'not_sent' as const));
      const caseId = await bench.openCase();
      await bench.step(caseId);
      await bench.cases.command(caseId, 'retry', { type: 'retry', by: 'operator' });
      await bench.run(caseId);
      while (!(await bench.get(caseId)).attempts[0]?.resolved) await bench.step(caseId);
      const document = await bench.get(caseId);
      expect(document).toMatchObject({ status: 'queued', plan: { rule: 'unreachable' } });
      expect(document).not.toHaveProperty('prompt');
    });
  });
});
