/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
// BSON decoding that keeps numeric types exactly, value order, and index key bytes.
//   int32 -> number;  double -> number when BSON.serialize would write a double again, else Double;
//   int64 -> Long (or number in `loose` mode when safe);  decimal -> Decimal128
import { BSON, Binary, BSONRegExp, Code, DBRef, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } from 'bson';

export type Doc = Record<string, any>;
const copy = (b: Uint8Array, s: number, e: number): Uint8Array => new Uint8Array(b.subarray(s, e)); // Buffer.slice would alias LMDB's memory
const { parseToElements, NumberUtils: N, ByteUtils: B } = BSON.onDemand as any;

export function decode(bytes: Uint8Array, loose = false): Doc { return decodeAt(bytes, 0, false, loose); }
function decodeAt(b: Uint8Array, at: number, isArray: boolean, loose: boolean): any {
  const out: any = isArray ? [] : {};
  for (const [type, nameAt, nameLen, off, len] of parseToElements(b, at)) {
    const v = decodeValue(b, type, off, len, loose);
    if (isArray) out.push(v);
    else {
      const key = B.toUTF8(b, nameAt, nameAt + nameLen, false);
      if (key === '__proto__') Object.defineProperty(out, key, { value: v, writable: true, enumerable: true, configurable: true });
      else out[key] = v;
    }
  }
  return out;
}
function decodeValue(b: Uint8Array, type: number, off: number, len: number, loose: boolean): any {
  switch (type) {
    case 1: { const d = N.getFloat64LE(b, off); return !loose && Number.isInteger(d) && !Object.is(d, -0) && d >= -2147483648 && d <= 2147483647 ? new Double(d) : d; }
    case 2: return B.toUTF8(b, off + 4, off + len - 1, false);
    case 3: return decodeAt(b, off, false, loose);
    case 4: return decodeAt(b, off, true, loose);
    case 5: { const sub = b[off + 4]; let data = copy(b, off + 5, off + len); if (sub === 2) data = copy(data, 4, data.length); return sub === 4 && data.length === 16 ? new UUID(data) : new Binary(data, sub); }
    case 6: return undefined;
    case 7: return new ObjectId(copy(b, off, off + 12));
    case 8: return b[off] === 1;
    case 9: return new Date(Number(N.getBigInt64LE(b, off)));
    case 10: return null;
    case 11: { const end = b.indexOf(0, off); const src = B.toUTF8(b, off, end, false), fl = B.toUTF8(b, end + 1, off + len - 1, false); return new BSONRegExp(src, fl); }
    case 16: return N.getInt32LE(b, off);
    case 17: return new Timestamp(N.getBigInt64LE(b, off));
    case 18: { const x = N.getBigInt64LE(b, off); return loose && x >= -9007199254740991n && x <= 9007199254740991n ? Number(x) : Long.fromBigInt(x); }
    case 19: return new Decimal128(copy(b, off, off + 16));
    case 255: return new MinKey();
    case 127: return new MaxKey();
    default: { // rare: code, symbol, dbpointer → let the library do it
      const head = Buffer.from([type, 0x76, 0]); const body = Buffer.concat([head, b.subarray(off, off + len), Buffer.from([0])]);
      const doc = Buffer.alloc(body.length + 4); doc.writeInt32LE(doc.length, 0); body.copy(doc, 4); return BSON.deserialize(doc).v;
    }
  }
}
export const encode = (d: Doc): Uint8Array => BSON.serialize(d, { ignoreUndefined: false, checkKeys: false });

// ---- canonical order -------------------------------------------------------
export const MISSING = undefined;
export const isPlain = (v: any): v is Doc => v !== null && typeof v === 'object' && !v._bsontype && !Array.isArray(v) && !(v instanceof Date) && !(v instanceof RegExp) && !(v instanceof Uint8Array);
export const isNum = (v: any) => typeof v === 'number' || typeof v === 'bigint' || (v && (v._bsontype === 'Long' || v._bsontype === 'Double' || v._bsontype === 'Int32' || v._bsontype === 'Decimal128'));
// type tags double as the first byte of an index key
export const T = { minKey: 10, undef: 15, null: 20, num: 30, str: 60, obj: 70, arr: 80, bin: 90, oid: 100, bool: 110, date: 120, ts: 130, re: 140, code: 150, maxKey: 240 };
export function typeTag(v: any): number {
  switch (typeof v) {
    case 'undefined': return T.null; case 'number': case 'bigint': return T.num; case 'string': return T.str; case 'boolean': return T.bool; case 'function': case 'object': case 'symbol': break;
  }
  if (v === null) return T.null;
  switch (v._bsontype) {
    case 'ObjectId': return T.oid; case 'Long': case 'Double': case 'Int32': case 'Decimal128': return T.num; case 'Binary': return T.bin; case 'Timestamp': return T.ts;
    case 'BSONRegExp': return T.re; case 'MinKey': return T.minKey; case 'MaxKey': return T.maxKey; case 'BSONSymbol': return T.str; case 'Code': return T.code; case 'DBRef': return T.obj;
  }
  if (v instanceof Date) return T.date;
  if (Array.isArray(v)) return T.arr;
  if (v instanceof RegExp) return T.re;
  if (v instanceof Uint8Array) return T.bin;
  return T.obj;
}
const NAMES: Record<number, string> = { [T.null]: 'null', [T.num]: 'double', [T.str]: 'string', [T.obj]: 'object', [T.arr]: 'array', [T.bin]: 'binData', [T.oid]: 'objectId', [T.bool]: 'bool', [T.date]: 'date', [T.ts]: 'timestamp', [T.re]: 'regex', [T.minKey]: 'minKey', [T.maxKey]: 'maxKey', [T.code]: 'javascript' };
const INT32 = (x: number) => Number.isInteger(x) && x >= -2147483648 && x <= 2147483647 && !Object.is(x, -0);
export function typeName(v: any): string {
  if (v === undefined) return 'missing';
  if (typeof v === 'number') return INT32(v) ? 'int' : 'double';
  if (v && v._bsontype === 'Long') return 'long'; if (v && v._bsontype === 'Decimal128') return 'decimal'; if (v && v._bsontype === 'Int32') return 'int';
  return NAMES[typeTag(v)];
}
const isDec = (v: any) => v && v._bsontype === 'Decimal128';
const asBig = (v: any): bigint | null => typeof v === 'bigint' ? v : v && v._bsontype === 'Long' ? v.toBigInt() : null;
export const toNum = (v: any): number => typeof v === 'number' ? v : typeof v === 'bigint' ? Number(v) : isDec(v) ? Number(v.toString()) : v._bsontype === 'Long' ? v.toNumber() : v.value ?? Number(v);
/** [digits, exponent] of a finite number, exactly */
function exact(v: any): [bigint, number] | null {
  const big = asBig(v); if (big !== null) return [big, 0];
  if (isDec(v)) { const m = /^(-?)(\d*)\.?(\d*)(?:E([+-]?\d+))?$/i.exec(v.toString()); if (!m) return null; return [BigInt(m[1] + (m[2] + m[3] || '0')), Number(m[4] ?? 0) - m[3].length]; }
  const d = toNum(v); if (!Number.isFinite(d)) return null; if (Number.isInteger(d)) return [BigInt(d), 0];
  let e = 0, x = d; while (!Number.isInteger(x)) { x *= 2; e++; } return [BigInt(x) * 5n ** BigInt(e), -e]; // x/2^e = x*5^e/10^e
}
export function cmpNum(a: any, b: any): number {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a < b ? -1 : 1;
  const x = toNum(a), y = toNum(b);
  if (x !== y || !Number.isFinite(x)) return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : -1) : Number.isNaN(y) ? 1 : x === y ? 0 : x < y ? -1 : 1;
  const ea = exact(a), eb = exact(b); if (!ea || !eb) return 0;
  const k = Math.min(ea[1], eb[1]); const p = ea[0] * 10n ** BigInt(ea[1] - k), q = eb[0] * 10n ** BigInt(eb[1] - k);
  return p === q ? 0 : p < q ? -1 : 1;
}
const ASTRAL = /[\ud800-\udfff]/;
export function cmpStr(a: string, b: string): number {
  if (a === b) return 0;
  if (ASTRAL.test(a) || ASTRAL.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b)); // UTF-8 order
  return a < b ? -1 : 1;
}
const bytesOf = (v: any): Uint8Array => v._bsontype === 'Binary' ? v.buffer.subarray(0, v.position) : v;
const reParts = (v: any): [string, string] => v._bsontype ? [v.pattern, v.options] : [v.source, v.flags];
const cmpRaw = (a: any, b: any) => a < b ? -1 : a > b ? 1 : 0;
export function compare(a: any, b: any): number {
  if (a === b) return 0;
  const ta = typeTag(a), tb = typeTag(b);
  if (ta !== tb) return ta < tb ? -1 : 1;
  switch (ta) {
    case T.num: return cmpNum(a, b);
    case T.str: return cmpStr(String(a.valueOf()), String(b.valueOf()));
    case T.bool: return cmpRaw(a, b);
    case T.date: return cmpRaw(a.getTime(), b.getTime());
    case T.oid: return Buffer.compare(a.id, b.id);
    case T.ts: return a.compare(b);
    case T.bin: { const x = bytesOf(a), y = bytesOf(b); return cmpRaw(x.length, y.length) || cmpRaw(a.sub_type ?? 0, b.sub_type ?? 0) || Buffer.compare(x, y); }
    case T.re: { const [s, f] = reParts(a), [t, g] = reParts(b); return cmpRaw(s, t) || cmpRaw(f, g); }
    case T.arr: { for (let i = 0; i < a.length && i < b.length; i++) { const c = compare(a[i], b[i]); if (c) return c; } return a.length - b.length; }
    case T.obj: {
      const ka = Object.keys(a), kb = Object.keys(b);
      for (let i = 0; i < ka.length && i < kb.length; i++) { const x = a[ka[i]], y = b[kb[i]]; const c = typeTag(x) - typeTag(y) || cmpStr(ka[i], kb[i]) || compare(x, y); if (c) return c; }
      return ka.length - kb.length;
    }
    case T.code: return cmpRaw(String(a.code), String(b.code));
  }
  return 0;
}
export const equal = (a: any, b: any) => compare(a, b) === 0;

// ---- index keys: bytes in canonical order -----------------------------------
const f64 = new DataView(new ArrayBuffer(8));
class Out {
  buf = Buffer.allocUnsafe(256); n = 0;
  need(k: number) { if (this.n + k > this.buf.length) { const nb = Buffer.allocUnsafe(Math.max(this.buf.length * 2, this.n + k)); this.buf.copy(nb, 0, 0, this.n); this.buf = nb; } }
  u8(x: number) { this.need(1); this.buf[this.n++] = x; }
  bytes(b: Uint8Array) { this.need(b.length); this.buf.set(b, this.n); this.n += b.length; }
  double(d: number) { this.need(8); f64.setFloat64(0, d === 0 ? 0 : d); let hi = f64.getUint32(0), lo = f64.getUint32(4); if (hi & 0x80000000) { hi = ~hi >>> 0; lo = ~lo >>> 0; } else hi = (hi | 0x80000000) >>> 0; this.buf.writeUInt32BE(hi, this.n); this.buf.writeUInt32BE(lo, this.n + 4); this.n += 8; }
  str(s: string) { const b = Buffer.from(s); if (b.indexOf(0) < 0) this.bytes(b); else for (const x of b) { this.u8(x); if (x === 0) this.u8(0xff); } this.u8(0); }
}
const out = new Out();
function num(v: any) {
  const d = toNum(v);
  if (Number.isNaN(d)) { out.u8(0); return; } // NaN sorts before every number
  out.u8(1); out.double(d);
  if (typeof v === 'number' || v._bsontype === 'Double' || v._bsontype === 'Int32' || !Number.isFinite(d)) { out.u8(0x80); return; }
  const e = exact(v), f = exact(d); if (!e || !f) { out.u8(0x80); return; }
  const k = Math.min(e[1], f[1]); const r = e[0] * 10n ** BigInt(e[1] - k) - f[0] * 10n ** BigInt(f[1] - k);
  if (r === 0n) out.u8(0x80); else { out.u8(r < 0n ? 0x7f : 0x81); out.double(Number(r) * 10 ** k); }
}
function put(v: any) {
  const t = typeTag(v); out.u8(t);
  switch (t) {
    case T.num: num(v); break;
    case T.str: out.str(String(v.valueOf())); break;
    case T.bool: out.u8(v ? 1 : 0); break;
    case T.date: { out.need(8); const x = BigInt.asUintN(64, BigInt(v.getTime()) ^ 0x8000000000000000n); out.buf.writeBigUInt64BE(x, out.n); out.n += 8; break; }
    case T.oid: out.bytes(v.id); break;
    case T.ts: out.need(8); out.buf.writeUInt32BE(v.t, out.n); out.buf.writeUInt32BE(v.i, out.n + 4); out.n += 8; break;
    case T.bin: { const b = bytesOf(v); out.need(5); out.buf.writeUInt32BE(b.length, out.n); out.n += 4; out.u8(v.sub_type ?? 0); out.bytes(b); break; }
    case T.re: { const [s, f] = reParts(v); out.str(s); out.str(f); break; }
    case T.arr: for (const x of v) put(x); out.u8(0); break;
    case T.obj: for (const k of Object.keys(v)) { const x = v[k]; out.u8(typeTag(x)); out.str(k); put(x); } out.u8(0); break;
    case T.code: out.str(String(v.code)); break;
  }
}
export const UNDEF_KEY = Buffer.from([T.undef]); // index key of an empty array
/** bytes of one value, order-preserving */
export function keyOf(v: any): Buffer { out.n = 0; put(v); return Buffer.from(out.buf.subarray(0, out.n)); }
export const invert = (b: Buffer): Buffer => { const o = Buffer.allocUnsafe(b.length); for (let i = 0; i < b.length; i++) o[i] = 255 - b[i]; return o; };
export { Long, Double, Int32, Decimal128, ObjectId, Binary, UUID, Timestamp, MinKey, MaxKey, BSONRegExp, Code, DBRef };
