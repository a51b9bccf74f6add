import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startEmbeddedMongo, type EmbeddedMongo } from '../embedded-mongo/index.js';
import { setUpClient, type DemoClient } from './set-up-client.js';
import { startProcess, type DemoProcess } from './process.js';
import { stripeWorldAt, type StripeWorld } from './stripe-world.js';

/** A day of hub time passes in three seconds of the wall. */
export const timeScale = 28_800;
/** How long a case stays held by a killed hub, in wall seconds: the shortest the hub allows. */
export const leaseSeconds = 3;

const hubReady = z.object({ ready: z.literal(true), url: z.string(), clock: z.object({ scale: z.number(), origin: z.coerce.date() }) });
export type HubReady = z.output<typeof hubReady>;
const serverReady = z.object({ ready: z.literal(true), url: z.string() });

/** All processes of the demo, ready: the database, the hub, the Stripe stand-in, the merchant. */
export interface Stage {
  readonly client: DemoClient;
  readonly stripe: StripeWorld;
  readonly stripeUrl: string;
  readonly merchantUrl: string;
  readonly mongodbUri: string;
  readonly hubUrl: string;
  readonly clock: HubReady['clock'];
  /** What a command line of the hub needs in its environment. */
  readonly hubEnvironment: Readonly<Record<string, string>>;
  /** Where the logs are. */
  readonly directory: string;
  hub(): DemoProcess<HubReady>;
  /** Starts the hub again after it was killed. */
  restartHub(): Promise<void>;
  pids(): Readonly<Record<string, number>>;
  /** Ends every process and removes what they wrote. May be called twice, and while the stage is still being set. */
  strike(): Promise<void>;
}

/** The compiled project: the demo is part of it. */
const compiled = join(dirname(fileURLToPath(import.meta.url)), '../..');

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no free port on 127.0.0.1'))));
    });
  });

/** Takes down in reverse order what was put up; what is put up afterwards is taken down at once. */
export class Teardown {
  readonly #steps: (() => Promise<void>)[] = [];
  #struck: Promise<void> | undefined;

  async add(step: () => Promise<void>): Promise<void> {
    if (this.#struck !== undefined) {
      await step();
      throw new Error('The demo was ended while it was still starting.');
    }
    this.#steps.push(step);
  }

  strike(): Promise<void> {
    return (this.#struck ??= this.#takeDown());
  }

  async #takeDown(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) await step().catch(() => undefined);
  }
}

const startDatabase = async (directory: string, teardown: Teardown): Promise<EmbeddedMongo> => {
  const database = await startEmbeddedMongo({ dataDir: join(directory, 'database') });
  await teardown.add(() => database.stop());
  return database;
};

/** What is said while the stage is set. */
export type Say = (line: string) => void;

/** Starts every process. What has been started is taken down by `teardown`, also when this throws. */
export const setStage = async (teardown: Teardown, say: Say): Promise<Stage> => {
  const directory = await mkdtemp(join(tmpdir(), 'recovery-hub-demo-'));
  await teardown.add(() => rm(directory, { recursive: true, force: true }));
  const log = (name: string): string => join(directory, `${name}.log`);
  const [hubPort, stripePort] = await Promise.all([freePort(), freePort()]);
  const stripeKey = `sk_test_${randomBytes(12).toString('hex')}`;
  const stripeWebhookSecret = `whsec_${randomBytes(24).toString('hex')}`;

  const [database, merchant] = await Promise.all([
    startDatabase(directory, teardown),
    startProcess({ name: 'merchant', file: join(compiled, 'scripts/demo/merchant.js'), log: log('merchant'), ready: serverReady }),
  ]);
  await teardown.add(() => merchant.stop());
  say(`database   pid ${database.pid}`);
  say(`merchant   pid ${merchant.pid}  ${merchant.ready.url}/webhooks`);

  const hubEnvironment = {
    HUB_ENV: 'development', MONGODB_URI: database.uri, HUB_DATA_DIR: join(directory, 'hub'), HUB_HOST: '127.0.0.1', HUB_PORT: String(hubPort),
    HUB_TIME_SCALE: String(timeScale), HUB_LEASE_SECONDS: String(leaseSeconds), HUB_PLATFORM_ROUTES: `api.stripe.com=http://127.0.0.1:${stripePort}`,
  };
  const startHub = () => startProcess({ name: 'hub', file: join(compiled, 'scripts/demo/run-hub.js'), env: hubEnvironment, log: log('hub'), ready: hubReady });
  let hub = await startHub();
  await teardown.add(() => hub.stop());
  const { url: hubUrl, clock } = hub.ready;
  say(`hub        pid ${hub.pid}  ${hubUrl}  a day passes in ${(86_400 / clock.scale).toFixed(1)} s, leases last ${leaseSeconds} s`);

  const stripe = await startProcess({
    name: 'the Stripe stand-in', file: join(compiled, 'connectors/stripe-billing/fake-platform/serve.js'), log: log('stripe'), ready: serverReady,
    env: {
      FAKE_STRIPE_PORT: String(stripePort), FAKE_STRIPE_API_KEY: stripeKey,
      FAKE_STRIPE_TIME_SCALE: String(clock.scale), FAKE_STRIPE_TIME_ORIGIN: clock.origin.toISOString(),
    },
  });
  await teardown.add(() => stripe.stop());
  say(`Stripe     pid ${stripe.pid}  ${stripe.ready.url}  a stand-in on this machine: no request leaves it`);

  const client = await setUpClient({ hubEnvironment, webhookUrl: `${merchant.ready.url}/webhooks`, stripeKey, stripeWebhookSecret, compiled });
  const secretSet = await fetch(`${merchant.ready.url}/secret`, { method: 'PUT', body: client.signingSecret, signal: AbortSignal.timeout(5000) });
  if (!secretSet.ok) throw new Error(`The merchant did not take its signing secret: ${secretSet.status}`);
  const world = stripeWorldAt(stripe.ready.url);
  await world.registerWebhook({ url: client.connectionUrl, secret: stripeWebhookSecret, seed: 11, duplicates: 0.25, disorder: 0.25 });
  say(`client     ${client.clientId}  created and connected by the command line`);

  return {
    client, stripe: world, stripeUrl: stripe.ready.url, merchantUrl: merchant.ready.url, mongodbUri: database.uri, hubUrl, clock, hubEnvironment, directory,
    hub: () => hub,
    restartHub: async () => {
      hub = await startHub();
    },
    pids: () => ({ database: database.pid, merchant: merchant.pid, hub: hub.pid, stripe: stripe.pid }),
    strike: () => teardown.strike(),
  };
};

/** The last lines of a process's log that tell of trouble, for people. */
export const troubleIn = async (stage: Pick<Stage, 'directory'>, name: 'hub' | 'stripe' | 'merchant', most: number): Promise<readonly string[]> => {
  const text = await readFile(join(stage.directory, `${name}.log`), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '' && !/"level":"(info|debug|trace)"/.test(line) && !line.startsWith('{"ready"')).slice(-most);
};
