import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { createManualClock } from '../scheduling/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { createCardLedger, type CardLedger, type Reservation } from './index.js';

describe('the ledgers of many cards changed in one turn', () => {
  const clock = createManualClock(new Date('2026-11-21T12:00:00Z'));
  let database: TestDatabase;
  let storage: Storage;
  let ledger: CardLedger;
  beforeAll(async () => {
    database = testDatabase('ledger_store');
    storage = await connectStorage(database.uri);
    ledger = createCardLedger({ storage, clock });
  });
  afterAll(async () => {
    await storage.close();
    await dropTestDatabase(database);
  });

  const cards = (label: string) => Array.from({ length: 40 }, (_, n) => ({ clientId: 'client', cardKey: `${label}-${String(n)}` }));
  const sendBefore = new Date(clock.wallNow().getTime() + 15_000);
  const reservation = (attemptKey: string): Reservation => ({ attemptKey, series: attemptKey, amount: { minor: 100, currency: 'USD' }, sendBefore, absentIsFinalAfterMs: 60_000 });

  it('are reserved, closed and reserved again, each for itself', async () => {
    for (const round of [1, 2, 3]) {
      const of = cards('each');
      const reserved = await Promise.all(of.map((card) => ledger.reserve(card, reservation(`${card.cardKey}/${String(round)}`))));
      expect(reserved).toEqual(of.map(() => ({ status: 'reserved' })));
      await Promise.all(of.map((card) => ledger.close(card, { attemptKey: `${card.cardKey}/${String(round)}`, sendBefore, result: 'sent' })));
    }
    const stored = await storage.collection('card_ledger').find({ _id: /^client\|each-/ }).toArray();
    expect(stored).toHaveLength(40);
    for (const document of stored) expect(document).toMatchObject({ rev: 6, open: null, tries: [{ state: 'sent' }, { state: 'sent' }, { state: 'sent' }] });
  });

  it('let one charge of a card be in flight, whoever asks beside whom, in two processes', async () => {
    const other = createCardLedger({ storage, clock });
    const of = cards('contested');
    await Promise.all(of.map((card) => ledger.reserve(card, reservation(`${card.cardKey}/0`))));
    await Promise.all(of.map((card) => ledger.close(card, { attemptKey: `${card.cardKey}/0`, sendBefore, result: 'sent' })));
    const answers = await Promise.all(of.flatMap((card) => [ledger, other, ledger, other].map(async (by, n) => ({ card: card.cardKey, ...await by.reserve(card, reservation(`${card.cardKey}/a${String(n)}`)) }))));
    for (const { cardKey } of of) expect(answers.filter((answer) => answer.card === cardKey && answer.status === 'reserved')).toHaveLength(1);
  });

  it('are closed by two at once in one write each, with a stop or without', async () => {
    const of = cards('twice');
    const stop = { kind: 'fraud', scope: 'merchant', because: 'lost_card' } as const;
    await Promise.all(of.map((card) => ledger.reserve(card, reservation(`${card.cardKey}/0`))));
    await Promise.all(of.flatMap((card) => [1, 2].map(() => ledger.close(card, { attemptKey: `${card.cardKey}/0`, sendBefore, result: 'sent', stop }))));
    const stored = await storage.collection('card_ledger').find({ _id: /^client\|twice-/ }).toArray();
    expect(stored).toHaveLength(40);
    for (const document of stored) expect(document).toMatchObject({ rev: 2, open: null, tries: [{ state: 'sent' }], stops: [stop] });
  });
});
