/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { Binary, Decimal128, Double, Long, MaxKey, MinKey, MongoClient, ObjectId, Timestamp, UUID } from 'mongodb';
import { AGGREGATIONS, QUERIES, SORTS, UPDATES, UPSERTS, o1 } from './semantics-tables.js';
import { databaseName, serverUri } from './server-under-test.js';

const client = new MongoClient(serverUri(), { serverSelectionTimeoutMS: 5000 });
const db = client.db(databaseName('semantics'));
beforeAll(async () => { await client.connect(); });
afterAll(async () => { await db.dropDatabase(); await client.close(); });

let collections = 0;
const fresh = async (docs: any[]) => { const c = db.collection<any>(`c${++collections}`); if (docs.length) await c.insertMany(docs); return c; };
const idsOf = async (found: { toArray: () => Promise<any[]> }) => (await found.toArray()).map((d) => d._id);
const hasCode = (code: number) => (e: any) => { assert.equal(e.code, code); return true; };
const D = (s: string) => new Date(s);

describe('query', () => {
  it.each(QUERIES)('%s', async (_name, docs, filter, expected) => {
    assert.deepEqual(await idsOf((await fresh(docs)).find(filter).sort({ _id: 1 })), expected);
  });
});

describe('query with an index', () => {
  it.each(QUERIES)('%s', async (_name, docs, filter, expected) => {
    const c = await fresh(docs);
    await c.createIndex({ [Object.keys(filter).find((k) => !k.startsWith('$') && k !== '_id') ?? 'v']: 1 });
    assert.deepEqual(await idsOf(c.find(filter).sort({ _id: 1 })), expected);
  });
});

describe('sort', () => {
  it.each(SORTS)('%s', async (_name, docs, sort, expected) => {
    assert.deepEqual(await idsOf((await fresh(docs)).find({}).sort(sort)), expected);
  });
});

describe('sort with an index', () => {
  it.each(SORTS)('%s', async (_name, docs, sort, expected) => {
    const c = await fresh(docs);
    await c.createIndex(sort);
    assert.deepEqual(await idsOf(c.find({}).sort(sort)), expected);
  });
});

describe('update', () => {
  it.each(UPDATES)('%s', async (_name, doc, filter, update, { replace, ...options }, expected) => {
    const c = await fresh([doc]);
    const run = () => (replace ? c.replaceOne(filter, update, options) : c.updateOne(filter, update, options));
    if (expected.code) { await assert.rejects(run(), hasCode(expected.code)); return; }
    await run();
    const stored = await c.findOne({});
    if (typeof expected === 'function') { assert.ok(expected(stored), JSON.stringify(stored)); return; }
    assert.deepEqual(stored, expected);
    assert.equal(JSON.stringify(stored), JSON.stringify(expected)); // the order of the fields too
  });
});

describe('upsert', () => {
  it.each(UPSERTS)('%s', async (_name, filter, update, expected) => {
    const c = await fresh([]);
    const replacement = !Object.keys(update)[0].startsWith('$');
    const result = await (replacement ? c.replaceOne(filter, update, { upsert: true }) : c.updateOne(filter, update, { upsert: true }));
    assert.equal(result.upsertedCount, 1);
    const stored: any = await c.findOne({});
    if (!('_id' in expected)) { assert.ok(stored._id instanceof ObjectId); delete stored._id; }
    assert.deepEqual(stored, expected);
  });
});

describe('aggregate', () => {
  it.each(AGGREGATIONS)('%s', async (_name, docs, pipeline, expected) => {
    const c = await fresh(docs);
    if (expected.code) { await assert.rejects(c.aggregate(pipeline).toArray(), hasCode(expected.code)); return; }
    assert.deepEqual(await c.aggregate(pipeline).toArray(), expected);
  });
});

describe('types', () => {
  it('round trip of all BSON types', async () => {
    const c = await fresh([]); const doc: any = { _id: 1, i: 1, d: 1.5, big: Long.fromString('9223372036854775807'), dec: Decimal128.fromString('1.10'), s: 'é😀', date: D('2026-01-01'), oid: o1, bin: new Binary(Buffer.from([1, 2, 255])), uuid: new UUID('11111111-1111-4111-8111-111111111111'), re: /a.b/i, n: null, arr: [1, [2]], obj: { a: { b: 1 } }, ts: new Timestamp({ t: 5, i: 6 }), min: new MinKey(), max: new MaxKey(), t: true };
    await c.insertOne(doc); await c.updateOne({ _id: 1 }, { $set: { touched: 1 } });
    const r = await c.findOne({ _id: 1 }, { promoteValues: true }); delete r.touched;
    for (const k of Object.keys(doc)) assert.deepEqual(r[k], doc[k], k);
  });
  it('Double integral value stays double after update', async () => {
    const c = await fresh([{ _id: 1, d: new Double(3), l: Long.fromString('3'), i: 3 }]); await c.updateOne({ _id: 1 }, { $set: { x: 1 } });
    const r = await c.findOne({ _id: 1 }, { promoteValues: false }); assert.equal(r.d._bsontype, 'Double'); assert.equal(r.l._bsontype, 'Long'); assert.equal(r.i._bsontype, 'Int32');
  });
});

describe('index', () => {
  it('unique treats null & missing equal; multikey unique; sparse', async () => {
    const c = await fresh([]); await c.createIndex({ k: 1 }, { unique: true }); await c.insertOne({ _id: 1 }); await assert.rejects(c.insertOne({ _id: 2, k: null }), (e: any) => e.code === 11000);
    await c.insertOne({ _id: 3, k: [1, 2] }); await assert.rejects(c.insertOne({ _id: 4, k: 2 }), (e: any) => e.code === 11000); await assert.rejects(c.insertOne({ _id: 5, k: Long.fromString('2') }), (e: any) => e.code === 11000);
    const s = await fresh([]); await s.createIndex({ k: 1 }, { unique: true, sparse: true }); await s.insertOne({ _id: 1 }); await s.insertOne({ _id: 2 }); await s.insertOne({ _id: 3, k: null }); await assert.rejects(s.insertOne({ _id: 4, k: null }), (e: any) => e.code === 11000);
  });
  it('create unique on existing dups fails 11000, index absent', async () => {
    const c = await fresh([{ _id: 1, k: 1 }, { _id: 2, k: 1 }]); await assert.rejects(c.createIndex({ k: 1 }, { unique: true }), (e: any) => e.code === 11000); assert.deepEqual((await c.indexes()).map((i: any) => i.name), ['_id_']);
  });
  it('dropIndex', async () => { const c = await fresh([{ _id: 1 }]); await c.createIndex({ k: 1 }); await c.dropIndex('k_1'); assert.equal((await c.indexes()).length, 1); await assert.rejects(c.dropIndex('k_1'), (e: any) => e.code === 27); });
  it('_id duplicate', async () => { const c = await fresh([{ _id: 1 }]); await assert.rejects(c.insertOne({ _id: 1 }), (e: any) => e.code === 11000 && e.keyPattern._id === 1); });
});

describe('admin', () => {
  it('ping/buildInfo/serverStatus/listDatabases/hello', async () => { const a = db.admin(); assert.equal((await a.ping()).ok, 1); assert.ok((await a.buildInfo()).version); assert.ok((await a.listDatabases()).databases.some((d: any) => d.name === db.databaseName)); });
  it('unknown command → 59', async () => { await assert.rejects(db.command({ bogusCmd: 1 }), (e: any) => e.code === 59 && e.codeName === 'CommandNotFound'); });
  it('explain gives a plan', async () => { const c = await fresh([{ _id: 1, k: 1 }]); await c.createIndex({ k: 1 }); const e = await c.find({ k: 1 }).explain(); assert.match(JSON.stringify(e), /IXSCAN/); });
});
