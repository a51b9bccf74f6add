import { randomUUID } from 'node:crypto';
import { MongoBulkWriteError } from 'mongodb';
import { duplicateKeyOf, gather, isNotKnownToBeWritten, type Answered, type Collection } from '../storage/index.js';
import type { CaseDocument } from './case.model.js';
import type { CaseWrite } from './case-write.js';

/** The answer to a write: the document after it, or that it did not match. */
export type Written = { readonly status: 'written'; readonly document: CaseDocument } | { readonly status: 'lost' } | { readonly status: 'duplicate' };

/** A write whose answer never came: it may or may not have been applied. */
export class WriteNotKnown extends Error {
  override readonly name = 'WriteNotKnown';
  constructor(readonly write: string, cause: unknown) {
    super(`The write "${write}" is not known to be applied`, { cause });
  }
}

const duplicateKey = 11_000;
const lost: Answered<Written> = { value: { status: 'lost' } };

/** What refused single writes of a batch, by their place; undefined when the batch is not accounted for. */
const refusals = (error: MongoBulkWriteError): ReadonlyMap<number, number> | undefined => {
  const told = [error.writeErrors].flat();
  return told.length === 0 || error.result.getWriteConcernError() !== undefined ? undefined : new Map(told.map((one) => [one.index, one.code]));
};

/**
 * Performs the writes of many cases that are asked for in one turn of the event loop as one command, each under its own filter, and reads what became of each. A command
 * of many says only how many of its writes matched, so each leaves a mark of its own in its document: by that it is known again where not all did.
 */
export const createWriteTogether = (collection: Collection<CaseDocument>): ((write: CaseWrite) => Promise<Written>) => {
  const writer = randomUUID();
  let count = 0;

  const alone = async (write: CaseWrite): Promise<Answered<Written>> => {
    try {
      const document = await collection.findOneAndUpdate(write.filter, write.update, { returnDocument: 'after' });
      return document ? { value: { status: 'written', document } } : lost;
    } catch (error) {
      if (duplicateKeyOf(error)) return { value: { status: 'duplicate' } };
      return { error: isNotKnownToBeWritten(error) ? new WriteNotKnown(write.name, error) : error };
    }
  };

  const together = async (writes: readonly CaseWrite[]): Promise<readonly Answered<Written>[]> => {
    const marked = writes.map((write) => ({ write, mark: `${writer}/${String(count += 1)}` }));
    const operations = marked.map(({ write: { filter, update }, mark }) => ({ updateOne: { filter, update: { ...update, $set: { ...update.$set, wrote: mark } } } }));
    let matched: number;
    let refused: ReadonlyMap<number, number> = new Map();
    try {
      matched = (await collection.bulkWrite(operations, { ordered: false })).matchedCount;
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) {
        // what cannot be sent at all fails for itself alone
        return isNotKnownToBeWritten(error) ? writes.map(({ name }) => ({ error: new WriteNotKnown(name, error) })) : Promise.all(writes.map(alone));
      }
      const told = refusals(error);
      if (told === undefined) return writes.map(({ name }) => ({ error: new WriteNotKnown(name, error) }));
      refused = told;
      matched = error.matchedCount;
    }
    let after: ReadonlyMap<string, CaseDocument>;
    try {
      const found = await collection.find({ _id: { $in: writes.map(idOf) } }).toArray();
      after = new Map(found.map((document) => [document._id, document]));
    } catch (error) {
      return writes.map(({ name }) => ({ error: new WriteNotKnown(name, error) }));
    }
    const all = matched + refused.size === writes.length;
    return marked.map(({ write, mark }, at) => {
      const code = refused.get(at);
      if (code !== undefined) return code === duplicateKey ? { value: { status: 'duplicate' } } : { error: new Error(`The write "${write.name}" was refused with code ${String(code)}`) };
      const document = after.get(idOf(write));
      if (!document || !(all || document.wrote === mark)) return lost;
      // claimed by another since: its hold is not ours to go on with
      if (document.fence !== write.filter.fence && write.name !== 'release') return lost;
      return { value: { status: 'written', document } };
    });
  };

  return gather<CaseWrite, Written>(async (writes) => {
    const first = new Map<string, number>();
    writes.forEach((write, at) => { if (isOfAHold(write) && !first.has(idOf(write))) first.set(idOf(write), at); });
    const many = [...first.values()];
    const answers = new Map<number, Answered<Written>>();
    if (many.length > 1) {
      const done = await together(many.flatMap((at) => writes[at] ?? []));
      many.forEach((at, place) => answers.set(at, done[place] ?? lost));
    }
    // one alone, or one of a case that has another write in this batch
    await Promise.all(writes.map(async (write, at) => { if (!answers.has(at)) answers.set(at, await alone(write)); }));
    return writes.map((_, at) => answers.get(at) ?? lost);
  });
};

const idOf = ({ filter }: CaseWrite): string => (typeof filter._id === 'string' ? filter._id : '');

const isOfAHold = (write: CaseWrite): boolean => idOf(write) !== '' && typeof write.filter.fence === 'number';
