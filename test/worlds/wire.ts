import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Traffic } from './traffic.js';

/** A wire between one hub and something else, which the world can hold or cut. */
export interface Wire {
  readonly port: number;
  /** Nothing passes until {@link release}. */
  hold(): void;
  release(): void;
  /** What has been handed over still arrives; nothing comes back. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on loopback and leads to `target`. */
export const layWire = async (target: () => NetConnectOpts | undefined, traffic: Traffic): Promise<Wire> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  let held: 'no' | 'yes' = 'no';
  const lead = (from: Socket, to: Socket) => {
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      traffic.moved();
      to.write(chunk);
    });
    from.on('end', () => { traffic.moved(); to.end(); });
    from.on('error', () => { to.destroy(); });
    from.on('close', () => { traffic.moved(); if (!to.writableEnded) to.end(); });
    if (held === 'yes') from.pause();
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    traffic.moved();
    const where = target();
    if (!where) { near.resetAndDestroy(); return; }
    const far = connect({ allowHalfOpen: true, ...where });
    const pair = [near, far] as const;
    pairs.add(pair);
    far.once('close', () => { near.destroySoon(); pairs.delete(pair); });
    lead(near, far);
    lead(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    hold: () => {
      held = 'yes';
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    release: () => {
      held = 'no';
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    cut: () => {
      for (const [near, far] of pairs) {
        near.destroy();
        far.end();
      }
    },
    close: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
};
