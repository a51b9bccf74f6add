import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { retryByChargebee } from './collect.js';
import { createDunning } from './dunning.js';
import { createEventLog } from './event-log.js';
import { createExchange } from './exchange.js';
import { createFakeClock } from './fake-clock.js';
import { createFaultList } from './faults.js';
import { createIdempotencyStore } from './idempotency.js';
import { createIds } from './ids.js';
import { createLedger } from './ledger.js';
import type { FakePlatform } from './platform.js';
import { createRaces } from './races.js';
import { createRandom } from './random.js';
import { serveApi } from './serve-api.js';
import { serveControl } from './serve-control.js';
import { createSite } from './site.js';
import { defaultSwitches, type Switches } from './switches.js';
import { createWebhookSender } from './webhook-sender.js';
import { createWorld, type World } from './world.js';

export interface ChargebeeFakeOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  /** How many hub seconds pass in one wall second; default 1. */
  readonly scale?: number;
  /** The wall instant at which both clocks agree; default now. */
  readonly origin?: Date;
  readonly seed?: number;
  /** Default `fake-test`; the names of test sites end in `-test`. */
  readonly site?: string;
  /** Product catalog; default `v2`. */
  readonly catalog?: 'v1' | 'v2';
  /** The site's full-access key, any text; default `test_fake_key`. */
  readonly apiKey?: string;
  readonly switches?: Partial<Switches>;
}

export interface ChargebeeFake {
  /** `http://127.0.0.1:<port>`; the API is below `/api/v2`. */
  readonly url: string;
  readonly port: number;
  readonly apiKey: string;
  readonly site: string;
  readonly world: World;
  /** Resolves when no webhook is queued, held back or waiting for a retry. */
  webhooksIdle(): Promise<void>;
  close(): Promise<void>;
}

const createPlatform = (options: ChargebeeFakeOptions): FakePlatform => {
  const clock = createFakeClock({
    ...(options.scale === undefined ? {} : { scale: options.scale }),
    ...(options.origin === undefined ? {} : { origin: options.origin }),
  });
  const mintId = createIds(createRandom(options.seed ?? 1));
  const site = createSite(clock, options.site ?? 'fake-test', options.catalog ?? 'v2');
  const switches: Switches = { ...defaultSwitches(), ...options.switches };
  const events = createEventLog(clock, mintId);
  const sender = createWebhookSender(clock);
  events.onEvent((event) => sender.send(event));
  const key = options.apiKey ?? 'test_fake_key';
  const platform: FakePlatform = {
    site, clock, mintId, switches, events, sender,
    ledger: createLedger(site, clock),
    idempotency: createIdempotencyStore(clock, switches),
    faults: createFaultList(),
    races: createRaces(),
    dunning: createDunning(clock, switches, (invoice) => retryByChargebee(platform, invoice)),
    keys: new Map([[key, { key, name: 'full access key', kind: 'full_access' }]]),
    endpoints: new Map(),
    requests: [],
    processingMs: 0,
  };
  return platform;
};

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

/** Starts a stateful Chargebee site on 127.0.0.1: its API under `/api/v2`, the world control under `/_fake`. */
export const startChargebeeFake = async (options: ChargebeeFakeOptions = {}): Promise<ChargebeeFake> => {
  const platform = createPlatform(options);
  const world = createWorld(platform);
  const locked = new Set<string>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (request.url?.startsWith('/_fake/') === true) await serveControl(world, platform, { request, response, body });
    else await serveApi(platform, createExchange(platform, request, response, body), locked);
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    apiKey: options.apiKey ?? 'test_fake_key',
    site: platform.site.name,
    world,
    webhooksIdle: () => platform.sender.idle(),
    close: async () => {
      platform.sender.close();
      platform.dunning.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
