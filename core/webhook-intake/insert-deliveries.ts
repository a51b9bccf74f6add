import { MongoBulkWriteError } from 'mongodb';
import type { Collection } from '../storage/index.js';
import type { DeliveryDocument } from './delivery.model.js';

/** A delivery that is not stored, or not known to be: its sender shall come again. */
export class NotStored extends Error {
  override readonly name = 'NotStored';
  constructor(cause: unknown) {
    super('A delivery is not known to be stored', { cause });
  }
}

/** Stores deliveries; those of one tick leave as one unordered write, each with its own answer. */
export interface DeliveryInserts {
  /** @throws NotStored when the write failed or is not known to be applied */
  insert(document: DeliveryDocument): Promise<'inserted' | 'duplicate'>;
}

interface Waiting {
  readonly document: DeliveryDocument;
  readonly answer: (result: 'inserted' | 'duplicate') => void;
  readonly fail: (error: unknown) => void;
}

const duplicateKey = 11_000;
/** A body is at most 1 MB and grows by base64 twice: this stays under one message of 48 MB. */
const mostAtOnce = 20;
const smallBytes = 16 * 1024;
const mostSmallAtOnce = 500;

/**
 * What each document met. The driver throws the same error class for a refused document and for a connection that broke, so a document counts as inserted
 * only when the server accounts for every one of the batch and confirms its majority.
 */
const answerEach = (batch: readonly Waiting[], error: unknown) => {
  const told = error instanceof MongoBulkWriteError ? error : undefined;
  const failures = new Map(told === undefined ? [] : [told.writeErrors].flat().map((one) => [one.index, one.code]));
  const balanced = told !== undefined && told.insertedCount + failures.size === batch.length && told.result.getWriteConcernError() === undefined;
  batch.forEach(({ answer, fail }, at) => {
    const code = failures.get(at);
    if (code === duplicateKey) answer('duplicate');
    else if (code === undefined && balanced) answer('inserted');
    else fail(new NotStored(error));
  });
};

/** Inserts into `collection`. */
export const createDeliveryInserts = (collection: Collection<DeliveryDocument>): DeliveryInserts => {
  let waiting: Waiting[] = [];

  const write = async (batch: readonly Waiting[]) => {
    try {
      await collection.insertMany(batch.map(({ document }) => document), { ordered: false });
    } catch (error) {
      answerEach(batch, error);
      return;
    }
    for (const { answer } of batch) answer('inserted');
  };

  const flush = () => {
    const due = waiting;
    waiting = [];
    const small = due.filter(({ document }) => document.bytes <= smallBytes);
    const large = due.filter(({ document }) => document.bytes > smallBytes);
    for (const [entries, most] of [[small, mostSmallAtOnce], [large, mostAtOnce]] as const) {
      for (let from = 0; from < entries.length; from += most) void write(entries.slice(from, from + most));
    }
  };

  return {
    insert: (document) => new Promise((answer, fail) => {
      waiting.push({ document, answer, fail });
      if (waiting.length === 1) setImmediate(flush);
    }),
  };
};
