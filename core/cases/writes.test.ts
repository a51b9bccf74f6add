import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endedAt, entryOf, rowOf, settlementAt, startCaseBench, type CaseBench } from '../../test/support/case-bench.js';
import { isLegal, settlementWrites, takeOverWrites, writes, type AttemptOutcome, type CaseDocument, type CaseStatus, type CaseWrite } from './index.js';

const statuses: readonly CaseStatus[] = ['queued', 'attempting', 'succeeded', 'failed', 'blocked', 'unknown', 'cancelled'];
const at = new Date('2026-11-20T11:00:00Z');
const handBackAt = new Date('2026-11-20T12:00:00Z');
const declined = { status: 'declined' as const, decline: { system: 'test', code: 'x', reachedNetwork: true as const }, gatewayRefs: ['ch_2'] };
const approved: AttemptOutcome = { status: 'approved', gatewayRefs: ['ch_1'], amount: { minor: 5000, currency: 'USD' }, provisional: false };

const approval = (document: CaseDocument): CaseWrite => writes.outcome(document, {
  n: 1, outcome: approved, resolution: 'resolved', notSent: 0, status: 'succeeded', refs: ['ch_1'],
  approval: { ended: endedAt(at), settlement: settlementAt(at), settleAt: at }, owed: { outbox: [entryOf('e1', 'recovery.success')], handBackAt, now: at },
});

/** Every write of a holder, on a case in the state it is made for. */
const table: readonly (readonly [name: string, over: (now: Date) => Partial<CaseDocument>, write: (document: CaseDocument) => CaseWrite])[] = [
  ['renew', () => ({}), (one) => writes.renew(one, { leaseUntil: at, nextAt: at })],
  ['attempt', () => ({}), (one) => writes.attempt(one, rowOf(one, 1, at), { methodDigest: 'm' })],
  ['ask', () => attempting, (one) => writes.ask(one, 1, { asks: 1, absentReads: [at], stepAt: at, status: 'unknown' })],
  ['charge ref', () => attempting, (one) => writes.chargeRef(one, 1, 'obj_1')],
  ['resend', () => attempting, (one) => writes.resend(one, 1, at)],
  ['outcome (approved)', () => attempting, approval],
  ['outcome (declined)', () => attempting, (one) => writes.outcome(one, { n: 1, outcome: declined, resolution: 'resolved', notSent: 0, status: 'queued', refs: ['ch_2'], stepAt: at, owed: { outbox: [], now: at } })],
  ['close', () => ({}), (one) => writes.close(one, { status: 'failed', ended: endedAt(at), owed: { outbox: [entryOf('e1', 'recovery.failed')], now: at }, signalIds: [] })],
  ['reopen', () => ({ status: 'failed' }), (one) => writes.reopen(one, { openKeys: ['k'], prompt: 'card_update', stepAt: at, signalIds: [] })],
  ['take the right', () => ({}), (one) => writes.takeRight(one, ['k'])],
  ['intend', () => ({}), (one) => takeOverWrites.intend(one, { until: at, sendBefore: at })],
  ['taken', () => ({ takeOver: { state: 'intended', until: at, sendBefore: at, tries: 0 }, due: { handBack: at } }), (one) => takeOverWrites.taken(one, handBackAt)],
  ['not taken', () => ({ takeOver: { state: 'intended', until: at, sendBefore: at, tries: 0 }, due: { handBack: at } }), (one) => takeOverWrites.notTaken(one)],
  ['intend to hand back', () => ({}), (one) => takeOverWrites.intendHandBack(one, { ending: { outcome: 'failed', startDunning: true }, sendBefore: at, againAt: handBackAt })],
  ['settling', () => ({}), (one) => settlementWrites.settling(one, settlementAt(at), at)],
  ['recorded', () => ({ due: { settle: at } }), (one) => settlementWrites.recorded(one, { ...settlementAt(at), platformPaymentRef: 'pay_1' }, at)],
  ['refused', () => ({ due: { settle: at } }), (one) => settlementWrites.refused(one, settlementAt(at))],
  ['refused, ours owed back', () => ({ due: { settle: at } }), (one) => settlementWrites.refused(one, settlementAt(at), { now: at, refund: { n: 1, why: 'duplicate', state: 'due', once: { key: 'k', firstTriedAt: at, ourReference: 'r' } } })],
  ['handed back', () => ({ takeOver: { state: 'taken', until: at, sendBefore: at, tries: 1 }, due: { handBack: at } }), (one) => writes.handedBack(one)],
  ['hand back later', () => ({}), (one) => writes.handBackLater(one, at)],
  ['settled', () => ({ due: { settle: at } }), (one) => writes.settled(one, settlementAt(at), undefined)],
  ['relayed', () => ({ outbox: [entryOf('e1', 'recovery.failed')], due: { relay: at } }), (one) => writes.relayed(one, ['e1'])],
  ['release', () => ({}), (one) => writes.release(one, { due: { step: at }, signalIds: [], watched: true })],
  ['put off', () => ({}), (one) => writes.putOff(one, { putOff: { since: at, times: 1, reason: 'r' }, nextAt: at })],
  ['park', () => ({}), (one) => writes.park(one, at)],
];

const attempting: Partial<CaseDocument> = { status: 'attempting', attempts: [rowOf({ _id: 'c' } as CaseDocument, 1, at)] };

describe('a write of a holder', () => {
  let bench: CaseBench;
  beforeEach(async () => { bench = await startCaseBench('case writes'); });
  afterEach(async () => { await bench.stop(); });

  it.each(table)('is made under the hold only: %s', async (_name, over, write) => {
    const held = await bench.held('c', over(at));
    for (const stranger of [{ ...held, fence: held.fence - 1 }, { ...held, fence: held.fence + 1 }, { ...held, holder: 'other' }, { ...held, holder: null }]) {
      expect(await bench.cases.write(write(stranger))).toEqual({ status: 'lost' });
    }
    expect(await bench.get('c')).toEqual(held);
    expect(await bench.cases.write(write(held))).toMatchObject({ status: 'written' });
  });

  it.each(table)('is lost to the next holder, from the moment of its claim: %s', async (_name, over, write) => {
    const held = await bench.held('c', over(at));
    bench.clock.advance(60_000);
    const next = await bench.cases.claim('c');
    expect(await bench.cases.write(write(held))).toEqual({ status: 'lost' });
    expect(await bench.get('c')).toEqual(next);
  });

  it.each(table)('changes nothing when it is repeated: %s', async (_name, over, write) => {
    const held = await bench.held('c', over(at));
    const once = write(held);
    await bench.cases.write(once);
    const after = await bench.get('c');
    await bench.cases.write(once);
    expect(await bench.get('c')).toEqual(after);
  });

  it.each(['close', 'reopen', 'release'])('waits for what was said meanwhile: %s', async (name) => {
    const [, over, write] = table.find(([of]) => of === name) ?? [];
    if (!over || !write) throw new Error(name);
    const held = await bench.held('c', over(at));
    await bench.cases.signal('c', 'd#0', { type: 'invoice_paid', occurredAt: at, invoice: { ref: 'in_c' } });
    expect(await bench.cases.write(write(held))).toEqual({ status: 'lost' });
    const read = await bench.get('c');
    expect(await bench.cases.write(write(read))).toMatchObject({ status: 'written' });
  });

  it('is a fact that no signal holds back, and owes all in the same write', async () => {
    const held = await bench.held('c', { ...attempting, openKeys: ['connection/in_c'] });
    await bench.cases.signal('c', 'd#0', { type: 'invoice_paid', occurredAt: at, invoice: { ref: 'in_c' } });
    expect(await bench.cases.write(approval(held))).toMatchObject({ status: 'written' });
    expect(await bench.get('c')).toMatchObject({
      status: 'succeeded', strikes: 0, openKeys: ['connection/in_c'], outbox: [{ id: 'e1' }], settlement: { state: 'recorded' }, refs: ['ch_1'],
      due: { settle: at, handBack: handBackAt, relay: at }, attempts: [{ resolved: true, outcome: { status: 'approved' } }], signals: [{ id: 'd#0' }],
    });
  });

  it('is an approval of an attempt that was closed, once, also when its answer was lost', async () => {
    const closed = { ...rowOf({ _id: 'c' } as CaseDocument, 1, at), resolved: true, outcome: { status: 'absent' as const } };
    const held = await bench.held('c', { status: 'cancelled', attempts: [closed] });
    const write = approval(held);
    expect(await bench.cases.write(write)).toMatchObject({ status: 'written' });
    expect(await bench.cases.write(write)).toEqual({ status: 'lost' });
    const after = await bench.get('c');
    expect([after.status, after.outbox.length, after.refs]).toEqual(['succeeded', 1, ['ch_1']]);
  });

  it('takes no right to charge that another case has', async () => {
    await bench.cases.open(bench.caseOf('other', 'in_other', { openKeys: ['k'] }));
    expect(await bench.cases.write(writes.takeRight(await bench.held('c'), ['k']))).toEqual({ status: 'duplicate' });
    const failed = await bench.held('f', { status: 'failed' });
    expect(await bench.cases.write(writes.reopen(failed, { openKeys: ['k'], prompt: 'card_update', stepAt: at, signalIds: [] }))).toEqual({ status: 'duplicate' });
    expect((await bench.get('f')).status).toBe('failed');
  });

  it('gives up the right to charge with the end of a case, unless it was paid', async () => {
    for (const status of ['failed', 'blocked', 'cancelled', 'succeeded'] as const) {
      const held = await bench.held(status);
      await bench.cases.write(writes.close(held, { status, ended: endedAt(at), owed: { outbox: [], now: at }, signalIds: [] }));
      expect((await bench.get(status)).openKeys).toEqual(status === 'succeeded' ? ['connection/in_succeeded'] : undefined);
    }
  });

  it.each(statuses.flatMap((from) => statuses.map((to) => [from, to] as const)))('from %s to %s is as the table says', (from, to) => {
    const document = bench.caseOf('c', undefined, { status: from, attempts: [rowOf(bench.caseOf('c'), 1, at)] });
    const legal = isLegal(from, to);
    const made = (make: () => CaseWrite) => { try { make(); return 'made'; } catch (error) { return error instanceof Error ? error.message : 'thrown'; } };
    const expected = legal ? 'made' : `A case may not move from ${from} to ${to}`;
    const owed = { outbox: [], now: at };
    if (to === 'failed' || to === 'blocked' || to === 'cancelled' || to === 'succeeded') expect(made(() => writes.close(document, { status: to, ended: endedAt(at), owed, signalIds: [] }))).toBe(expected);
    if (to === 'attempting') expect(made(() => writes.attempt(document, rowOf(document, 2, at), undefined))).toBe(expected);
    if (to === 'queued') expect(made(() => writes.reopen(document, { openKeys: [], prompt: 'card_update', stepAt: at, signalIds: [] }))).toBe(expected);
    const same = from === to ? 'made' : expected;
    expect(made(() => writes.outcome(document, { n: 1, outcome: declined, resolution: 'open', notSent: 0, status: to, refs: [], owed }))).toBe(same);
    expect(made(() => writes.ask(document, 1, { asks: 1, absentReads: [], stepAt: at, status: to }))).toBe(same);
  });
});
