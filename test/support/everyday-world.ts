import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClients, createVault, type CreatedClient } from '../../core/clients/index.js';
import { loadPlugins } from '../../core/plugin-registry/index.js';
import { connectStorage, type Storage } from '../../core/storage/index.js';
import { everydayHost } from '../plugins/everyday-faults/gateway.js';
import plugins from '../plugins/everyday-faults/plugins.js';
import { sampleHost } from '../sample-billing/connector.js';
import { sampleSecret, signedDelivery } from '../sample-billing/signed-delivery.js';
import { dropTestDatabase, testDatabase } from './database.js';
import { startEverydayPlatform, type EverydayPlatform } from './everyday-platform.js';
import { testSettings } from './hub.js';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.js';

const encryptionKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

/** One hub process. */
export interface EverydayHub {
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it has logged. */
  readonly lines: readonly string[];
}

/** Sample platform, gateway and merchant around hub processes on one database. */
export interface EverydayWorld {
  readonly platform: EverydayPlatform;
  readonly receiver: WebhookReceiver;
  readonly client: CreatedClient;
  readonly connectionId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly storage: Storage;
  startHub(env?: Readonly<Record<string, string>>): Promise<EverydayHub>;
  /**
   * Starts a hub again whenever it ends, until `stop`. Answers the hubs so far, the last one last: their `url` is not known, as one may end before it is ready.
   * `ended` is waited for between two of them.
   */
  keepHub(env: Readonly<Record<string, string>>, ended: () => Promise<void>): { readonly hubs: readonly EverydayHub[]; stop(): Promise<void> };
  execute(hub: EverydayHub, body: Readonly<Record<string, unknown>>): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** Sends a webhook of the sample platform; answers its status. */
  deliver(hub: EverydayHub, body: Parameters<typeof signedDelivery>[0]): Promise<number>;
  /** The names of the events the merchant has got, one per webhook-id, with the idempotency key of their case. */
  events(): readonly { readonly event: string; readonly idempotencyKey: string | null }[];
  stop(): Promise<void>;
}

/** Status of a GET; 0 where nobody answers. */
export const statusOf = async (url: string): Promise<number> => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5000) })).status;
  } catch { return 0; }
};

/** Builds it. A lease is ten seconds: on a busy machine a charge needs more than half of three. `databaseUri`: another server than that of the tests. */
export const startEverydayWorld = async (options: {
  readonly label: string; readonly env?: Readonly<Record<string, string>>; readonly databaseUri?: string;
}): Promise<EverydayWorld> => {
  const database = options.databaseUri === undefined ? testDatabase(options.label) : { uri: options.databaseUri, name: 'x' };
  const platform = await startEverydayPlatform();
  const receiver = await startWebhookReceiver(() => ({ status: 204 }));
  const env = {
    HUB_LEASE_SECONDS: '10', HUB_LOG_LEVEL: 'warn', HUB_PLATFORM_ROUTES: `${sampleHost}=${platform.url},${everydayHost}=${platform.url}`, HUB_ENV: 'test', HUB_HOST: '127.0.0.1',
    HUB_PORT: '0', HUB_ENCRYPTION_KEYS: encryptionKeys, MONGODB_URI: database.uri, PLUGINS_MODULE: '../plugins/everyday-faults/plugins.js', ...options.env,
  };
  const settings = testSettings(database.uri, { HUB_ENCRYPTION_KEYS: encryptionKeys, HUB_PLATFORM_ROUTES: env.HUB_PLATFORM_ROUTES });
  const storage = await connectStorage(database.uri, { selectionMs: 5000 });
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes: settings.platformRoutes });
  const clients = createClients({ storage, vault: createVault(settings.encryptionKeys), registry, settings, clock: { wallNow: () => new Date() } });
  const client = await clients.create({ businessName: 'Everyday', mode: 'test', webhookUrl: receiver.url, gateways: [{ type: 'everyday', credentials: { apiKey: 'everyday-key-1' } }] });
  const { connectionId } = await clients.setConnection(client.client.clientId, 'sample-billing', {
    mode: 'active', credentials: { apiKey: 'sample-api-key-1', webhookSecret: sampleSecret }, options: { livemode: false },
  });
  await registry.close();

  const running = new Set<ChildProcess>();
  const launch = (more: Readonly<Record<string, string>>): EverydayHub => {
    const child = fork(join(process.cwd(), 'dist/test/support/hub-process.js'), [], {
      env: { PATH: process.env['PATH'], ...env, ...more }, stdio: ['ignore', 'pipe', more['HUB_ROLE'] === 'worker' ? 'ignore' : 'inherit', 'ipc'], execArgv: [],
    });
    running.add(child);
    const ended = once(child, 'exit').then(([code]) => {
      running.delete(child);
      return code as number | null;
    });
    const lines: string[] = [];
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => { lines.push(line); if (process.env['HUB_TEST_LOG']) process.stderr.write(`${line}\n`); });
    return { url: '', child, ended, lines };
  };
  const startHub = async (more: Readonly<Record<string, string>> = {}): Promise<EverydayHub> => {
    const hub = launch(more);
    const { child, ended, lines } = hub;
    const message = await Promise.race([once(child, 'message'), ended]);
    if (!Array.isArray(message)) throw new Error(`The hub ended before it was ready:\n${lines.join('\n')}`);
    const [{ url }] = message as [{ url: string | null }];
    return { ...hub, url: url ?? '' };
  };

  return {
    platform, receiver, client, connectionId, env, storage, startHub,
    keepHub: (more, afterwards) => {
      const hubs: EverydayHub[] = [];
      const state: { ended: 'no' | 'yes' } = { ended: 'no' };
      const keep = async () => {
        while (state.ended === 'no') {
          const hub = launch(more);
          hubs.push(hub);
          await hub.ended;
          await afterwards();
        }
      };
      const kept = keep();
      return {
        hubs,
        stop: async () => {
          state.ended = 'yes';
          hubs.at(-1)?.child.kill('SIGKILL');
          await kept;
        },
      };
    },
    execute: async (hub, body) => {
      const headers = { 'x-api-key': client.apiKey, 'content-type': 'application/json' };
      const answer = await fetch(`${hub.url}/api/recovery/execute`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    deliver: async (hub, body) => {
      const { headers, body: bytes } = signedDelivery(body);
      return (await fetch(`${hub.url}/api/connectors/sample-billing/webhook/${client.client.clientId}`, { method: 'POST', headers, body: new Uint8Array(bytes) })).status;
    },
    events: () => {
      const seen = new Map(receiver.requests.map((request) => [String(request.headers['webhook-id']), request.body.toString()]));
      return [...seen.values()].map((body) => JSON.parse(body) as { event: string; idempotencyKey: string | null });
    },
    stop: async () => {
      for (const child of running) child.kill('SIGKILL');
      await platform.close();
      await receiver.close();
      await storage.close();
      if (options.databaseUri === undefined) await dropTestDatabase(database);
    },
  };
};
