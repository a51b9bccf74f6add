import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';

/** A database of its own on the test server. */
export interface TestDatabase {
  /** Names the database in its path; for MongoClient, mongoose and the hub alike. */
  uri: string;
  /** At most 38 characters. */
  name: string;
}

/** A fresh, unused database for each call. It appears on the server with the first write; drop it with {@link dropTestDatabase}. */
export const testDatabase = (label: string): TestDatabase => {
  const server = process.env['TEST_MONGODB_URI'] ?? process.env['MONGODB_URI'];
  if (!server) throw new Error('TEST_MONGODB_URI is not set: run the tests with jest, whose global set-up starts a database server, or set MONGODB_URI.');
  const name = `t_${label.replaceAll(/[^A-Za-z0-9]+/g, '_').slice(0, 19)}_${randomBytes(8).toString('hex')}`;
  return { uri: withDatabase(server, name), name };
};

/** Puts the name into the path. A user of the server goes on signing in where the given URI says. */
const withDatabase = (uri: string, name: string): string => {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri);
  if (!parts) throw new Error('TEST_MONGODB_URI is not a MongoDB URI; expected mongodb://… or mongodb+srv://…');
  const [, servers = '', database = '', query = ''] = parts;
  const options = new URLSearchParams(query);
  if (servers.includes('@') && !options.has('authSource')) options.set('authSource', database || 'admin');
  const shown = options.toString();
  return `${servers}/${name}${shown ? `?${shown}` : ''}`;
};

export const dropTestDatabase = async ({ uri, name }: TestDatabase): Promise<void> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5000 });
  try {
    await client.db(name).dropDatabase();
  } finally {
    await client.close();
  }
};
