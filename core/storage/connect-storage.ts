import type { Collection, Db, Document, IndexDescription } from 'mongodb';
import mongoose, { type Connection } from 'mongoose';
import { AnswerMissing, boundedDatabase, within } from './bounded.js';
import { watchChecks } from './watch-checks.js';
import { weakenedConcern } from './weakened-concern.js';

/** The indexes one room needs on one collection. */
export interface IndexPlan {
  readonly collection: string;
  readonly indexes: readonly IndexDescription[];
}

/** The database of a URI that names none. */
export const defaultDatabase = 'recovery_hub';

const databaseOf = (uri: string): string => {
  const name = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(uri)?.[1];
  if (name === undefined) return defaultDatabase;
  try {
    return decodeURIComponent(name);
  } catch {
    throw new Error('MONGODB_URI names a database with a % that begins no code. Write the % itself as %25.');
  }
};

/** An open database. */
export interface Storage {
  readonly connection: Connection;
  readonly database: Db;
  collection<T extends Document>(name: string): Collection<T>;
  ensureIndexes(plans: readonly IndexPlan[]): Promise<void>;
  /** Round trip in ms; throws when the database cannot be reached. */
  ping(): Promise<number>;
  /** What the server's clock says; throws when the database cannot be reached. */
  serverTime(): Promise<Date>;
  close(): Promise<void>;
}

/**
 * Opens `uri` with `{w: 'majority', journal: true}` and majority reads from the primary.
 * An operation that is not answered within `answerMs` (20 s) fails and is not known to be written.
 * A server that the driver has lost and looks for no more is looked for anew; `lookedAnew` is told.
 * @throws Error when the URI lowers a concern (named in the message) or no server answers within `selectionMs`.
 */
export const connectStorage = async (uri: string, options: {
  readonly selectionMs?: number; readonly answerMs?: number; readonly poolSize?: number; readonly checksSilentMs?: number; readonly lookedAnew?: () => void;
} = {}): Promise<Storage> => {
  const weakened = weakenedConcern(uri);
  if (weakened.length > 0) {
    throw new Error(`MONGODB_URI lowers what protects money: ${weakened.join(', ')}. Remove it; the hub writes with w=majority&journal=true and reads with majority from the primary.`);
  }
  const dbName = databaseOf(uri);
  const answerMs = options.answerMs ?? 20_000;
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
  const checks = watchChecks(connection.getClient(), {
    reopened: () => { options.lookedAnew?.(); },
    ...(options.checksSilentMs === undefined ? {} : { silentMs: options.checksSilentMs }),
  });
  const database = boundedDatabase(connection.getClient().db(dbName), answerMs);
  // what models of this connection ask goes the same way
  Object.assign(connection, { db: database });
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
    serverTime: async () => {
      const { localTime } = await database.command({ hello: 1 });
      if (!(localTime instanceof Date)) throw new Error('The database did not say what time it is.');
      return localTime;
    },
    close: async () => {
      checks.end();
      try {
        await within(connection.close(), Math.min(answerMs, 5000), 'close');
      } catch (error) {
        // what was never answered keeps the driver from ending; nothing of it is ours any more
        if (!(error instanceof AnswerMissing)) throw error;
      }
    },
  };
};
