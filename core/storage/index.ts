/**
 * storage: the connection to the MongoDB we were given, with the write and read concern money needs.
 * Promises that an acknowledged write is journaled on a majority and that deciding reads see it.
 * Must not know where that MongoDB comes from, nor what any room keeps in it.
 */
export { connectStorage, defaultDatabase, type Storage, type IndexPlan } from './connect-storage.js';
export { gather, gatherReads, type Answered } from './gather.js';
export { insertTogether, type Inserted } from './insert-together.js';
export { newId } from './new-id.js';
export { duplicateKeyOf, isNotKnownToBeWritten } from './write-errors.js';
export { weakenedConcern } from './weakened-concern.js';
export type { Collection, Filter, UpdateFilter, WithId } from 'mongodb';
