import {
  createFakeClock, createKeyMemory, createRaces, type FakeOptions, type RunningFake, startFakeServer, type WireStyle,
} from '../../../core/connector-kit/testing/index.js';
import { retryByRecurly } from './charge-invoice.js';
import { createDunning } from './dunning.js';
import { createEventLog } from './event-log.js';
import { faultKinds } from './faults.js';
import { createLedger } from './ledger.js';
import { createMint } from './mint.js';
import type { FakePlatform } from './platform.js';
import { rateHeaders } from './rate-limit.js';
import { createRecurlyApi } from './serve-api.js';
import { createSite, type SiteMode } from './site.js';
import { defaultSwitches, type Switches } from './switches.js';
import { createRecurlySender } from './webhook-sender.js';
import { controlOf, createWorld, type World } from './world.js';

export interface RecurlyFakeOptions extends FakeOptions<Switches> {
  /** The site's id, as webhooks name it; default `rfakesite0001`. */
  readonly siteId?: string;
  /** Default `fake`. */
  readonly subdomain?: string;
  /** Default `sandbox`. */
  readonly mode?: SiteMode;
  /** A private key of the site, any text; default `fake_private_key`. */
  readonly apiKey?: string;
}

/** Its API is at the root of its address. */
export interface RecurlyFake extends RunningFake<World> {
  readonly siteId: string;
  readonly mode: SiteMode;
}

/** fact('idempotency.methods') fact('request.headers') */
const wireOf = (platform: FakePlatform): WireStyle => ({
  keyHeader: 'idempotency-key',
  keyMethods: ['POST', 'PUT', 'PATCH', 'DELETE'],
  headersOf: ({ requestId }) => ({
    'content-type': 'application/json; charset=utf-8', 'recurly-version': 'recurly.v2021-02-25', 'x-request-id': requestId, ...rateHeaders(platform),
  }),
});

const createPlatform = (options: RecurlyFakeOptions, key: string): FakePlatform => {
  const clock = createFakeClock(options);
  const mint = createMint(options.seed ?? 1);
  const site = createSite(clock, { id: options.siteId ?? 'rfakesite0001', subdomain: options.subdomain ?? 'fake', mode: options.mode ?? 'sandbox' });
  const switches: Switches = { ...defaultSwitches(), ...options.switches };
  const events = createEventLog(clock, mint, site, switches);
  const sender = createRecurlySender(clock, switches);
  events.onEvent((event) => sender.send(event));
  const platform: FakePlatform = {
    site, clock, mint, switches, events, sender,
    ledger: createLedger(site, clock),
    keyMemory: createKeyMemory(clock),
    faults: faultKinds.createList(),
    races: createRaces(),
    dunning: createDunning(clock, (invoice) => retryByRecurly(platform, invoice)),
    keys: new Map([[key, { key, kind: 'private' }]]),
    endpoints: new Map(),
    requests: [],
    processingMs: 0,
  };
  return platform;
};

/** Starts a stateful Recurly site on 127.0.0.1: its API, and the world control under `/_fake`. */
export const startRecurlyFake = async (options: RecurlyFakeOptions = {}): Promise<RecurlyFake> => {
  const apiKey = options.apiKey ?? 'fake_private_key';
  const platform = createPlatform(options, apiKey);
  const world = createWorld(platform);
  const server = await startFakeServer({
    port: options.port, wire: wireOf(platform), control: controlOf(world, platform), mintRequestId: () => platform.mint.id(), serve: createRecurlyApi(platform),
  });
  return {
    ...server,
    apiKey,
    siteId: platform.site.id,
    mode: platform.site.mode,
    world,
    webhooksIdle: () => platform.sender.idle(),
    close: async () => {
      platform.sender.close();
      platform.dunning.close();
      await server.close();
    },
  };
};
