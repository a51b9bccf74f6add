import { createClients, createVault, type CreateClientInput, type CreatedClient } from '../../core/clients/index.js';
import { readSettings, type Settings } from '../../core/configuration/index.js';
import type { PluginList } from '../../core/connector-kit/index.js';
import { startHub, type Hub } from '../../core/main.js';
import { createLogger } from '../../core/observability/index.js';
import { loadPlugins } from '../../core/plugin-registry/index.js';
import { connectStorage } from '../../core/storage/index.js';
import plugins from '../../plugins.config.js';
import { dropTestDatabase, testDatabase } from './database.js';

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');

/** A hub in this process on a database of its own, with what operators do by CLI. */
export interface TestHub {
  readonly url: string;
  readonly databaseUri: string;
  readonly settings: Settings & { readonly mongodbUri: string };
  readonly hub: Hub;
  readonly logLines: readonly string[];
  createClient(input?: Partial<CreateClientInput>): Promise<CreatedClient>;
  setConnection: ReturnType<typeof createClients>['setConnection'];
  /** POSTs to the merchant API. */
  post(path: string, apiKey: string, body: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  get(path: string, apiKey: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  stop(): Promise<void>;
}

/** The settings of a hub under test. */
export const testSettings = (mongodbUri: string, env: Readonly<Record<string, string>> = {}): Settings & { readonly mongodbUri: string } => {
  const read = readSettings({ HUB_ENV: 'test', HUB_HOST: '127.0.0.1', HUB_PORT: '0', HUB_ENCRYPTION_KEYS: `k1:${key(7)}`, HUB_LOG_LEVEL: 'info', ...env });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return { ...read.settings, mongodbUri };
};

/** Starts a hub and what is needed to talk to it. */
export const startTestHub = async (options: { readonly label: string; readonly env?: Readonly<Record<string, string>>; readonly plugins?: PluginList }): Promise<TestHub> => {
  const database = testDatabase(options.label);
  const settings = testSettings(database.uri, options.env);
  const logLines: string[] = [];
  const logger = createLogger({ level: settings.logLevel, destination: { write: (line) => { logLines.push(line); } } });
  const list = options.plugins ?? plugins;
  const hub = await startHub(list, settings, { logger });
  const registry = await loadPlugins(list, { wallNow: () => new Date(), routes: settings.platformRoutes });
  const storage = await connectStorage(database.uri);
  const clients = createClients({ storage, vault: createVault(settings.encryptionKeys), registry, settings, clock: { wallNow: () => new Date() } });
  const url = hub.url ?? '';
  const call = async (method: string, path: string, apiKey: string, body?: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      method, headers: { 'x-api-key': apiKey, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return {
    url, databaseUri: database.uri, settings, hub, logLines,
    createClient: (input = {}) => clients.create({ businessName: 'Test merchant', mode: 'test', notificationChannels: [], gateways: [{ type: 'test', credentials: {} }], ...input }),
    setConnection: (clientId, slug, input) => clients.setConnection(clientId, slug, input),
    post: (path, apiKey, body) => call('POST', path, apiKey, body),
    get: (path, apiKey) => call('GET', path, apiKey),
    stop: async () => {
      await hub.stop();
      await registry.close();
      await storage.close();
      await dropTestDatabase(database);
    },
  };
};
