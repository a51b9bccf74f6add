import {
  createFakeParts, createIds, createRandom, headerOf, type FakeOptions, type RunningFake, startFakeServer, type WireStyle,
} from '../../../core/connector-kit/testing/index.js';
import { createAccount } from './account.js';
import { API_VERSION, createEventLog } from './event-log.js';
import { faultKinds } from './faults.js';
import { createLedger } from './ledger.js';
import type { FakePlatform } from './platform.js';
import { retryByStripe } from './retry-by-stripe.js';
import { createStripeApi } from './serve-api.js';
import { createSmartRetries } from './smart-retry.js';
import { defaultSwitches, type Switches } from './switches.js';
import { createStripeSender } from './webhook-sender.js';
import { controlOf, createWorld, type World } from './world.js';

export interface StripeFakeOptions extends FakeOptions<Switches> {
  /** The account's standard key, any text; default `sk_test_fake`. */
  readonly apiKey?: string;
  readonly livemode?: boolean;
  /** How often one change makes two Event objects, 0 to 1; default 0. */
  readonly twinEvents?: number;
}

export interface StripeFake extends RunningFake<World> {
  readonly accountId: string;
}

const KEY_HEADER = 'idempotency-key';

const wire: WireStyle = {
  keyHeader: KEY_HEADER,
  indent: 2,
  headersOf: ({ requestId, headers, idempotencyKey }) => ({
    'content-type': 'application/json',
    'request-id': requestId,
    'stripe-version': headerOf(headers['stripe-version']) ?? API_VERSION,
    ...(idempotencyKey === null ? {} : { [KEY_HEADER]: idempotencyKey }),
  }),
};

const createPlatform = (options: StripeFakeOptions, apiKey: string): FakePlatform => {
  const { seed = 1, livemode = false, twinEvents = 0 } = options;
  const parts = createFakeParts(options, faultKinds, defaultSwitches());
  const { clock, switches } = parts;
  const mintId = createIds(createRandom(seed), { mark: '1Fk', tail: 14 });
  const account = createAccount({ accountId: 'acct_1FakeMerchant0001', livemode, country: 'US', name: 'Fake Merchant' });
  const twin = createRandom(seed + 1);
  const events = createEventLog({ account, clock, mintId, switches, twins: () => twin() < twinEvents });
  const sender = createStripeSender(clock);
  events.onEvent((emitted) => sender.send(emitted));
  const platform: FakePlatform = {
    ...parts, account, mintId, events, sender,
    ledger: createLedger(account, clock),
    smartRetries: createSmartRetries(clock, (invoice) => retryByStripe(platform, invoice)),
    keys: new Map([[apiKey, { key: apiKey, livemode }]]),
    endpoints: new Map(),
  };
  return platform;
};

/** Starts a stateful Stripe on 127.0.0.1: one account, its API under `/v1`, the world control under `/_fake`. */
export const startStripeFake = async (options: StripeFakeOptions = {}): Promise<StripeFake> => {
  const apiKey = options.apiKey ?? 'sk_test_fake';
  const platform = createPlatform(options, apiKey);
  const world = createWorld(platform);
  const server = await startFakeServer({
    port: options.port, wire, control: controlOf(world, platform), mintRequestId: () => platform.mintId('req'), serve: createStripeApi(platform),
  });
  return {
    ...server,
    apiKey,
    accountId: platform.account.accountId,
    world,
    webhooksIdle: () => platform.sender.idle(),
    close: async () => {
      platform.sender.close();
      platform.smartRetries.close();
      await server.close();
    },
  };
};
