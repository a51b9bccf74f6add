/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
// Update operators on an exactly decoded document.
import { Decimal128, type Doc, Double, Long, Timestamp, compare, decode, encode, equal, isNum, isPlain, toNum, typeName } from './bsonx.js';
import { type MatchCtx, compile, isOpObject, positional, sorter, sortSpec } from './match.js';
import { MongoErr, err } from './errors.js';

const isInt32 = (v: any) => typeof v === 'number' && Number.isInteger(v) && v >= -2147483648 && v <= 2147483647 && !Object.is(v, -0);
const dbl = (x: number): any => isInt32(x) ? new Double(x) : x;
function dec(v: any): [bigint, number] {
  const s = v?._bsontype === 'Decimal128' ? v.toString() : typeof v === 'number' || v?._bsontype === 'Double' ? String(toNum(v)) : v.toString();
  const m = /^(-?)(\d*)\.?(\d*)(?:E([+-]?\d+))?$/i.exec(s); if (!m) throw err.badValue('cannot compute with ' + s);
  return [BigInt(m[1] + (m[2] + m[3] || '0')), Number(m[4] ?? 0) - m[3].length];
}
export function arith(op: '+' | '*', a: any, b: any): any {
  if (a?._bsontype === 'Decimal128' || b?._bsontype === 'Decimal128') {
    const [x, e] = dec(a), [y, f] = dec(b);
    if (op === '*') return Decimal128.fromStringWithRounding(`${x * y}E${e + f}`);
    const k = Math.min(e, f); return Decimal128.fromStringWithRounding(`${x * 10n ** BigInt(e - k) + y * 10n ** BigInt(f - k)}E${k}`);
  }
  const la = a?._bsontype === 'Long', lb = b?._bsontype === 'Long';
  if ((isInt32(a) || la) && (isInt32(b) || lb)) {
    const x = la ? a.toBigInt() : BigInt(a), y = lb ? b.toBigInt() : BigInt(b), r = op === '+' ? x + y : x * y;
    if (!la && !lb && r >= -2147483648n && r <= 2147483647n) return Number(r);
    if (r < -(1n << 63n) || r >= 1n << 63n) throw err.badValue('integer overflow'); return Long.fromBigInt(r);
  }
  return dbl(op === '+' ? toNum(a) + toNum(b) : toNum(a) * toNum(b));
}
const getAt = (doc: any, parts: string[]): any => { let v = doc; for (const p of parts) { if (v === null || typeof v !== 'object' || v._bsontype || v instanceof Date) return undefined; v = Object.prototype.hasOwnProperty.call(v, p) ? v[p] : undefined; } return v; };
const short = (v: any) => { const s = JSON.stringify(v) ?? String(v); return s.length > 80 ? s.slice(0, 80) + '…' : s; };
function setAt(doc: Doc, parts: string[], value: any): void {
  let node: any = doc;
  for (let i = 0; i < parts.length; i++) {
    const p = parts[i], last = i === parts.length - 1;
    if (Array.isArray(node)) {
      if (!/^\d+$/.test(p)) throw err.pathNotViable(`Cannot create field '${p}' in element {${parts[i - 1]}: ${short(node)}}`);
      const n = Number(p); if (n > node.length + 1500000) throw err.badValue('can not backfill array'); while (node.length < n) node.push(null);
      if (last) { node[n] = value; return; } if (n === node.length || node[n] === undefined) node[n] = {};
    } else if (isPlain(node)) {
      if (p === '__proto__') throw err.badValue('field name __proto__ is not supported');
      if (last) { node[p] = value; return; } if (!Object.prototype.hasOwnProperty.call(node, p)) node[p] = {};
    } else throw err.pathNotViable(`Cannot create field '${p}' in element {${parts[i - 1]}: ${short(node)}}`);
    node = (node as any)[p];
  }
}
function unsetAt(doc: Doc, parts: string[]): void {
  const parent = getAt(doc, parts.slice(0, -1)), last = parts[parts.length - 1];
  if (Array.isArray(parent)) { if (/^\d+$/.test(last) && Number(last) < parent.length) parent[Number(last)] = null; } else if (isPlain(parent)) delete parent[last];
}
function same(a: any, b: any) { return Buffer.compare(encode({ v: a }), encode({ v: b })) === 0; }

type Op = (doc: Doc, parts: string[], arg: any, s: { insert: boolean; now: Date; ctx: MatchCtx }) => void;
const mustArray = (doc: Doc, parts: string[], v: any) => { if (!Array.isArray(v)) throw err.badValue(`The field '${parts.join('.')}' must be an array but is of type ${typeName(v)} in document {_id: ${short(doc._id)}}`); };
const numeric = (op: string) => (doc: Doc, parts: string[], arg: any, _s: any) => {
  if (!isNum(arg)) throw err.typeMismatch(`Cannot ${op === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${parts.join('.')}: ${short(arg)}}`);
  const cur = getAt(doc, parts);
  if (cur === undefined) return setAt(doc, parts, op === '$inc' ? arg : arith('*', arg, 0));
  if (!isNum(cur)) throw err.typeMismatch(`Cannot apply ${op} to a value of non-numeric type. {_id: ${short(doc._id)}} has the field '${parts[parts.length - 1]}' of non-numeric type ${typeName(cur)}`);
  setAt(doc, parts, arith(op === '$inc' ? '+' : '*', cur, arg));
};
const OPS: Record<string, Op> = {
  $set: (d, p, a) => { setAt(d, p, a); },
  $setOnInsert: (d, p, a, s) => { if (s.insert) setAt(d, p, a); },
  $unset: (d, p) => unsetAt(d, p),
  $inc: numeric('$inc'), $mul: numeric('$mul'),
  $min: (d, p, a) => { const c = getAt(d, p); if (c === undefined || compare(a, c) < 0) setAt(d, p, a); },
  $max: (d, p, a) => { const c = getAt(d, p); if (c === undefined || compare(a, c) > 0) setAt(d, p, a); },
  $currentDate: (d, p, a, s) => { const ts = isPlain(a) && a.$type === 'timestamp'; setAt(d, p, ts ? new Timestamp({ t: Math.floor(s.now.getTime() / 1000), i: 1 }) : s.now); },
  $push: (d, p, a) => {
    const cur = getAt(d, p); if (cur !== undefined) mustArray(d, p, cur);
    const mod = isPlain(a) && '$each' in a; let arr = [...(cur ?? [])];
    if (mod) { if (!Array.isArray(a.$each)) throw err.badValue('The argument to $each in $push must be an array'); for (const k of Object.keys(a)) if (!['$each', '$slice', '$sort', '$position'].includes(k)) throw err.badValue(`Unrecognized clause in $push: ${k}`); }
    const items = mod ? a.$each : [a];
    if (mod && a.$position !== undefined) { let at = toNum(a.$position); if (at < 0) at = Math.max(0, arr.length + at); arr.splice(at, 0, ...items); } else arr.push(...items);
    if (mod && a.$sort !== undefined) { if (isNum(a.$sort)) { const s = toNum(a.$sort); arr.sort((x, y) => s * compare(x, y)); } else arr = sorter<any>(sortSpec(a.$sort), (x) => (isPlain(x) ? x : {}))(arr); }
    if (mod && a.$slice !== undefined) { const n = toNum(a.$slice); arr = n === 0 ? [] : n > 0 ? arr.slice(0, n) : arr.slice(n); }
    setAt(d, p, arr);
  },
  $addToSet: (d, p, a) => {
    const cur = getAt(d, p); if (cur !== undefined) mustArray(d, p, cur); const arr = [...(cur ?? [])];
    for (const x of isPlain(a) && '$each' in a ? a.$each : [a]) if (!arr.some((y) => equal(x, y))) arr.push(x); setAt(d, p, arr);
  },
  $pop: (d, p, a) => { const cur = getAt(d, p); if (cur === undefined) return; if (!Array.isArray(cur)) throw err.typeMismatch(`Path '${p.join('.')}' contains an element of non-array type '${typeName(cur)}'`); setAt(d, p, toNum(a) < 0 ? cur.slice(1) : cur.slice(0, -1)); },
  $pull: (d, p, a, s) => {
    const cur = getAt(d, p); if (cur === undefined) return; if (!Array.isArray(cur)) throw err.badValue('Cannot apply $pull to a non-array value');
    const m = (isOpObject(a) && !['$or', '$and', '$nor'].includes(Object.keys(a)[0])) || !isPlain(a) ? (Array.isArray(a) ? (x: any) => equal(x, a) : ((f) => (x: any) => f({ e: x }))(compile({ e: a }, s.ctx))) : ((f) => (x: any) => isPlain(x) && f(x))(compile(a, s.ctx));
    setAt(d, p, cur.filter((x: any) => !m(x)));
  },
  $pullAll: (d, p, a) => { const cur = getAt(d, p); if (cur === undefined) return; if (!Array.isArray(cur)) throw err.badValue('Cannot apply $pullAll to a non-array value'); setAt(d, p, cur.filter((x: any) => !a.some((y: any) => equal(x, y)))); },
  $bit: (d, p, a) => { let cur = getAt(d, p) ?? 0; if (!isInt32(cur) && cur?._bsontype !== 'Long') throw err.badValue('Cannot apply $bit to a value of non-integral type'); for (const [k, m] of Object.entries(a)) { const big = cur._bsontype === 'Long' || (m as any)._bsontype === 'Long'; const x = BigInt(toNum(cur)), y = BigInt(toNum(m)); const r = k === 'and' ? x & y : k === 'or' ? x | y : x ^ y; cur = big ? Long.fromBigInt(r) : Number(r); } setAt(d, p, cur); },
};
export interface Compiled { apply(doc: Doc, filter: Doc, insert: boolean): Doc; replacement: boolean }
export function compileUpdate(u: any, opts: { arrayFilters?: Doc[]; ctx: MatchCtx; pipeline?: (doc: Doc, stages: any[]) => Doc }): Compiled {
  if (Array.isArray(u)) { if (!opts.pipeline) throw err.unsupported('pipeline updates'); return { replacement: false, apply: (doc) => { const r = (opts.pipeline as NonNullable<typeof opts.pipeline>)(doc, u); if (r._id === undefined && doc._id !== undefined) r._id = doc._id; return r; } }; }
  const keys = Object.keys(u);
  if (!keys.length || keys[0][0] !== '$') {
    for (const k of keys) if (k[0] === '$') throw new MongoErr(52, 'DollarPrefixedFieldName', `The dollar ($) prefixed field '${k}' is not allowed in the context of an update's replacement document.`);
    return { replacement: true, apply: (doc) => { if ('_id' in u && '_id' in doc && !equal(u._id, doc._id)) throw err.immutable(`After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${short(u._id)}`); const { _id, ...rest } = u; const id = doc._id ?? _id; return id === undefined ? { ...rest } : { _id: id, ...rest }; } };
  }
  const items: { op: string; path: string; parts: string[]; arg: any }[] = [];
  for (const op of keys) {
    if (op !== '$rename' && !OPS[op]) throw err.parse(`Unknown modifier: ${op}. Expected a valid update modifier or pipeline-style update specified as an array`);
    if (!isPlain(u[op])) throw err.parse(`Modifiers operate on fields but we found type ${typeName(u[op])} instead. For example: {$mod: {<field>: ...}} not {${op}: ${short(u[op])}}`);
    for (const [path, arg] of Object.entries(u[op])) {
      if (!path || path.split('.').some((x) => !x)) throw new MongoErr(56, 'EmptyFieldName', `The update path '${path}' contains an empty field name, which is not allowed.`);
      
      items.push({ op, path, parts: path.split('.'), arg }); if (op === '$rename') items.push({ op: '$renameTo', path: arg as string, parts: String(arg).split('.'), arg: path });
    }
  }
  const paths = items.map((i) => i.path).sort();
  for (let i = 1; i < paths.length; i++) if (paths.slice(0, i).some((q) => q === paths[i] || paths[i].startsWith(q + '.'))) throw err.conflict(`Updating the path '${paths[i]}' would create a conflict at '${paths[i]}'`);
  items.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const filters = new Map<string, (e: any) => boolean>();
  for (const f of opts.arrayFilters ?? []) {
    const names = new Set<string>(); const collect = (x: Doc) => { for (const k of Object.keys(x)) if (k[0] === '$') x[k].forEach?.(collect); else names.add(k.split('.')[0]); }; collect(f);
    if (names.size !== 1) throw err.parse('Expected a single top-level field name in an array filter'); const name = [...names][0]; const m = compile(f, opts.ctx); filters.set(name, (e) => m({ [name]: e }));
  }
  const used = new Set<string>();
  const expand = (doc: Doc, parts: string[], filter: Doc, insert: boolean): string[][] => {
    const pos = (x: string) => x === '$' || x.startsWith('$['); if (!parts.some(pos)) return [parts];
    let outp: string[][] = [[]];
    for (const p of parts) {
      if (!pos(p)) { outp = outp.map((o) => [...o, p]); continue; }
      const next: string[][] = [];
      for (const o of outp) {
        const arr = getAt(doc, o);
        if (p === '$') { const i = insert ? -1 : positional(filter, doc, opts.ctx, o.join('.')); if (i < 0) throw err.badValue('The positional operator did not find the match needed from the query.'); next.push([...o, String(i)]); continue; }
        if (!Array.isArray(arr)) { if (arr === undefined) throw err.badValue(`The path '${o.join('.')}' must exist in the document in order to apply array updates.`); throw err.badValue(`Cannot apply array updates to non-array element ${o.join('.')}: ${short(arr)}`); }
        const id = p.slice(2, -1); const f = id ? filters.get(id) : () => true; used.add(id); if (!f) throw err.badValue(`No array filter found for identifier '${id}' in path '${parts.join('.')}'`);
        arr.forEach((e: any, i: number) => { if (f(e)) next.push([...o, String(i)]); });
      }
      outp = next;
    }
    return outp;
  };
  return {
    replacement: false,
    apply: (doc, filter, insert) => {
      const s = { insert, now: new Date(), ctx: opts.ctx };
      const before = doc._id;
      const where = new Map(items.map((it) => [it, it.op === '$renameTo' || it.op === '$rename' || (it.op === '$setOnInsert' && !insert) ? [] : expand(doc, it.parts, filter, insert)]));
      for (const it of items) {
        if (it.op === '$renameTo') continue;
        if (it.op === '$rename') { const v = getAt(doc, it.parts); if (v === undefined) continue; unsetAt(doc, it.parts); setAt(doc, it.arg.split('.'), v); continue; }
        if (it.op === '$setOnInsert' && !insert) continue;
        for (const parts of where.get(it) ?? []) OPS[it.op](doc, parts, it.arg, s);
      }
      if (before !== undefined && !(doc._id !== undefined && same(doc._id, before))) throw err.immutable("Performing an update on the path '_id' would modify the immutable field '_id'");
      return doc;
    },
  };
}
/** document an upsert starts from: the equality conditions of the filter */
export function upsertBase(filter: Doc, replacement: boolean): Doc {
  const doc: Doc = {};
  const walk = (f: Doc) => {
    for (const [k, v] of Object.entries(f)) {
      if (k === '$and') v.forEach(walk); else if (k === '$or' && v.length === 1) v.forEach(walk);
      else if (k[0] === '$') continue;
      else if (replacement && k !== '_id') continue;
      else if (isOpObject(v)) { if ('$eq' in v) setAt(doc, k.split('.'), v.$eq); else if ('$all' in v && Array.isArray(v.$all) && v.$all.length === 1) setAt(doc, k.split('.'), v.$all[0]); }
      else if (v instanceof RegExp || v?._bsontype === 'BSONRegExp') continue;
      else setAt(doc, k.split('.'), v);
    }
  };
  walk(filter); return doc;
}
export const clone = (d: Doc): Doc => decode(encode(d));
