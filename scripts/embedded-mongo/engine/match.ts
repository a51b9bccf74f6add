/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
// Query language → predicate. MongoDB semantics for null/missing, arrays, type bracketing.
import { type Doc, T, compare, equal, isNum, isPlain, toNum, typeName, typeTag, cmpNum } from './bsonx.js';
import { MongoErr, err } from './errors.js';

export type Pred = (doc: Doc) => boolean;
export type ExprEval = (doc: Doc, expr: any, vars?: Doc) => any;
export interface MatchCtx { expr?: ExprEval; vars?: Doc }

/** Visits every value a path denotes: (value, isElement). Returns true as soon as `f` does. `undefined` = missing. */
export function visit(doc: any, parts: string[], f: (v: any, elem: boolean) => boolean, i = 0): boolean {
  if (i === parts.length) {
    if (f(doc, false)) return true;
    if (Array.isArray(doc)) for (const e of doc) if (f(e, true)) return true;
    return false;
  }
  if (Array.isArray(doc)) {
    for (const e of doc) if (isPlain(e) && visit(e, parts, f, i)) return true;
    const p = parts[i]; if (/^\d+$/.test(p) && Number(p) < doc.length) return visit(doc[Number(p)], parts, f, i + 1);
    return false;
  }
  if (isPlain(doc)) { const v = Object.prototype.hasOwnProperty.call(doc, parts[i]) ? doc[parts[i]] : undefined; return v === undefined ? f(undefined, false) : visit(v, parts, f, i + 1); }
  return f(undefined, false);
}
export const isOpObject = (v: any) => isPlain(v) && Object.keys(v).length > 0 && Object.keys(v)[0].startsWith('$') && !('$ref' in v);

const TYPE_ALIAS: Record<string, string> = { '1': 'double', '2': 'string', '3': 'object', '4': 'array', '5': 'binData', '7': 'objectId', '8': 'bool', '9': 'date', '10': 'null', '11': 'regex', '13': 'javascript', '16': 'int', '17': 'timestamp', '18': 'long', '19': 'decimal', '-1': 'minKey', '127': 'maxKey' };
export function toRegExp(v: any, options?: string): RegExp {
  const src = v instanceof RegExp ? v.source : v?._bsontype === 'BSONRegExp' ? v.pattern : String(v);
  let flags = options ?? (v instanceof RegExp ? v.flags : v?._bsontype === 'BSONRegExp' ? v.options : '');
  if (flags.includes('x')) throw err.badValue('regex option x is not supported');
  flags = [...new Set([...flags].filter((c) => 'imsu'.includes(c)))].join('');
  try { return new RegExp(src, flags); } catch (e: any) { throw new MongoErr(51091, 'Location51091', `Regular expression is invalid: ${e.message}`); }
}
const isRe = (v: any) => v instanceof RegExp || v?._bsontype === 'BSONRegExp';

function cmpPred(op: string, b: any): (v: any) => boolean {
  const tb = typeTag(b), any = tb === T.minKey || tb === T.maxKey;
  const ok = op === '$gt' ? (c: number) => c > 0 : op === '$gte' ? (c: number) => c >= 0 : op === '$lt' ? (c: number) => c < 0 : (c: number) => c <= 0;
  if (tb === T.num && Number.isNaN(toNum(b))) return (v) => (op === '$gte' || op === '$lte') && isNum(v) && Number.isNaN(toNum(v));
  return (v) => (any ? v !== undefined : typeTag(v) === tb && !(tb === T.num && Number.isNaN(toNum(v)))) && ok(compare(v, b));
}
type VP = (doc: any, parts: string[]) => boolean;
const some = (p: (v: any) => boolean): VP => (d, path) => visit(d, path, (v) => p(v));
const not = (p: VP): VP => (d, path) => !p(d, path);

function eqPred(b: any): VP {
  if (isRe(b)) { const re = toRegExp(b); return some((v) => (typeof v === 'string' && re.test(v)) || (isRe(v) && equal(v, b))); }
  return some((v) => equal(v, b)); // null equals missing: typeTag(undefined) is null's
}
function opPred(op: string, arg: any, all: Doc, ctx: MatchCtx): VP {
  switch (op) {
    case '$eq': return isRe(arg) ? some((v) => isRe(v) && equal(v, arg)) : eqPred(arg);
    case '$ne': return not(opPred('$eq', arg, all, ctx));
    case '$gt': case '$gte': case '$lt': case '$lte': return some(cmpPred(op, arg));
    case '$in': { if (!Array.isArray(arg)) throw err.badValue('$in needs an array'); const ps = arg.filter(isRe).map(eqPred); const vs = arg.filter((x: any) => !isRe(x));
      if (arg.some((x: any) => isOpObject(x))) throw err.badValue('cannot nest $ under $in');
      if (vs.length > 8 && vs.every((x: any) => typeof x === 'string')) { const set = new Set(vs); return (d, p) => visit(d, p, (v) => set.has(v)) || ps.some((q) => q(d, p)); }
      return (d, p) => visit(d, p, (v) => vs.some((x: any) => equal(v, x))) || ps.some((q) => q(d, p)); }
    case '$nin': return not(opPred('$in', arg, all, ctx));
    case '$exists': { const want = !!(isNum(arg) ? toNum(arg) : arg); return (d, p) => visit(d, p, (v) => v !== undefined) === want; }
    case '$type': { const names = (Array.isArray(arg) ? arg : [arg]).map((t: any) => typeof t === 'string' ? t : TYPE_ALIAS[String(toNum(t))]); return (d, p) => visit(d, p, (v) => { if (v === undefined) return false; const n = typeName(v); return names.some((t: string) => t === n || (t === 'number' && isNum(v))); }); }
    case '$size': { const n = toNum(arg); return (d, p) => visit(d, p, (v, el) => !el && Array.isArray(v) && v.length === n); }
    case '$mod': { const [m, r] = arg.map(toNum); return some((v) => isNum(v) && Math.trunc(toNum(v)) % Math.trunc(m) === Math.trunc(r)); }
    case '$regex': { const re = toRegExp(arg, all.$options); return some((v) => typeof v === 'string' && re.test(v)); }
    case '$options': if (!('$regex' in all)) throw err.badValue('$options needs a $regex'); return () => true;
    case '$not': { if (isRe(arg)) return not(eqPred(arg)); if (!isOpObject(arg)) throw err.badValue('$not needs a regex or a document'); const ps = fieldPreds(arg, ctx); return (d, p) => !ps.every((q) => q(d, p)); }
    case '$all': { if (!Array.isArray(arg)) throw err.badValue('$all needs an array'); if (!arg.length) return () => false; const ps = arg.map((x: any) => isPlain(x) && '$elemMatch' in x ? opPred('$elemMatch', x.$elemMatch, x, ctx) : eqPred(x)); return (d, p) => ps.every((q: VP) => q(d, p)); }
    case '$elemMatch': {
      if (!isPlain(arg)) throw err.badValue('$elemMatch needs an Object');
      const ks = Object.keys(arg); let test: (e: any) => boolean;
      if (ks.length && ks[0].startsWith('$') && !['$and', '$or', '$nor', '$expr', '$id', '$ref', '$db'].includes(ks[0])) { const ps = fieldPreds(arg, ctx); test = (e) => ps.every((q) => q({ e: Array.isArray(e) ? [e] : e }, ['e'])); }
      else { const m = compile(arg, ctx); test = (e) => (isPlain(e) || Array.isArray(e)) && m(e); }
      return (d, p) => visit(d, p, (v, el) => !el && Array.isArray(v) && v.some(test));
    }
    case '$bitsAllSet': case '$bitsAnySet': case '$bitsAllClear': case '$bitsAnyClear': {
      const mask = Array.isArray(arg) ? arg.reduce((m: bigint, x: any) => m | (1n << BigInt(toNum(x))), 0n) : BigInt(toNum(arg));
      return some((v) => { if (!isNum(v) || !Number.isInteger(toNum(v))) return false; const x = BigInt(toNum(v)) & mask; return op === '$bitsAllSet' ? x === mask : op === '$bitsAnySet' ? x !== 0n : op === '$bitsAllClear' ? x === 0n : x !== mask; });
    }
    case '$comment': return () => true;
    default: throw err.badValue(`unknown operator: ${op}`);
  }
}
function fieldPreds(ops: Doc, ctx: MatchCtx): VP[] { return Object.keys(ops).map((op) => { if (!op.startsWith('$')) throw err.badValue(`unknown operator: ${op}`); return opPred(op, ops[op], ops, ctx); }); }

export function compile(filter: Doc, ctx: MatchCtx = {}): Pred {
  const ps: Pred[] = [];
  for (const key of Object.keys(filter)) {
    const v = filter[key];
    if (key[0] === '$' && !['$id', '$ref', '$db'].includes(key)) {
      switch (key) {
        case '$and': case '$or': case '$nor': {
          if (!Array.isArray(v) || !v.length) throw err.badValue(`${key} must be a nonempty array`);
          const cs = v.map((f: any) => { if (!isPlain(f)) throw err.badValue(`${key} entries need to be full objects`); return compile(f, ctx); });
          ps.push(key === '$and' ? (d) => cs.every((c) => c(d)) : key === '$or' ? (d) => cs.some((c) => c(d)) : (d) => !cs.some((c) => c(d))); break;
        }
        case '$expr': { if (!ctx.expr) throw err.badValue('$expr is not allowed here'); const ev = ctx.expr; ps.push((d) => { const r = ev(d, v, ctx.vars); return !(r === false || r === null || r === undefined || (isNum(r) && toNum(r) === 0)); }); break; }
        case '$comment': break;
        case '$where': case '$text': case '$jsonSchema': throw err.unsupported(`${key} is not supported by the embedded database`);
        default: throw err.badValue(`unknown top level operator: ${key}`);
      }
      continue;
    }
    const parts = key.split('.');
    if (isOpObject(v)) for (const q of fieldPreds(v, ctx)) ps.push((d) => q(d, parts));
    else { const q = eqPred(v); ps.push((d) => q(d, parts)); }
  }
  return ps.length === 1 ? ps[0] : (d) => { for (const p of ps) if (!p(d)) return false; return true; };
}
/** index of the first array element that satisfies the conditions on `path` (positional operator) */
export function positional(filter: Doc, doc: Doc, ctx: MatchCtx, prefix: string): number {
  let found = -1;
  const tryField = (path: string, cond: any): void => {
    if (path !== prefix && !path.startsWith(prefix + '.')) return;
    const arr = get(doc, prefix); if (!Array.isArray(arr)) return;
    const rest = path === prefix ? '' : path.slice(prefix.length + 1);
    const test = compile({ [rest ? 'e.' + rest : 'e']: isPlain(cond) && '$elemMatch' in cond && !rest ? cond.$elemMatch && Object.keys(cond.$elemMatch)[0]?.startsWith('$') ? cond.$elemMatch : undefined : cond }, ctx);
    const em = isPlain(cond) && '$elemMatch' in cond && !rest && !Object.keys(cond.$elemMatch)[0]?.startsWith('$') ? compile(cond.$elemMatch, ctx) : null;
    for (let i = 0; i < arr.length; i++) if (em ? isPlain(arr[i]) && em(arr[i]) : test({ e: arr[i] })) { found = i; return; }
  };
  const walk = (f: Doc) => { for (const k of Object.keys(f)) if (k === '$and') f[k].forEach(walk); else if (k[0] !== '$') tryField(k, f[k]); };
  walk(filter); return found;
}
export function get(doc: any, path: string): any { let v = doc; for (const p of path.split('.')) { if (v === null || typeof v !== 'object') return undefined; v = v[p]; } return v; }
// ---- sorting ------------------------------------------------------------------
export type SortSpec = [string, 1 | -1][];
export function sortSpec(s: any): SortSpec { if (!s) return []; const ent = s instanceof Map ? [...s] : Object.entries(s); return ent.map(([k, d]: any) => { if (isPlain(d)) throw err.unsupported('$meta sort is not supported'); const n = toNum(d); if (n !== 1 && n !== -1) throw err.badValue('$sort key ordering must be 1 or -1'); return [k, n]; }); }
export function sortKey(doc: Doc, parts: string[], dir: 1 | -1): any {
  let best: any, has = false, emptyArr = false;
  visit(doc, parts, (v, el) => { if (Array.isArray(v) && !el) { if (!v.length) emptyArr = true; return false; } if (!has || dir * compare(v, best) < 0) { best = v; has = true; } return false; });
  return has ? best : emptyArr ? EMPTY : undefined;
}
const EMPTY = Symbol('[]'); // an empty array sorts before null
const cmpKey = (a: any, b: any) => a === EMPTY ? (b === EMPTY ? 0 : typeTag(b) === T.minKey ? 1 : -1) : b === EMPTY ? (typeTag(a) === T.minKey ? -1 : 1) : compare(a, b);
export function sorter<X>(spec: SortSpec, docOf: (x: X) => Doc): (xs: X[]) => X[] {
  const paths = spec.map(([k]) => k.split('.'));
  return (xs) => { const keyed = xs.map((x) => ({ x, k: spec.map(([, d], i) => sortKey(docOf(x), paths[i], d)) })); keyed.sort((a, b) => { for (let i = 0; i < spec.length; i++) { const c = cmpKey(a.k[i], b.k[i]); if (c) return c * spec[i][1]; } return 0; }); return keyed.map((o) => o.x); };
}
export { cmpNum };
