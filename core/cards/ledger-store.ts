import { BSON, MongoBulkWriteError } from 'mongodb';
import { duplicateKeyOf, gather, gatherReads, insertTogether, type Answered, type Collection } from '../storage/index.js';
import type { LedgerDocument } from './ledger-document.js';

type Replaced = 'written' | 'lost';

/** The documents of the ledger, each changed by compare-and-set on its revision. */
export interface LedgerStore {
  readonly find: (id: string) => Promise<LedgerDocument | undefined>;
  /** Writes a document in the place of its revision `rev`, 0 for one that is not there yet; `lost`: another one was faster. */
  readonly replace: (document: LedgerDocument, rev: number) => Promise<Replaced>;
  /**
   * The same for a change that may be made twice. Where others changed the document at the same moment, one that was written and changed again at once may be called `lost`.
   */
  readonly replaceRepeatable: (document: LedgerDocument, rev: number) => Promise<Replaced>;
}

const bytesOf = ({ rev, open, tries, stops }: LedgerDocument): Buffer => Buffer.from(BSON.serialize({ rev, open, tries, stops }, { ignoreUndefined: true }));

interface Change { readonly after: LedgerDocument; readonly rev: number }

/** Very many cards are looked up and closed at once by a hub at work: those of one turn of the event loop share their commands. */
export const createLedgerStore = (ledger: Collection<LedgerDocument>): LedgerStore => {
  const read = gatherReads<LedgerDocument, LedgerDocument>(
    async (ids) => new Map((await ledger.find({ _id: { $in: [...ids] } }).toArray()).map((document) => [document._id, document])),
    (document) => document,
  );
  const insert = insertTogether<LedgerDocument>(ledger);
  const replaceOne = async ({ after, rev }: Change): Promise<Replaced> => ((await ledger.replaceOne({ _id: after._id, rev }, after)).matchedCount === 1 ? 'written' : 'lost');

  const asStored = async (changes: readonly Change[]): Promise<readonly Answered<Replaced>[]> => {
    const found = new Map((await ledger.find({ _id: { $in: changes.map(({ after }) => after._id) } }).toArray()).map((document) => [document._id, document]));
    return changes.map(({ after }) => {
      const stored = found.get(after._id);
      return { value: stored !== undefined && bytesOf(stored).equals(bytesOf(after)) ? 'written' : 'lost' };
    });
  };

  const replaceMany = gather<Change, Replaced>(async (changes) => {
    const [first] = changes;
    if (first !== undefined && changes.length === 1) return [{ value: await replaceOne(first) }];
    let matched: number;
    try {
      matched = (await ledger.bulkWrite(changes.map(({ after, rev }) => ({ replaceOne: { filter: { _id: after._id, rev }, replacement: after } })), { ordered: false })).matchedCount;
    } catch (error) {
      // what a server refused of many was refused for itself alone
      if (!(error instanceof MongoBulkWriteError) || [error.writeErrors].flat().length === 0) throw error;
      return Promise.all(changes.map(async (change) => ({ value: await replaceOne(change) })));
    }
    // a command of many says only how many of its writes matched
    return matched === changes.length ? changes.map(() => ({ value: 'written' })) : asStored(changes);
  });

  const next = (document: LedgerDocument, rev: number): LedgerDocument => ({ ...document, rev: rev + 1 });

  return {
    find: async (id) => {
      const stored = await read(id);
      // changed in place by whoever asked
      return stored && structuredClone(stored);
    },
    replace: async (document, rev) => {
      if (rev > 0) return replaceOne({ after: next(document, rev), rev });
      try {
        await ledger.insertOne(next(document, rev));
        return 'written';
      } catch (error) {
        if (!duplicateKeyOf(error)) throw error;
        return 'lost';
      }
    },
    replaceRepeatable: async (document, rev) => {
      const after = next(document, rev);
      if (rev > 0) return replaceMany({ after, rev });
      return await insert(after) === 'inserted' ? 'written' : 'lost';
    },
  };
};
