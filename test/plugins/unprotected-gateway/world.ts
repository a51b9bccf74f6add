import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { createClients, createVault } from '../../../core/clients/index.js';
import type { RepeatProtection } from '../../../core/connector-kit/index.js';
import { loadPlugins } from '../../../core/plugin-registry/index.js';
import { loadHubClock } from '../../../core/scheduling/index.js';
import { connectStorage } from '../../../core/storage/index.js';
import { dropTestDatabase, testDatabase } from '../../support/database.js';
import { testSettings } from '../../support/hub.js';
import { startWebhookReceiver } from '../../support/webhook-receiver.js';
import { startFakeProcess, type FakeProcess } from './fake-process.js';
import type { FakeSettings } from './fake/settings.js';
import { HOST } from './gateway-api.js';
import plugins from './plugins.js';

const apiKey = 'uk_test_unprotected_world';
const encryptionKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

/** What is declared to the hub, and what the gateway really does. */
export interface UnprotectedWorldOptions {
  readonly label: string;
  /** How many hub seconds pass in one wall second. */
  readonly scale: number;
  readonly declared: { readonly protection: RepeatProtection['kind']; readonly absentIsFinalAfterMs: number };
  readonly kept: Partial<FakeSettings>;
}

/** One hub process. */
export interface UnprotectedHub {
  execute(body: Readonly<Record<string, unknown>>): Promise<number>;
  /** SIGKILL from outside. */
  kill(): Promise<void>;
}

/** An event as the merchant got it. */
export interface ReceivedEvent {
  readonly id: string;
  readonly event: string;
  readonly trigger: string;
}

/** The fake, a client of it and a merchant's endpoint, around hub processes that come and go on one database. */
export interface UnprotectedWorld {
  readonly fake: FakeProcess;
  startHub(): Promise<UnprotectedHub>;
  /** Events received, one per webhook-id. */
  events(): readonly ReceivedEvent[];
  /** Every case as it is stored, for a trace. */
  cases(): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

const readyMessage = z.looseObject({ ready: z.literal(true), url: z.url() });
const eventBody = z.looseObject({ event: z.string(), trigger: z.string().default('') });

/** Builds the world; the lease is the shortest there is. */
export const startUnprotectedWorld = async (options: UnprotectedWorldOptions): Promise<UnprotectedWorld> => {
  const database = testDatabase(options.label);
  const storage = await connectStorage(database.uri);
  const { scale, origin } = await loadHubClock(storage, { scale: options.scale });
  const fake = await startFakeProcess({ scale, origin, apiKey, ...options.kept });
  const receiver = await startWebhookReceiver(() => ({ status: 204 }));
  const env = {
    HUB_TIME_SCALE: String(scale), HUB_LEASE_SECONDS: '3', HUB_LOG_LEVEL: 'warn', HUB_PLATFORM_ROUTES: `${HOST}=${fake.url}`,
    HUB_ENV: 'test', HUB_HOST: '127.0.0.1', HUB_PORT: '0', HUB_ENCRYPTION_KEYS: encryptionKeys, MONGODB_URI: database.uri,
    PLUGINS_MODULE: '../plugins/unprotected-gateway/plugins.js',
  };
  const settings = testSettings(database.uri, { HUB_ENCRYPTION_KEYS: encryptionKeys });
  const registry = await loadPlugins(plugins, { wallNow: () => new Date() });
  const clients = createClients({ storage, vault: createVault(settings.encryptionKeys), registry, settings, clock: { wallNow: () => new Date() } });
  const client = await clients.create({
    businessName: 'Unprotected', mode: 'test', webhookUrl: receiver.url, gateways: [{ type: 'unprotected', credentials: { apiKey, ...options.declared } }],
  });
  await registry.close();

  const running = new Set<ChildProcess>();
  const startHub = async (): Promise<UnprotectedHub> => {
    const child = fork(join(process.cwd(), 'dist/test/support/hub-process.js'), [], {
      env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: [],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.stdout?.on('data', (line: Buffer) => {
      if (process.env['HUB_TEST_LOG']) process.stderr.write(line);
    });
    const ended = once(child, 'exit').then(() => undefined);
    const message = await Promise.race([once(child, 'message'), ended]);
    if (message === undefined) throw new Error('The hub ended before it was ready.');
    const { url } = readyMessage.parse(message[0]);
    return {
      execute: async (body) => {
        const headers = { 'x-api-key': client.apiKey, 'content-type': 'application/json' };
        return (await fetch(`${url}/api/recovery/execute`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
      },
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  };

  return {
    fake,
    startHub,
    events: () => {
      const seen = new Map(receiver.requests.map((request) => [String(request.headers['webhook-id']), request.body.toString()]));
      return [...seen].map(([id, body]) => ({ id, ...eventBody.parse(JSON.parse(body)) }));
    },
    cases: () => storage.collection('cases').find({}).toArray(),
    stop: async () => {
      for (const child of running) child.kill('SIGKILL');
      await fake.stop();
      await receiver.close();
      await storage.close();
      await dropTestDatabase(database);
    },
  };
};
