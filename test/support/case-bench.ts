import { caseIndexes, createCases, newConnectorCase, type Attempt, type CaseDocument, type Cases, type Ended, type OutboxEntry, type Settlement } from '../../core/cases/index.js';
import { createManualClock, type ManualClock } from '../../core/scheduling/index.js';
import { connectStorage, type Storage } from '../../core/storage/index.js';
import { dropTestDatabase, testDatabase } from './database.js';

export const leaseMs = 30_000;
const usd = { minor: 5000, currency: 'USD' };

/** Cases on a real store, a clock that stands still, and a scheduler that only remembers. */
export interface CaseBench {
  readonly storage: Storage;
  readonly clock: ManualClock;
  readonly cases: Cases;
  readonly woken: { readonly lane: string; readonly at: Date }[];
  caseOf(caseId: string, invoiceRef?: string, over?: Partial<CaseDocument>): CaseDocument;
  /** Opens a case and claims it. */
  held(caseId: string, over?: Partial<CaseDocument>): Promise<CaseDocument>;
  get(caseId: string): Promise<CaseDocument>;
  stop(): Promise<void>;
}

export const startCaseBench = async (label: string): Promise<CaseBench> => {
  const database = testDatabase(label);
  const storage = await connectStorage(database.uri);
  await storage.ensureIndexes([caseIndexes]);
  const clock = createManualClock(new Date('2026-11-20T10:00:00Z'));
  const woken: { lane: string; at: Date }[] = [];
  const scheduler = { define: () => undefined, due: (lane: string, at: Date) => { woken.push({ lane, at }); }, start: () => Promise.resolve(), stop: () => Promise.resolve() };
  const cases = createCases({ storage, scheduler, clock, leaseMs });
  const caseOf: CaseBench['caseOf'] = (caseId, invoiceRef = `in_${caseId}`, over = {}) => ({
    ...newConnectorCase({
      caseId, clientId: 'client', connectionId: 'connection', platform: 'sample', invoice: { ref: invoiceRef, customerRef: 'cus_1', subscriptionRef: 'sub_1' }, amount: usd,
      decline: { system: 'test', code: 'do_not_honor', reachedNetwork: true }, mode: 'active', refs: [], tried: [], signalId: `opened-${caseId}`, now: clock.hubNow(),
    }),
    ...over,
  });
  const get = async (caseId: string): Promise<CaseDocument> => {
    const found = await cases.find(caseId);
    if (!found) throw new Error(`There is no case ${caseId}`);
    return found;
  };
  return {
    storage, clock, cases, woken, caseOf, get,
    held: async (caseId, over = {}) => {
      await cases.collection.insertOne(caseOf(caseId, undefined, over));
      const claimed = await cases.claim(caseId);
      if (!claimed) throw new Error('It could not be claimed');
      return claimed;
    },
    stop: async () => {
      await storage.close();
      await dropTestDatabase(database);
    },
  };
};

export const rowOf = (document: CaseDocument, n: number, now: Date): Attempt => ({
  n, key: `${document._id}-${String(n)}`, route: 'platform', accountId: 'connection', amount: usd, startedAt: now, sendBefore: new Date(now.getTime() + leaseMs / 2),
  asks: 0, absentReads: [], notSent: 0, outcome: null, resolved: false, grounds: { strategy: 'smart_time', rule: 'test', because: 'test' },
});

export const endedAt = (at: Date): Ended => ({ at, strategyUsed: 'smart_time', trigger: 'scheduled_retry', message: 'It ended.' });

export const entryOf = (id: string, event: OutboxEntry['event']): OutboxEntry => ({ id, kind: 'notification', event, body: 'sealed' });

export const settlementAt = (at: Date): Settlement =>
  ({ state: 'recorded', route: 'platform', updatedAt: at, once: { key: 'k', firstTriedAt: at, ourReference: 'r' }, tries: 0 });
