import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadPlugins, type PluginRegistry } from '../plugin-registry/index.js';
import { createManualClock } from '../scheduling/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { inventedPluginsWithStubborn } from '../../test/support/invented-plugins.js';
import { clientIndexes, createClients, createVault, InvalidInput, type Clients } from './index.js';

const credentials = { apiKey: 'test_verysecret', webhookSecrets: ['whook_one'] };
const off = { platformRetriesOff: true };

describe('a platform whose own retries only the merchant can switch off', () => {
  const database = testDatabase('platform_retries');
  const clock = createManualClock(new Date('2026-01-05T10:00:00Z'));
  let registry: PluginRegistry;
  let storage: Storage;
  let clients: Clients;
  beforeAll(async () => {
    registry = await loadPlugins(inventedPluginsWithStubborn, { wallNow: () => clock.wallNow() });
    storage = await connectStorage(database.uri, { poolSize: 5 });
    await storage.ensureIndexes(clientIndexes);
    clients = createClients({ storage, vault: createVault([{ id: 'k1', key: Buffer.alloc(32, 1) }]), registry, clock, settings: { env: 'development', publicUrl: 'https://hub.example.com' } });
  });
  afterAll(async () => {
    await registry.close();
    await storage.close();
    await dropTestDatabase(database);
  });

  const newClient = async () => (await clients.create({ businessName: 'Example', mode: 'test', notificationChannels: [] })).client.clientId;
  const modes = async (clientId: string) => (await clients.connections(clientId)).map(({ mode }) => mode);
  const refusal = 'options.platformRetriesOff must be true in mode active: the hub cannot stop the retries of Stubborn Billing itself. '
    + 'Switch them off (Settings, Dunning, Off) and set it, or choose observe or schedule_only';

  it.each([[{}], [{ mode: 'active' as const }], [{ options: { platformRetriesOff: false } }]])('has no active connection without the merchant\'s word: %j', async (input) => {
    const clientId = await newClient();
    const set = clients.setConnection(clientId, 'stubborn-billing', { credentials, ...input });
    await expect(set).rejects.toThrow(refusal);
    await expect(set).rejects.toMatchObject({ param: 'options.platformRetriesOff', found: 'false' });
    await expect(set).rejects.toBeInstanceOf(InvalidInput);
    expect(await modes(clientId)).toEqual([]);
  });

  it('may be observed, and is active once he says so; he cannot take it back while it is', async () => {
    const clientId = await newClient();
    for (const mode of ['observe', 'schedule_only'] as const) expect(await clients.setConnection(clientId, 'stubborn-billing', { credentials, mode })).toMatchObject({ mode });
    await expect(clients.setConnection(clientId, 'stubborn-billing', { mode: 'active' })).rejects.toThrow(refusal);
    expect(await clients.setConnection(clientId, 'stubborn-billing', { mode: 'active', options: off })).toMatchObject({ mode: 'active', options: off });
    await expect(clients.setConnection(clientId, 'stubborn-billing', { options: { platformRetriesOff: null } })).rejects.toThrow(refusal);
    expect(await modes(clientId)).toEqual(['active']);
  });

  it('needs no word where the platform collects what it would retry, and one as soon as a gateway of ours is to charge', async () => {
    const clientId = await newClient();
    expect(await clients.setConnection(clientId, 'collecting-billing', { credentials })).toMatchObject({ mode: 'active', options: { platformRetriesOff: false } });
    const [account] = await clients.setGateways(clientId, [{ type: 'acme-pay', credentials: { apiKey: 'test_one' } }]);
    const gatewayMap = { gw_1: account?.gatewayAccountId ?? '' };
    await expect(clients.setConnection(clientId, 'collecting-billing', { gatewayMap })).rejects.toMatchObject({ param: 'options.platformRetriesOff' });
    expect(await clients.setConnection(clientId, 'collecting-billing', { gatewayMap, options: off })).toMatchObject({ mode: 'active', options: { gatewayMap } });
  });

  it('needs no word where the retries can do no harm', async () => {
    expect(await clients.setConnection(await newClient(), 'acme-billing', { credentials })).toMatchObject({ mode: 'active' });
  });
});
