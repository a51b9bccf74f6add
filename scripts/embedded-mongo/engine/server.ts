import net from 'node:net';
import { encode } from './bsonx.js';
import { type Ctx, dispatch } from './commands.js';
import { Engine } from './engine.js';
import { Store, type StoreOptions } from './store.js';
import { MongoErr } from './errors.js';
import { MAX_MESSAGE, type Request, parse, reply } from './wire.js';
export interface ServerOptions extends StoreOptions { host?: string; port?: number; socket?: string; ttlMs?: number; clockShiftMs?: number; log?: (r: Request, ms: number, error?: any) => void }
export class EmbeddedServer {
  store: Store; engine: Engine; private srv = net.createServer((s) => this.accept(s)); private socks = new Set<net.Socket>(); private started = Date.now(); private conn = 0; private sweeper?: NodeJS.Timeout;
  private cursors = new Map<bigint, any>();
  constructor(public opts: ServerOptions, store = new Store(opts)) { this.store = store; this.engine = new Engine(this.store); this.engine.clockShiftMs = opts.clockShiftMs ?? 0; }
  async start(): Promise<string> {
    const { socket, host = '127.0.0.1', port = 0 } = this.opts;
    await new Promise<void>((res, rej) => { this.srv.once('error', rej); if (socket) this.srv.listen(socket, () => res()); else this.srv.listen(port, host, () => res()); });
    this.engine.startTtl(this.opts.ttlMs ?? 60000); this.sweeper = setInterval(() => { const t = Date.now() - 600000; for (const [id, c] of this.cursors) if (c.last < t) this.cursors.delete(id); }, 60000); this.sweeper.unref();
    return this.uri();
  }
  uri() { const a = this.srv.address(); return typeof a === 'string' ? `mongodb://${encodeURIComponent(a)}/?directConnection=true` : `mongodb://127.0.0.1:${(a as any).port}/?directConnection=true`; }
  private accept(s: net.Socket) {
    s.setNoDelay(true); this.socks.add(s); const ctx: Ctx = { eng: this.engine, cursors: this.cursors, connId: ++this.conn, started: this.started };
    let chunks: Buffer[] = [], have = 0, need = 0, busy = false; const queue: Buffer[] = [];
    const pump = async () => { if (busy) return; busy = true; while (queue.length) { const m = queue.shift() as Buffer; let out: Buffer | null; try { out = await this.handle(ctx, m); } catch { s.destroy(); return; } if (out && !s.destroyed) s.write(out); } busy = false; };
    s.on('data', (d) => {
      chunks.push(d); have += d.length;
      for (;;) {
        if (!need) { if (have < 4) return; if (chunks[0].length < 4) chunks = [Buffer.concat(chunks)]; need = chunks[0].readInt32LE(0); if (need < 16 || need > MAX_MESSAGE) { s.destroy(); return; } }
        if (have < need) return; const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks); queue.push(all.subarray(0, need)); const rest = all.subarray(need); chunks = rest.length ? [rest] : []; have = rest.length; need = 0; void pump();
      }
    });
    s.on('close', () => this.socks.delete(s)); s.on('error', () => {});
  }
  private async handle(ctx: Ctx, m: Buffer): Promise<Buffer | null> {
    const r = parse(m); const t0 = performance.now(); let body: Uint8Array, error: any;
    try { const o = await dispatch(ctx, r); body = o instanceof Uint8Array ? o : encode(o); }
    catch (e: any) { error = e; const me = e instanceof MongoErr ? e : new MongoErr(1, 'InternalError', `embedded: ${e?.stack ?? e}`); body = encode({ ok: 0, errmsg: me.message, code: me.code, codeName: me.codeName, ...me.extra }); }
    this.opts.log?.(r, performance.now() - t0, error); return r.moreToCome ? null : reply(r, body);
  }
  async stop() { if (this.sweeper) clearInterval(this.sweeper); this.engine.stopTtl(); for (const s of this.socks) s.destroy(); await new Promise<void>((r) => this.srv.close(() => r())); await this.store.close(); }
}
