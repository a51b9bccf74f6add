import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { createClients, createVault, clientIndexes } from '../../../core/clients/index.js';
import { readSettings } from '../../../core/configuration/index.js';
import { loadPlugins } from '../../../core/plugin-registry/index.js';
import { connectStorage } from '../../../core/storage/index.js';
import plugins from '../../../plugins.config.js';
import { readyMessage } from '../../hub/ready-message.js';

/** One hub process in role `web` on a database of its own, with one connection whose webhooks it takes. */
export interface WebHub {
  /** Where its platform posts. */
  readonly address: string;
  readonly pid: number;
  /** How many webhooks it has stored. */
  stored(): Promise<number>;
  stop(): Promise<void>;
}

const key = Buffer.alloc(32, 11);
const platform = 'stripe-billing';

/** Starts it as `scripts/start` would start a core. */
export const startWebHub = async (uri: string, webhookSecret: string, execArgv: readonly string[] = []): Promise<WebHub> => {
  const watcher = new MongoClient(uri);
  await watcher.connect();
  await watcher.db().dropDatabase();
  const path = await makeConnection(uri, webhookSecret);
  const child = fork(fileURLToPath(new URL('../../hub.js', import.meta.url)), [], {
    execArgv: [...execArgv],
    env: {
      PATH: process.env['PATH'], HOME: process.env['HOME'], MONGODB_URI: uri, HUB_ENV: 'test', HUB_ROLE: 'web', HUB_HOST: '127.0.0.1', HUB_PORT: '0', HUB_LOG_LEVEL: 'warn',
      HUB_ENCRYPTION_KEYS: `bench:${key.toString('base64')}`,
    },
  });
  const ended = once(child, 'exit');
  const [message] = await Promise.race([once(child, 'message'), ended.then(() => { throw new Error('The hub ended before it was ready'); })]) as [unknown];
  const { url } = readyMessage.parse(message);
  return {
    address: `${url ?? ''}${path}`,
    pid: child.pid ?? 0,
    stored: () => watcher.db().collection('deliveries').countDocuments({}),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await watcher.close();
    },
  };
};

/** Stores a client with a connection and answers the path of its webhooks. */
const makeConnection = async (uri: string, webhookSecret: string): Promise<string> => {
  const read = readSettings({ MONGODB_URI: uri, HUB_ENV: 'test' });
  if (!read.ok) throw new Error('The settings of the benchmark do not read');
  const storage = await connectStorage(uri);
  const registry = await loadPlugins(plugins, { wallNow: () => new Date() });
  try {
    await storage.ensureIndexes(clientIndexes);
    const vault = createVault([{ id: 'bench', key }]);
    const clients = createClients({ storage, registry, vault, settings: read.settings, clock: { wallNow: () => new Date() } });
    const { client } = await clients.create({ businessName: 'Merchant', webhookUrl: 'https://merchant.example/events', gateways: [{ type: 'test', credentials: {} }] });
    const connection = await clients.setConnection(client.clientId, platform, { mode: 'observe', credentials: { apiKey: 'sk_test_bench', webhookSecrets: [webhookSecret] } }, 'skip');
    return new URL(connection.webhookUrl, 'http://127.0.0.1').pathname;
  } finally {
    await registry.close();
    await storage.close();
  }
};
