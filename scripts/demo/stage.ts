import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SUBSCRIBED } from '../../connectors/stripe-billing/events.js';
import { startEmbeddedMongo } from '../embedded-mongo/index.js';
import { readyMessage } from '../hub/ready-message.js';
import { startProcess, type DemoProcess } from './process.js';
import { connectDemoClient, createDemoClient, type DemoClient } from './set-up-client.js';
import { stripeWorldAt, type StripeWorld } from './stripe-world.js';
import type { Teardown } from './teardown.js';

/** A day of hub time passes in three seconds of the wall. */
export const timeScale = 28_800;
/** How long a case stays held by a killed hub, in wall seconds: the shortest the hub allows. */
export const leaseSeconds = 3;
/** How often the platform delivers an event twice, and how often the next one overtakes it. */
const accidents = { seed: 11, duplicates: 0.25, disorder: 0.25 };

const hubReady = readyMessage.extend({ url: z.string() });
type HubProcess = DemoProcess<z.output<typeof hubReady>>;
const serverReady = z.object({ ready: z.literal(true), url: z.string() });

/** All processes of the demo, ready: the database, the merchant, the hub, the Stripe stand-in. */
export interface Stage {
  readonly client: DemoClient;
  readonly stripe: StripeWorld;
  readonly stripeUrl: string;
  readonly merchantUrl: string;
  readonly mongodbUri: string;
  readonly hubUrl: string;
  readonly clock: { readonly scale: number; readonly origin: Date };
  /** What a command of the hub needs in its environment. */
  readonly hubEnvironment: Readonly<Record<string, string>>;
  /** Where the logs are. */
  readonly directory: string;
  /** The hub that runs now. */
  hub(): HubProcess;
  /** SIGKILL to the hub; resolves when it is gone. */
  killHub(): Promise<void>;
  /** Starts the hub again after it was killed. */
  restartHub(): Promise<void>;
  /** Rejects when a hub ends that nobody has killed. */
  readonly hubEnded: Promise<never>;
}

/** The compiled project: the demo is part of it. */
const compiled = join(dirname(fileURLToPath(import.meta.url)), '../..');

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('There is no free port on 127.0.0.1.'))));
    });
  });

/** Starts every process and sets up the client. What has been started is taken down by `teardown`, also when this throws. */
export const setStage = async (teardown: Teardown, say: (line: string) => void): Promise<Stage> => {
  const directory = await mkdtemp(join(tmpdir(), 'recovery-hub-demo-'));
  teardown.addLast(() => rm(directory, { recursive: true, force: true }));
  const log = (name: string): string => join(directory, `${name}.log`);
  // both ports are named before either listens: the hub is told where Stripe will be, Stripe is told the hub's clock
  const [hubPort, stripePort] = await Promise.all([freePort(), freePort()]);
  const keys = { key: `sk_test_${randomBytes(12).toString('hex')}`, webhookSecret: `whsec_${randomBytes(24).toString('hex')}` };

  const database = await startEmbeddedMongo({ dataDir: join(directory, 'database') });
  await teardown.add(() => database.stop());
  say(`database  pid ${database.pid}`);
  const merchant = await startProcess({ name: 'the merchant', file: join(compiled, 'scripts/demo/merchant.js'), log: log('merchant'), ready: serverReady, teardown });
  say(`merchant  pid ${merchant.pid}  ${merchant.ready.url}/webhooks`);

  const hubEnvironment = {
    HUB_ENV: 'development', MONGODB_URI: database.uri, HUB_DATA_DIR: join(directory, 'hub'), HUB_HOST: '127.0.0.1', HUB_PORT: String(hubPort),
    HUB_TIME_SCALE: String(timeScale), HUB_LEASE_SECONDS: String(leaseSeconds), HUB_SHUTDOWN_SECONDS: '2',
    HUB_PLATFORM_ROUTES: `api.stripe.com=http://127.0.0.1:${stripePort}`,
  };
  const startHub = (): Promise<HubProcess> =>
    startProcess({ name: 'the hub', file: join(compiled, 'scripts/hub.js'), args: ['--with-parent'], env: hubEnvironment, log: log('hub'), ready: hubReady, teardown });
  const watch = watchHubs();
  let hub = watch.started(await startHub());
  const { url: hubUrl, clock } = hub.ready;
  say(`hub       pid ${hub.pid}  ${hubUrl}  (a day passes in ${(86_400 / clock.scale).toFixed(1)} s, a lease lasts ${leaseSeconds} s)`);

  const stripe = await startProcess({
    name: 'the Stripe stand-in', file: join(compiled, 'connectors/stripe-billing/fake-platform/serve.js'), log: log('stripe'), ready: serverReady, teardown,
    env: { FAKE_STRIPE_PORT: String(stripePort), FAKE_STRIPE_API_KEY: keys.key, FAKE_STRIPE_TIME_SCALE: String(clock.scale), FAKE_STRIPE_TIME_ORIGIN: clock.origin },
  });
  say(`Stripe    pid ${stripe.pid}  ${stripe.ready.url}  (a stand-in: nothing leaves this machine)`);

  const world = stripeWorldAt(stripe.ready.url);
  const line = { compiled, environment: hubEnvironment };
  const client = await createDemoClient(line, `${merchant.ready.url}/webhooks`);
  await tellMerchant(merchant.ready.url, client.signingSecret);
  await world.registerWebhook({ url: client.webhookUrl, secret: keys.webhookSecret, enabledEvents: [...SUBSCRIBED], ...accidents });
  await connectDemoClient(line, client, keys);
  say(`client    ${client.clientId}  created and connected by the command line`);

  return {
    client, stripe: world, stripeUrl: stripe.ready.url, merchantUrl: merchant.ready.url, mongodbUri: database.uri, hubUrl,
    clock: { scale: clock.scale, origin: new Date(clock.origin) }, hubEnvironment, directory,
    hub: () => hub,
    killHub: () => {
      watch.killing(hub);
      return hub.kill();
    },
    restartHub: async () => {
      hub = watch.started(await startHub());
    },
    hubEnded: watch.ended,
  };
};

/** Tells a hub that was killed from one that ended by itself. */
const watchHubs = () => {
  const killed = new Set<number>();
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    fail = reject;
  });
  ended.catch(() => undefined);
  return {
    ended,
    killing: ({ pid }: HubProcess) => void killed.add(pid),
    started: (hub: HubProcess): HubProcess => {
      const tell = async (): Promise<void> => {
        const { code, signal } = await hub.ended;
        if (!killed.has(hub.pid)) fail(new Error(`The hub (pid ${hub.pid}) ended by itself, code ${code}, signal ${signal}.`));
      };
      void tell();
      return hub;
    },
  };
};

const tellMerchant = async (merchantUrl: string, signingSecret: string): Promise<void> => {
  const answer = await fetch(`${merchantUrl}/secret`, { method: 'PUT', body: signingSecret, signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`The merchant did not take its signing secret: ${answer.status}`);
};

/** The hub's time at a moment of the wall. */
export const hubTime = ({ clock }: Pick<Stage, 'clock'>, wall: Date = new Date()): Date =>
  new Date(clock.origin.getTime() + (wall.getTime() - clock.origin.getTime()) * clock.scale);

/** The last lines of the hub's log that tell of trouble. */
export const troubleOf = async ({ directory }: Pick<Stage, 'directory'>, most: number): Promise<readonly string[]> => {
  const text = await readFile(join(directory, 'hub.log'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '' && !/"level":"(info|debug|trace)"/.test(line) && !line.startsWith('{"ready"')).slice(-most);
};
