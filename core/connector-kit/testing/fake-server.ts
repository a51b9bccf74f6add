import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeClockOptions } from './fake-clock.js';
import { createExchange, type Exchange, type WireStyle } from './exchange.js';
import { CONTROL_PATH, serveControl, type WorldControl } from './world-control.js';

/** What a fake's server serves: its API, and below `/_fake/` the control of its world. */
export interface FakeServerOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number | undefined;
  readonly wire: WireStyle;
  readonly control: WorldControl;
  readonly mintRequestId: () => string;
  readonly serve: (exchange: Exchange) => Promise<void>;
}

/** A fake that listens. */
export interface FakeServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Closes its port and every connection to it. */
  close(): Promise<void>;
}

/** What every fake of a billing platform can be started with. */
export interface FakeOptions<Switches extends object> extends FakeClockOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number | undefined;
  /** The same seed gives the same ids and accidents; default 1. */
  readonly seed?: number | undefined;
  /** The key of the account that may do everything, any text. */
  readonly apiKey?: string | undefined;
  readonly switches?: Partial<Switches> | undefined;
}

/** A fake of a billing platform that runs. */
export interface RunningFake<World> extends FakeServer {
  readonly apiKey: string;
  readonly world: World;
  /** Resolves when no webhook is queued, held back or waiting for a retry. */
  webhooksIdle(): Promise<void>;
}

const MAX_BODY = 1_048_576;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('request body over 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** Listens on 127.0.0.1 only. A request whose body cannot be read loses its socket. */
export const startFakeServer = async ({ port: wanted = 0, wire, control, mintRequestId, serve }: FakeServerOptions): Promise<FakeServer> => {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (request.url?.startsWith(CONTROL_PATH) === true) await serveControl(control, request, response, body);
    else await serve(createExchange(wire, { requestId: mintRequestId(), request, response, body }));
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    // a request whose body broke off has lost hold of its socket
    const { socket } = request;
    handle(request, response).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
