import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccount } from './account.js';
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
import { retryByStripe } from './retry-by-stripe.js';
import { serveApi } from './serve-api.js';
import { serveControl } from './serve-control.js';
import { createSmartRetries } from './smart-retry.js';
import { defaultSwitches, type Switches } from './switches.js';
import { createWebhookSender } from './webhook-sender.js';
import { createWorld, type World } from './world.js';

export interface StripeFakeOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  /** How many hub seconds pass in one wall second; default 1. */
  readonly scale?: number;
  /** The wall instant at which both clocks agree; default now. */
  readonly origin?: Date;
  readonly seed?: number;
  /** The account's standard key, any text; default `sk_test_fake`. */
  readonly apiKey?: string;
  readonly livemode?: boolean;
  readonly switches?: Partial<Switches>;
  /** How often one change makes two Event objects, 0 to 1; default 0. */
  readonly twinEvents?: number;
}

export interface StripeFake {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly apiKey: string;
  readonly accountId: string;
  readonly world: World;
  /** Resolves when no webhook is queued, held or waiting for a retry. */
  webhooksIdle(): Promise<void>;
  close(): Promise<void>;
}

const createPlatform = (options: StripeFakeOptions): FakePlatform => {
  const random = createRandom(options.seed ?? 1);
  const clock = createFakeClock({
    ...(options.scale === undefined ? {} : { scale: options.scale }),
    ...(options.origin === undefined ? {} : { origin: options.origin }),
  });
  const mintId = createIds(random);
  const livemode = options.livemode ?? false;
  const account = createAccount({ accountId: 'acct_1FakeMerchant0001', livemode, country: 'US', name: 'Fake Merchant' });
  const switches: Switches = { ...defaultSwitches(), ...options.switches };
  const twin = createRandom((options.seed ?? 1) + 1);
  const events = createEventLog({ account, clock, mintId, switches, twins: () => twin() < (options.twinEvents ?? 0) });
  const sender = createWebhookSender(clock);
  events.onEvent((emitted) => sender.send(emitted));
  const apiKey = options.apiKey ?? 'sk_test_fake';
  const platform: FakePlatform = {
    account, clock, random, mintId, switches, events, sender,
    ledger: createLedger(account, clock),
    idempotency: createIdempotencyStore(clock),
    faults: createFaultList(),
    races: createRaces(),
    smartRetries: createSmartRetries(clock, (invoice) => retryByStripe(platform, invoice)),
    keys: new Map([[apiKey, { key: apiKey, livemode }]]),
    endpoints: new Map(),
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

/** Starts a stateful Stripe on 127.0.0.1: one account, its API under `/v1`, the world control under `/_fake`. */
export const startStripeFake = async (options: StripeFakeOptions = {}): Promise<StripeFake> => {
  const platform = createPlatform(options);
  const world = createWorld(platform);
  const locked = new Set<string>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (request.url?.startsWith('/_fake/') === true) serveControl(world, platform, { request, response, body });
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
    apiKey: options.apiKey ?? 'sk_test_fake',
    accountId: platform.account.accountId,
    world,
    webhooksIdle: () => platform.sender.idle(),
    close: async () => {
      platform.sender.close();
      platform.smartRetries.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
