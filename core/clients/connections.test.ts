import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Secret } from '../connector-kit/index.js';
import { loadPlugins, type PluginRegistry } from '../plugin-registry/index.js';
import { createManualClock } from '../scheduling/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { inventedPlugins } from '../../test/support/invented-plugins.js';
import { clientIndexes, Conflict, createClients, createVault, InvalidInput, NotFound, type Clients, type ConnectionInput } from './index.js';

const credentials = { apiKey: 'test_verysecret', webhookSecrets: ['whook_one'] };
const keyOf = (config: unknown): string => (config as { apiKey: Secret }).apiKey.reveal();

describe('gateway accounts and connections', () => {
  const database = testDatabase('connections');
  const clock = createManualClock(new Date('2026-01-05T10:00:00Z'));
  const keys = [{ id: 'k1', key: Buffer.alloc(32, 1) }];
  const newer = { id: 'k2', key: Buffer.alloc(32, 2) };
  const opened: Storage[] = [];
  let registry: PluginRegistry;

  const process = async (options: { env?: 'development' | 'production'; keys?: typeof keys } = {}): Promise<Clients> => {
    const storage = await connectStorage(database.uri, { poolSize: 5 });
    opened.push(storage);
    return createClients({ storage, vault: createVault(options.keys ?? keys), registry, clock, settings: { env: options.env ?? 'development', publicUrl: 'https://hub.example.com' } });
  };
  let clients: Clients;
  const newClient = async (mode: 'test' | 'live' = 'test', by = clients) => (await by.create({ businessName: 'Example', mode, notificationChannels: [] })).client.clientId;
  const storage = (): Storage => {
    const [first] = opened;
    if (first === undefined) throw new Error('no storage yet');
    return first;
  };

  beforeAll(async () => {
    registry = await loadPlugins(inventedPlugins, { wallNow: () => clock.wallNow() });
    clients = await process();
    await storage().ensureIndexes(clientIndexes);
  });
  afterAll(async () => {
    await registry.close();
    for (const one of opened) await one.close();
    await dropTestDatabase(database);
  });

  it('makes a connection that opens as entered, under the URL of the client', async () => {
    const clientId = await newClient();
    const view = await clients.setConnection(clientId, 'acme-billing', { credentials, options: { toleranceSeconds: 60, onBlocked: 'hand_back' } });
    expect(view).toMatchObject({
      clientId, platform: 'acme-billing', mode: 'active', state: 'active', accountMode: 'test', revision: 1, urlKey: clientId,
      webhookUrl: `https://hub.example.com/api/connectors/acme-billing/webhook/${clientId}`,
      options: { gatewayMap: {}, platformRetriesOff: false, takeOver: 'immediately', onBlocked: 'hand_back' },
    });
    const found = await clients.openConnection(view.connectionId);
    expect(found?.connection).toMatchObject({ connectionId: view.connectionId, clientId, mode: 'test', config: { toleranceSeconds: 60 } });
    expect(keyOf(found?.connection.config)).toBe('test_verysecret');
    expect(JSON.stringify(found)).not.toContain('verysecret');
    expect(JSON.stringify(await storage().collection('connections').find().toArray())).not.toMatch(/verysecret|whook_one/);
    const inbound = await clients.connectionByUrlKey('acme-billing', clientId);
    expect(inbound?.record).toEqual(await clients.connectionFresh(view.connectionId));
  });

  it('changes what is named and leaves the rest', async () => {
    const clientId = await newClient();
    const first = await clients.setConnection(clientId, 'acme-billing', { credentials, options: { toleranceSeconds: 60, platformRetriesOff: true } });
    const second = await clients.setConnection(clientId, 'acme-billing', { mode: 'observe' });
    expect(second).toMatchObject({ connectionId: first.connectionId, mode: 'observe', revision: 2, options: { platformRetriesOff: true } });
    await clients.setConnection(clientId, 'acme-billing', { credentials: { ...credentials, apiKey: 'test_another' } });
    const found = await clients.openConnection(first.connectionId);
    expect(keyOf(found?.connection.config)).toBe('test_another');
    expect(found?.connection.config).toMatchObject({ toleranceSeconds: 60 });
    expect(found?.record).toMatchObject({ mode: 'observe', revision: 3 });
  });

  it('changes one option and leaves the others, the map of gateways and the plugin\'s own among them; null puts one back to its default', async () => {
    const clientId = await newClient();
    const [account] = await clients.setGateways(clientId, [{ type: 'acme-pay', credentials: { apiKey: 'test_one' } }]);
    const gatewayMap = { gw_1: account?.gatewayAccountId ?? '' };
    const { connectionId } = await clients.setConnection(clientId, 'acme-billing', { credentials, gatewayMap, options: { toleranceSeconds: 60, platformRetriesOff: true } });
    expect((await clients.setConnection(clientId, 'acme-billing', { options: { onBlocked: 'hand_back' } })).options)
      .toMatchObject({ gatewayMap, platformRetriesOff: true, onBlocked: 'hand_back' });
    expect((await clients.openConnection(connectionId))?.connection.config).toMatchObject({ toleranceSeconds: 60 });
    expect((await clients.setConnection(clientId, 'acme-billing', { options: { toleranceSeconds: null, onBlocked: null } })).options)
      .toMatchObject({ gatewayMap, platformRetriesOff: true, onBlocked: 'stop' });
    expect((await clients.openConnection(connectionId))?.connection.config).toMatchObject({ toleranceSeconds: 300 });
  });

  const refused: readonly (readonly [string, ConnectionInput | object, string])[] = [
    ['acme', { credentials }, 'platform must be one of acme-billing, quiet-billing'],
    ['acme-billing', {}, 'credentials must be given for a new connection to Acme Billing'],
    ['acme-billing', { credentials, mode: 'on' }, 'mode must be one of observe, schedule_only or active'],
    ['acme-billing', { credentials, name: 1 }, 'name is not a known member'],
    ['acme-billing', { credentials: { ...credentials, apiKey: 'sk_1' } }, 'credentials.apiKey is not accepted by Acme Billing: expected a key that begins with test_ or live_'],
    ['acme-billing', { credentials: { apiKey: 'test_x' } }, 'credentials.webhookSecrets is required by Acme Billing'],
    ['acme-billing', { credentials: { ...credentials, webhookSecrets: 'one' } }, 'credentials.webhookSecrets is not accepted by Acme Billing: Invalid input: expected array, received string'],
    ['acme-billing', { credentials, options: { toleranceSeconds: 0 } }, 'options.toleranceSeconds is not accepted by Acme Billing: Too small: expected number to be >=1'],
    ['acme-billing', { credentials, options: { tolerance: 1 } }, 'is not accepted by Acme Billing: Unrecognized key: "tolerance"'],
    ['acme-billing', { credentials, options: { apiKey: 'test_x' } }, 'options.apiKey must be left out, as it is given as a credential'],
    ['acme-billing', { credentials, options: { onBlocked: 'ask' } }, 'options.onBlocked must be one of stop or hand_back'],
    ['acme-billing', { credentials, options: { gatewayMap: { own: 'unknown' } } }, 'options.gatewayMap.own must be the id of a gateway account of this client'],
    ['acme-billing', { credentials, gatewayMap: { gw_1: 'unknown' } }, 'options.gatewayMap.gw_1 must be the id of a gateway account of this client (it has none; add one first)'],
    ['acme-billing', { credentials, gatewayMap: { gw_1: 7 } }, 'options.gatewayMap.gw_1 must be a text of 1 to 64 characters'],
    ['acme-billing', { credentials, options: { livemode: true } }, 'options.livemode must be false or left out, as the credentials are test'],
    ['acme-billing', { credentials: { ...credentials, apiKey: 'live_abc' } }, 'credentials must be those of a test account: live money moves only with HUB_ENV=production'],
    ['quiet-billing', { credentials: { token: 'abcdef' } }, 'options.livemode must be true or false: credentials of Quiet Billing do not tell'],
    ['quiet-billing', { credentials: { token: 'abcdef' }, options: { livemode: true } }, 'credentials must be those of a test account: live money moves only with HUB_ENV=production'],
  ];
  it.each(refused)('refuses %s %j', async (slug, input, message) => {
    const clientId = await newClient();
    const attempt = clients.setConnection(clientId, slug, input);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    expect(await clients.connections(clientId)).toEqual([]);
  });

  it('wants a live connection to name its mode, and test credentials kept away from it', async () => {
    const production = await process({ env: 'production' });
    const clientId = await newClient('live', production);
    const live = { credentials: { ...credentials, apiKey: 'live_abc' } };
    await expect(production.setConnection(clientId, 'acme-billing', live)).rejects.toThrow('mode must be observe, schedule_only or active: a live connection must name it');
    await expect(production.setConnection(clientId, 'acme-billing', { credentials, mode: 'active' })).rejects.toThrow('credentials must be those of a live account, as the client is live');
    expect(await production.setConnection(clientId, 'acme-billing', { ...live, mode: 'observe' })).toMatchObject({ mode: 'observe', accountMode: 'live' });
  });

  it('makes one first connection of many made at once, by processes that know nothing of each other', async () => {
    const others = await Promise.all([process(), process(), process()]);
    const clientId = await newClient();
    const views = await Promise.all([clients, ...others].map((hub, index) => hub.setConnection(clientId, 'acme-billing', { credentials: { ...credentials, apiKey: `test_${String(index)}` } })));
    expect(new Set(views.map(({ connectionId }) => connectionId)).size).toBe(1);
    expect(views.map(({ revision }) => revision).sort((one, other) => one - other)).toEqual([1, 2, 3, 4]);
    const last = views.findIndex(({ revision }) => revision === 4);
    expect(keyOf((await clients.openConnection(views[0]?.connectionId ?? ''))?.connection.config)).toBe(`test_${String(last)}`);
  });

  it('gives a platform account one connection in the whole hub, also when two take it at once', async () => {
    const ids = [await newClient(), await newClient()];
    const take = (clientId: string) => clients.setConnection(clientId, 'acme-billing', { credentials, platformAccountRef: 'acct_1' });
    const answers = await Promise.allSettled(ids.map(take));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [loser] = answers.filter((answer) => answer.status === 'rejected');
    expect(loser?.reason).toBeInstanceOf(Conflict);
    expect(String(loser?.reason)).toContain('This Acme Billing account already has a connection in this hub.');

    const winner = answers.findIndex(({ status }) => status === 'fulfilled');
    const [holder = '', other = ''] = winner === 0 ? ids : ids.toReversed();
    await expect(clients.setConnection(holder, 'acme-billing', { platformAccountRef: 'acct_2' })).rejects.toThrow(/belongs to the Acme Billing account acct_1/);
    const [connection] = await clients.connections(holder);
    await clients.beginDisconnect(connection?.connectionId ?? '');
    await expect(take(other)).rejects.toBeInstanceOf(Conflict);
    await clients.finishDisconnect(connection?.connectionId ?? '');
    expect(await take(other)).toMatchObject({ platformAccountRef: 'acct_1' });
  });

  it('keeps credentials while disconnecting, removes them after, and comes back with new ones', async () => {
    const clientId = await newClient();
    const { connectionId } = await clients.setConnection(clientId, 'acme-billing', { credentials });
    const other = await process();
    expect(await other.connectionByUrlKey('acme-billing', clientId)).toBeDefined();
    await clients.beginDisconnect(connectionId);
    expect(await clients.connectionFresh(connectionId)).toMatchObject({ state: 'disconnecting' });
    expect(await clients.openConnection(connectionId)).toBeDefined();
    await expect(clients.setConnection(clientId, 'acme-billing', { credentials, mode: 'active' })).rejects.toThrow(/is being disconnected: what it has taken over is handed back first/);
    await clients.finishDisconnect(connectionId);
    expect(await clients.openConnection(connectionId)).toBeUndefined();
    expect(await clients.connectionByUrlKey('acme-billing', clientId)).toBeUndefined();
    expect(JSON.stringify(await storage().collection<{ _id: string }>('connections').findOne({ _id: connectionId }))).not.toContain('v1.');
    const forgottenBy = performance.now() + 1_500;
    while ((await other.connectionByUrlKey('acme-billing', clientId)) !== undefined) {
      expect(performance.now()).toBeLessThan(forgottenBy);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    await expect(clients.setConnection(clientId, 'acme-billing', {})).rejects.toThrow('credentials must be given for a new connection');
    expect(await clients.setConnection(clientId, 'acme-billing', { credentials })).toMatchObject({ connectionId, state: 'active' });
  });

  it('finishes nothing that was not begun', async () => {
    const { connectionId } = await clients.setConnection(await newClient(), 'acme-billing', { credentials });
    await clients.finishDisconnect(connectionId);
    expect(await clients.openConnection(connectionId)).toBeDefined();
  });

  it('opens under rotated keys, and tells which key is missing', async () => {
    const clientId = await newClient();
    const { connectionId } = await clients.setConnection(clientId, 'acme-billing', { credentials });
    const rotated = await process({ keys: [newer, ...keys] });
    expect(keyOf((await rotated.openConnection(connectionId))?.connection.config)).toBe('test_verysecret');
    await rotated.setConnection(clientId, 'acme-billing', { mode: 'observe' });
    expect(keyOf((await rotated.openConnection(connectionId))?.connection.config)).toBe('test_verysecret');
    await expect(clients.openConnection(connectionId)).rejects.toThrow(/sealed with encryption key "k2", which HUB_ENCRYPTION_KEYS does not list \(it lists k1\)/);
  });

  it('does not open an envelope that was moved to another record', async () => {
    const [one, two] = [await newClient(), await newClient()];
    const [first, second] = [await clients.setConnection(one, 'acme-billing', { credentials }), await clients.setConnection(two, 'acme-billing', { credentials })];
    const records = storage().collection<{ _id: string; sealed: string }>('connections');
    const stolen = await records.findOne({ _id: first.connectionId });
    await records.updateOne({ _id: second.connectionId }, { $set: { sealed: stolen?.sealed ?? '' } });
    await expect(clients.openConnection(second.connectionId)).rejects.toThrow(/belongs to another record/);
  });

  it('answers unknown names with nothing, an unknown client with an error', async () => {
    expect(await clients.openConnection('nothing')).toBeUndefined();
    expect(await clients.connectionFresh('nothing')).toBeUndefined();
    expect(await clients.openGatewayAccount('nothing')).toBeUndefined();
    expect(await clients.connectionByUrlKey('acme-billing', 'nothing')).toBeUndefined();
    expect(await clients.connectionByUrlKey('acme-billing', 'x'.repeat(5000))).toBeUndefined();
    await expect(clients.setConnection('nobody', 'acme-billing', { credentials })).rejects.toBeInstanceOf(NotFound);
  });

  describe('gateways', () => {
    const pay = (apiKey: string) => ({ type: 'acme-pay', credentials: { apiKey } });

    it('stand in order; left out they are retired and still open; named by id they stay', async () => {
      const clientId = await newClient();
      const [first, second] = await clients.setGateways(clientId, [pay('test_one'), pay('test_two')]);
      expect(await clients.gatewayAccounts(clientId)).toEqual([first, second]);
      const [kept, third] = await clients.setGateways(clientId, [{ type: 'acme-pay', gatewayAccountId: second?.gatewayAccountId }, pay('test_three')]);
      expect(kept).toEqual(second);
      expect((await clients.gatewayAccounts(clientId)).map(({ gatewayAccountId }) => gatewayAccountId)).toEqual([second?.gatewayAccountId, third?.gatewayAccountId]);
      const retired = await clients.openGatewayAccount(first?.gatewayAccountId ?? '');
      expect(retired?.record.retiredAt).toEqual(clock.wallNow());
      expect(keyOf(retired?.account.config)).toBe('test_one');
      const [renewed] = await clients.setGateways(clientId, [{ ...pay('test_new'), gatewayAccountId: first?.gatewayAccountId }]);
      expect(renewed).toMatchObject({ gatewayAccountId: first?.gatewayAccountId, revision: 2, retiredAt: null });
      expect(keyOf((await clients.openGatewayAccount(first?.gatewayAccountId ?? ''))?.account.config)).toBe('test_new');
    });

    it('of another client, of another mode, or twice are refused', async () => {
      const [mine, theirs] = [await newClient(), await newClient()];
      const [foreign] = await clients.setGateways(theirs, [pay('test_theirs')]);
      const id = foreign?.gatewayAccountId;
      await expect(clients.setGateways(mine, [{ type: 'acme-pay', gatewayAccountId: id }])).rejects.toThrow('gateways[0].gatewayAccountId must be an account that this client has at acme-pay');
      await expect(clients.setGateways(mine, [{ ...pay('test_stolen'), gatewayAccountId: id }])).rejects.toBeInstanceOf(InvalidInput);
      await expect(clients.setGateways(theirs, [{ type: 'acme-pay', gatewayAccountId: id }, { type: 'acme-pay', gatewayAccountId: id }])).rejects.toThrow('gateways[1].gatewayAccountId must be listed once');
      await expect(clients.setGateways(mine, [pay('live_abc')])).rejects.toThrow('live money moves only with HUB_ENV=production');
      await expect(clients.setGateways('nobody', [])).rejects.toBeInstanceOf(NotFound);
      expect(keyOf((await clients.openGatewayAccount(id ?? ''))?.account.config)).toBe('test_theirs');
    });

    it('serve a gatewayMap', async () => {
      const clientId = await newClient();
      const [account] = await clients.setGateways(clientId, [pay('test_one')]);
      const gatewayMap = { 'gw.main': account?.gatewayAccountId ?? '' };
      const view = await clients.setConnection(clientId, 'acme-billing', { credentials, options: { gatewayMap } });
      expect((await clients.connectionFresh(view.connectionId))?.options.gatewayMap).toEqual(gatewayMap);
    });
  });
});
