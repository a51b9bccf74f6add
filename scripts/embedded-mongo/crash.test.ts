/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { Engine } from './engine/engine.js';
import { Store } from './engine/store.js';
import { startServe } from './suite/serve-process.js';

const ROUNDS = 4;
const WRITERS = 20;
const RECORD_ID_BYTES = 6;

interface Acknowledged {
  inserts: Set<number>;
  /** the document's version after the update that was answered */
  updates: Map<number, number>;
}

/** Writes until the server is killed under it, and notes only what was acknowledged. */
const writeUntilKilled = async (uri: string, kill: () => void, next: () => number, acknowledged: Acknowledged): Promise<void> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 2000, maxPoolSize: WRITERS + 5, retryReads: false });
  const documents = client.db('crash').collection<any>('documents');
  await documents.createIndex({ email: 1 }, { unique: true });
  await documents.createIndex({ state: 1, n: -1 });
  await documents.createIndex({ tags: 1 });
  const writer = async (): Promise<void> => {
    for (;;) {
      const n = next();
      try {
        await documents.insertOne({ _id: n, email: `e${n}`, state: 'new', n, tags: [`a${n % 7}`, `b${n % 5}`], version: 0 });
        acknowledged.inserts.add(n);
        const update: any = { $inc: { version: 1 }, $set: { state: 'done' }, $push: { tags: 'z' } };
        const after: any = await documents.findOneAndUpdate({ email: `e${n}` }, update, { returnDocument: 'after' });
        acknowledged.updates.set(n, after.version);
      } catch {
        return;
      }
    }
  };
  const writers = Array.from({ length: WRITERS }, writer);
  const enough = acknowledged.updates.size + 100 + Math.floor(Math.random() * 300);
  while (acknowledged.updates.size < enough) await new Promise(setImmediate);
  kill();
  await Promise.all(writers);
  await client.close(true);
};

/** Reads the files themselves: what is lost, and what the indexes say that the documents do not, or the other way round. */
const problemsIn = async (dataDir: string, { inserts, updates }: Acknowledged): Promise<string[]> => {
  const store = new Store({ path: dataDir });
  const problems: string[] = [];
  const collection = new Engine(store).find('crash', 'documents');
  const rows = collection ? [...collection.find({ filter: {}, ctx: {} })] : [];
  const byId = new Map(rows.map(({ doc }) => [doc._id, doc]));
  for (const n of inserts) if (!byId.has(n)) problems.push(`insert ${n} lost`);
  for (const [n, version] of updates) {
    const doc = byId.get(n);
    if (!doc || doc.version < version || doc.state !== 'done' || !doc.tags.includes('z')) problems.push(`update ${n} lost`);
  }
  const expected = new Set<string>();
  for (const { doc, rid } of rows) {
    const recordId = Buffer.alloc(RECORD_ID_BYTES);
    recordId.writeUIntBE(rid, 0, RECORD_ID_BYTES);
    for (const { key } of collection?.entries(doc, rid) ?? []) expected.add(Buffer.concat([key, recordId]).toString('latin1'));
  }
  const found = new Set([...store.idx.getKeys({})].map((key: Buffer) => key.toString('latin1')));
  for (const key of found) if (!expected.has(key)) problems.push('index entry without its document');
  for (const key of expected) if (!found.has(key)) problems.push('document without its index entry');
  if (collection?.count !== rows.length) problems.push(`counts ${collection?.count} documents, has ${rows.length}`);
  await store.close();
  return problems;
};

it(`loses nothing acknowledged and keeps its indexes right through ${ROUNDS} kills under ${WRITERS} writers`, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-mongo-'));
  const acknowledged: Acknowledged = { inserts: new Set(), updates: new Map() };
  let last = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startServe(dataDir);
      await writeUntilKilled(server.uri, () => process.kill(server.pid, 'SIGKILL'), () => ++last, acknowledged);
      expect(await server.exit).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await problemsIn(dataDir, acknowledged)).toEqual([]);
    }
    expect(acknowledged.updates.size).toBeGreaterThan(ROUNDS * 100);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
