import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { startStripeFake, type StripeFake } from '../../connectors/stripe-billing/fake-platform.js';
import { createClients, createVault, type CreatedClient } from '../../core/clients/index.js';
import { loadPlugins } from '../../core/plugin-registry/index.js';
import { connectStorage } from '../../core/storage/index.js';
import plugins from '../../plugins.config.js';
import { dropTestDatabase, testDatabase } from './database.js';
import { testSettings } from './hub.js';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.js';

const webhookSecret = 'whsec_c3RyaXBlLXNlY3JldC1vZi1hLXRlc3Q';

/** One hub process. */
export interface HubProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Resolves with what was in hand when the fault point was reached. */
  readonly reached: Promise<string>;
  /** SIGKILL from outside. */
  kill(): Promise<void>;
}

/** A Stripe fake, a merchant's endpoint and a client, around hub processes that come and go on one database. */
export interface HubWorld {
  readonly fake: StripeFake;
  readonly receiver: WebhookReceiver;
  readonly client: CreatedClient;
  /** The environment of its hubs, for commands on their database. */
  readonly env: Readonly<Record<string, string>>;
  startHub(faultPoint?: string): Promise<HubProcess>;
  post(hub: HubProcess, path: string, body: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** Events received, one per webhook-id. */
  events(): readonly { readonly id: string; readonly event: string; readonly transactionId: string; readonly trigger: string }[];
  stop(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

/** Polls until `probe` gives something, or throws with `what`. */
export const eventually = async <T>(what: string, probe: () => T | undefined | Promise<T | undefined>, ms = 30_000): Promise<T> => {
  const until = performance.now() + ms;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error(`It did not come: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
};

/** Builds the world. A day of hub time passes in three seconds, as in the demo; a lease is three seconds. */
export const startHubWorld = async (label: string): Promise<HubWorld> => {
  const database = testDatabase(label);
  const port = await freePort();
  const key = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const env = {
    HUB_TIME_SCALE: '28800', HUB_LEASE_SECONDS: '3', HUB_PLATFORM_ROUTES: `api.stripe.com=http://127.0.0.1:${port}`, HUB_LOG_LEVEL: 'warn',
    HUB_ENV: 'test', HUB_HOST: '127.0.0.1', HUB_PORT: '0', HUB_ENCRYPTION_KEYS: key, MONGODB_URI: database.uri,
  };
  const running = new Set<ChildProcess>();
  const startHub = async (faultPoint?: string): Promise<HubProcess> => {
    const child = fork(join(process.cwd(), 'dist/test/support/hub-process.js'), [], {
      env: { PATH: process.env['PATH'], ...env, ...(faultPoint === undefined ? {} : { FAULT_POINT: faultPoint }) },
      stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'ipc'], execArgv: [],
    });
    running.add(child);
    child.once('exit', () => { running.delete(child); });
    const log = child.stdout as Readable;
    log.on('data', (data: Buffer) => { if (process.env['HUB_TEST_LOG']) process.stderr.write(data); });
    const pipe = child.stdio[3] as Readable;
    const reached = new Promise<string>((resolve) => { pipe.once('data', (data: Buffer) => { resolve(data.toString().trim()); }); });
    const [ready] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => { throw new Error('the hub ended before it was ready'); })])) as [{ url: string; scale: number; origin: string }];
    clock ??= { scale: ready.scale, origin: new Date(ready.origin) };
    return { url: ready.url, child, reached, kill: async () => { const gone = once(child, 'exit'); child.kill('SIGKILL'); await gone; } };
  };
  let clock: { readonly scale: number; readonly origin: Date } | undefined;

  const first = await startHub();
  if (!clock) throw new Error('no clock');
  const { scale, origin } = clock as { scale: number; origin: Date };
  const fake = await startStripeFake({ port, scale, origin, apiKey: 'sk_test_crash' });
  const receiver = await startWebhookReceiver(() => ({ status: 204 }));
  const settings = testSettings(database.uri, { HUB_PLATFORM_ROUTES: env.HUB_PLATFORM_ROUTES, HUB_ENCRYPTION_KEYS: key });
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes: settings.platformRoutes });
  const storage = await connectStorage(database.uri);
  const clients = createClients({ storage, vault: createVault(settings.encryptionKeys), registry, settings, clock: { wallNow: () => new Date() } });
  const client = await clients.create({ businessName: 'Crash', mode: 'test', webhookUrl: receiver.url, gateways: [{ type: 'stripe', credentials: { apiKey: 'sk_test_crash' } }] });
  await clients.setConnection(client.client.clientId, 'stripe-billing', { credentials: { apiKey: 'sk_test_crash', webhookSecrets: [webhookSecret] } });
  await registry.close();
  await storage.close();
  await first.kill();

  return {
    fake,
    receiver,
    client,
    env,
    startHub: async (faultPoint) => {
      const hub = await startHub(faultPoint);
      fake.world.registerWebhook({ url: `${hub.url}/api/connectors/stripe-billing/webhook/${client.client.clientId}`, secret: webhookSecret });
      return hub;
    },
    post: async (hub, path, body) => {
      const answer = await fetch(`${hub.url}${path}`, { method: 'POST', headers: { 'x-api-key': client.apiKey, 'content-type': 'application/json' }, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    events: () => {
      const seen = new Map<string, { id: string; event: string; transactionId: string; trigger: string }>();
      for (const request of receiver.requests) {
        const id = String(request.headers['webhook-id']);
        const body = JSON.parse(request.body.toString()) as Record<string, string>;
        seen.set(id, { id, event: body['event'] ?? '', transactionId: body['revtainTransactionId'] ?? '', trigger: body['trigger'] ?? '' });
      }
      return [...seen.values()];
    },
    stop: async () => {
      for (const child of running) child.kill('SIGKILL');
      await fake.close();
      await receiver.close();
      await dropTestDatabase(database);
    },
  };
};
