/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import mongoose from 'mongoose';
import { databaseName, serverUri } from './server-under-test.js';
const { Schema, Types } = mongoose;

// each check builds on those before it
describe('mongoose', () => {
  const conn = mongoose.createConnection(serverUri(), { serverSelectionTimeoutMS: 5000, autoIndex: false, dbName: databaseName('mongoose') });
  beforeAll(async () => { await conn.asPromise(); });
  afterAll(async () => { await conn.dropDatabase(); await conn.close(); });
  const userSchema = new Schema({
    email: { type: String, required: true, unique: true },
    org: { type: String, index: true },
    name: String,
    externalId: String,
    age: Number,
    tags: [String],
    items: [{ sku: String, qty: Number, status: String }],
    profile: { city: String, zip: String },
    meta: Schema.Types.Mixed,
    score: { type: Number, default: 0 },
    balance: Schema.Types.Decimal128,
    expiresAt: Date,
    boss: { type: Schema.Types.ObjectId, ref: 'User' },
  }, { timestamps: true });
  userSchema.index({ org: 1, name: 1 }, { unique: true, partialFilterExpression: { name: { $exists: true } } });
  userSchema.index({ externalId: 1 }, { unique: true, sparse: true });
  userSchema.index({ org: 1, age: -1 });
  userSchema.index({ tags: 1 });
  userSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  const User: any = conn.model('User', userSchema);
  const ev = new Schema({ type: String, at: Date, n: Number, ok: Boolean, user: { type: Schema.Types.ObjectId, ref: 'User' }, tag: [String] }, { versionKey: false });
  const Event: any = conn.model('Event', ev);

  it('dropDatabase', async () => { await conn.dropDatabase(); });
  it('createCollection + init + ensureIndexes', async () => { await User.createCollection(); await User.ensureIndexes(); await Event.createCollection(); });
  it('createCollection again (48 swallowed)', async () => { await User.createCollection(); });
  it('ensureIndexes idempotent', async () => { await User.ensureIndexes(); });
  it('listIndexes', async () => {
    const ix = await User.listIndexes();
    assert.deepEqual(ix.map((i: any) => i.name).sort(), ['_id_', 'email_1', 'expiresAt_1', 'externalId_1', 'org_1', 'org_1_age_-1', 'org_1_name_1', 'tags_1'].sort());
    assert.equal(ix.find((i: any) => i.name === 'expiresAt_1').expireAfterSeconds, 0);
    assert.deepEqual(ix.find((i: any) => i.name === 'org_1_name_1').partialFilterExpression, { name: { $exists: true } });
  });
  it('syncIndexes no changes', async () => { assert.deepEqual(await User.syncIndexes(), []); });
  it('diffIndexes', async () => { const d = await User.diffIndexes(); assert.deepEqual(d.toDrop, []); assert.deepEqual(d.toCreate, []); });
  it('createIndex conflicting options → 85/86', async () => {
    await assert.rejects(User.collection.createIndex({ email: 1 }, { unique: false }), (e: any) => [85, 86].includes(e.code));
  });
  let a: any, b: any;
  it('create', async () => {
    a = await User.create({ email: 'a@x', org: 'o1', name: 'A', age: 30, tags: ['x', 'y'], items: [{ sku: 's1', qty: 1, status: 'new' }, { sku: 's2', qty: 5, status: 'old' }], profile: { city: 'Ulm' }, balance: '10.50' });
    b = await User.create({ email: 'b@x', org: 'o1', name: 'B', age: 20, boss: a._id });
    assert.ok(a._id instanceof Types.ObjectId);
    const raw = await User.findById(a._id).lean();
    assert.equal(raw.balance.toString(), '10.50'); assert.ok(raw.createdAt instanceof Date); assert.equal(raw.__v, 0);
  });
  it('E11000 single', async () => {
    await assert.rejects(User.create({ email: 'a@x', org: 'o9' }), (e: any) => { assert.equal(e.code, 11000); assert.deepEqual(e.keyPattern, { email: 1 }); assert.deepEqual(e.keyValue, { email: 'a@x' }); assert.match(e.message, /E11000 duplicate key error collection: .*users index: email_1 dup key: \{ email: "a@x" \}/); return true; });
  });
  it('E11000 compound + partial', async () => {
    await assert.rejects(User.create({ email: 'c@x', org: 'o1', name: 'A' }), (e: any) => { assert.equal(e.code, 11000); assert.deepEqual(e.keyPattern, { org: 1, name: 1 }); assert.deepEqual(e.keyValue, { org: 'o1', name: 'A' }); return true; });
    await User.create({ email: 'n1@x', org: 'o1' }); await User.create({ email: 'n2@x', org: 'o1' }); // no name → partial index does not apply
    assert.equal(await User.countDocuments({ org: 'o1', name: { $exists: false } }), 2);
  });
  it('E11000 on update', async () => {
    await assert.rejects(User.updateOne({ email: 'b@x' }, { $set: { email: 'a@x' } }), (e: any) => e.code === 11000);
    assert.equal(await User.countDocuments({ email: 'a@x' }), 1);
  });
  it('E11000 on findOneAndUpdate', async () => {
    await assert.rejects(User.findOneAndUpdate({ email: 'b@x' }, { $set: { email: 'a@x' } }), (e: any) => e.code === 11000 && e.keyPattern.email === 1);
  });
  it('findOneAndUpdate upsert new:true', async () => {
    const u = await User.findOneAndUpdate({ email: 'up@x' }, { $set: { org: 'o2' }, $setOnInsert: { name: 'Up' }, $inc: { score: 2 } }, { upsert: true, returnDocument: 'after', setDefaultsOnInsert: true });
    assert.equal(u.email, 'up@x'); assert.equal(u.score, 2); assert.equal(u.name, 'Up'); assert.ok(u.createdAt);
    const v = await User.findOneAndUpdate({ email: 'up@x' }, { $set: { org: 'o3' }, $setOnInsert: { name: 'No' }, $inc: { score: 2 } }, { upsert: true, returnDocument: 'after' });
    assert.equal(v.score, 4); assert.equal(v.name, 'Up'); assert.equal(String(u._id), String(v._id));
  });
  it('findOneAndUpdate returns before, includeResultMetadata', async () => {
    const r = await User.findOneAndUpdate({ email: 'up@x' }, { $inc: { score: 1 } }, { returnDocument: 'before', includeResultMetadata: true });
    assert.equal(r.value.score, 4); assert.equal(r.lastErrorObject.updatedExisting, true); assert.equal(r.lastErrorObject.n, 1); assert.equal(r.ok, 1);
    const up = await User.findOneAndUpdate({ email: 'meta@x' }, { $set: { org: 'm' } }, { upsert: true, returnDocument: 'before', includeResultMetadata: true });
    assert.equal(up.value, null); assert.equal(up.lastErrorObject.updatedExisting, false); assert.ok(up.lastErrorObject.upserted);
    await User.deleteOne({ email: 'meta@x' });
  });
  it('findOneAndUpdate none → null', async () => { assert.equal(await User.findOneAndUpdate({ email: 'zzz' }, { $set: { org: 'x' } }), null); });
  it('findOneAndUpdate sort + projection', async () => {
    const r = await User.findOneAndUpdate({ org: 'o1', age: { $gt: 0 } }, { $inc: { score: 1 } }, { sort: { age: 1 }, returnDocument: 'after', projection: { email: 1, score: 1 } }).lean();
    assert.equal(r.email, 'b@x'); assert.deepEqual(Object.keys(r).sort(), ['_id', 'email', 'score']);
  });
  it('findOneAndDelete / findOneAndReplace', async () => {
    await User.create({ email: 'del@x', org: 'd' });
    const d = await User.findOneAndDelete({ email: 'del@x' }); assert.equal(d.email, 'del@x');
    await User.create({ email: 'rep@x', org: 'd' });
    const r = await User.findOneAndReplace({ email: 'rep@x' }, { email: 'rep2@x', org: 'e' }, { returnDocument: 'after' }); assert.equal(r.email, 'rep2@x');
    await User.deleteOne({ email: 'rep2@x' });
  });
  it('save() with array mutations + versioning', async () => {
    const u = await User.findById(a._id); u.tags.push('z'); u.items[0].qty = 7; u.items.push({ sku: 's3', qty: 9, status: 'new' }); u.set('profile.zip', '89073'); u.meta = { k: 1 }; await u.save();
    const w = await User.findById(a._id); w.items.pull(w.items[1]._id); w.set('meta', undefined); await w.save();
    const x = await User.findById(a._id).lean();
    assert.deepEqual(x.tags, ['x', 'y', 'z']); assert.deepEqual(x.items.map((i: any) => i.sku), ['s1', 's3']); assert.equal(x.items[0].qty, 7); assert.equal(x.profile.zip, '89073'); assert.ok(!('meta' in x));
  });
  it('VersionError on stale array index set', async () => {
    const u1 = await User.findById(a._id); const u2 = await User.findById(a._id);
    u1.items.pull(u1.items[0]._id); await u1.save();
    u2.items[1].qty = 100;
    await assert.rejects(u2.save(), (e: any) => e.name === 'VersionError');
    u1.items.unshift({ sku: 's1', qty: 7, status: 'new' }); await u1.save();
  });
  it('positional $ and arrayFilters and $[]', async () => {
    await User.updateOne({ _id: a._id, 'items.sku': 's3' }, { $set: { 'items.$.qty': 11 } });
    await User.updateOne({ _id: a._id }, { $inc: { 'items.$[e].qty': 1 } }, { arrayFilters: [{ 'e.sku': 's1' }] });
    await User.updateOne({ _id: a._id }, { $set: { 'items.$[].status': 'done' } });
    const x = await User.findById(a._id).lean(); assert.deepEqual(x.items.map((i: any) => [i.sku, i.qty, i.status]).sort(), [['s1', 8, 'done'], ['s3', 11, 'done']]);
    await User.updateOne({ _id: a._id, items: { $elemMatch: { sku: 's1', qty: 8 } } }, { $set: { 'items.$.status': 'em' } });
    const y = await User.findById(a._id).lean(); assert.equal(y.items.find((i: any) => i.sku === 's1').status, 'em');
  });
  it('updateMany operators', async () => {
    const r = await User.updateMany({ org: 'o1' }, { $set: { 'profile.city': 'Bonn' }, $inc: { score: 5 }, $push: { tags: { $each: ['p', 'q'], $slice: -3 } }, $max: { age: 25 }, $min: { low: 1 }, $unset: { externalId: '' } }, { strict: false });
    assert.equal(r.acknowledged, true); assert.equal(r.matchedCount, 4); assert.equal(r.modifiedCount, 4); assert.equal(r.upsertedCount, 0); assert.equal(r.upsertedId, null);
    const ages = (await User.find({ org: 'o1' }).sort({ email: 1 }).lean()).map((u: any) => u.age); assert.deepEqual(ages, [30, 25, 25, 25]);
    assert.deepEqual((await User.findById(a._id).lean()).tags, ['z', 'p', 'q']);
    await User.updateMany({}, { $addToSet: { tags: { $each: ['q', 'r'] } }, $pull: { items: { qty: { $gte: 11 } } } });
    assert.deepEqual((await User.findById(a._id).lean()).items.map((i: any) => i.sku), ['s1']);
    const nochange = await User.updateOne({ _id: a._id }, { $set: { name: 'A' } }, { timestamps: false }); assert.equal(nochange.matchedCount, 1); assert.equal(nochange.modifiedCount, 0);
  });
  it('updateOne upsert result', async () => {
    const r = await User.updateOne({ email: 'u1@x', org: { $in: ['q'] } }, { $set: { name: 'U1' } }, { upsert: true });
    assert.equal(r.upsertedCount, 1); assert.ok(r.upsertedId); assert.equal(r.matchedCount, 0);
    const d = await User.findById(r.upsertedId).lean(); assert.equal(d.email, 'u1@x'); assert.ok(!('org' in d) || d.org === 'q');
  });
  it('pipeline update', async () => {
    await User.updateOne({ _id: a._id }, [{ $set: { score: { $add: ['$score', 100] }, label: { $concat: ['$org', '-', '$name'] } } }], { strict: false, updatePipeline: true });
    const d = await User.findById(a._id).lean(); assert.equal(d.label, 'o1-A'); assert.ok(d.score >= 100);
  });
  it('insertMany ordered:false with dup', async () => {
    await assert.rejects(User.insertMany([{ email: 'i1@x' }, { email: 'a@x' }, { email: 'i2@x' }, { email: 'a@x' }], { ordered: false }), (e: any) => { assert.equal(e.code, 11000); assert.equal(e.writeErrors.length, 2); assert.equal(e.writeErrors[0].index, 1); assert.equal(e.insertedDocs.length, 2); return true; });
    assert.equal(await User.countDocuments({ email: /^i\d@x$/ }), 2);
  });
  it('insertMany ordered stops', async () => {
    await assert.rejects(User.insertMany([{ email: 'j1@x' }, { email: 'a@x' }, { email: 'j2@x' }]), (e: any) => e.code === 11000);
    assert.equal(await User.countDocuments({ email: /^j/ }), 1);
  });
  it('bulkWrite', async () => {
    const r = await User.bulkWrite([
      { insertOne: { document: { email: 'k1@x', org: 'k' } } },
      { updateOne: { filter: { email: 'k1@x' }, update: { $set: { age: 1 } } } },
      { updateOne: { filter: { email: 'k2@x' }, update: { $set: { org: 'k' } }, upsert: true } },
      { updateMany: { filter: { org: 'k' }, update: { $inc: { score: 3 } } } },
      { replaceOne: { filter: { email: 'k2@x' }, replacement: { email: 'k3@x', org: 'k' } } },
      { deleteOne: { filter: { email: 'k1@x' } } }, { deleteMany: { filter: { org: 'none' } } },
    ]);
    assert.equal(r.insertedCount, 1); assert.equal(r.upsertedCount, 1); assert.equal(r.deletedCount, 1); assert.equal(r.modifiedCount, 4); assert.ok(r.upsertedIds[2]);
  });
  it('bulkSave', async () => {
    const us = await User.find({ org: 'o1' }).sort({ _id: 1 }); us.forEach((u: any, i: number) => { u.score = i; }); await User.bulkSave(us);
    assert.deepEqual((await User.find({ org: 'o1' }).sort({ _id: 1 }).lean()).map((u: any) => u.score), [0, 1, 2, 3]);
  });
  it('distinct', async () => { const d = await User.distinct('org', { org: { $ne: null } }); assert.deepEqual(d.filter((x: any) => x !== 'q').sort(), ['k', 'o1', 'o3']); assert.ok((await User.distinct('tags')).includes('q')); });
  it('countDocuments / estimatedDocumentCount / exists', async () => {
    assert.equal(await User.countDocuments({ org: 'o1' }), 4); assert.equal(await User.countDocuments({ org: 'o1' }, { limit: 2 }), 2); assert.equal(await User.countDocuments({ org: 'o1' }, { skip: 3 }), 1);
    assert.equal(await User.countDocuments({ org: 'zz' }), 0);
    assert.ok(await User.estimatedDocumentCount() > 4); assert.ok(await User.exists({ email: 'a@x' })); assert.equal(await User.exists({ email: 'none' }), null);
  });
  it('populate', async () => { const x = await User.findOne({ email: 'b@x' }).populate('boss', 'email').lean(); assert.equal(x.boss.email, 'a@x'); assert.ok(!('org' in x.boss)); });
  const base = Date.UTC(2026, 0, 1);
  it('insertMany 2500 events', async () => {
    const docs = Array.from({ length: 2500 }, (_, i) => ({ type: ['a', 'b', 'c'][i % 3], at: new Date(base + i * 3600e3), n: i, ok: i % 2 === 0, user: i % 2 ? a._id : b._id, tag: [`t${i % 5}`] }));
    const r = await Event.insertMany(docs); assert.equal(r.length, 2500);
  });
  it('cursor with getMore', async () => {
    let n = 0, last = -1; for await (const d of Event.find().sort({ n: 1 }).batchSize(100).lean().cursor()) { assert.equal(d.n, last + 1); last = d.n; n++; } assert.equal(n, 2500);
    const lim = await Event.find().sort({ n: -1 }).skip(10).limit(250).batchSize(100).lean(); assert.equal(lim.length, 250); assert.equal(lim[0].n, 2489);
    const c = Event.find().batchSize(10).cursor(); await c.next(); await c.close();
    let m = 0; for await (const _ of Event.find().sort({ n: 1 }).batchSize(50).cursor()) { if (++m > 60) break; }
  });
  it('projection incl/excl/slice/elemMatch', async () => {
    const d = await User.findById(a._id, { email: 1, 'profile.city': 1, _id: 0 }).lean(); assert.deepEqual(d, { email: 'a@x', profile: { city: 'Bonn' } });
    const e = await User.findById(a._id).select('-items -tags').lean(); assert.ok(!('items' in e) && !('tags' in e) && 'email' in e);
    const s = await User.findById(a._id, { tags: { $slice: 1 } }).lean(); assert.equal(s.tags.length, 1); assert.ok(s.email);
  });
  it('aggregate match/group/sort', async () => {
    const r = await Event.aggregate([{ $match: { ok: true } }, { $group: { _id: '$type', n: { $sum: 1 }, total: { $sum: '$n' }, avg: { $avg: '$n' }, min: { $min: '$n' }, max: { $max: '$n' }, first: { $first: '$n' }, users: { $addToSet: '$user' } } }, { $sort: { _id: 1 } }]);
    assert.equal(r.length, 3); assert.equal(r[0]._id, 'a'); assert.equal(r.reduce((s: number, x: any) => s + x.n, 0), 1250); assert.equal(r[0].min, 0); assert.equal(r[0].users.length, 1); assert.ok(r[0].users[0] instanceof Types.ObjectId);
  });
  it('aggregate facet/dateToString/cond', async () => {
    const r = await Event.aggregate([
      { $match: { at: { $gte: new Date(base), $lt: new Date(base + 10 * 86400e3) } } },
      { $facet: { byDay: [{ $group: { _id: { $dateToString: { format: '%Y-%m-%d', date: '$at', timezone: 'UTC' } }, n: { $sum: 1 }, ok: { $sum: { $cond: [{ $eq: ['$ok', true] }, 1, 0] } } } }, { $sort: { _id: 1 } }], total: [{ $count: 'n' }] } },
    ]);
    assert.equal(r[0].byDay.length, 10); assert.deepEqual(r[0].byDay[0], { _id: '2026-01-01', n: 24, ok: 12 }); assert.deepEqual(r[0].total, [{ n: 240 }]);
  });
  it('aggregate dateToString Europe/Berlin + dateTrunc', async () => {
    const r = await Event.aggregate([{ $limit: 1 }, { $project: { _id: 0, d: { $dateToString: { format: '%Y-%m-%dT%H:%M:%S.%LZ', date: new Date('2026-07-01T22:30:00Z'), timezone: 'Europe/Berlin' } }, t: { $dateTrunc: { date: new Date('2026-07-01T22:30:00Z'), unit: 'hour' } } } }]);
    assert.equal(r[0].d, '2026-07-02T00:30:00.000Z'); assert.equal(r[0].t.toISOString(), '2026-07-01T22:00:00.000Z');
  });
  it('aggregate lookup + unwind + replaceRoot + project', async () => {
    const r = await Event.aggregate([{ $match: { n: { $lt: 4 } } }, { $lookup: { from: 'users', localField: 'user', foreignField: '_id', as: 'u' } }, { $unwind: '$u' }, { $sort: { n: 1 } }, { $project: { _id: 0, n: 1, email: '$u.email' } }]);
    assert.deepEqual(r, [{ n: 0, email: 'b@x' }, { n: 1, email: 'a@x' }, { n: 2, email: 'b@x' }, { n: 3, email: 'a@x' }]);
    const p = await Event.aggregate([{ $match: { n: 1 } }, { $lookup: { from: 'users', let: { uid: '$user' }, pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$uid'] } } }, { $project: { email: 1, _id: 0 } }], as: 'u' } }, { $replaceRoot: { newRoot: { $first: '$u' } } }]);
    assert.deepEqual(p, [{ email: 'a@x' }]);
  });
  it('aggregate cursor getMore', async () => { let n = 0; for await (const _ of Event.aggregate([{ $match: {} }]).cursor({ batchSize: 100 })) n++; assert.equal(n, 2500); });
  it('aggregate $merge / $out', async () => {
    await Event.aggregate([{ $group: { _id: '$type', n: { $sum: 1 } } }, { $out: 'ev_out' }]); assert.equal(await conn.collection('ev_out').countDocuments(), 3);
    await Event.aggregate([{ $match: { type: 'a' } }, { $group: { _id: '$type', n: { $sum: 2 } } }, { $merge: { into: 'ev_out', on: '_id', whenMatched: 'merge' } }]); assert.equal((await conn.collection<any>('ev_out').findOne({ _id: 'a' }))?.n, 834 * 2);
  });
  it('TTL shown & expired within 65 s — index only', async () => { const x = await User.create({ email: 'ttl@x', expiresAt: new Date(Date.now() - 1000) }); assert.ok(x); });
  it('listCollections / collStats-free / renameCollection', async () => {
    const names = (await conn.listCollections()).map((c: any) => c.name); assert.ok(names.includes('users') && names.includes('events'));
    await conn.collection('ev_out').rename('ev_out2'); assert.equal(await conn.collection('ev_out2').countDocuments(), 3);
    await conn.dropCollection('ev_out2');
  });
  it('deleteMany / deleteOne', async () => {
    const r = await Event.deleteMany({ n: { $gte: 2000 } }); assert.equal(r.deletedCount, 500); assert.equal((await Event.deleteOne({ n: 0 })).deletedCount, 1); assert.equal(await Event.countDocuments(), 1999);
  });
  it('unknown operator rejected', async () => {
    await assert.rejects(User.collection.find({ a: { $bogus: 1 } }).toArray(), (e: any) => typeof e.code === 'number');
    await assert.rejects(User.collection.updateOne({}, { $bogus: { a: 1 } }), (e: any) => typeof e.code === 'number');
  });
  it('sessions without transactions', async () => {
    const s = await conn.startSession(); await User.findOne({ email: 'a@x' }).session(s); await User.updateOne({ email: 'a@x' }, { $inc: { score: 1 } }).session(s); await s.endSession();
  });
  it('concurrent findOneAndUpdate claims are exclusive', async () => {
    const C: any = conn.collection('claims'); await C.insertMany(Array.from({ length: 200 }, (_, i) => ({ _id: i, state: 'new' })));
    const got = await Promise.all(Array.from({ length: 200 }, () => C.findOneAndUpdate({ state: 'new' }, { $set: { state: 'taken' } }, { sort: { _id: 1 } })));
    assert.equal(new Set(got.map((g: any) => g._id)).size, 200); assert.equal(await C.findOneAndUpdate({ state: 'new' }, { $set: { state: 'taken' } }), null);
  });
  it('concurrent upsert same unique key → one doc', async () => {
    const C: any = conn.collection('ups'); await C.createIndex({ k: 1 }, { unique: true });
    const rs = await Promise.allSettled(Array.from({ length: 50 }, () => C.updateOne({ k: 'x' }, { $inc: { n: 1 } }, { upsert: true })));
    assert.equal(rs.filter((r: any) => r.status === 'rejected').length, 0); assert.equal((await C.find().toArray()).length, 1); assert.equal((await C.findOne()).n, 50);
  });
  it('document of 1 MB and 16 MB limit', async () => {
    const C: any = conn.collection('big'); await C.insertOne({ _id: 1, s: 'x'.repeat(1 << 20) }); assert.equal((await C.findOne({ _id: 1 })).s.length, 1 << 20);
    await assert.rejects(C.insertOne({ _id: 2, s: 'x'.repeat(17 << 20) }));
  });
  it('unsupported transaction gives explicit error', async () => {
    const s = conn.getClient().startSession(); s.startTransaction(); await assert.rejects(conn.collection('users').insertOne({ email: 'tx' }, { session: s }), (e: any) => [20, 263, 115, 59].includes(e.code)); try { await s.abortTransaction(); } catch {} await s.endSession();
  });
  it('unsupported change stream gives explicit error', async () => {
    const cs = User.collection.watch(); await assert.rejects(cs.next(), (e: any) => [40573, 115, 59, 40324].includes(e.code)); await cs.close();
  });
});
