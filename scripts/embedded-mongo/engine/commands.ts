/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
// The command table. Anything not listed answers CommandNotFound (59); listed options we do not implement answer CommandNotSupported (115).
import { type Doc, Long, ObjectId, compare, decode, encode, equal, isNum, isPlain, keyOf, toNum } from './bsonx.js';
import type { Collection, Engine} from './engine.js';
import { type Row } from './engine.js';
import { MongoErr, err } from './errors.js';
import { type MatchCtx, compile, sortSpec, visit } from './match.js';
import { compileProjection } from './project.js';
import { compileUpdate } from './update.js';
import { type AggEnv, exprEval, pipelineUpdate, run } from './agg.js';
import { type Request, cursorReply } from './wire.js';

export interface Cursor { id: bigint; ns: string; it: Iterator<Uint8Array>; peeked?: Uint8Array; last: number; left: number }
export interface Ctx { eng: Engine; cursors: Map<bigint, Cursor>; connId: number; started: number }
type Out = Doc | Uint8Array;
type Handler = (c: Ctx, b: Doc, r: Request) => Out | Promise<Out>;
const ok = (d: Doc = {}): Doc => ({ ...d, ok: 1 });
const num = (v: any, d = 0) => v === undefined || v === null ? d : toNum(v);
const coll = (c: Ctx, b: Doc, r: Request) => c.eng.find(r.db, String(b[r.name]));
const vars = (b: Doc): MatchCtx => ({ expr: exprEval, vars: b.let ?? {} });
function guard(b: Doc) {
  if (b.collation && b.collation.locale !== 'simple') throw err.unsupported('collation is not supported by the embedded database');
  if (b.startTransaction || b.autocommit === false) throw err.unsupported('transactions need a replica set; the embedded database has none');
}
const MAX_REPLY = 16 * 1024 * 1024;
let cursorSeq = BigInt(Date.now()) << 12n;
function openCursor(c: Ctx, ns: string, it: Iterator<Uint8Array>, batchSize: number, single = false, limit = Infinity): Uint8Array {
  const cur: Cursor = { id: ++cursorSeq, ns, it, last: Date.now(), left: limit };
  return nextBatch(c, cur, batchSize, 'firstBatch', single);
}
function nextBatch(c: Ctx, cur: Cursor, batchSize: number, field: 'firstBatch' | 'nextBatch', single = false): Uint8Array {
  const docs: Uint8Array[] = []; let bytes = 0, done = batchSize < 0; cur.last = Date.now();
  while (docs.length < batchSize) { const d = cur.peeked ?? (() => { const n = cur.it.next(); return n.done ? undefined : n.value; })(); cur.peeked = undefined; if (!d) { done = true; break; } if (docs.length && bytes + d.length > MAX_REPLY) { cur.peeked = d; break; } docs.push(d); bytes += d.length; }
  if (!done && !single) { if (!cur.peeked) { const n = cur.it.next(); if (n.done) done = true; else cur.peeked = n.value; } }
  if (done || single) { c.cursors.delete(cur.id); return cursorReply(docs, 0n, cur.ns, field); }
  c.cursors.set(cur.id, cur); return cursorReply(docs, cur.id, cur.ns, field);
}
function* project(rows: Iterable<Row>, f: ((d: Doc, q?: Doc) => Doc) | null, filter: Doc): Generator<Uint8Array> { for (const r of rows) yield f ? encode(f(r.doc, filter)) : r.raw; }
function writeError(e: any, index: number): Doc { if (!(e instanceof MongoErr)) throw e; return { index, code: e.code, errmsg: e.message, ...e.extra }; }
const aggEnv = (c: Ctx, db: string): AggEnv => ({
  read: (n) => { const k = c.eng.find(db, n); return k ? [...k.find({ filter: {}, ctx: {}, loose: true })].map((r) => r.doc) : []; },
  lookup: (n, f, vs) => { const k = c.eng.find(db, n); return k ? [...k.find({ filter: { [f]: vs.length === 1 ? { $eq: vs[0] } : { $in: vs } }, ctx: {}, loose: true })].map((r) => r.doc) : []; },
});
const listSpec = (c: Collection) => c.indexes.map((i) => ({ ...i.spec }));

export const handlers: Record<string, Handler> = {
  hello: (c, b) => ok({ helloOk: true, ...(b.hello ? { isWritablePrimary: true } : { ismaster: true }), maxBsonObjectSize: 16777216, maxMessageSizeBytes: 48000000, maxWriteBatchSize: 100000, localTime: new Date(Date.now() + c.eng.clockShiftMs), logicalSessionTimeoutMinutes: 30, connectionId: c.connId, minWireVersion: 0, maxWireVersion: 21, readOnly: false }),
  ping: () => ok(), endSessions: () => ok(), refreshSessions: () => ok(), killSessions: () => ok(), startSession: () => ok({ id: { id: new ObjectId() }, timeoutMinutes: 30 }),
  buildInfo: () => ok({ version: '7.0.0', gitVersion: 'embedded', modules: [], versionArray: [7, 0, 0, 0], bits: 64, debug: false, maxBsonObjectSize: 16777216, storageEngines: ['embedded'] }),
  connectionStatus: () => ok({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
  serverStatus: (c) => ok({ version: '7.0.0', process: 'embedded', pid: process.pid, uptime: (Date.now() - c.started) / 1000, connections: { current: 1 } }),
  hostInfo: () => ok({ system: {}, os: {} }), getParameter: () => ok({ featureCompatibilityVersion: { version: '7.0' } }), getLog: () => ok({ totalLinesWritten: 0, log: [] }), getCmdLineOpts: () => ok({ argv: [], parsed: {} }), whatsmyuri: () => ok({ you: '127.0.0.1:0' }),

  insert: async (c, b, r) => {
    const raws = r.raws.documents ?? (b.documents ?? []).map((d: Doc) => encode(d)); let n = 0; const writeErrors: Doc[] = [];
    await c.eng.store.write(() => { const k = c.eng.ensure(r.db, b.insert); for (let i = 0; i < raws.length; i++) try { const raw = Buffer.from(raws[i]); k.insert(decode(raw), raw); n++; } catch (e) { writeErrors.push(writeError(e, i)); if (b.ordered !== false) break; } });
    return ok({ n, ...(writeErrors.length ? { writeErrors } : {}) });
  },
  update: async (c, b, r) => {
    const list: Doc[] = r.raws.updates ? r.raws.updates.map((x) => decode(x)) : b.updates; let n = 0, nModified = 0; const upserted: Doc[] = [], writeErrors: Doc[] = [];
    await c.eng.store.write(() => list.forEach((u, i) => {
      if (writeErrors.length && b.ordered !== false) return;
      try {
        guard(u); const ctx: MatchCtx = { expr: exprEval, vars: { ...b.let, ...u.c } }; const upd = compileUpdate(u.u, { arrayFilters: u.arrayFilters, ctx, pipeline: (d, s) => pipelineUpdate(d, s, ctx.vars) });
        if (upd.replacement && u.multi) throw err.parse('multi update is not supported for replacement-style update');
        let k = c.eng.find(r.db, b.update); if (!k) { compile(u.q, ctx); if (!u.upsert) return; k = c.eng.ensure(r.db, b.update); }
        const res = k.update({ filter: u.q, upd, multi: !!u.multi, upsert: !!u.upsert, ctx, hint: u.hint, sort: u.sort }); n += res.n; nModified += res.modified; if (res.upserted !== undefined) upserted.push({ index: i, _id: res.upserted });
      } catch (e) { writeErrors.push(writeError(e, i)); }
    }));
    return ok({ n, nModified, ...(upserted.length ? { upserted } : {}), ...(writeErrors.length ? { writeErrors } : {}) });
  },
  delete: async (c, b, r) => {
    const list: Doc[] = r.raws.deletes ? r.raws.deletes.map((x) => decode(x)) : b.deletes; let n = 0; const writeErrors: Doc[] = [];
    await c.eng.store.write(() => list.forEach((d, i) => { if (writeErrors.length && b.ordered !== false) return; try { guard(d); const k = c.eng.find(r.db, b.delete); if (!k) { compile(d.q, vars(b)); return; } const rows = [...k.find({ filter: d.q, limit: num(d.limit), hint: d.hint, ctx: vars(b) })]; for (const row of rows) k.remove(row); n += rows.length; } catch (e) { writeErrors.push(writeError(e, i)); } }));
    return ok({ n, ...(writeErrors.length ? { writeErrors } : {}) });
  },
  findAndModify: async (c, b, r) => c.eng.store.write(() => {
    const name = b[r.name], ctx = { expr: exprEval, vars: b.let ?? {} }, proj = compileProjection(b.fields, ctx); const filter = b.query ?? {}; let k = c.eng.find(r.db, name); const show = (d?: Doc) => d === undefined ? null : proj ? proj(d, filter) : d;
    if (b.remove) { const row = k && [...k.find({ filter, sort: b.sort, limit: 1, hint: b.hint, ctx })][0]; if (!row) return ok({ lastErrorObject: { n: 0 }, value: null }); (k as Collection).remove(row); return ok({ lastErrorObject: { n: 1 }, value: show(row.doc) }); }
    const upd = compileUpdate(b.update, { arrayFilters: b.arrayFilters, ctx, pipeline: (d, s) => pipelineUpdate(d, s, ctx.vars) });
    if (!k) { compile(filter, ctx); if (!b.upsert) return ok({ lastErrorObject: { n: 0, updatedExisting: false }, value: null }); k = c.eng.ensure(r.db, name); }
    const res = k.update({ filter, upd, multi: false, upsert: !!b.upsert, ctx, sort: b.sort, hint: b.hint });
    return ok({ lastErrorObject: { n: res.n, updatedExisting: res.n > 0 && res.upserted === undefined, ...(res.upserted !== undefined ? { upserted: res.upserted } : {}) }, value: show(b.new ? res.after : res.before) });
  }),
  find: (c, b, r) => {
    if (b.tailable || b.awaitData) throw err.unsupported('tailable cursors are not supported by the embedded database'); const k = coll(c, b, r), ctx = vars(b), filter = b.filter ?? {}; const ns = `${r.db}.${b.find}`; const proj = compileProjection(b.projection, ctx); compile(filter, ctx); sortSpec(b.sort);
    if (!k) return cursorReply([], 0n, ns, 'firstBatch');
    const lim = Math.abs(num(b.limit)), single = !!b.singleBatch || num(b.limit) < 0; const bs = num(b.batchSize, b.batchSize === undefined ? 101 : 0);
    return openCursor(c, ns, project(k.find({ filter, sort: b.sort, skip: num(b.skip), limit: lim, hint: b.hint, ctx }), proj, filter), lim ? Math.min(bs, lim) : bs, single);
  },
  getMore: (c, b) => { const id = BigInt(b.getMore.toString()), cur = c.cursors.get(id); if (!cur) throw new MongoErr(43, 'CursorNotFound', `cursor id ${id} not found`); return nextBatch(c, cur, num(b.batchSize) || Number.MAX_SAFE_INTEGER, 'nextBatch'); },
  killCursors: (c, b) => { const killed: any[] = [], nf: any[] = []; for (const x of b.cursors) (c.cursors.delete(BigInt(x.toString())) ? killed : nf).push(x); return ok({ cursorsKilled: killed, cursorsNotFound: nf, cursorsAlive: [], cursorsUnknown: [] }); },
  count: (c, b, r) => { const k = coll(c, b, r), q = b.query ?? {}; if (!k) return ok({ n: 0 }); if (!Object.keys(q).length && !b.skip && !b.limit) return ok({ n: k.count }); let n = 0; for (const _ of k.find({ filter: q, skip: num(b.skip), limit: Math.abs(num(b.limit)), hint: b.hint, ctx: vars(b) })) n++; return ok({ n }); },
  distinct: (c, b, r) => { const k = coll(c, b, r); const seen = new Map<string, any>(), path = String(b.key).split('.'); if (k) for (const row of k.find({ filter: b.query ?? {}, ctx: vars(b) })) visit(row.doc, path, (v, el) => { if (v === undefined || (!el && Array.isArray(v))) return false; const s = keyOf(v).toString('latin1'); if (!seen.has(s)) seen.set(s, v); return false; }); return ok({ values: [...seen.values()].sort(compare) }); },
  aggregate: async (c, b, r) => {
    const name = b.aggregate; let stages: any[] = b.pipeline; if (!Array.isArray(stages)) throw err.typeMismatch("'pipeline' option must be specified as an array"); const bs = num(b.cursor?.batchSize, b.cursor?.batchSize === undefined ? 101 : 0);
    if (isPlain(stages[0]) && '$changeStream' in stages[0]) throw new MongoErr(40573, 'Location40573', 'The $changeStream stage is only supported on replica sets');
    if (b.explain) return ok({ queryPlanner: explainPlan(c, r.db, typeof name === 'string' ? name : '', stages[0]?.$match ?? {}, undefined) });
    const env = aggEnv(c, r.db), ctx = vars(b), k = typeof name === 'string' ? c.eng.find(r.db, name) : undefined; let last = stages[stages.length - 1], write: { kind: string; spec: any } | null = null;
    if (isPlain(last) && ('$out' in last || '$merge' in last)) { const kind = Object.keys(last)[0]; write = { kind, spec: last[kind] }; stages = stages.slice(0, -1); }
    // push the leading $match/$sort/$skip/$limit down to the index scan
    let filter: Doc = {}, sort: any, skip = 0, limit = 0, i = 0;
    while (isPlain(stages[i]) && '$match' in stages[i]) { filter = Object.keys(filter).length ? { $and: [filter, stages[i].$match] } : stages[i].$match; i++; }
    if (isPlain(stages[i]) && '$sort' in stages[i]) { sort = stages[i].$sort; i++; }
    if (isPlain(stages[i]) && '$skip' in stages[i]) { skip = num(stages[i].$skip); i++; }
    if (isPlain(stages[i]) && '$limit' in stages[i]) { limit = num(stages[i].$limit); if (limit <= 0) throw new MongoErr(15958, 'Location15958', 'the limit must be positive'); i++; }
    const rest = stages.slice(i); compile(filter, ctx); let docs: Doc[];
    const only1 = rest.length === 1 && isPlain(rest[0]) && rest[0].$group && rest[0].$group._id !== undefined && typeof rest[0].$group._id !== 'string' && isNum(rest[0].$group._id) && Object.keys(rest[0].$group).length === 2 && rest[0].$group.n && isNum(rest[0].$group.n.$sum);
    if (only1) { let n = 0; if (k) { if (!Object.keys(filter).length && !skip && !limit) n = k.count; else for (const _ of k.find({ filter, skip, limit, hint: b.hint, ctx })) n++; } docs = n ? [{ _id: rest[0].$group._id, n: n * toNum(rest[0].$group.n.$sum) }] : []; } // countDocuments
    else { const src = k ? (function* () { for (const row of k.find({ filter, sort, skip, limit, hint: b.hint, ctx, loose: true })) yield row.doc; })() : []; docs = rest.length ? run(src, rest, env, b.let ?? {}) : [...src]; }
    if (write) { await writeOut(c, r.db, write, docs); docs = []; }
    return openCursor(c, `${r.db}.${name}`, (function* () { for (const d of docs) yield encode(d); })(), bs);
  },
  create: async (c, b, r) => { for (const o of ['capped', 'viewOn', 'timeseries', 'validator', 'clusteredIndex', 'encryptedFields']) if (b[o]) throw err.unsupported(`create option ${o} is not supported by the embedded database`); guard(b); if (c.eng.find(r.db, b.create)) throw err.nsExists(`Collection ${r.db}.${b.create} already exists.`); await c.eng.store.write(() => { c.eng.ensure(r.db, b.create); }); return ok(); },
  drop: async (c, b, r) => { const k = coll(c, b, r); if (!k) return ok(); const n = k.indexes.length; await c.eng.store.write(() => c.eng.drop(k)); return ok({ ns: k.ns, nIndexesWas: n }); },
  dropDatabase: async (c, _b, r) => { await c.eng.store.write(() => { for (const k of Array.from(c.eng.collections.values())) if (k.db === r.db) c.eng.drop(k); }); return ok({ dropped: r.db }); },
  createIndexes: async (c, b, r) => { let before = 0, after = 0, created = !c.eng.find(r.db, b.createIndexes); await c.eng.store.write(() => { const k = c.eng.ensure(r.db, b.createIndexes); before = k.indexes.length; for (const s of b.indexes) c.eng.createIndex(k, s); after = k.indexes.length; }); return ok({ numIndexesBefore: before, numIndexesAfter: after, createdCollectionAutomatically: created, ...(before === after ? { note: 'all indexes already exist' } : {}) }); },
  dropIndexes: async (c, b, r) => { const k = coll(c, b, r); if (!k) throw err.nsNotFound(`ns not found ${r.db}.${b.dropIndexes}`); const was = k.indexes.length; const names: any[] = Array.isArray(b.index) ? b.index : [b.index]; await c.eng.store.write(() => { for (const n of names) { if (n === '*') { for (const i of k.indexes.slice()) if (i.name !== '_id_') c.eng.dropIndex(k, i); continue; } const ix = k.indexes.find((i) => isPlain(n) ? JSON.stringify(i.spec.key) === JSON.stringify(n) : i.name === n); if (!ix) throw err.indexNotFound(`index not found with name [${n}]`); if (ix.name === '_id_') throw new MongoErr(72, 'InvalidOptions', 'cannot drop _id index'); c.eng.dropIndex(k, ix); } }); return ok({ nIndexesWas: was }); },
  listIndexes: (c, b, r) => { const k = coll(c, b, r); if (!k) throw err.nsNotFound(`ns does not exist: ${r.db}.${b.listIndexes}`); return openCursor(c, k.ns, listSpec(k).map((s) => encode(s))[Symbol.iterator](), num(b.cursor?.batchSize, 101) || 101); },
  listCollections: (c, b, r) => { const f = b.filter ? compile(b.filter, {}) : () => true; const xs = [...c.eng.collections.values()].filter((k) => k.db === r.db).map((k) => ({ name: k.name, type: 'collection', options: k.options ?? {}, info: { readOnly: false, uuid: k.uuid }, idIndex: k.indexes[0].spec })).filter(f); return openCursor(c, `${r.db}.$cmd.listCollections`, xs.map((x) => encode(b.nameOnly ? { name: x.name, type: x.type } : x))[Symbol.iterator](), num(b.cursor?.batchSize, 1000) || 1000); },
  listDatabases: (c, b) => { const names = [...new Set([...c.eng.collections.values()].map((k) => k.db))]; const f = b.filter ? compile(b.filter, {}) : () => true; const ds = names.map((name) => ({ name, sizeOnDisk: 0, empty: false })).filter(f); return ok({ databases: b.nameOnly ? ds.map((d) => ({ name: d.name })) : ds, totalSize: 0 }); },
  renameCollection: async (c, b) => { const [fd, ...f] = b.renameCollection.split('.'), [td, ...t] = b.to.split('.'); const k = c.eng.find(fd, f.join('.')); if (!k) throw err.nsNotFound(`Source collection ${b.renameCollection} does not exist`); const x = c.eng.find(td, t.join('.')); if (x && !b.dropTarget) throw err.nsExists('target namespace exists'); await c.eng.store.write(() => { if (x) c.eng.drop(x); c.eng.rename(k, td, t.join('.')); }); return ok(); },
  collMod: async (c, b, r) => { const k = coll(c, b, r); if (!k) throw err.nsNotFound(); const i = b.index; if (!i || i.expireAfterSeconds === undefined) throw err.unsupported('only index.expireAfterSeconds can be changed'); const ix = k.indexes.find((x) => x.name === i.name || JSON.stringify(x.spec.key) === JSON.stringify(i.keyPattern)); if (!ix) throw err.indexNotFound('cannot find index'); const old = ix.ttl; await c.eng.store.write(() => { ix.ttl = toNum(i.expireAfterSeconds); ix.spec.expireAfterSeconds = ix.ttl; c.eng.saveMeta(k); }); return ok({ expireAfterSeconds_old: old, expireAfterSeconds_new: ix.ttl }); },
  collStats: (c, b, r) => { const k = coll(c, b, r); return ok({ ns: `${r.db}.${b.collStats}`, count: k?.count ?? 0, size: 0, storageSize: 0, nindexes: k?.indexes.length ?? 0 }); },
  dbStats: (c, _b, r) => { const ks = [...c.eng.collections.values()].filter((k) => k.db === r.db); return ok({ db: r.db, collections: ks.length, objects: ks.reduce((s, k) => s + k.count, 0), dataSize: 0, storageSize: 0, indexes: ks.reduce((s, k) => s + k.indexes.length, 0) }); },
  explain: (c, b, r) => { const e = b.explain, name = String(Object.values(e)[0]); return ok({ queryPlanner: explainPlan(c, r.db, name, e.filter ?? e.query ?? e.pipeline?.[0]?.$match ?? e.updates?.[0]?.q ?? e.deletes?.[0]?.q ?? {}, e.sort) }); },
};
handlers.isMaster = handlers.ismaster = handlers.hello; handlers.findandmodify = handlers.findAndModify; handlers.buildinfo = handlers.buildInfo; handlers.serverstatus = handlers.serverStatus; handlers.dbstats = handlers.dbStats; handlers.collstats = handlers.collStats;
for (const n of ['commitTransaction', 'abortTransaction']) handlers[n] = () => { throw err.unsupported('transactions need a replica set; the embedded database has none'); };
for (const n of ['mapReduce', 'bulkWrite', 'replSetGetStatus', 'createUser', 'saslStart', 'createSearchIndexes', 'updateSearchIndex', 'watch', 'fsync', 'compact', 'validate', 'top', 'currentOp', 'killOp', 'applyOps', 'replSetInitiate', 'shardCollection', 'enableSharding', 'logRotate', 'profile']) handlers[n] ??= () => { throw err.unsupported(`command ${n} is not supported by the embedded database`); };
function explainPlan(c: Ctx, db: string, name: string, filter: Doc, sort: any): Doc { const k = c.eng.find(db, name); const p = k?.plan({ filter, sort }); const scan = !p?.index ? { stage: k ? 'COLLSCAN' : 'EOF' } : { stage: 'FETCH', inputStage: { stage: 'IXSCAN', indexName: p.index.name, keyPattern: p.index.spec.key, isMultiKey: p.index.multikey, direction: p.reverse ? 'backward' : 'forward', ranges: p.ranges?.length } }; return { namespace: `${db}.${name}`, winningPlan: p && sort && !p.sorted ? { stage: 'SORT', inputStage: scan } : scan }; }
async function writeOut(c: Ctx, db: string, w: { kind: string; spec: any }, docs: Doc[]) {
  await c.eng.store.write(() => {
    if (w.kind === '$out') { const name = typeof w.spec === 'string' ? w.spec : w.spec.coll; const k = c.eng.ensure(w.spec.db ?? db, name); for (const row of Array.from(k.find({ filter: {}, ctx: {} }))) k.remove(row); for (const d of docs) k.insert(d); return; }
    const into = w.spec.into ?? w.spec, name = typeof into === 'string' ? into : into.coll, k = c.eng.ensure(into.db ?? db, name), on: string[] = w.spec.on ? [].concat(w.spec.on) : ['_id']; const wm = w.spec.whenMatched ?? 'merge', wn = w.spec.whenNotMatched ?? 'insert';
    for (const d of docs) {
      const filter = Object.fromEntries(on.map((f) => [f, { $eq: d[f] ?? null }])), row = [...k.find({ filter, limit: 1, ctx: {} })][0];
      if (!row) { if (wn === 'insert') k.insert(d); else if (wn === 'fail') throw new MongoErr(13113, 'MergeStageNoMatchingDocument', '$merge could not find a matching document'); continue; }
      if (wm === 'keepExisting') continue; if (wm === 'fail') throw k.dupError(k.indexes[0], d); if (Array.isArray(wm)) { k.replace(row, { ...pipelineUpdate(row.doc, wm, { new: d }) }); continue; }
      k.replace(row, wm === 'replace' ? { _id: row.doc._id, ...d, } : { ...row.doc, ...d, _id: row.doc._id });
    }
  });
}
export async function dispatch(c: Ctx, r: Request): Promise<Out> {
  const h = handlers[r.name]; if (!h) throw err.noCommand(r.name);
  for (const [k, list] of Object.entries(r.raws)) if (!(r.name === 'insert' && k === 'documents') && !(r.name === 'update' && k === 'updates') && !(r.name === 'delete' && k === 'deletes')) r.body[k] = list.map((x) => decode(x));
  guard(r.body); return h(c, r.body, r);
}
export { Long, equal };
