import type { Collection, Db, Document, IndexDescription } from 'mongodb';
import mongoose, { type Connection } from 'mongoose';
import { weakenedConcern } from './weakened-concern.js';

/** The indexes one room needs on one collection. */
export interface IndexPlan {
  readonly collection: string;
  readonly indexes: readonly IndexDescription[];
}

/** The database of a URI that names none. */
export const defaultDatabase = 'recovery_hub';

const databaseOf = (uri: string): string => /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(uri)?.[1] ?? defaultDatabase;

/** An open database. */
export interface Storage {
  readonly connection: Connection;
  readonly database: Db;
  collection<T extends Document>(name: string): Collection<T>;
  ensureIndexes(plans: readonly IndexPlan[]): Promise<void>;
  /** Round trip in ms; throws when the database cannot be reached. */
  ping(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens `uri` with `{w: 'majority', journal: true}` and majority reads from the primary.
 * @throws Error when the URI lowers a concern (named in the message) or no server answers within `selectionMs`.
 */
export const connectStorage = async (uri: string, options: { readonly selectionMs?: number; readonly poolSize?: number } = {}): Promise<Storage> => {
  const weakened = weakenedConcern(uri);
  if (weakened.length > 0) {
    throw new Error(`MONGODB_URI lowers what protects money: ${weakened.join(', ')}. Remove it; the hub writes with w=majority&journal=true and reads with majority from the primary.`);
  }
  const dbName = decodeURIComponent(databaseOf(uri));
  const connection = await mongoose.createConnection(uri, {
    dbName,
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    ignoreUndefined: true,
    maxPoolSize: options.poolSize ?? 50,
    serverSelectionTimeoutMS: options.selectionMs ?? 10_000,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    readPreference: 'primary',
  }).asPromise();
  const database = connection.getClient().db(dbName);
  return {
    connection,
    database,
    collection: (name) => database.collection(name),
    ensureIndexes: async (plans) => {
      for (const plan of plans) if (plan.indexes.length > 0) await database.collection(plan.collection).createIndexes([...plan.indexes]);
    },
    ping: async () => {
      const from = performance.now();
      await database.command({ ping: 1 });
      return Math.round(performance.now() - from);
    },
    close: async () => { await connection.close(); },
  };
};
