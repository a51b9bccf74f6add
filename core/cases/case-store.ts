import { claimById, type LeaseTerms, type Scheduler } from '../scheduling/index.js';
import { duplicateKeyOf, isNotKnownToBeWritten, type Collection, type Storage } from '../storage/index.js';
import type { CaseDocument, Command, SignalEvent } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { NewerCaseFormat } from './newer-case-format.js';
import { takeUp } from './command-writes.js';
import { openStatuses } from './transitions.js';
import { createWriteTogether, type Written } from './write-together.js';
import { park, renew, signal } from './writes.js';

/** What an insert met. */
export type OpenResult =
  | { readonly status: 'opened'; readonly document: CaseDocument }
  | { readonly status: 'exists'; readonly by: 'idempotencyKey' | 'invoice' | 'openKeys' | '_id'; readonly document: CaseDocument | null };

/** The cases of the hub. */
export interface Cases {
  readonly collection: Collection<CaseDocument>;
  find(caseId: string): Promise<CaseDocument | null>;
  findOne(filter: Parameters<Collection<CaseDocument>['findOne']>[0]): Promise<CaseDocument | null>;
  /** Newest first: open cases before closed ones. */
  newest(filter: Parameters<Collection<CaseDocument>['find']>[0]): Promise<CaseDocument | null>;
  /** The insert is the claim of the idempotency key, the debt and the right to charge it. */
  open(document: CaseDocument): Promise<OpenResult>;
  claim(caseId: string): Promise<CaseDocument | null>;
  /**
   * Appends a signal and wakes the case; `unknown_case` when there is none, `repeated` when it was said before.
   * @throws NewerCaseFormat when a newer version wrote the case: the signal must be said again, it is not lost
   */
  signal(caseId: string, id: string, event: SignalEvent): Promise<'signalled' | 'repeated' | 'unknown_case'>;
  /** As {@link Cases.signal}, by an operator: a case that was put aside is taken up again. */
  command(caseId: string, id: string, command: Command): Promise<'signalled' | 'unknown_case'>;
  /** Watched cases of a connection that an event is about. */
  about(connectionId: string, subject: { readonly invoiceRef: string } | { readonly subscriptionRef: string } | { readonly customerRef: string }): Promise<CaseDocument[]>;
  /**
   * Performs a write of the holder. `lost` says only that it did not match: the case is read again before the hold is believed lost.
   * @throws WriteNotKnown when its answer never came
   */
  readonly write: (write: CaseWrite) => Promise<Written>;
  renew(document: CaseDocument): Promise<CaseDocument | null>;
  park(document: CaseDocument): Promise<void>;
  /** Tells the scheduler when the case is due next. */
  wake(document: Pick<CaseDocument, 'lane' | 'nextAt'>): void;
}

/** Cases on a database. */
export const createCases = (options: LeaseTerms & { readonly storage: Storage; readonly scheduler: Scheduler }): Cases => {
  const { storage, scheduler, clock } = options;
  const collection = storage.collection<CaseDocument>('cases');
  const find = (caseId: string) => collection.findOne({ _id: caseId });

  const wake = (document: Pick<CaseDocument, 'lane' | 'nextAt'>) => { if (document.nextAt) scheduler.due(document.lane, document.nextAt); };

  const meeting = async (document: CaseDocument, error: unknown): Promise<OpenResult> => {
    const key = duplicateKeyOf(error);
    if (!key) throw error;
    // one that is met by several keys is the same request said twice, whichever index the database names
    const same = document.idempotencyKey === undefined ? null : await collection.findOne({ clientId: document.clientId, idempotencyKey: document.idempotencyKey });
    if (same || key.includes('idempotencyKey')) return { status: 'exists', by: 'idempotencyKey', document: same };
    if (key.includes('invoice.ref')) {
      return { status: 'exists', by: 'invoice', document: await collection.findOne({ connectionId: document.connectionId ?? '', 'invoice.ref': document.invoice?.ref ?? '' }) };
    }
    if (key.includes('openKeys')) {
      return { status: 'exists', by: 'openKeys', document: await collection.findOne({ clientId: document.clientId, openKeys: { $in: document.openKeys ?? [] } }) };
    }
    return { status: 'exists', by: '_id', document: await find(document._id) };
  };

  const tell: Cases['signal'] = async (caseId, id, event) => {
    const write = signal({ caseId, id, event, now: clock.hubNow() });
    const after = await collection.findOneAndUpdate(write.filter, write.update, { returnDocument: 'after' });
    if (after) {
      if (after.holder === null) wake(after);
      return 'signalled';
    }
    const found = await find(caseId);
    const format: number = found?.v ?? 1;
    if (format !== 1) throw new NewerCaseFormat(caseId, format);
    return found ? 'repeated' : 'unknown_case';
  };

  return {
    collection,
    find,
    findOne: (filter) => collection.findOne(filter ?? {}),
    newest: async (filter) => {
      const of = (status: object) => collection.find({ $and: [filter ?? {}, status] }).sort({ createdAt: -1 }).limit(1).next();
      return await of({ status: { $in: openStatuses } }) ?? await of({});
    },
    open: async (document) => {
      try {
        await collection.insertOne(document);
      } catch (error) {
        if (!isNotKnownToBeWritten(error)) return meeting(document, error);
        // the insert may have happened: it is ours only if our claim holds it at its first fence
        const found = await find(document._id);
        if (!found) throw error;
        if (found.holder !== document.holder || found.fence !== document.fence) return { status: 'exists', by: '_id', document: found };
      }
      if (document.holder === null) wake(document);
      return { status: 'opened', document };
    },
    claim: (caseId) => claimById(collection, options, caseId),
    signal: tell,
    command: async (caseId, id, command) => {
      const write = takeUp({ caseId, id, event: command, now: clock.hubNow() });
      const taken = await collection.findOneAndUpdate(write.filter, write.update, { returnDocument: 'after' });
      if (taken) wake(taken);
      return taken || (await tell(caseId, id, command)) !== 'unknown_case' ? 'signalled' : 'unknown_case';
    },
    about: (connectionId, subject) => {
      const about = 'invoiceRef' in subject ? { 'invoice.ref': subject.invoiceRef }
        : 'subscriptionRef' in subject ? { 'invoice.subscriptionRef': subject.subscriptionRef, watched: true as const }
          : { 'invoice.customerRef': subject.customerRef, watched: true as const };
      return collection.find({ connectionId, ...about }).toArray();
    },
    write: createWriteTogether(collection),
    renew: async (document) => {
      const leaseUntil = new Date(clock.wallNow().getTime() + options.leaseMs);
      const write = renew(document, { leaseUntil, nextAt: clock.hubAt(leaseUntil) });
      return collection.findOneAndUpdate(write.filter, write.update, { returnDocument: 'after' });
    },
    park: async (document) => {
      const write = park(document, clock.hubNow());
      await collection.updateOne(write.filter, write.update);
    },
    wake,
  };
};
