import {
  createFakeParts, createIds, createRandom, type FakeOptions, type RunningFake, startFakeServer, type WireStyle,
} from '../../../core/connector-kit/testing/index.js';
import { retryByChargebee } from './collect.js';
import { createDunning } from './dunning.js';
import { createEventLog } from './event-log.js';
import { faultKinds } from './faults.js';
import { createLedger } from './ledger.js';
import type { FakePlatform } from './platform.js';
import { createChargebeeApi } from './serve-api.js';
import { createSite } from './site.js';
import { defaultSwitches, type Switches } from './switches.js';
import { createChargebeeSender } from './webhook-sender.js';
import { controlOf, createWorld, type World } from './world.js';

export interface ChargebeeFakeOptions extends FakeOptions<Switches> {
  /** Default `fake-test`; the names of test sites end in `-test`. */
  readonly site?: string;
  /** Product catalog; default `v2`. */
  readonly catalog?: 'v1' | 'v2';
  /** The site's full-access key, any text; default `test_fake_key`. */
  readonly apiKey?: string;
}

/** Its API is below `/api/v2` of its address. */
export interface ChargebeeFake extends RunningFake<World> {
  readonly site: string;
}

const wire: WireStyle = {
  basePath: '/api/v2',
  keyHeader: 'chargebee-idempotency-key',
  headersOf: () => ({ 'content-type': 'application/json;charset=utf-8' }),
};

const createPlatform = (options: ChargebeeFakeOptions, key: string): FakePlatform => {
  const parts = createFakeParts(options, faultKinds, defaultSwitches());
  const { clock, switches } = parts;
  const mintId = createIds(createRandom(options.seed ?? 1), { mark: '3Nl', tail: 8 });
  const site = createSite(clock, options.site ?? 'fake-test', options.catalog ?? 'v2');
  const events = createEventLog(clock, mintId);
  const sender = createChargebeeSender(clock);
  events.onEvent((event) => sender.send(event));
  const platform: FakePlatform = {
    ...parts, site, mintId, events, sender,
    ledger: createLedger(site, clock),
    dunning: createDunning(clock, switches, (invoice) => retryByChargebee(platform, invoice)),
    keys: new Map([[key, { key, name: 'full access key', kind: 'full_access' }]]),
    endpoints: new Map(),
    requests: [],
  };
  return platform;
};

/** Starts a stateful Chargebee site on 127.0.0.1: its API under `/api/v2`, the world control under `/_fake`. */
export const startChargebeeFake = async (options: ChargebeeFakeOptions = {}): Promise<ChargebeeFake> => {
  const apiKey = options.apiKey ?? 'test_fake_key';
  const platform = createPlatform(options, apiKey);
  const world = createWorld(platform);
  const server = await startFakeServer({
    port: options.port, wire, control: controlOf(world, platform), mintRequestId: () => platform.mintId('req'), serve: createChargebeeApi(platform),
  });
  return {
    ...server,
    apiKey,
    site: platform.site.name,
    world,
    webhooksIdle: () => platform.sender.idle(),
    close: async () => {
      platform.sender.close();
      platform.dunning.close();
      await server.close();
    },
  };
};
