// OP_MSG and OP_QUERY framing.
import { decode, encode, type Doc } from './bsonx.js';
export interface Request { id: number; op: 'msg' | 'query'; body: Doc; db: string; raws: Record<string, Uint8Array[]>; moreToCome: boolean; name: string; bytes: number }
export const MAX_MESSAGE = 48_000_000;
export function parse(buf: Buffer): Request {
  const id = buf.readInt32LE(4), op = buf.readInt32LE(12);
  if (op === 2013) {
    const flags = buf.readUInt32LE(16); let p = 20, body: Doc = {}; const raws: Record<string, Uint8Array[]> = {}; const end = buf.length - (flags & 1 ? 4 : 0);
    while (p < end) {
      const kind = buf[p++];
      if (kind === 0) { const n = buf.readInt32LE(p); body = decode(buf.subarray(p, p + n)); p += n; }
      else if (kind === 1) { const size = buf.readInt32LE(p), stop = p + size; let q = p + 4; const z = buf.indexOf(0, q); const name = buf.toString('utf8', q, z); q = z + 1; const list: Uint8Array[] = []; while (q < stop) { const n = buf.readInt32LE(q); list.push(buf.subarray(q, q + n)); q += n; } raws[name] = list; p = stop; }
      else throw new Error('bad section kind ' + kind);
    }
    return { id, op: 'msg', body, db: body.$db ?? 'admin', raws, moreToCome: !!(flags & 2), name: Object.keys(body)[0], bytes: buf.length };
  }
  if (op === 2004) { let p = 20; const z = buf.indexOf(0, p); const ns = buf.toString('utf8', p, z); p = z + 1 + 8; const body = decode(buf.subarray(p, p + buf.readInt32LE(p))); return { id, op: 'query', body, db: ns.split('.')[0], raws: {}, moreToCome: false, name: Object.keys(body)[0], bytes: buf.length }; }
  throw new Error('unsupported opcode ' + op);
}
let nextId = 1;
export function reply(req: Request, body: Uint8Array): Buffer {
  if (req.op === 'msg') { const b = Buffer.allocUnsafe(21 + body.length); b.writeInt32LE(b.length, 0); b.writeInt32LE(nextId++ & 0x7fffffff, 4); b.writeInt32LE(req.id, 8); b.writeInt32LE(2013, 12); b.writeUInt32LE(0, 16); b[20] = 0; b.set(body, 21); return b; }
  const b = Buffer.alloc(36 + body.length); b.writeInt32LE(b.length, 0); b.writeInt32LE(nextId++ & 0x7fffffff, 4); b.writeInt32LE(req.id, 8); b.writeInt32LE(1, 12); b.writeInt32LE(8, 16); b.writeInt32LE(1, 32); b.set(body, 36); return b;
}
/** {cursor: {firstBatch|nextBatch: [...raw docs], id, ns}, ok: 1} without decoding the documents again */
export function cursorReply(docs: Uint8Array[], id: bigint, ns: string, field: 'firstBatch' | 'nextBatch'): Uint8Array {
  const parts: Uint8Array[] = []; let n = 4; docs.forEach((d, i) => { const head = Buffer.from(`\x03${i}\0`, 'latin1'); parts.push(head, d); n += head.length + d.length; }); n += 1;
  const tail = Buffer.from(encode({ id: 0, ns })); const nsElem = tail.subarray(tail.indexOf('\x02ns\0', 0, 'latin1'), tail.length - 1);
  const arrHead = Buffer.from(`\x04${field}\0`, 'latin1'), idElem = Buffer.alloc(4 + 8); idElem.write('\x12id\0', 0, 'latin1'); idElem.writeBigInt64LE(id, 4);
  const curLen = 4 + arrHead.length + n + idElem.length + nsElem.length + 1; const curHead = Buffer.from('\x03cursor\0', 'latin1'), ok = Buffer.alloc(4 + 8); ok.write('\x01ok\0', 0, 'latin1'); ok.writeDoubleLE(1, 4);
  const total = 4 + curHead.length + curLen + ok.length + 1; const out = Buffer.allocUnsafe(total); let p = 0;
  const i32 = (v: number) => { out.writeInt32LE(v, p); p += 4; }; const put = (b: Uint8Array) => { out.set(b, p); p += b.length; };
  i32(total); put(curHead); i32(curLen); put(arrHead); i32(n); for (const b of parts) put(b); out[p++] = 0; put(idElem); put(nsElem); out[p++] = 0; put(ok); out[p++] = 0; return out;
}
