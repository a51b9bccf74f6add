/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
// Collections, documents, indexes on the store.
import { type Doc, ObjectId, UNDEF_KEY, compare, decode, encode, equal, isNum, isPlain, keyOf, toNum } from './bsonx.js';
import { type MatchCtx, type Pred, type SortSpec, compile, sorter, sortSpec } from './match.js';
import { type Index, type Plan, choose, component, isCovered } from './plan.js';
import type { Store} from './store.js';
import { type Range, succ } from './store.js';
import { MongoErr, err } from './errors.js';
import { type Compiled, upsertBase } from './update.js';

const RID = 6, MAX_DOC = 16 * 1024 * 1024;
const u32 = (n: number) => { const b = Buffer.allocUnsafe(4); b.writeUInt32BE(n); return b; };
const ridBuf = (n: number) => { const b = Buffer.allocUnsafe(RID); b.writeUIntBE(n, 0, RID); return b; };
export interface Row { rid: number; doc: Doc; raw: Buffer }
export interface Entry { ix: Index; key: Buffer }
export interface FindOpts { filter: Doc; sort?: any; skip?: number; limit?: number; hint?: any; ctx: MatchCtx; loose?: boolean }

function values(doc: any, parts: string[], i: number, out: Buffer[], st: { multi: boolean; found: boolean }): void {
  if (i === parts.length) {
    if (Array.isArray(doc)) { st.multi = true; if (!doc.length) { out.push(UNDEF_KEY); st.found = true; } for (const e of doc) { out.push(keyOf(e)); st.found = true; } } else { out.push(keyOf(doc)); if (doc !== undefined) st.found = true; }
    return;
  }
  if (Array.isArray(doc)) {
    st.multi = true; const p = parts[i];
    if (/^\d+$/.test(p) && Number(p) < doc.length) { values(doc[Number(p)], parts, i + 1, out, st); return; }
    for (const e of doc) if (isPlain(e)) values(e, parts, i, out, st); return;
  }
  if (isPlain(doc)) values(doc[parts[i]], parts, i + 1, out, st); else out.push(keyOf(null));
}
export class Collection {
  indexes: Index[] = []; nextRid = 1; count = 0; bytes = 0; prefix: Buffer;
  constructor(public eng: Engine, public db: string, public name: string, public id: number, public options: Doc, public uuid: any) { this.prefix = u32(id); }
  get ns() { return `${this.db}.${this.name}`; }
  private docKey(rid: number) { return Buffer.concat([this.prefix, ridBuf(rid)]); }
  get(rid: number): Buffer | undefined { return this.eng.store.docs.getBinary(this.docKey(rid)); }
  // ---- index maintenance
  entries(doc: Doc, rid: number, only?: Index[]): Entry[] {
    const res: Entry[] = [];
    for (const ix of only ?? this.indexes) {
      if (ix.match && !ix.match(doc)) continue;
      const per: Buffer[][] = []; let multi = 0, found = false; const st = { multi: false, found: false }; const multiRoots = new Set<string>();
      for (let i = 0; i < ix.key.length; i++) { const o: Buffer[] = []; st.multi = false; st.found = false; values(doc, ix.parts[i], 0, o, st); if (!o.length) o.push(keyOf(null)); if (st.multi) { multi++; multiRoots.add(ix.parts[i][0]); } if (st.found) found = true; per.push(o.map((b) => component(ix, i, b))); }
      if (ix.sparse && !found) continue;
      if (multi > 1 && multiRoots.size > 1) throw new MongoErr(171, 'CannotIndexParallelArrays', `cannot index parallel arrays [${ix.key.map(([k]) => k).join('] [')}]`);
      if (multi && !ix.multikey) { ix.multikey = true; this.eng.store.undo.push(() => { ix.multikey = false; }); this.eng.saveMeta(this); }
      let keys: Buffer[] = [ix.prefix]; for (const p of per) keys = p.length === 1 ? keys.map((k) => Buffer.concat([k, p[0]])) : keys.flatMap((k) => p.map((q) => Buffer.concat([k, q])));
      if (multi) { const seen = new Set<string>(); keys = keys.filter((k) => { const s = k.toString('latin1'); return seen.has(s) ? false : (seen.add(s), true); }); }
      for (const k of keys) res.push({ ix, key: k });
    }
    return res;
  }
  private checkUnique(es: Entry[], rid: number, doc: Doc) {
    for (const e of es) if (e.ix.unique) for (const k of this.eng.store.idx.getKeys({ start: e.key, end: succ(e.key), limit: 2 }) as Iterable<Buffer>) {
      if (k.length === e.key.length + RID && k.readUIntBE(k.length - RID, RID) !== rid) throw this.dupError(e.ix, doc);
    }
  }
  dupError(ix: Index, doc: Doc): MongoErr {
    const keyValue: Doc = {}; const show: string[] = [];
    for (const [p] of ix.key) { let v: any = doc; for (const s of p.split('.')) v = Array.isArray(v) ? (/^\d+$/.test(s) ? v[Number(s)] : v.map((x) => x?.[s])[0]) : v?.[s]; keyValue[p] = v ?? null; show.push(`${p}: ${v?._bsontype === 'ObjectId' ? `ObjectId('${v}')` : JSON.stringify(v ?? null)}`); }
    return new MongoErr(11000, 'DuplicateKey', `E11000 duplicate key error collection: ${this.ns} index: ${ix.name} dup key: { ${show.join(', ')} }`, { keyPattern: Object.fromEntries(ix.key), keyValue });
  }
  // ---- writes (inside store.write)
  insert(doc: Doc, raw?: Buffer): void {
    if (doc._id === undefined || Object.keys(doc)[0] !== '_id') { const { _id, ...rest } = doc; doc = { _id: _id ?? new ObjectId(), ...rest }; raw = undefined; }
    if (Array.isArray(doc._id) || doc._id?._bsontype === 'BSONRegExp') throw new MongoErr(53, 'InvalidIdField', "The '_id' value cannot be of type array");
    const bytes = raw ?? Buffer.from(encode(doc)); if (bytes.length > MAX_DOC) throw new MongoErr(10334, 'BSONObjectTooLarge', `BSONObj size: ${bytes.length} is invalid`);
    const rid = this.nextRid; const es = this.entries(doc, rid); this.checkUnique(es, rid, doc); this.nextRid++;
    const s = this.eng.store, r = ridBuf(rid); void s.docs.put(this.docKey(rid), bytes); for (const e of es) void s.idx.put(Buffer.concat([e.key, r]), EMPTY); this.count++; s.undo.push(() => { this.count--; });
  }
  /** true when the stored bytes changed */
  replace(row: Row, next: Doc, old?: Doc): boolean {
    const bytes = Buffer.from(encode(next)); if (bytes.equals(row.raw)) return false;
    if (bytes.length > MAX_DOC) throw new MongoErr(10334, 'BSONObjectTooLarge', `Resulting document after update is larger than ${MAX_DOC}`);
    // an index none of whose fields changed keeps its entries
    const prev = old ?? decode(row.raw), touched = this.indexes.filter((ix) => ix.roots === null || ix.roots.some((f) => !unchanged(prev[f], next[f])));
    const s = this.eng.store, before = this.entries(prev, row.rid, touched), after = this.entries(next, row.rid, touched);
    const b = new Map(before.map((e) => [e.key.toString('latin1'), e])), a = new Map(after.map((e) => [e.key.toString('latin1'), e]));
    const add = after.filter((e) => !b.has(e.key.toString('latin1'))); this.checkUnique(add, row.rid, next);
    const r = ridBuf(row.rid); void s.docs.put(this.docKey(row.rid), bytes); for (const [k, e] of b) if (!a.has(k)) void s.idx.remove(Buffer.concat([e.key, r])); for (const e of add) void s.idx.put(Buffer.concat([e.key, r]), EMPTY);
    return true;
  }
  remove(row: Row): void { const s = this.eng.store, r = ridBuf(row.rid); for (const e of this.entries(decode(row.raw), row.rid)) void s.idx.remove(Buffer.concat([e.key, r])); void s.docs.remove(this.docKey(row.rid)); this.count--; s.undo.push(() => { this.count++; }); }
  // ---- reads
  private dive = (p: Plan, max: number): number => { let n = 0; for (const r of p.ranges as Range[]) { n += (this.eng.store.idx as any).getKeysCount({ start: r.start, end: r.end, limit: max - n }); if (n >= max) break; } return n; };
  private pick(filter: Doc, spec: SortSpec, hint?: any, limit = 0): Plan { return choose(this.indexes, filter, spec, hint, this.dive, limit); }
  plan(o: { filter: Doc; sort?: any; hint?: any }): Plan { return this.pick(o.filter, sortSpec(o.sort), o.hint); }
  /** an $or whose branches can each use an index better than the whole can */
  private branches(filter: Doc, spec: SortSpec, whole: Plan, limit: number): { filter: Doc; plan: Plan }[] | null {
    const or = filter.$or; if (!Array.isArray(or) || or.length < 2 || or.length > 16) return null; const { $or: _, ...rest } = filter;
    const bs = or.map((b: Doc) => { const f = Object.keys(rest).length ? { $and: [rest, b] } : b; return { filter: f, plan: this.pick(f, spec, undefined, limit) }; });
    if (bs.some((b) => !b.plan.index || !b.plan.eq && b.plan.score <= 8)) return null;
    if (!whole.index) return bs; const cheap = (p: Plan) => p.point || this.dive(p, 64) < 64; // worth it when a branch narrows what the whole cannot
    return bs.every((b) => cheap(b.plan) || b.plan.score > whole.score || b.plan.check) ? bs : null;
  }
  private *rids(p: Plan): Generator<number> {
    const s = this.eng.store;
    if (!p.index) { for (const k of s.keys(s.docs, { start: this.prefix, end: succ(this.prefix) })) yield k.readUIntBE(4, RID); return; }
    const ranges = p.ranges as Range[]; const seen = p.index.multikey || ranges.length > 1 ? new Set<number>() : null; const rs = p.reverse ? ranges.toReversed() : ranges;
    for (const r of rs) for (const k of s.keys(s.idx, { ...r, reverse: p.reverse })) { const id = k.readUIntBE(k.length - RID, RID); if (p.check && !p.check(k)) continue; if (seen) { if (seen.has(id)) continue; seen.add(id); } yield id; }
  }
  stats = { examined: 0 };
  private *scan(p: Plan, pred: Pred, filter: Doc, loose?: boolean): Generator<Row> { const covered = isCovered(p, filter); for (const rid of this.rids(p)) { const raw = this.get(rid); if (!raw) continue; this.stats.examined++; if (covered) { yield unread(rid, raw, loose); continue; } const doc = decode(raw, loose); if (pred(doc)) yield { rid, doc, raw }; } }
  *find(o: FindOpts): Generator<Row> {
    const pred = compile(o.filter, o.ctx), spec = sortSpec(o.sort), p = this.pick(o.filter, spec, o.hint, o.limit ? o.limit + (o.skip ?? 0) : 0); let skip = o.skip ?? 0, limit = o.limit || Infinity;
    let it: Iterable<Row>; const bs = o.hint === undefined && !p.point ? this.branches(o.filter, spec, p, o.limit ? o.limit + skip : 0) : null;
    if (bs) { // union of the branches; with sort and limit each branch gives at most skip+limit rows
      const rows = new Map<number, Row>(), cap = skip + limit;
      for (const b of bs) { let part: Iterable<Row> = this.scan(b.plan, compile(b.filter, o.ctx), b.filter, o.loose), n = 0; if (spec.length && !b.plan.sorted) part = sorter<Row>(spec, (r) => r.doc)([...part]); for (const r of part) { rows.set(r.rid, r); if (++n >= cap) break; } }
      it = spec.length ? sorter<Row>(spec, (r) => r.doc)([...rows.values()]) : [...rows.values()].sort((a, b) => a.rid - b.rid);
    } else it = this.scan(p, pred, o.filter, o.loose);
    if (bs) { /* sorted already */ } else if (spec.length && !p.sorted) it = sorter<Row>(spec, (r) => r.doc)([...it]);
    else if (spec.length === 1 && spec[0][0] === '$natural' && spec[0][1] === -1) it = [...it].toReversed();
    for (const r of it) { if (skip > 0) { skip--; continue; } if (limit-- <= 0) return; yield r; if (limit <= 0) return; }
  }
  // ---- update one/many
  /** what the indexes depend on, kept apart from a document that is about to be changed in place; undefined: not known */
  private indexedPart(doc: Doc): Doc | undefined { const part: Doc = {}; for (const ix of this.indexes) { if (!ix.roots) return undefined; for (const f of ix.roots) if (f in doc && !(f in part)) part[f] = ownCopy(doc[f]); } return part; }
  update(o: { filter: Doc; upd: Compiled; multi: boolean; upsert: boolean; ctx: MatchCtx; sort?: any; hint?: any }): { n: number; modified: number; upserted?: any; before?: Doc; after?: Doc } {
    const rows = [...this.find({ filter: o.filter, sort: o.sort, hint: o.hint, limit: o.multi ? 0 : 1, ctx: o.ctx })]; let modified = 0, after: Doc | undefined;
    for (const row of rows) { const old = this.indexedPart(row.doc), next = o.upd.apply(row.doc, o.filter, false); if (this.replace(row, next, old)) modified++; after = next; }
    const last = rows.at(-1); if (last || !o.upsert) return { n: rows.length, modified, after, get before() { return last && decode(last.raw); } };
    let doc = o.upd.apply(upsertBase(o.filter, o.upd.replacement), o.filter, true); if (doc._id === undefined) doc = { _id: new ObjectId(), ...doc }; else { const { _id, ...rest } = doc; doc = { _id, ...rest }; }
    this.insert(doc); return { n: 1, modified: 0, upserted: doc._id, after: doc };
  }
}
const EMPTY = Buffer.alloc(0);
/** a document that needs no look at it to be found */
const unread = (rid: number, raw: Buffer, loose?: boolean): Row => { let doc: Doc | undefined; return { rid, raw, get doc() { return doc ??= decode(raw, loose); } }; };
const ownCopy = (v: any): any => Array.isArray(v) ? v.map(ownCopy) : isPlain(v) ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, ownCopy(x)])) : v;
/** a field that is there in both, or in neither, with the same index keys */
const unchanged = (a: any, b: any): boolean => a === b || (a !== undefined && b !== undefined && !isNum(a) && equal(a, b));
/** the top-level fields an index depends on; null: not known */
const rootsOf = (spec: Doc): string[] | null => { const fs = [...Object.keys(spec.key), ...Object.keys(spec.partialFilterExpression ?? {})]; return fs.some((f) => f[0] === '$') ? null : [...new Set(fs.map((f) => f.split('.')[0]))]; };
export class Engine {
  collections = new Map<string, Collection>(); private nextId = 1; private ttlTimer?: NodeJS.Timeout;
  /** Added to the time that `hello` tells, for tests of clocks that are apart. */
  clockShiftMs = 0;
  constructor(public store: Store) {
    for (const { key, value } of store.meta.getRange({}) as any) {
      const k = key.toString(); if (k === 'format') continue; if (k === 'next') { this.nextId = decode(value).id; continue; }
      const m = decode(value, true), ns = k.slice(2), dot = ns.indexOf('.'); const c = new Collection(this, ns.slice(0, dot), ns.slice(dot + 1), m.id, m.options, m.uuid);
      for (const ix of m.indexes) c.indexes.push(makeIndex(ix.id, ix.spec, ix.multikey)); this.collections.set(ns, c);
      c.count = (store.docs as any).getKeysCount({ start: c.prefix, end: succ(c.prefix) }); for (const lk of store.docs.getKeys({ start: succ(c.prefix), end: c.prefix, reverse: true, limit: 1, exclusiveStart: true }) as any) c.nextRid = lk.readUIntBE(4, RID) + 1;
    }
  }
  newId() { const id = this.nextId++; void this.store.meta.put(Buffer.from('next'), Buffer.from(encode({ id: this.nextId }))); return id; }
  saveMeta(c: Collection) { void this.store.meta.put(Buffer.from('c:' + c.ns), Buffer.from(encode({ id: c.id, options: c.options, uuid: c.uuid, indexes: c.indexes.map((i) => ({ id: i.id, spec: i.spec, multikey: i.multikey })) }))); }
  find(db: string, name: string) { return this.collections.get(`${db}.${name}`); }
  /** inside store.write */
  ensure(db: string, name: string, options: Doc = {}): Collection {
    let c = this.find(db, name); if (c) return c;
    if (!name || name.startsWith('.') || name.includes('$') || name.includes('\0')) throw new MongoErr(73, 'InvalidNamespace', `Invalid namespace specified '${db}.${name}'`);
    c = new Collection(this, db, name, this.newId(), options, new ObjectId().toHexString()); c.indexes.push(makeIndex(this.newId(), { v: 2, key: { _id: 1 }, name: '_id_' }, false)); const made = c; this.collections.set(made.ns, made); this.store.undo.push(() => this.collections.delete(made.ns)); this.saveMeta(made); return made;
  }
  private wipe(db: any, prefix: Buffer) { for (const k of Array.from(this.store.keys(db, { start: prefix, end: succ(prefix) }))) db.remove(k); }
  drop(c: Collection) { this.wipe(this.store.docs, c.prefix); for (const i of c.indexes) this.wipe(this.store.idx, i.prefix); void this.store.meta.remove(Buffer.from('c:' + c.ns)); this.collections.delete(c.ns); this.store.undo.push(() => this.collections.set(c.ns, c)); }
  rename(c: Collection, db: string, name: string) { void this.store.meta.remove(Buffer.from('c:' + c.ns)); const was = [c.db, c.name]; this.collections.delete(c.ns); c.db = db; c.name = name; this.collections.set(c.ns, c); this.store.undo.push(() => { this.collections.delete(c.ns); [c.db, c.name] = was; this.collections.set(c.ns, c); }); this.saveMeta(c); }
  createIndex(c: Collection, spec: Doc): boolean {
    const key = spec.key; if (!isPlain(key) || !Object.keys(key).length) throw new MongoErr(67, 'CannotCreateIndex', 'Index keys cannot be empty');
    for (const v of Object.values(key)) if (typeof v === 'string' || ![1, -1].includes(Math.sign(toNum(v)))) { throw v === 'hashed' || typeof v === 'string' ? err.unsupported(`index type '${v}' is not supported by the embedded database`) : new MongoErr(67, 'CannotCreateIndex', 'bad index key'); }
    for (const o of ['collation', 'wildcardProjection', 'weights']) if (spec[o]) throw err.unsupported(`index option ${o} is not supported by the embedded database`);
    const name = spec.name ?? Object.entries(key).map(([k, d]) => `${k}_${d}`).join('_'); const norm: Doc = { v: 2, key: Object.fromEntries(Object.entries(key).map(([k, d]) => [k, Math.sign(toNum(d))])), name };
    for (const o of ['unique', 'sparse', 'hidden']) if (spec[o]) norm[o] = true; if (spec.partialFilterExpression) norm.partialFilterExpression = spec.partialFilterExpression; if (spec.expireAfterSeconds !== undefined) norm.expireAfterSeconds = toNum(spec.expireAfterSeconds);
    const sig = (s: Doc) => JSON.stringify([s.key, !!s.unique, !!s.sparse, s.partialFilterExpression ?? null, s.expireAfterSeconds ?? null]);
    for (const i of c.indexes) {
      const sameKey = JSON.stringify(i.spec.key) === JSON.stringify(norm.key); if (sameKey && i.name === '_id_') return false;
      if (i.name === name) { if (sig(i.spec) === sig(norm)) return false; throw new MongoErr(86, 'IndexKeySpecsConflict', `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Requested index: ${JSON.stringify(norm)}, existing index: ${JSON.stringify(i.spec)}`); }
      if (sameKey && JSON.stringify(i.spec.partialFilterExpression ?? null) === JSON.stringify(norm.partialFilterExpression ?? null)) { throw new MongoErr(85, 'IndexOptionsConflict', sig(i.spec) === sig(norm) ? `Index already exists with a different name: ${i.name}` : `An equivalent index already exists with a different name or options: ${i.name}`); }
    }
    const ix = makeIndex(this.newId(), norm, false); const add: Buffer[] = [], seen = new Set<string>();
    for (const row of c.find({ filter: {}, ctx: {} })) for (const e of c.entries(row.doc, row.rid, [ix])) { if (ix.unique) { const s = e.key.toString('latin1'); if (seen.has(s)) throw c.dupError(ix, row.doc); seen.add(s); } add.push(Buffer.concat([e.key, ridBuf(row.rid)])); }
    for (const k of add) void this.store.idx.put(k, EMPTY); c.indexes.push(ix); this.store.undo.push(() => { c.indexes = c.indexes.filter((i) => i !== ix); }); this.saveMeta(c); return true;
  }
  dropIndex(c: Collection, ix: Index) { this.wipe(this.store.idx, ix.prefix); const was = c.indexes; c.indexes = was.filter((i) => i !== ix); this.store.undo.push(() => { c.indexes = was; }); this.saveMeta(c); }
  // ---- TTL
  startTtl(ms = 60000) { this.ttlTimer = setInterval(() => { this.ttlSweep().catch(() => {}); }, ms); this.ttlTimer.unref(); }
  stopTtl() { if (this.ttlTimer) clearInterval(this.ttlTimer); }
  async ttlSweep(): Promise<number> {
    let n = 0;
    for (const c of this.collections.values()) for (const ix of c.indexes) if (ix.ttl !== undefined && ix.key.length === 1) {
      const filter = { [ix.key[0][0]]: { $lte: new Date(Date.now() - ix.ttl * 1000) } };
      for (;;) { const k = await this.store.write(() => { const rows = [...c.find({ filter, limit: 500, hint: ix.name, ctx: {} })]; for (const r of rows) c.remove(r); return rows.length; }); n += k; if (k < 500) break; }
    }
    return n;
  }
}
export function makeIndex(id: number, spec: Doc, multikey: boolean): Index {
  const key = Object.entries(spec.key).map(([k, d]) => [k, toNum(d) < 0 ? -1 : 1]) as [string, 1 | -1][];
  return { id, name: spec.name, key, parts: key.map(([k]) => k.split('.')), unique: !!spec.unique || spec.name === '_id_', sparse: !!spec.sparse, partial: spec.partialFilterExpression, match: spec.partialFilterExpression ? compile(spec.partialFilterExpression) : undefined, ttl: spec.expireAfterSeconds, multikey, prefix: u32(id), roots: rootsOf(spec), max: Math.min(512, Math.floor(1900 / key.length)), spec, hidden: spec.hidden };
}
export { compare };
export type { SortSpec };
