/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
// Chooses an index: equality prefix, one range, sort order.
import { type Doc, T, UNDEF_KEY, invert, isNum, isPlain, keyOf, typeTag } from './bsonx.js';
import { isOpObject, type SortSpec } from './match.js';
import { createHash } from 'node:crypto';
import { succ, type Range } from './store.js';
export interface Index { id: number; name: string; key: [string, 1 | -1][]; parts: string[][]; unique: boolean; sparse: boolean; partial?: Doc; match?: (d: Doc) => boolean; ttl?: number; multikey: boolean; prefix: Buffer; roots: string[] | null; max: number; spec: Doc; hidden?: boolean }
/** per index component: accepted byte range(s), checked on the key before the document is read */
export type KeyCheck = (key: Buffer) => boolean;
export interface Plan { index: Index | null; ranges: Range[] | null; reverse: boolean; sorted: boolean; stage: string; eq: number; score: number; check?: KeyCheck; point?: boolean }
interface Cond { eq?: any[]; lo?: any; loIncl?: boolean; hi?: any; hiIncl?: boolean; exists?: boolean; notNull?: boolean }
const rangeable = (v: any) => { const t = typeTag(v); return t !== T.arr && t !== T.obj && t !== T.null && t !== T.re && t !== T.minKey && t !== T.maxKey && !(t === T.num && Number.isNaN(Number(v))); };
const isRe = (v: any) => v instanceof RegExp || v?._bsontype === 'BSONRegExp';
/** conditions per path that every matching document meets */
export function conditions(filter: Doc, out = new Map<string, Cond>()): Map<string, Cond> {
  const at = (p: string) => { let c = out.get(p); if (!c) out.set(p, (c = {})); return c; };
  for (const [k, v] of Object.entries(filter)) {
    if (k === '$and') { for (const f of v) conditions(f, out); continue; }
    if (k === '$or' && Array.isArray(v) && v.length === 1) { conditions(v[0], out); continue; }
    if (k[0] === '$') continue;
    const eq = (x: any) => { const c = at(k); if (!c.eq || c.eq.length > 1) c.eq = [x]; if (x !== null && x !== undefined) c.notNull = true; };
    if (isOpObject(v)) for (const [op, a] of Object.entries(v as Doc)) switch (op) {
      case '$eq': if (!isRe(a)) eq(a); break;
      case '$in': if (Array.isArray(a) && a.length && !a.some(isRe)) { const c = at(k); c.eq ??= a; if (!a.some((x: any) => x == null)) c.notNull = true; } break;
      case '$gt': case '$gte': if (a === null) { if (op === '$gte') eq(null); } else if (rangeable(a)) { const c = at(k); if (c.lo === undefined) { c.lo = a; c.loIncl = op === '$gte'; } c.notNull = true; } break;
      case '$lt': case '$lte': if (a === null) { if (op === '$lte') eq(null); } else if (rangeable(a)) { const c = at(k); if (c.hi === undefined) { c.hi = a; c.hiIncl = op === '$lte'; } c.notNull = true; } break;
      case '$exists': if (a) at(k).exists = true; break;
    }
    else if (!isRe(v)) eq(v);
  }
  return out;
}
export function component(ix: Index, i: number, raw: Buffer): Buffer {
  let b = raw; if (b.length > ix.max) b = Buffer.concat([b.subarray(0, ix.max - 16), createHash('sha256').update(b).digest().subarray(0, 16)]);
  return ix.key[i][1] === 1 ? b : invert(b);
}
function points(ix: Index, i: number, vals: any[]): Buffer[] {
  const o: Buffer[] = [];
  for (const v of vals) { o.push(component(ix, i, keyOf(v))); if (Array.isArray(v)) { if (v.length) for (const e of v) o.push(component(ix, i, keyOf(e))); else o.push(component(ix, i, UNDEF_KEY)); } }
  const seen = new Set<string>(); return o.filter((b) => { const k = b.toString('latin1'); return seen.has(k) ? false : (seen.add(k), true); }).sort((a, b) => Buffer.compare(a, b));
}
function implied(ix: Index, conds: Map<string, Cond>): boolean {
  if (ix.partial) for (const [k, v] of Object.entries(ix.partial)) {
    const c = conds.get(k); if (!c) return false;
    const val = isOpObject(v) ? null : v;
    if (val !== null) { if (!(c.eq && c.eq.length === 1 && Buffer.compare(keyOf(c.eq[0]), keyOf(val)) === 0)) return false; continue; }
    for (const [op, a] of Object.entries(v as Doc)) {
      if (op === '$exists' && a) { if (!c.notNull && !c.exists) return false; }
      else if (op === '$eq') { if (!(c.eq && c.eq.length === 1 && Buffer.compare(keyOf(c.eq[0]), keyOf(a)) === 0)) return false; }
      else if (op === '$in') { if (!(c.eq && c.eq.every((e) => (a as any[]).some((x) => Buffer.compare(keyOf(x), keyOf(e)) === 0)))) return false; }
      else if (op === '$gt' || op === '$gte') { const lo = c.eq?.length === 1 ? c.eq[0] : c.lo; if (lo === undefined || lo === null || typeTag(lo) !== typeTag(a)) return false; const d = Buffer.compare(keyOf(lo), keyOf(a)); if (!(d > 0 || (d === 0 && (op === '$gte' || (c.eq ? false : !c.loIncl))))) return false; }
      else if (op === '$lt' || op === '$lte') { const hi = c.eq?.length === 1 ? c.eq[0] : c.hi; if (hi === undefined || hi === null || typeTag(hi) !== typeTag(a)) return false; const d = Buffer.compare(keyOf(hi), keyOf(a)); if (!(d < 0 || (d === 0 && (op === '$lte' || (c.eq ? false : !c.hiIncl))))) return false; }
      else if (op === '$type') { const t = ({ string: T.str, number: T.num, objectId: T.oid, date: T.date, bool: T.bool } as any)[a as string]; if (!t || !(c.eq?.length === 1 ? typeTag(c.eq[0]) === t : c.lo !== undefined && typeTag(c.lo) === t)) return false; }
      else return false;
    }
  }
  if (ix.sparse && !ix.key.some(([p]) => { const c = conds.get(p); return c && (c.notNull || c.exists); })) return false;
  return true;
}
/** Whether every document that the plan's ranges point to matches the whole filter: `_id` alone, equal to one value or one of several. */
export function isCovered(p: Plan, filter: Doc): boolean {
  const ix = p.index; if (!ix || ix.name !== '_id_' || ix.multikey || p.eq !== 1) return false;
  const ks = Object.keys(filter); if (ks.length !== 1 || ks[0] !== '_id') return false;
  const v = filter._id, vals = isOpObject(v) ? (Object.keys(v).length === 1 && Array.isArray(v.$in) ? v.$in : null) : [v];
  return vals !== null && vals.every((x: any) => typeof x === 'string' && x.length < 64 || x?._bsontype === 'ObjectId');
}
/** end of the component that starts at `p`; mirrors bsonx.put() */
function skip(b: Buffer, p: number, inv: boolean): number {
  const x = inv ? 255 : 0; const t = b[p++] ^ x; const z = (q: number) => { for (;;) { while (b[q] !== x) q++; if ((b[q + 1] ^ x) === 0xff) { q += 2; continue; } return q + 1; } };
  switch (t) {
    case T.num: { if ((b[p] ^ x) === 0) return p + 1; const m = b[p + 9] ^ x; return m === 0x80 ? p + 10 : p + 18; }
    case T.str: case T.code: return z(p); case T.bool: return p + 1; case T.date: case T.ts: return p + 8; case T.oid: return p + 12; case T.re: return z(z(p));
    case T.bin: { let n = 0; for (let i = 0; i < 4; i++) n = n * 256 + (b[p + i] ^ x); return p + 5 + n; }
    case T.arr: while (b[p] !== x) p = skip(b, p, inv); return p + 1;
    case T.obj: while (b[p] !== x) { p = z(p + 1); p = skip(b, p, inv); } return p + 1;
    default: return p;
  }
}
/** bounds on components after the scanned prefix (single-valued indexes with short keys only) */
function keyCheck(ix: Index, from: number, conds: Map<string, Cond>): KeyCheck | undefined {
  if (ix.multikey || from >= ix.key.length) return undefined; const tests: { i: number; ok: (c: Buffer) => boolean }[] = [];
  for (let i = from; i < ix.key.length; i++) {
    const c = conds.get(ix.key[i][0]), inv = ix.key[i][1] === -1; if (!c) continue; const plain = (b: Buffer) => (inv ? invert(b) : b);
    if (c.eq) { const set = new Set(points(ix, i, c.eq).map((b) => b.toString('latin1'))); tests.push({ i, ok: (b) => set.has(b.toString('latin1')) }); }
    else if (c.lo !== undefined || c.hi !== undefined) {
      const lo = c.lo === undefined ? null : keyOf(c.lo), hi = c.hi === undefined ? null : keyOf(c.hi), tag = typeTag(c.lo ?? c.hi); if ((lo?.length ?? 0) > ix.max || (hi?.length ?? 0) > ix.max) continue;
      tests.push({ i, ok: (b) => { const v = plain(b); if (v[0] !== tag) return false; if (v.length >= ix.max) return true; if (lo) { const d = Buffer.compare(v, lo); if (d < 0 || (d === 0 && !c.loIncl)) return false; } if (hi) { const d = Buffer.compare(v, hi); if (d > 0 || (d === 0 && !c.hiIncl)) return false; } return true; } });
    }
  }
  if (!tests.length) return undefined; const last = tests[tests.length - 1].i;
  return (key) => { let p = 4, t = 0; for (let i = 0; i <= last; i++) { const q = skip(key, p, ix.key[i][1] === -1); if (q > key.length - 6 || q - p > ix.max) return true; if (tests[t].i === i) { if (!tests[t].ok(key.subarray(p, q))) return false; t++; } p = q; } return true; };
}
/** `dive` counts keys of a plan's ranges up to a limit */
export function choose(indexes: Index[], filter: Doc, sort: SortSpec, hint?: any, dive?: (p: Plan, max: number) => number, limit = 0): Plan {
  const conds = conditions(filter); const found: Plan[] = [];
  for (const ix of indexes) {
    if (ix.hidden) continue; const hinted = hint !== undefined && (hint === ix.name || (isPlain(hint) && JSON.stringify(hint) === JSON.stringify(ix.spec.key)));
    if (!implied(ix, conds)) continue;
    let pre: Buffer[] = [ix.prefix], i = 0, single = true, score = 0;
    for (; i < ix.key.length; i++) {
      const c = conds.get(ix.key[i][0]); if (!c?.eq) break;
      const ps = points(ix, i, c.eq); if (pre.length * ps.length > 1000) break;
      if (ps.length > 1) single = false; pre = pre.flatMap((p) => ps.map((q) => Buffer.concat([p, q]))); score += 20 - Math.min(9, Math.log2(ps.length));
    }
    const eq = i; if (eq === ix.key.length && ix.unique && single) score += 50;
    let ranges: Range[]; const c = i < ix.key.length ? conds.get(ix.key[i][0]) : undefined; let ranged = false;
    if (c && (c.lo !== undefined || c.hi !== undefined)) {
      let { lo, hi, loIncl, hiIncl } = c; if (lo !== undefined && hi !== undefined && (ix.multikey || typeTag(lo) !== typeTag(hi))) hi = undefined;
      const tag = typeTag(lo ?? hi), cut = (v: any) => { const k = keyOf(v); return k.length > ix.max ? { k: k.subarray(0, ix.max - 16), t: true } : { k, t: false }; };
      ranged = true; score += lo !== undefined && hi !== undefined ? 10 : 7;
      ranges = pre.map((p) => {
        const inv = ix.key[i][1] === -1, enc = (k: Buffer) => Buffer.concat([p, inv ? invert(k) : k]); let start: Buffer, end: Buffer;
        const L = lo === undefined ? null : cut(lo), H = hi === undefined ? null : cut(hi); const li = loIncl || L?.t, hI = hiIncl || H?.t;
        if (!inv) { start = L ? (li ? enc(L.k) : succ(enc(L.k))) : Buffer.concat([p, Buffer.from([tag])]); end = H ? (hI ? succ(enc(H.k)) : enc(H.k)) : Buffer.concat([p, Buffer.from([tag + 1])]); }
        else { start = H ? (hI ? enc(H.k) : succ(enc(H.k))) : Buffer.concat([p, Buffer.from([255 - tag])]); end = L ? (li ? succ(enc(L.k)) : enc(L.k)) : Buffer.concat([p, Buffer.from([256 - tag])]); }
        return { start, end };
      });
    } else ranges = pre.map((p) => ({ start: p, end: succ(p) }));
    let sorted = false, reverse = false;
    if (sort.length && !ix.multikey && single) {
      const bound = new Set(ix.key.slice(0, eq).map(([p]) => p)); const want = sort.filter(([p]) => !bound.has(p)); const have = ix.key.slice(eq);
      if (!want.length) sorted = true;
      else if (want.length <= have.length && want.every(([p], j) => have[j][0] === p)) { const f = want[0][1] === have[0][1]; if (want.every(([, d], j) => (d === have[j][1]) === f)) { sorted = true; reverse = !f; } }
    }
    if (sorted) score += 8; if (hinted) score += 1000;
    if (eq === 0 && !ranged && !sorted && !hinted) continue;
    found.push({ index: ix, ranges, reverse, sorted, stage: 'IXSCAN', eq, score, check: keyCheck(ix, eq + (ranged ? 1 : 0), conds), point: eq === ix.key.length && ix.unique && single });
  }
  found.sort((a, b) => b.score - a.score); let best: Plan | undefined = found[0];
  if (dive && best && !best.point && best.score < 1000 && found.length > 1) { const D = 64; let least = D; for (const f of found) { if (!f.eq && f.sorted && f.score <= 8) continue; const n = dive(f, D); if (n < least) { least = n; best = f; } }
    if (least === D && limit && limit <= 100 && !best.sorted) best = found.find((f) => f.sorted && f.eq) ?? best; } // many keys either way: stop early instead of sorting
  return best ?? { index: null, ranges: null, reverse: false, sorted: !sort.length || (sort.length === 1 && sort[0][0] === '$natural'), stage: 'COLLSCAN', eq: 0, score: 0 };
}
export { isNum };
