import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { MongoClient, type Db } from 'mongodb';
import { startServe, type ServeProcess } from './suite/serve-process.js';

let dataDir: string;
let server: ServeProcess;
let client: MongoClient;
let db: Db;

const open = async (): Promise<void> => {
  server = await startServe(dataDir);
  client = new MongoClient(server.uri, { serverSelectionTimeoutMS: 3000 });
  db = client.db('d');
};

const killAndOpen = async (): Promise<void> => {
  await client.close();
  process.kill(server.pid, 'SIGKILL');
  await server.exit;
  await open();
};

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'embedded-mongo-'));
  await open();
});

afterEach(async () => {
  await client.close();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const refused: [name: string, write: (name: string) => Promise<unknown>][] = [
  ['an upsert by findOneAndUpdate', (name) => db.collection<any>(name).findOneAndUpdate({ n: 's' }, { $inc: { n: 1 } }, { upsert: true })],
  ['an upsert by updateOne', (name) => db.collection<any>(name).updateOne({ n: 's' }, { $inc: { n: 1 } }, { upsert: true })],
  ['an index', (name) => db.collection(name).createIndex({ n: 'text' })],
  ['a second of two indexes', (name) => db.collection(name).createIndexes([{ key: { a: 1 } }, { key: { n: 'hashed' } }])],
];

it.each(refused)('keeps what is written to a collection that %s was refused on first', async (_name, write) => {
  await expect(write('first')).rejects.toThrow();
  await db.collection('first').insertOne({ a: 1 });
  await killAndOpen();
  expect(await db.collection('first').find({ a: 1 }).toArray()).toHaveLength(1);
});

it('remembers that an index holds arrays, though the first write of one was refused', async () => {
  const documents = db.collection<any>('arrays');
  await documents.createIndex({ k: 1 }, { unique: true });
  await documents.insertOne({ k: 1 });
  await expect(documents.findOneAndUpdate({ z: 1 }, { $set: { k: [1, 2] } }, { upsert: true })).rejects.toThrow('E11000');
  await documents.insertOne({ k: [4, 7] });
  await killAndOpen();
  // each bound is met by another element
  expect(await db.collection('arrays').find({ k: { $gt: 5, $lt: 6 } }).toArray()).toHaveLength(1);
});

it('forgets every index of a request that was refused', async () => {
  const documents = db.collection<any>('indexed');
  await documents.insertMany([{ k: 1 }, { k: 1 }]);
  await expect(documents.createIndexes([{ key: { a: 1 } }, { key: { k: 1 }, unique: true }])).rejects.toThrow('E11000');
  const names = async (): Promise<string[]> => (await db.collection('indexed').indexes()).map(({ name }) => name ?? '');
  expect(await names()).toEqual(['_id_']);
  await documents.createIndex({ a: 1 });
  await killAndOpen();
  expect(await names()).toEqual(['_id_', 'a_1']);
});
