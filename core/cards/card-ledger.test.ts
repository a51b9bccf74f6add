import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { createManualClock, type ManualClock } from '../scheduling/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { createCardLedger, type CardLedger } from './index.js';

const card = { clientId: 'client', cardKey: 'card' };
const usd = (minor: number) => ({ minor, currency: 'USD' });
const minute = 60_000;

describe('the card ledger', () => {
  let database: TestDatabase;
  let storage: Storage;
  let clock: ManualClock;
  let ledger: CardLedger;
  beforeEach(async () => {
    database = testDatabase('cards');
    storage = await connectStorage(database.uri);
    clock = createManualClock(new Date('2026-11-21T12:00:00Z'));
    ledger = createCardLedger({ storage, clock });
  });
  afterEach(async () => {
    await storage.close();
    await dropTestDatabase(database);
  });

  const reservation = (attemptKey: string) => ({ attemptKey, amount: usd(100), series: 'sub_1', sendBefore: new Date(clock.wallNow().getTime() + 15_000), absentIsFinalAfterMs: 60_000 });
  const exists = () => Promise.resolve(true);

  it('lets one charge of a card be in flight', async () => {
    expect(await ledger.reserve(card, reservation('a-1'))).toEqual({ status: 'reserved' });
    expect(await ledger.reserve(card, reservation('a-1'))).toEqual({ status: 'reserved' });
    expect(await ledger.reserve(card, reservation('b-1'))).toEqual({ status: 'busy', until: new Date('2026-11-21T12:01:40Z'), why: 'in_flight' });
    expect(await ledger.reserve({ ...card, cardKey: 'other' }, reservation('b-1'))).toEqual({ status: 'reserved' });
  });

  it('gives one of twenty at once the card', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => ledger.reserve(card, reservation(`c${n}-1`))));
    expect(results.filter((result) => result.status === 'reserved')).toHaveLength(1);
  });

  it('is free again once the charge is answered, or its time is over', async () => {
    const first = reservation('a-1');
    await ledger.reserve(card, first);
    await ledger.close(card, { attemptKey: 'a-1', sendBefore: first.sendBefore, result: 'sent' });
    expect(await ledger.reserve(card, reservation('b-1'))).toEqual({ status: 'reserved' });
    clock.advance(100_000);
    expect(await ledger.reserve(card, reservation('c-1'))).toEqual({ status: 'reserved' });
  });

  it('is not freed by a hold that says "not sent" of an earlier send', async () => {
    const earlier = reservation('a-1');
    await ledger.reserve(card, earlier);
    clock.advance(1000);
    await ledger.reserve(card, reservation('a-1'));
    await ledger.close(card, { attemptKey: 'a-1', sendBefore: earlier.sendBefore, result: 'not_sent' });
    expect(await ledger.reserve(card, reservation('b-1'))).toMatchObject({ status: 'busy' });
  });

  it('refuses the same amount for five minutes of hub time', async () => {
    const entry = (transactionId: string, minor = 100) => ({ transactionId, amount: usd(minor), reservation: undefined });
    expect(await ledger.enter(card, entry('one'), exists)).toEqual({ status: 'entered', charge: undefined });
    expect(await ledger.enter(card, entry('two'), exists)).toEqual({ status: 'velocity', transactionId: 'one' });
    expect(await ledger.enter(card, entry('three', 101), exists)).toMatchObject({ status: 'entered' });
    clock.advanceHub(5 * minute);
    expect(await ledger.enter(card, entry('two'), exists)).toMatchObject({ status: 'entered' });
  });

  it('voids an entry after a minute whose case was never written, and takes one back', async () => {
    const entry = (transactionId: string) => ({ transactionId, amount: usd(100), reservation: undefined });
    await ledger.enter(card, entry('lost'), exists);
    expect(await ledger.enter(card, entry('next'), () => Promise.resolve(false))).toMatchObject({ status: 'velocity' });
    clock.advance(minute + 1);
    expect(await ledger.enter(card, entry('next'), () => Promise.resolve(false))).toMatchObject({ status: 'entered' });
    await ledger.takeBack(card, { transactionId: 'next', attemptKey: 'next-1' });
    await ledger.takeBack(card, { transactionId: 'lost', attemptKey: 'lost-1' });
    expect(await ledger.enter(card, entry('after'), exists)).toMatchObject({ status: 'entered' });
  });

  it('names a call that was cut by its idempotency key as long as its charge may be in flight', async () => {
    const entry = { transactionId: 'cut', idempotencyKey: 'k', amount: usd(100), reservation: reservation('cut-1') };
    expect(await ledger.enter(card, entry, exists)).toEqual({ status: 'entered', charge: { status: 'reserved' } });
    clock.advanceHub(60 * minute);
    expect(await ledger.enter(card, { ...entry, transactionId: 'again', reservation: reservation('again-1') }, exists))
      .toEqual({ status: 'own_entry', transactionId: 'cut', reserved: { sendBefore: reservation('cut-1').sendBefore } });
  });

  it('makes another charge of that amount wait out the five minutes', async () => {
    await ledger.enter(card, { transactionId: 'direct', amount: usd(100), reservation: undefined }, exists);
    expect(await ledger.reserve(card, reservation('connector-1'))).toEqual({ status: 'busy', until: new Date('2026-11-21T12:05:00Z'), why: 'recent_call' });
    expect(await ledger.reserve(card, reservation('direct-2'))).toEqual({ status: 'reserved' });
  });
});
