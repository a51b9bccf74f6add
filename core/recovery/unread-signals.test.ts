import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { declineOf, invoicePaid, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const hour = 3_600_000;

describe('what a case is told while it is worked on', () => {
  let bench: RecoveryBench;
  beforeEach(async () => { bench = await startRecoveryBench({ label: 'unread_signals' }); });
  afterEach(async () => { await bench.stop(); });

  const paidElsewhere = () => {
    bench.money.invoice.state = 'paid';
    bench.money.invoice.other.push({ ref: 'ch_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: bench.clock.hubNow() });
  };
  const cardUpdated = () => ({ type: 'payment_method_updated' as const, occurredAt: bench.clock.hubNow(), subject: { customerRef: 'cus_1' } });
  const eventNames = () => bench.events.map((event) => event.event);

  it('does not fail while "paid" waits for an invoice that cannot be read', async () => {
    const caseId = await bench.openCase('merchant_configuration');
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()));
    paidElsewhere();
    bench.money.reads = 'down';
    for (let holds = 0; holds < 3; holds += 1) expect(await bench.step(caseId)).toBe('released');
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued' });
    expect(bench.events).toEqual([]);
    bench.money.reads = 'up';
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' } });
    expect(eventNames()).toEqual(['recovery.success']);
  });

  it.each([['a changed card', 'lists'], ['"paid"', 'reads']] as const)('reads less and less often for %s that cannot be read, tells people after a week, and loses it never', async (what, counted) => {
    const caseId = await bench.openCase('expired_card');
    await bench.drive(caseId);
    const event = what === '"paid"' ? invoicePaid(bench.clock.hubNow()) : cardUpdated();
    await bench.tell(caseId, event);
    const toldAt = bench.clock.hubNow().getTime();
    bench.money.reads = 'down';
    const before = bench.money.calls[counted];
    const readsBy = async (hours: number) => {
      while (((await bench.get(caseId)).nextAt?.getTime() ?? Infinity) <= toldAt + hours * hour) await bench.step(caseId);
      return bench.money.calls[counted] - before;
    };
    expect(await readsBy(1)).toBeGreaterThanOrEqual(8);
    expect(await readsBy(1)).toBeLessThanOrEqual(14);
    expect(await readsBy(7 * 24)).toBeLessThanOrEqual(14 + 7 * 24);
    expect(bench.logLines.join('')).not.toContain('cannot be read for a week');
    const aWeek = await readsBy(7 * 24);
    expect(await readsBy(14 * 24) - aWeek).toBeLessThanOrEqual(9);
    expect(bench.logLines.join('')).toContain('cannot be read for a week');
    bench.money.reads = 'up';
    if (what === '"paid"') paidElsewhere();
    else bench.money.cards = { methodRef: 'pm_2' };
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: what === '"paid"' ? 'external' : 'card_update' } });
  });

  it('comes back for the one of two unread signals that is due first', async () => {
    const caseId = await bench.openCase('expired_card');
    await bench.drive(caseId);
    bench.money.reads = 'down';
    await bench.tell(caseId, cardUpdated());
    for (let holds = 0; holds < 15; holds += 1) await bench.step(caseId);
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()));
    await bench.step(caseId);
    expect((await bench.get(caseId)).nextAt?.getTime()).toBe(bench.clock.hubNow().getTime() + 60_000);
  });

  it('believes no invoice that was read before the signal came', async () => {
    const caseId = await bench.openCase('merchant_configuration');
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()), 'too-early');
    // "paid" arrives again after the invoice has been read as open and before the case is closed
    bench.money.onRead = async () => {
      bench.money.onRead = undefined;
      paidElsewhere();
      await bench.tell(caseId, invoicePaid(bench.clock.hubNow()), 'in-time');
    };
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', signals: [] });
    expect(eventNames()).toEqual(['recovery.success']);
  });

  describe('between reading and letting go of the case, because its card is busy,', () => {
    const meanwhile = async (happens: (caseId: string) => Promise<void>) => {
      const caseId = await bench.openCase();
      await bench.step(caseId);
      const cardKey = (await bench.get(caseId)).tried[0]?.methodDigest ?? '';
      const sendBefore = new Date(bench.clock.wallNow().getTime() + 72 * hour);
      await bench.ports.cards.reserve({ clientId: 'client-1', cardKey }, { attemptKey: 'another-1', series: 'another', amount: { minor: 100, currency: 'USD' }, sendBefore, absentIsFinalAfterMs: 1000 });
      bench.money.onRead = async () => { bench.money.onRead = undefined; await happens(caseId); };
      await bench.step(caseId);
      return bench.get(caseId);
    };

    it('hears that it is paid', async () => {
      const document = await meanwhile(async (caseId) => { paidElsewhere(); await bench.tell(caseId, invoicePaid(bench.clock.hubNow())); });
      expect(document).toMatchObject({ status: 'succeeded', attempts: [], signals: [], ended: { recoveredBy: 'external' } });
    });

    it('hears of another card, and charges that', async () => {
      const document = await meanwhile(async (caseId) => { bench.money.cards = { methodRef: 'pm_2' }; await bench.tell(caseId, cardUpdated()); });
      expect(document).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'card_update' } });
    });
  });

  it('reads the invoice again right before the charge', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    bench.clock.advance(48 * hour);
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()));
    // paid between the read for the signal and the charge
    bench.money.onList = paidElsewhere;
    await bench.step(caseId);
    expect((await bench.get(caseId)).attempts).toEqual([]);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'external' } });
  });

  it('waits without haste while the cards of an expired one cannot be read', async () => {
    const caseId = await bench.openCase('expired_card');
    bench.money.reads = 'down';
    for (let holds = 0; holds < 6; holds += 1) expect(await bench.step(caseId)).toBe('released');
    expect(bench.money.calls.lists).toBeLessThanOrEqual(6);
    bench.money.reads = 'up';
    bench.money.cards = { methodRef: 'pm_2' };
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { strategyUsed: 'token_refresh' } });
  });

  it('comes back for a changed card that has to rest for an hour', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    bench.money.replies.push({ decline: 'generic_decline' });
    bench.money.cards = { methodRef: 'pm_2' };
    await bench.tell(caseId, cardUpdated());
    await bench.step(caseId);
    expect((await bench.get(caseId)).attempts).toMatchObject([{ grounds: { strategy: 'card_update' }, outcome: { status: 'declined' } }]);
    const first = (await bench.get(caseId)).attempts[0]?.startedAt.getTime() ?? 0;
    bench.money.cards = { methodRef: 'pm_3' };
    await bench.tell(caseId, cardUpdated());
    await bench.step(caseId);
    expect((await bench.get(caseId)).nextAt?.getTime()).toBe(first + hour);
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'card_update', trigger: 'card_update' } });
  });

  it('stays closed where another case has taken the right to charge the debt', async () => {
    const caseId = await bench.openCase('expired_card');
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'failed' });
    await bench.openCase('generic_decline', { connectionId: 'conn-2', openKeys: ['conn-1/in_1'] });
    bench.money.cards = { methodRef: 'pm_2' };
    await bench.tell(caseId, cardUpdated());
    expect(await bench.step(caseId)).toBe('released');
    expect(await bench.get(caseId)).toMatchObject({ status: 'failed', signals: [] });
  });

  describe('where another case has the right to charge the debt', () => {
    const beside = async (over: Parameters<RecoveryBench['openCase']>[1]) => {
      const rival = await bench.openCase('generic_decline', { connectionId: 'conn-2', openKeys: ['conn-1/in_1'], ...over });
      const caseId = await bench.openCase('generic_decline', { openKeys: [] });
      await bench.cases.collection.updateOne({ _id: caseId }, { $unset: { openKeys: '' } });
      await bench.step(caseId);
      await bench.step(caseId);
      return { caseId, rival };
    };

    it('waits while it is worked on, and takes the right when it is free', async () => {
      const { caseId, rival } = await beside({});
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', attempts: [] });
      await bench.cases.collection.updateOne({ _id: rival }, { $unset: { openKeys: '' }, $set: { status: 'failed' } });
      await bench.drive(caseId);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', openKeys: ['conn-1/in_1'], attempts: [{ outcome: { status: 'approved' } }] });
    });

    it('closes as paid by it, naming it, without asking the platform', async () => {
      const { caseId, rival } = await beside({ status: 'succeeded' });
      const document = await bench.get(caseId);
      expect(document).toMatchObject({ status: 'succeeded', attempts: [], ended: { recoveredBy: 'external' } });
      expect(document.ended?.message).toContain(rival);
      expect(bench.logLines.join('')).toContain(rival);
      expect([bench.money.calls.reads, bench.money.tried.length]).toEqual([0, 0]);
    });

    it('charges nothing where it has recovered another amount, and tells people', async () => {
      const { caseId } = await beside({ status: 'succeeded', opened: { minor: 100, currency: 'USD' } });
      for (let holds = 0; holds < 3; holds += 1) expect(await bench.step(caseId)).toBe('released');
      expect(await bench.get(caseId)).toMatchObject({ status: 'queued', attempts: [] });
      expect(bench.logLines.join('')).toContain('an operator decides whether it is the same debt');
    });
  });

  it('tries a changed card again that could not be sent', async () => {
    const caseId = await bench.openCase('expired_card');
    await bench.drive(caseId);
    bench.money.cards = { methodRef: 'pm_2' };
    bench.money.replies.push('not_sent', 'not_sent', 'not_sent', 'not_sent', 'not_sent');
    await bench.tell(caseId, cardUpdated());
    await bench.step(caseId);
    await bench.drive(caseId);
    const document = await bench.get(caseId);
    expect(document).toMatchObject({ status: 'succeeded', ended: { recoveredBy: 'card_update' }, attempts: [{ outcome: { status: 'not_sent' }, notSent: 5 }, { outcome: { status: 'approved' } }] });
    expect(eventNames()).toEqual(['recovery.failed', 'recovery.success']);
  });

  it('blocks on a fraud signal of the platform', async () => {
    const caseId = await bench.openCase();
    await bench.step(caseId);
    bench.clock.advance(hour);
    await bench.tell(caseId, {
      type: 'payment_failed', occurredAt: bench.clock.hubNow(), invoice: { ref: 'in_1' }, amount: { minor: 4900, currency: 'USD' }, decline: declineOf('stolen_card'), gatewayRefs: ['ch_platform'],
    });
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'blocked', ended: { declineCode: 'stolen_card', action: 'blocked' } });
    expect(bench.money.tried).toEqual([]);
    await bench.step(caseId);
    expect(bench.money.calls.handBacks).toEqual(['blocked:false']);
  });
});
