import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writes, type CaseDocument, type CaseWrite } from '../../core/cases/index.js';
import { connectStorage, type Storage } from '../../core/storage/index.js';
import { dropTestDatabase, testDatabase } from '../support/database.js';
import { firstWorld } from './first-world.js';
import { boxOf } from './boxes.js';
import { matches, updated, type Plain } from './stored-write.js';

const date = fc.integer({ min: 0, max: 5 }).map((step) => new Date(Date.UTC(2026, 10, 18) + step * 60_000));
const n = fc.integer({ min: 1, max: 3 });
const id = fc.constantFrom('a', 'b', 'c');
const event = { type: 'cancel', by: 'merchant' } as const;

const attempt = fc.record({ n, resolved: fc.boolean(), sendBefore: date, absentReads: fc.array(date, { maxLength: 2 }) }).map((row): CaseDocument['attempts'][number] => ({
  key: `case0-${String(row.n)}`, route: 'gateway', accountId: 'account', amount: { minor: 4900, currency: 'USD' }, startedAt: row.sendBefore, asks: 0, notSent: 0, outcome: null,
  grounds: { strategy: 'primary', rule: 'r', because: 'b' }, ...row,
}));

const [first] = firstWorld(boxOf('collection', {})).cases;

const stored = fc.record({
  fence: fc.integer({ min: 1, max: 2 }), holder: fc.constantFrom(null, 'me', 'another'), status: fc.constantFrom<CaseDocument['status']>('queued', 'attempting', 'unknown'),
  attempts: fc.array(attempt, { maxLength: 3 }), signals: fc.array(id.map((one) => ({ id: one, at: new Date(0), event })), { maxLength: 3 }), signalSeq: fc.integer({ min: 0, max: 1 }),
  applied: fc.array(id, { maxLength: 2 }), due: fc.record({ step: date, relay: date }, { requiredKeys: [] }),
  outbox: fc.uniqueArray(id, { maxLength: 2 }).map((ids) => ids.map((one) => ({ id: one, kind: 'notification' as const, event: 'recovery.failed' as const, body: '' }))),
}).map((facts): CaseDocument => {
  if (!first) throw new Error('a box has a case');
  return { ...first, ...facts };
});

/** Writes of every operator, as the holder of `from` would make them. */
const writeOf = fc.tuple(stored, n, date, id, fc.integer({ min: 0, max: 9 })).map(([from, number, at, name, which]): CaseWrite => {
  const held = { ...from, status: 'attempting' as const };
  const owed = { outbox: [{ id: name, kind: 'notification' as const, event: 'recovery.failed' as const, body: '' }], now: at };
  const build: readonly (() => CaseWrite)[] = [
    () => writes.signal({ caseId: from._id, id: name, event, now: at }),
    () => writes.renew(from, { leaseUntil: at, nextAt: at }),
    () => writes.chargeRef(from, number, 'ref'),
    () => writes.ask(held, number, { asks: 1, absentReads: [at], stepAt: at, status: 'unknown' }),
    () => writes.resend(from, number, at),
    () => writes.outcome(held, { n: number, outcome: { status: 'absent' }, resolution: 'resolved', notSent: 0, status: 'queued', refs: ['r'], stepAt: at, owed, signalIds: [name] }),
    () => writes.close({ ...from, status: 'queued' }, { status: 'failed', ended: { at, strategyUsed: 'none', trigger: 'external', message: 'm' }, owed, signalIds: [name] }),
    () => writes.relayed(from, [name]),
    () => writes.release(from, { due: { step: at }, signalIds: [name], watched: true }),
    () => writes.handedBack(from),
  ];
  return build[which]?.() ?? writes.handedBack(from);
});

describe('a write in the search', () => {
  const database = testDatabase('model_writes');
  let storage: Storage;
  beforeAll(async () => { storage = await connectStorage(database.uri); });
  afterAll(async () => { await storage.close(); await dropTestDatabase(database); });

  it('does what the store does', async () => {
    const collection = storage.collection<CaseDocument>('cases');
    const matched = { yes: 0, no: 0 };
    await fc.assert(fc.asyncProperty(stored, writeOf, fc.boolean(), async (document, write, byItsHolder) => {
      const before: CaseDocument = byItsHolder ? { ...document, ...heldIn(write) } : document;
      await collection.deleteMany({});
      await collection.insertOne(structuredClone(before));
      const after = await collection.findOneAndUpdate(write.filter, write.update, { returnDocument: 'after' });
      const ours = matches(write.filter, before as unknown as Plain) ? updated(before, write.filter, write.update as Plain) : null;
      matched[ours ? 'yes' : 'no'] += 1;
      expect(ours).toEqual(after);
    }), { numRuns: 400 });
    expect(Math.min(matched.yes, matched.no)).toBeGreaterThan(40);
  }, 60_000);
});

/** The parts of a document that make it one its writer holds. */
const heldIn = (write: CaseWrite): Partial<CaseDocument> => {
  const filter = write.filter as Partial<CaseDocument>;
  return {
    ...(typeof filter.fence === 'number' ? { fence: filter.fence, holder: filter.holder ?? null } : {}),
    ...(typeof filter.signalSeq === 'number' ? { signalSeq: filter.signalSeq } : {}),
    ...(typeof filter.status === 'string' ? { status: filter.status } : {}),
  };
};
