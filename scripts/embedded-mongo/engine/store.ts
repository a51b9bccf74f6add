// Ordered byte-key store. One writer; `write` groups concurrent callers into one durable commit.
import { ABORT, open, type Database as LmdbDb, type RootDatabase } from 'lmdb';
export interface Range { start: Buffer; end: Buffer; reverse?: boolean }
export interface StoreOptions { path: string; durable?: boolean; overlappingSync?: boolean; mapSize?: number }
export class Store {
  env: RootDatabase<any, any>; docs: LmdbDb<any, any>; idx: LmdbDb<any, any>; meta: LmdbDb<any, any>;
  constructor(public opts: StoreOptions) {
    this.env = open({ path: opts.path, noSubdir: false, maxDbs: 4, overlappingSync: opts.overlappingSync ?? false, noSync: opts.durable === false, ...(opts.mapSize ? { mapSize: opts.mapSize } : {}) } as any);
    const o = { encoding: 'binary', keyEncoding: 'binary' } as any;
    this.docs = this.env.openDB({ name: 'docs', ...o }); this.idx = this.env.openDB({ name: 'idx', ...o }); this.meta = this.env.openDB({ name: 'meta', ...o });
  }
  /** what a write changed in memory, to be taken back with it; writes run one after the other */
  undo: (() => void)[] = [];
  async write<R>(fn: () => R): Promise<R> {
    let r: any, e: any, failed = false; // a child transaction: a throw takes back this caller's writes only, not its neighbours' in the same commit
    await (this.env as any).childTransaction(() => { this.undo = []; try { r = fn(); } catch (x) { for (const back of this.undo.toReversed()) back(); failed = true; e = x; return ABORT; } return undefined; });
    if (this.opts.overlappingSync && this.opts.durable !== false) await (this.env as any).flushed;
    if (failed) throw e; return r;
  }
  /** keys in a range, fetched in chunks so that no read transaction stays open */
  *keys(db: LmdbDb<any, any>, r: Range): Generator<Buffer> {
    let { start, end } = r; let chunk = 16;
    for (;;) {
      const ks: Buffer[] = r.reverse
        ? [...db.getKeys({ start: end, end: start, reverse: true, limit: chunk, exclusiveStart: true, inclusiveEnd: true })]
        : [...db.getKeys({ start, end, limit: chunk })];
      for (const k of ks) yield k;
      if (ks.length < chunk) return;
      const last = ks[ks.length - 1]; if (r.reverse) end = last; else start = Buffer.concat([last, Buffer.from([0])]);
      chunk = Math.min(512, chunk * 4);
    }
  }
  close() { return this.env.close(); }
}
/** smallest key greater than every key with this prefix */
export function succ(p: Buffer): Buffer { const b = Buffer.from(p); for (let i = b.length - 1; i >= 0; i--) if (b[i] < 255) { b[i]++; return b.subarray(0, i + 1); } return Buffer.concat([p, Buffer.alloc(16, 255)]); }
