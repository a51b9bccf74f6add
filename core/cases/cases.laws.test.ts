import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { endedAt, entryOf, leaseMs, rowOf, settlementAt, startCaseBench, type CaseBench } from '../../test/support/case-bench.js';
import { isLegal, isOpen, writes, type CaseDocument, type CaseStatus, type CaseWrite, type DueTimes } from './index.js';

type Act = 'claim' | 'attempt' | 'approve' | 'decline' | 'unknown' | 'fail' | 'cancel' | 'reopen' | 'relay' | 'settle' | 'release' | 'forget';
type Step = { readonly do: 'act'; readonly worker: 0 | 1; readonly choice: number } | { readonly do: 'say'; readonly id: number } | { readonly do: 'pass'; readonly ms: number };

const made: readonly Act[] = ['attempt', 'approve', 'decline', 'unknown', 'fail', 'cancel', 'reopen', 'relay', 'settle', 'release'];
const steps: fc.Arbitrary<readonly Step[]> = fc.array(fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('act' as const), worker: fc.constantFrom(0 as const, 1 as const), choice: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('say' as const), id: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1000, leaseMs / 2, leaseMs + 1) }) },
), { minLength: 25, maxLength: 60, size: 'max' });

const finals: readonly CaseStatus[] = ['succeeded', 'failed', 'cancelled', 'blocked'];
const earliest = (due: DueTimes): number | undefined => {
  const times = Object.values(due).map((time: Date) => time.getTime());
  return times.length > 0 ? Math.min(...times) : undefined;
};

/** What a worker writes of its own, perhaps old, copy; undefined where the step has no meaning for it. */
const writeOf = (act: Act, own: CaseDocument, now: Date, id: string): CaseWrite | undefined => {
  const open = own.attempts.find((one) => !one.resolved);
  const n = open?.n ?? 0;
  const owed = (event: 'recovery.success' | 'recovery.failed' | 'recovery.cancelled') => ({ outbox: [entryOf(id, event)], now });
  const ids = own.signals.map((one) => one.id);
  const known = (status: CaseStatus) => status === own.status || isLegal(own.status, status);
  switch (act) {
    case 'attempt': return own.status === 'queued' ? writes.attempt(own, rowOf(own, own.attempts.length + 1, now), undefined) : undefined;
    case 'approve': return open && known('succeeded') ? writes.outcome(own, {
      n, outcome: { status: 'approved', gatewayRefs: ['ch_1'], amount: own.opened, provisional: false }, resolution: 'resolved', notSent: 0, status: 'succeeded', refs: [],
      approval: { ended: endedAt(now), settlement: settlementAt(now), settleAt: new Date(now.getTime() + 60_000) }, owed: owed('recovery.success'),
    }) : undefined;
    case 'decline': return open && known('queued') ? writes.outcome(own, {
      n, outcome: { status: 'declined', decline: { system: 'test', code: 'x', reachedNetwork: true }, gatewayRefs: [] }, resolution: 'resolved', notSent: 0, status: 'queued', refs: [],
      stepAt: new Date(now.getTime() + 1000), owed: { outbox: [], now },
    }) : undefined;
    case 'unknown': return open && known('unknown') ? writes.outcome(own, {
      n, outcome: { status: 'unknown', cause: 'x', gatewayRefs: [] }, resolution: 'open', notSent: 0, status: 'unknown', refs: [], stepAt: new Date(now.getTime() + 2000), owed: { outbox: [], now },
    }) : undefined;
    case 'fail': return own.status === 'queued' ? writes.close(own, { status: 'failed', ended: endedAt(now), owed: owed('recovery.failed'), signalIds: ids }) : undefined;
    case 'cancel': return own.status === 'queued' || own.status === 'failed' ? writes.close(own, { status: 'cancelled', ended: endedAt(now), owed: owed('recovery.cancelled'), signalIds: ids }) : undefined;
    case 'reopen': return own.status === 'failed' ? writes.reopen(own, { openKeys: ['connection/in_c'], prompt: 'card_update', stepAt: now, signalIds: ids }) : undefined;
    case 'relay': return own.outbox.length > 0 ? writes.relayed(own, own.outbox.map((entry) => entry.id)) : undefined;
    case 'settle': return own.due.settle ? writes.settled(own, settlementAt(now), undefined) : undefined;
    case 'release': {
      const due: DueTimes = {
        ...(own.due.settle ? { settle: own.due.settle } : {}), ...(own.outbox.length > 0 ? { relay: new Date(now.getTime() + 60_000) } : {}),
        ...(isOpen(own.status) ? { step: own.due.step ?? new Date(now.getTime() + 5000) } : {}),
      };
      return writes.release(own, { due, signalIds: ids, watched: true });
    }
    case 'claim':
    case 'forget': return undefined;
  }
};

/** Of all that has a meaning for what the worker believes, one; without a copy it can only claim. */
const chosen = (own: CaseDocument | undefined, choice: number, now: Date): Act => {
  if (!own) return 'claim';
  const possible: readonly Act[] = [...made.filter((act) => writeOf(act, own, now, 'x') !== undefined), 'claim', 'forget'];
  return possible[choice % possible.length] ?? 'claim';
};

const playOut = async (bench: CaseBench, plan: readonly Step[]): Promise<{ readonly written: number; readonly lost: number }> => {
  await bench.cases.collection.deleteMany({});
  await bench.cases.open(bench.caseOf('c'));
  const own: [CaseDocument | undefined, CaseDocument | undefined] = [undefined, undefined];
  const relayed = new Set<string>();
  const finalEvents: string[] = [];
  let saidSinceRelease = 0;
  const counts = { written: 0, lost: 0 };
  for (const [turn, step] of plan.entries()) {
    const before = await bench.get('c');
    const now = bench.clock.hubNow();
    if (step.do === 'pass') bench.clock.advance(step.ms);
    if (step.do === 'say' && await bench.cases.signal('c', `d#${String(step.id)}`, { type: 'invoice_paid', occurredAt: now, invoice: { ref: 'in_c' } }) === 'signalled') saidSinceRelease += 1;
    if (step.do === 'act') {
      const mine = own[step.worker];
      const act = chosen(mine, step.choice, now);
      if (act === 'forget') own[step.worker] = undefined;
      if (act === 'claim') {
        const claimed = await bench.cases.claim('c');
        const free = before.holder === null || (before.leaseUntil ?? now) <= bench.clock.wallNow();
        // after five starts without a word it is put aside
        expect(claimed !== null).toBe(free && before.strikes < 5);
        if (claimed) {
          expect(claimed.fence).toBe(before.fence + 1);
          own[step.worker] = claimed;
        }
      }
      const id = `event-${String(turn)}`;
      const write = mine && writeOf(act, mine, now, id);
      if (mine && write) {
        const result = await bench.cases.write(write);
        const holds = before.holder === mine.holder && before.fence === mine.fence && before.holder !== null;
        // never two holders: what is written was written by the one the document names
        if (result.status === 'written') expect(holds).toBe(true);
        counts[result.status === 'written' ? 'written' : 'lost'] += 1;
        if (result.status === 'written') {
          if (write.name === 'relayed') for (const entry of mine.outbox) relayed.add(entry.id);
          if (finals.includes(result.document.status) && result.document.status !== before.status) finalEvents.push(id);
          if (write.name === 'release') saidSinceRelease = 0;
          own[step.worker] = write.name === 'release' ? mine : result.document;
        } else if (holds) own[step.worker] = await bench.get('c');
      }
    }
    const after = await bench.get('c');
    expect(after.fence).toBeGreaterThanOrEqual(before.fence);
    expect(after.status === before.status || isLegal(before.status, after.status)).toBe(true);
    // a final transition owes its event until it was relayed, and something is due for it
    for (const event of finalEvents) expect(relayed.has(event) || after.outbox.some((entry) => entry.id === event)).toBe(true);
    if (after.outbox.length > 0) expect(after.due.relay).toBeInstanceOf(Date);
    expect(new Set(after.outbox.map((entry) => entry.id)).size).toBe(after.outbox.length);
    expect(after.attempts.filter((one) => !one.resolved).length).toBeLessThanOrEqual(1);
    if (after.holder === null) {
      const due = earliest(after.due);
      if (saidSinceRelease === 0) expect(after.nextAt?.getTime()).toBe(due);
      else expect(after.nextAt?.getTime()).toBeLessThanOrEqual(due ?? Number.POSITIVE_INFINITY);
      expect(after.leaseUntil).toBeUndefined();
    } else expect(after.nextAt).toBeInstanceOf(Date);
    if (after.signals.length > 0) expect(after.nextAt).toBeInstanceOf(Date);
  }
  return counts;
};

describe('the laws of a case', () => {
  it('hold for two workers whose leases run out under them, in any order of their writes', async () => {
    const bench = await startCaseBench('case laws');
    const all = { written: 0, lost: 0 };
    try {
      await fc.assert(fc.asyncProperty(steps, async (plan) => {
        const { written, lost } = await playOut(bench, plan);
        all.written += written;
        all.lost += lost;
      }), { numRuns: 60 });
    } finally { await bench.stop(); }
    // both sides of the fence were met
    expect(all.written).toBeGreaterThan(100);
    expect(all.lost).toBeGreaterThan(10);
  }, 120_000);
});
