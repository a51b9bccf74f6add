import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Secret } from '../connector-kit/index.js';
import { loadPlugins, type PluginRegistry } from '../plugin-registry/index.js';
import { createManualClock } from '../scheduling/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { inventedPlugins } from '../../test/support/invented-plugins.js';
import { abandonDisconnect, clientIndexes, Conflict, createClients, createVault, type Clients, type ConnectionDuty, type ConnectionInput } from './index.js';

const credentials = { apiKey: 'test_verysecret', webhookSecrets: ['whook_one'] };
const keyOf = (config: unknown): string => (config as { apiKey: Secret }).apiKey.reveal();
const renewed = { ...credentials, apiKey: 'test_renewed' };

describe('a connection that is being disconnected and whose platform has shut us out', () => {
  const database = testDatabase('leaving-connection');
  const clock = createManualClock(new Date('2026-01-05T10:00:00Z'));
  let storage: Storage;
  let registry: PluginRegistry;
  let clients: Clients;
  let clientId: string;
  let connectionId: string;

  const duty = () => storage.collection<ConnectionDuty>('connections').findOne({ _id: connectionId });
  const set = (input: ConnectionInput) => clients.setConnection(clientId, 'acme-billing', input, 'skip');

  beforeAll(async () => {
    registry = await loadPlugins(inventedPlugins, { wallNow: () => clock.wallNow() });
    storage = await connectStorage(database.uri, { poolSize: 5 });
    await storage.ensureIndexes(clientIndexes);
    clients = createClients({ storage, vault: createVault([{ id: 'k1', key: Buffer.alloc(32, 1) }]), registry, clock, settings: { env: 'development', publicUrl: 'https://hub.example.com' } });
  });
  beforeEach(async () => {
    await storage.collection('connections').deleteMany({});
    clientId = (await clients.create({ businessName: 'Example', mode: 'test', notificationChannels: [] })).client.clientId;
    ({ connectionId } = await set({ credentials, platformAccountRef: 'acct_1' }));
    await clients.beginDisconnect(connectionId);
    // its cases have been told, and it looks each minute whether they owe anything
    await storage.collection<ConnectionDuty>('connections').updateOne({ _id: connectionId }, { $set: { nextAt: new Date('2026-01-05T10:01:00Z') } });
  });
  afterAll(async () => {
    await registry.close();
    await storage.close();
    await dropTestDatabase(database);
  });

  it('takes new credentials, goes on leaving, and is due at once under a revision its cases have not heard of', async () => {
    const before = await duty();
    expect(await set({ credentials: renewed })).toMatchObject({ state: 'disconnecting', mode: 'active', requestedMode: 'active', revision: 3 });
    const opened = await clients.openConnection(connectionId);
    expect(keyOf(opened?.connection.config)).toBe('test_renewed');
    expect(await duty()).toMatchObject({ state: 'disconnecting', lane: `connection/${connectionId}`, nextAt: new Date(0), holder: null, fence: (before?.fence ?? 0) + 1, revision: 3 });
  });

  it.each<readonly [string, ConnectionInput]>([
    ['nothing', {}], ['a mode', { credentials: renewed, mode: 'active' }], ['options', { credentials: renewed, options: { onBlocked: 'hand_back' } }],
    ['a map of gateways', { credentials: renewed, gatewayMap: {} }], ['an account', { credentials: renewed, platformAccountRef: 'acct_1' }],
  ])('refuses %s, and says what it takes', async (_name, input) => {
    const attempt = set(input);
    await expect(attempt).rejects.toBeInstanceOf(Conflict);
    await expect(attempt).rejects.toThrow(/is being disconnected: .* Only its credentials can be changed now/);
    expect(await duty()).toMatchObject({ state: 'disconnecting', revision: 2 });
  });

  it('is ended by force: no credentials are left, the account is free, and its cases are told', async () => {
    expect(await abandonDisconnect(storage, connectionId, clock.wallNow())).toBe('abandoned');
    expect(await clients.openConnection(connectionId)).toBeUndefined();
    expect(await clients.connectionFresh(connectionId)).toMatchObject({ state: 'disconnected', platformAccountRef: null, revision: 3 });
    expect(await duty()).toMatchObject({ sealed: null, nextAt: new Date(0), holder: null });
    expect(await abandonDisconnect(storage, connectionId, clock.wallNow())).toBe('not_disconnecting');
    expect(await set({ credentials: renewed })).toMatchObject({ connectionId, state: 'active' });
  });

  it('is not ended by force while it works', async () => {
    await abandonDisconnect(storage, connectionId, clock.wallNow());
    await set({ credentials: renewed });
    expect(await abandonDisconnect(storage, connectionId, clock.wallNow())).toBe('not_disconnecting');
    expect(await clients.openConnection(connectionId)).toBeDefined();
  });
});
