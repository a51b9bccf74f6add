import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';

const day = 86_400_000;
const minute = 60_000;

describe('a connector\'s debt charged at a gateway of ours', () => {
  let bench: RecoveryBench;
  let caseId: string;
  beforeAll(async () => { bench = await startRecoveryBench({ label: 'gateway_route', route: 'gateway' }); });
  afterAll(async () => { await bench.stop(); });
  beforeEach(async () => {
    await bench.cases.collection.deleteMany({});
    await bench.cases.collection.db.collection('card_ledger').deleteMany({});
    bench.reset();
    bench.connection.state = 'active';
    bench.connection.mode = 'active';
    caseId = await bench.openCase();
  });

  /** Until everything but the watch is done. */
  const rest = async () => {
    for (let holds = 0; holds < 60; holds += 1) {
      const { due, nextAt, signals } = await bench.get(caseId);
      if (!nextAt || (signals.length === 0 && Object.keys(due).every((name) => name === 'watch'))) return;
      await bench.step(caseId);
    }
    throw new Error('the case does not come to rest');
  };
  const settledOnce = async () => {
    await rest();
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { state: 'confirmed', platformPaymentRef: `pay_${caseId}-1` }, takeOver: { state: 'handed_back' } });
    expect(bench.money.approved()).toHaveLength(1);
    expect(bench.money.recorded).toHaveLength(1);
    expect(bench.money.faults).toEqual([]);
    expect(bench.events.map((event) => event.event)).toEqual(['recovery.success']);
  };

  it('takes the retries over, charges, records the payment and lets go', async () => {
    const written: string[] = [];
    bench.onWritten = (name) => { written.push(name); };
    await bench.drive(caseId);
    const document = await bench.get(caseId);
    expect(document).toMatchObject({
      status: 'succeeded', takeOver: { state: 'taken' },
      attempts: [{ route: 'gateway', accountId: 'acct-1', chargeRef: `obj_${caseId}-1`, resolved: true }],
      settlement: { state: 'recorded', route: 'gateway', platformPaymentRef: `pay_${caseId}-1` },
    });
    expect(written.filter((name) => name !== 'renew' && name !== 'release')).toEqual([
      'intend', 'taken', 'attempt', 'charge-ref', 'outcome', 'relayed', 'settling', 'settled', 'hand-back-later',
    ]);
    expect(bench.money.calls.takeOvers).toEqual([new Date(document.createdAt.getTime() + 42 * day)]);
    expect(bench.money.recorded).toMatchObject([{ once: { key: `${caseId}-1-settle`, ourReference: `${caseId}-1` }, invoice: { ref: 'in_1' }, gatewayRefs: [`ch_${caseId}-1`], gatewayType: 'sample' }]);
    await settledOnce();
    expect(bench.money.calls).toMatchObject({ handBacks: ['succeeded:false'], records: 1 });
  });

  it.each([
    'claimed', 'take-over intended', 'taken', 'reserved', 'attempt written', 'prepared', 'charge answered', 'outcome written', 'relayed', 'recorded on the platform', 'settled', 'handed back', 'released',
  ] as const)('is charged, recorded and returned once, killed at: %s', async (place) => {
    bench.killAt = place;
    await rest();
    expect(bench.killAt).toBeUndefined();
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { state: 'confirmed' }, takeOver: { state: 'handed_back' } });
    expect(bench.money.approved()).toHaveLength(1);
    expect(bench.money.recorded).toHaveLength(1);
    expect(bench.money.faults).toEqual([]);
    expect(bench.events).toHaveLength(1);
  });

  it('charges nothing before the platform has said that it stopped its retries', async () => {
    bench.money.takeOver = 'lost';
    for (let holds = 0; holds < 3; holds += 1) await bench.step(caseId);
    const owed = await bench.get(caseId);
    expect(owed).toMatchObject({ status: 'queued', attempts: [], takeOver: { state: 'intended' } });
    expect(owed.due.handBack).toEqual(new Date(owed.createdAt.getTime() + 42 * day));
    bench.money.takeOver = 'taken';
    await settledOnce();
  });

  it('charges where there is nothing to take over, and returns nothing', async () => {
    bench.money.takeOver = 'not_possible';
    await settledOnce();
    expect(bench.money.calls).toMatchObject({ takeOvers: [], handBacks: ['succeeded:false'] });
  });

  it('is told that it may not any more after the intent was written: nothing is called and nothing owed', async () => {
    bench.onWritten = (name) => { if (name === 'intend') bench.connection.mode = 'observe'; };
    for (let holds = 0; holds < 3; holds += 1) await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', attempts: [], takeOver: { state: 'handed_back' } });
    expect((await bench.get(caseId)).due.handBack).toBeUndefined();
    expect(bench.money.calls.dunning).toEqual([]);
  });

  describe('when it fails', () => {
    const failing = async () => {
      for (let n = 0; n < 8; n += 1) bench.money.replies.push({ decline: 'generic_decline' });
      await rest();
    };

    it('returns the retries, not before the take-over can have arrived', async () => {
      await failing();
      expect(await bench.get(caseId)).toMatchObject({ status: 'failed', takeOver: { state: 'handed_back', ending: { outcome: 'failed', startDunning: true } } });
      expect(bench.money.calls.handBacks).toEqual(['failed:true']);
      expect(bench.money.retries).toBe('on');
      expect(bench.money.recorded).toEqual([]);
    });

    it('is taken over again before a changed card is charged, and owes its return the whole time', async () => {
      await failing();
      const before = bench.money.calls.takeOvers.length;
      bench.money.replies.length = 0;
      bench.money.cards = { methodRef: 'pm_2' };
      await bench.tell(caseId, { type: 'payment_method_updated', occurredAt: bench.clock.hubNow(), subject: { customerRef: 'cus_1' } });
      bench.onWritten = (_name, document) => { if (document.takeOver?.state !== 'handed_back') expect(document.due.handBack).toBeInstanceOf(Date); };
      bench.money.onCharge = () => { expect(bench.money.retries).toBe('off'); };
      await rest();
      expect(bench.money.calls.takeOvers.length).toBe(before + 1);
      expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded', settlement: { state: 'confirmed' }, takeOver: { state: 'handed_back' } });
    });
  });

  it('raises an alert where somebody else collects what was taken over', async () => {
    bench.money.replies.push({ decline: 'insufficient_funds' });
    await bench.step(caseId);
    await bench.step(caseId);
    bench.clock.advance(2 * minute);
    const told = (ref: string) => bench.tell(caseId, {
      type: 'payment_failed', occurredAt: bench.clock.wallNow(), invoice: { ref: 'in_1' }, amount: { minor: 4900, currency: 'USD' }, gatewayRefs: [ref], decline: { system: 'test', code: 'generic_decline', reachedNetwork: true },
    });
    await told(`ch_${caseId}-1`);
    await bench.run(caseId);
    expect(bench.logLines.join('')).not.toContain('has tried to collect');
    await told('ch_theirs');
    await bench.run(caseId);
    expect(bench.logLines.join('')).toContain('has tried to collect an invoice whose retries we have taken over');
  });

  it('ends when its connection is given up, and returns what it took', async () => {
    bench.money.replies.push({ decline: 'insufficient_funds' });
    await bench.step(caseId);
    await bench.step(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', takeOver: { state: 'taken' } });
    bench.connection.state = 'disconnecting';
    await bench.tell(caseId, { type: 'connection_revoked', occurredAt: bench.clock.wallNow() });
    await rest();
    expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', ended: { reason: 'disconnected' }, takeOver: { state: 'handed_back' } });
    expect(bench.money.calls.handBacks).toEqual(['cancelled:true']);
  });

  it('finds out what became of a charge before it gives anything back, connection or no', async () => {
    bench.money.replies.push('lost_approved');
    await bench.step(caseId);
    await bench.step(caseId);
    bench.connection.state = 'disconnecting';
    await bench.tell(caseId, { type: 'connection_revoked', occurredAt: bench.clock.wallNow() });
    await settledOnce();
  });

  it('returns without a call what was only intended when the connection was gone', async () => {
    const document = await bench.get(caseId);
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { takeOver: { state: 'intended', until: document.createdAt, sendBefore: document.createdAt, tries: 0 }, 'due.handBack': document.createdAt } });
    bench.connection.state = 'disconnected';
    await bench.tell(caseId, { type: 'connection_revoked', occurredAt: bench.clock.wallNow() });
    await rest();
    expect(await bench.get(caseId)).toMatchObject({ status: 'cancelled', takeOver: { state: 'handed_back' } });
    expect(bench.money.calls.dunning).toEqual([]);
  });
});
