import { MongoBulkWriteError, type Collection, type OptionalUnlessRequiredId } from 'mongodb';
import { gather, type Answered } from './gather.js';

const duplicateKey = 11_000;

/** What became of one inserted document; any other refusal is thrown. */
export type Inserted = 'inserted' | 'duplicate';

/**
 * Inserts documents; those of one turn of the event loop leave as one unordered write, each with its own answer. A document counts as inserted only when the server accounts
 * for every one of the batch and confirms its majority: otherwise all that it did not name fail with the error of the batch.
 */
export const insertTogether = <T extends { readonly _id: string }>(collection: Collection<T>): ((document: T) => Promise<Inserted>) =>
  gather<T, Inserted>(async (documents) => {
    try {
      await collection.insertMany(documents as unknown as OptionalUnlessRequiredId<T>[], { ordered: false });
      return documents.map(() => ({ value: 'inserted' }));
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw error;
      const refused = new Map([error.writeErrors].flat().map((one) => [one.index, one]));
      const balanced = error.insertedCount + refused.size === documents.length && error.result.getWriteConcernError() === undefined;
      return documents.map((_, at): Answered<Inserted> => {
        const refusal = refused.get(at);
        if (refusal?.code === duplicateKey) return { value: 'duplicate' };
        return refusal === undefined && balanced ? { value: 'inserted' } : { error };
      });
    }
  });
