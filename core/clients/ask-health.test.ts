import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PlatformError, type HealthFinding, type HealthReport } from '../connector-kit/index.js';
import { loadPlugins, type PluginRegistry } from '../plugin-registry/index.js';
import { createManualClock } from '../scheduling/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { inventedPluginsWith, type InventedHealth } from '../../test/support/invented-plugins.js';
import { clientIndexes, createClients, createVault, type Clients } from './index.js';

const credentials = { apiKey: 'test_verysecret', webhookSecrets: ['whook_one'] };
const platform = 'acme-billing';
const finding = (code: HealthFinding['code']): HealthFinding => ({ code, message: `found ${code}`, fix: `mend ${code}` });
const reporting = (...codes: readonly HealthFinding['code'][]) => async (): Promise<HealthReport> => ({ findings: codes.map(finding) });
const failing = (code: PlatformError['code']) => async (): Promise<HealthReport> => {
  throw new PlatformError('It says no.', { code, reached: 'yes' });
};

describe('what the platform says when a connection is set', () => {
  const database = testDatabase('ask-health');
  const clock = createManualClock(new Date('2026-01-05T10:00:00Z'));
  let storage: Storage;
  let registry: PluginRegistry;
  let clients: Clients;
  let health: InventedHealth;
  let asked: { readonly key: string; readonly connectionId: string; readonly mode: string; readonly msLeft: number }[];

  const hub = (env: 'development' | 'production') =>
    createClients({ storage, vault: createVault([{ id: 'k1', key: Buffer.alloc(32, 1) }]), registry, clock, settings: { env, publicUrl: 'https://hub.example.com' } });
  const newClient = async (mode: 'test' | 'live' = 'test', by = clients) => (await by.create({ businessName: 'Example', mode, notificationChannels: [] })).client.clientId;
  const storedMode = async (clientId: string) => (await clients.connections(clientId)).map(({ mode }) => mode);

  beforeAll(async () => {
    storage = await connectStorage(database.uri, { poolSize: 5 });
    await storage.ensureIndexes(clientIndexes);
    const plugins = inventedPluginsWith((context) => {
      const { connectionId, mode, config } = context.connection;
      asked.push({ key: config.apiKey.reveal(), connectionId, mode, msLeft: context.deadline.getTime() - clock.wallNow().getTime() });
      return health(context);
    });
    registry = await loadPlugins(plugins, { wallNow: () => clock.wallNow() });
    clients = hub('development');
  });
  beforeEach(() => { health = reporting(); asked = []; });
  afterAll(async () => {
    await registry.close();
    await storage.close();
    await dropTestDatabase(database);
  });

  it('grants a test client active, its default, when nothing is wrong', async () => {
    const clientId = await newClient();
    expect(await clients.setConnection(clientId, platform, { credentials })).toMatchObject({ mode: 'active', requestedMode: 'active', health: 'asked', needs: [] });
    expect(asked).toEqual([{ key: 'test_verysecret', connectionId: expect.stringMatching(/^\w{26}$/), mode: 'test', msLeft: 10_000 }]);
    expect(await storedMode(clientId)).toEqual(['active']);
  });

  it.each(['wrong_key', 'missing_permission', 'wrong_mode', 'platform_down'] as const)('stores observe instead of active on %s, and answers what is needed', async (code) => {
    health = reporting('webhook_missing', code);
    const clientId = await newClient();
    const set = await clients.setConnection(clientId, platform, { credentials });
    expect(set).toMatchObject({ mode: 'observe', requestedMode: 'active', needs: [finding('webhook_missing'), finding(code)] });
    expect(await storedMode(clientId)).toEqual(['observe']);
  });

  it('grants active with webhook_missing and platform_retries_on, and shows them', async () => {
    health = reporting('webhook_missing', 'platform_retries_on');
    const clientId = await newClient();
    expect(await clients.setConnection(clientId, platform, { credentials })).toMatchObject({ mode: 'active', needs: [finding('webhook_missing'), finding('platform_retries_on')] });
    expect(await storedMode(clientId)).toEqual(['active']);
  });

  it.each([
    ['refused_key', 'wrong_key'], ['missing_permission', 'missing_permission'], ['platform_down', 'platform_down'], ['rate_limited', 'platform_down'],
    ['unexpected_answer', 'platform_down'], ['not_found', 'platform_down'], ['invalid_request', 'platform_down'],
  ] as const)('takes a check that fails with %s for %s', async (error, code) => {
    health = failing(error);
    const clientId = await newClient();
    const set = await clients.setConnection(clientId, platform, { credentials });
    expect(set).toMatchObject({ mode: 'observe', needs: [{ code, message: expect.stringContaining('Acme Billing could not be asked: '), fix: expect.stringMatching(/\.$/) }] });
    expect(JSON.stringify(set)).not.toMatch(/verysecret|whook_one/);
    expect(await storedMode(clientId)).toEqual(['observe']);
  });

  it('takes active away from a connection that is given a wrong key, and gives it back with a right one when it is asked for', async () => {
    const clientId = await newClient();
    await clients.setConnection(clientId, platform, { credentials });
    health = reporting('wrong_key');
    expect(await clients.setConnection(clientId, platform, { credentials: { ...credentials, apiKey: 'test_wrong' } })).toMatchObject({ mode: 'observe', requestedMode: 'active' });
    health = reporting();
    expect(await clients.setConnection(clientId, platform, { credentials })).toMatchObject({ mode: 'observe', requestedMode: 'observe', needs: [] });
    expect(await clients.setConnection(clientId, platform, { mode: 'active' })).toMatchObject({ mode: 'active', needs: [] });
    expect(asked.map(({ key }) => key)).toEqual(['test_verysecret', 'test_wrong', 'test_verysecret', 'test_verysecret']);
  });

  it.each(['observe', 'schedule_only'] as const)('leaves %s as requested and shows what is missing', async (mode) => {
    health = reporting('wrong_key');
    expect(await clients.setConnection(await newClient(), platform, { mode, credentials })).toMatchObject({ mode, requestedMode: mode, health: 'asked', needs: [finding('wrong_key')] });
  });

  it('holds for a live client alike', async () => {
    const production = hub('production');
    const clientId = await newClient('live', production);
    const live = { credentials: { ...credentials, apiKey: 'live_abc' }, mode: 'active' } as const;
    health = reporting('missing_permission');
    expect(await production.setConnection(clientId, platform, live)).toMatchObject({ mode: 'observe', accountMode: 'live' });
    health = reporting();
    expect(await production.setConnection(clientId, platform, live)).toMatchObject({ mode: 'active', accountMode: 'live' });
  });

  it('stores without asking where that is asked for, and says so', async () => {
    health = reporting('wrong_key');
    const clientId = await newClient();
    expect(await clients.setConnection(clientId, platform, { credentials }, 'skip')).toMatchObject({ mode: 'active', health: 'skipped', needs: [] });
    expect(asked).toEqual([]);
  });

  it('asks under an id that no connection has, so that neither an open session nor a minted token of the stored one answers', async () => {
    const clientId = await newClient();
    const { connectionId } = await clients.setConnection(clientId, platform, { credentials });
    await clients.setConnection(clientId, platform, { mode: 'active' });
    expect(new Set([connectionId, ...asked.map((one) => one.connectionId)]).size).toBe(3);
  });

  it('is asked again when another changed the credentials while it answered, and not when they changed something else', async () => {
    const clientId = await newClient();
    await clients.setConnection(clientId, platform, { credentials });
    asked = [];
    const meanwhile: (() => Promise<unknown>)[] = [
      () => clients.setConnection(clientId, platform, { options: { onBlocked: 'hand_back' } }, 'skip'),
    ];
    health = async () => { await meanwhile.shift()?.(); return { findings: [] }; };
    expect(await clients.setConnection(clientId, platform, { mode: 'active' })).toMatchObject({ mode: 'active', options: { onBlocked: 'hand_back' }, revision: 3 });
    expect(asked.map(({ key }) => key)).toEqual(['test_verysecret']);

    meanwhile.push(() => clients.setConnection(clientId, platform, { credentials: { ...credentials, apiKey: 'test_wrong' } }, 'skip'));
    health = async ({ connection }) => {
      await meanwhile.shift()?.();
      return { findings: connection.config.apiKey.reveal() === 'test_wrong' ? [finding('wrong_key')] : [] };
    };
    expect(await clients.setConnection(clientId, platform, { mode: 'active' })).toMatchObject({ mode: 'observe', needs: [finding('wrong_key')], revision: 5 });
    expect(asked.map(({ key }) => key)).toEqual(['test_verysecret', 'test_verysecret', 'test_wrong']);
  });

  it('sets nothing when the connection is being disconnected while it answers', async () => {
    const clientId = await newClient();
    const { connectionId } = await clients.setConnection(clientId, platform, { credentials });
    health = async () => { await clients.beginDisconnect(connectionId); return { findings: [] }; };
    await expect(clients.setConnection(clientId, platform, { mode: 'active' })).rejects.toThrow(/is being disconnected/);
  });

  it('asks nothing for input that is refused', async () => {
    await expect(clients.setConnection(await newClient(), platform, { credentials: { ...credentials, apiKey: 'sk_1' } })).rejects.toThrow(/credentials\.apiKey/);
    expect(asked).toEqual([]);
  });
});
