import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createManualClock, type ManualClock } from '../scheduling/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { createCardLedger, type CardLedger, type CardRef, type CardStop, type ReserveResult } from './index.js';

const usd = { minor: 100, currency: 'USD' };
/** The token alone, the same token once its fingerprint is known, and another token of the same card. */
const token = { clientId: 'client', cardKey: 'token-1' };
const known = { clientId: 'client', cardKey: 'card-1', tokenKey: 'token-1' };
const sibling = { clientId: 'client', cardKey: 'card-1', tokenKey: 'token-2' };
const fraud: CardStop = { kind: 'fraud', scope: 'merchant', because: 'lost_card' };

describe('a card whose fingerprint is learnt', () => {
  let database: TestDatabase;
  let storage: Storage;
  let clock: ManualClock;
  let ledger: CardLedger;
  beforeEach(async () => {
    database = testDatabase('fingerprints');
    storage = await connectStorage(database.uri);
    clock = createManualClock(new Date('2026-11-21T12:00:00Z'));
    ledger = createCardLedger({ storage, clock });
  });
  afterEach(async () => {
    await storage.close();
    await dropTestDatabase(database);
  });

  const sendBefore = () => new Date(clock.wallNow().getTime() + 15_000);
  const reservation = (attemptKey: string, series = 'sub_1') => ({ attemptKey, amount: usd, series, sendBefore: sendBefore(), absentIsFinalAfterMs: 60_000 });
  const reserve = (card: CardRef, attemptKey: string, series?: string) => ledger.reserve(card, reservation(attemptKey, series));
  const stored = async (key: string) => storage.collection<{ _id: string; alias?: string; tries: { key: string; state: string }[]; stops: { because: string }[]; open: unknown }>('card_ledger').findOne({ _id: `client|${key}` });

  it('takes along what was kept under the token, and leaves its name there', async () => {
    expect(await reserve(token, 'a-1')).toEqual({ status: 'reserved' });
    await ledger.close(token, { attemptKey: 'a-1', sendBefore: sendBefore(), result: 'sent' });
    expect(await reserve(known, 'b-1')).toEqual({ status: 'reserved' });
    expect(await stored('token-1')).toMatchObject({ alias: 'card-1', tries: [] });
    expect((await stored('card-1'))?.tries.map(({ key, state }) => [key, state])).toEqual([['a-1', 'sent'], ['b-1', 'reserved']]);
  });

  it('is one card behind all its tokens, also for whoever knows only the token', async () => {
    await reserve(known, 'a-1');
    expect(await reserve(token, 'b-1')).toMatchObject({ status: 'busy', why: 'in_flight' });
    expect(await reserve(sibling, 'c-1')).toMatchObject({ status: 'busy', why: 'in_flight' });
  });

  it('lets a charge that began under the token be closed under it', async () => {
    const first = reservation('a-1');
    await ledger.reserve(token, first);
    expect(await reserve(known, 'b-1')).toMatchObject({ status: 'busy', why: 'in_flight' });
    await ledger.close(token, { attemptKey: 'a-1', sendBefore: first.sendBefore, result: 'not_sent' });
    expect(await reserve(known, 'b-1')).toEqual({ status: 'reserved' });
    expect((await stored('card-1'))?.tries.map(({ key, state }) => [key, state])).toEqual([['a-1', 'not_sent'], ['b-1', 'reserved']]);
  });

  it('waits for the earlier of two charges in flight before it joins them', async () => {
    await reserve(sibling, 'a-1');
    clock.advance(1000);
    await reserve(token, 'b-1');
    expect(await reserve(known, 'c-1')).toEqual({ status: 'busy', until: new Date('2026-11-21T12:01:40Z'), why: 'in_flight' });
    clock.advance(100_000);
    expect(await reserve(known, 'c-1')).toEqual({ status: 'reserved' });
  });

  it('inherits a stop through a number that an updater has changed', async () => {
    await ledger.stop(known, fraud);
    await reserve(known, 'a-1');
    expect(await reserve({ ...known, cardKey: 'card-2' }, 'b-1')).toMatchObject({ status: 'stopped', stop: fraud });
    expect(await reserve({ clientId: 'client', cardKey: 'card-2' }, 'c-1')).toMatchObject({ status: 'stopped', stop: fraud });
    expect(await reserve({ clientId: 'client', cardKey: 'card-9', tokenKey: 'token-9' }, 'd-1')).toEqual({ status: 'reserved' });
  });

  it('stops every case of the client for fraud and consent, and one series where only that was stopped', async () => {
    await ledger.stop(known, { kind: 'consent', scope: 'series', series: 'sub_1', because: 'stop_payment_order' });
    expect(await reserve(known, 'a-1', 'sub_1')).toMatchObject({ status: 'stopped', stop: { kind: 'consent' } });
    expect(await reserve(known, 'b-1', 'sub_2')).toEqual({ status: 'reserved' });
    await ledger.close(known, { attemptKey: 'b-1', sendBefore: sendBefore(), result: 'sent', stop: fraud });
    await ledger.stop(known, fraud);
    expect((await stored('card-1'))?.stops.map(({ because }) => because)).toEqual(['stop_payment_order', 'lost_card']);
    expect(await reserve(known, 'c-1', 'sub_2')).toMatchObject({ status: 'stopped', stop: fraud });
    clock.advance(40 * 86_400_000);
    expect(await reserve(known, 'd-1', 'sub_2')).toMatchObject({ status: 'stopped', stop: fraud });
  });

  it('adds nothing to a ledger that holds as much as it may, and forgets nothing of it', async () => {
    const tries = Array.from({ length: 2000 }, (_, n) => ({ key: `old-${String(n)}`, at: clock.hubNow(), amount: usd, state: 'sent' }));
    const opened = tries.map(({ key }, n) => ({ transactionId: key, amount: n + 1000, currency: 'USD', at: clock.hubNow(), writtenAt: clock.wallNow() }));
    await storage.collection<{ _id: string }>('card_ledger').insertOne({ _id: 'client|card-1', v: 1, rev: 1, clientId: 'client', tries, stops: [], open: null, opened } as { _id: string });
    expect(await reserve(known, 'a-1')).toEqual({ status: 'busy', until: new Date('2026-12-26T12:00:00Z'), why: 'full' });
    expect(await ledger.enter(known, { transactionId: 'call', amount: usd, reservation: undefined }, () => Promise.resolve(true))).toEqual({ status: 'velocity', transactionId: 'old-1999' });
    expect((await stored('card-1'))?.tries).toHaveLength(2000);
    clock.advance(35 * 86_400_000);
    expect(await reserve(known, 'a-1')).toEqual({ status: 'reserved' });
  });

  it('never has two charges in flight once joined, and loses no try and no stop, whoever is interleaved', async () => {
    const cards = [token, known, sibling] as const;
    const acts = ['reserve', 'sent', 'not_sent', 'stop', 'time'] as const;
    const times = ['once', 'with_next'] as const;
    interface Step { readonly card: number; readonly n: number; readonly act: (typeof acts)[number]; readonly at: (typeof times)[number] }
    const step: fc.Arbitrary<Step> = fc.record({ card: fc.nat(2), n: fc.nat(3), act: fc.constantFrom(...acts), at: fc.constantFrom(...times) });
    // two who closed one try at the same moment never ended
    const closedTwice = [{ act: 'reserve', at: 'once' }, { act: 'sent', at: 'with_next' }, { act: 'sent', at: 'once' }].map((one) => ({ card: 1, n: 0, ...one }) as Step);
    // what was answered is reserved again after a stop, which puts nothing in flight
    const answeredBeforeStop = [{ act: 'reserve' }, { act: 'sent' }, { act: 'stop' }, { act: 'reserve' }].map((one) => ({ card: 1, n: 0, at: 'once', ...one }) as Step);
    let trial = 0;
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      trial += 1;
      const clientId = `client-${String(trial)}`;
      const sends = new Map<string, Date>();
      const reserved = new Set<string>();
      /** Their answer is told: to reserve them again puts nothing in flight, whatever was stopped since. */
      const answered = new Set<string>();
      let stopped = false;
      const act = async ({ card, n, act: what }: Step) => {
        const of = { ...(cards[card] ?? token), clientId };
        const attemptKey = `${String(n)}-1`;
        switch (what) {
          case 'reserve': {
            const asked = reservation(attemptKey);
            const result: ReserveResult = await ledger.reserve(of, asked);
            if (result.status === 'reserved') { reserved.add(attemptKey); sends.set(attemptKey, asked.sendBefore); }
            if (stopped && card > 0 && !answered.has(attemptKey)) expect(result.status).not.toBe('reserved');
            return;
          }
          case 'sent':
          case 'not_sent': {
            const sent = sends.get(attemptKey);
            if (sent && what === 'sent') answered.add(attemptKey);
            if (sent) await ledger.close(of, { attemptKey, sendBefore: sent, result: what });
            return;
          }
          case 'stop': await ledger.stop(of, fraud); if (card > 0) stopped = true; return;
          case 'time': clock.advance(40_000); return;
        }
      };
      let together: Promise<void>[] = [];
      for (const one of steps) {
        together.push(act(one));
        if (one.at === 'with_next') continue;
        await Promise.all(together);
        together = [];
      }
      await Promise.all(together);
      clock.advance(200_000);
      const last = await ledger.reserve({ ...known, clientId }, reservation('last-1'));
      await ledger.reserve({ ...sibling, clientId }, reservation('other-1'));
      const documents = await storage.collection<{ _id: string; alias?: string; tries: { key: string }[]; open: { attemptKey: string } | null; stops: unknown[] }>('card_ledger').find({ _id: { $regex: `^${clientId}\\|` } }).toArray();
      const inFlight = documents.filter(({ open }) => open !== null && open !== undefined);
      expect(inFlight.length).toBeLessThanOrEqual(1);
      if (stopped) expect(last.status).not.toBe('reserved');
      const card = documents.find(({ _id }) => _id.endsWith('|card-1'));
      for (const key of reserved) expect(card?.tries.map((one) => one.key)).toContain(key);
    }), { numRuns: 150, examples: [[closedTwice], [answeredBeforeStop]] });
  }, 60_000);
});
