import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createManualClock } from '../scheduling/index.js';
import { loadPlugins, type PluginRegistry } from '../plugin-registry/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { inventedPlugins } from '../../test/support/invented-plugins.js';
import { privateHosts } from '../../test/support/target-spellings.js';
import { clientIndexes, createClients, createVault, InvalidInput, type ClientChange, type CreateClientInput } from './index.js';

const base = { businessName: 'Example Ltd', mode: 'test', webhookUrl: 'http://127.0.0.1:4020/hook' } as const;

describe('clients', () => {
  const database = testDatabase('clients');
  const clock = createManualClock(new Date('2026-01-05T10:00:00Z'));
  const vault = createVault([{ id: 'k1', key: Buffer.alloc(32, 1) }]);
  let storage: Storage;
  let registry: PluginRegistry;
  const hub = (env: 'development' | 'production' = 'development') =>
    createClients({ storage, vault, registry, clock, settings: { env, publicUrl: 'https://hub.example.com' } });

  beforeAll(async () => {
    storage = await connectStorage(database.uri);
    await storage.ensureIndexes(clientIndexes);
    registry = await loadPlugins(inventedPlugins, { wallNow: () => new Date() });
  });
  afterAll(async () => {
    await registry.close();
    await storage.close();
    await dropTestDatabase(database);
  });

  it('issues what it shows once, in the exact formats, and stores neither', async () => {
    const created = await hub().create({ ...base, gateways: [{ type: 'acme-pay', credentials: { apiKey: 'test_verysecret' } }] });
    expect(created.client.clientId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(created.apiKey).toMatch(/^rev_[\w-]{32}$/);
    expect(created.publishableKey).toMatch(/^rev_pk_[\w-]{32}$/);
    expect(created.webhookSigningSecret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect(created.connectorWebhookUrls).toEqual({
      'acme-billing': `https://hub.example.com/api/connectors/acme-billing/webhook/${created.client.clientId}`,
      'quiet-billing': `https://hub.example.com/api/connectors/quiet-billing/webhook/${created.client.clientId}`,
    });
    const stored = JSON.stringify(await Promise.all(['clients', 'client_keys', 'gateway_accounts'].map((name) => storage.collection(name).find().toArray())));
    for (const secret of [created.apiKey, created.publishableKey, created.webhookSigningSecret, 'verysecret']) expect(stored).not.toContain(secret);
    expect(await hub().signingSecrets(created.client.clientId)).toEqual([created.webhookSigningSecret]);
    expect(JSON.stringify(await hub().show(created.client.clientId))).not.toMatch(/rev_|whsec_|verysecret|digest|sealed/);
  });

  it('saves no webhook URL of a host that is not public, in whatever spelling', async () => {
    const production = hub('production');
    const { clientId } = (await production.create({ ...base, webhookUrl: 'https://8.8.8.8/hook' })).client;
    expect(privateHosts.length).toBeGreaterThanOrEqual(80);
    for (const host of privateHosts) {
      const webhookUrl = `https://${host}/hook`;
      const message = /^webhookUrl must be (an https URL of a public host|a URL of at most 2048 characters)$/;
      await expect(production.create({ ...base, webhookUrl })).rejects.toThrow(message);
      await expect(production.update(clientId, { webhookUrl })).rejects.toThrow(message);
    }
    expect((await production.findFresh(clientId))?.settings.webhookUrl).toBe('https://8.8.8.8/hook');
  });

  it('fills in the defaults of the specification', async () => {
    const { client } = await hub().create(base);
    expect(client).toMatchObject({ mode: 'test', status: 'active', gatewayAccountIds: [] });
    expect(client.settings).toEqual({
      webhookUrl: base.webhookUrl, billingCycleDay: null, timezone: 'UTC', dunningEnabled: true, notificationChannels: ['WEBHOOK'], webhookDurableRetry: true,
      webhookEvents: [], maxRetries: 5, horizonDays: 35, retrySchedule: null, autoRefundDuplicates: true, paused: false,
    });
  });

  const refused: readonly (readonly [object, string])[] = [
    [{ businessName: ' ' }, 'businessName must be a text of 1 to 200 characters'],
    [{ mode: undefined }, 'mode must be test or live, as there is no gateway that reveals it'],
    [{ mode: 'both' }, 'mode must be one of test or live'],
    [{ mode: 'live' }, 'mode must be "test": live clients exist only with HUB_ENV=production'],
    [{ webhookUrl: undefined }, 'webhookUrl must be an https URL while notificationChannels has WEBHOOK'],
    [{ webhookUrl: 'nowhere' }, 'webhookUrl must be a URL of at most 2048 characters'],
    [{ webhookUrl: 'http://merchant.example/hook' }, 'webhookUrl must be an https URL of a public host, or a loopback http URL'],
    [{ webhookUrl: 'https://10.0.0.8/hook' }, 'webhookUrl must be an https URL of a public host, or a loopback http URL'],
    [{ billingCycleDay: 32 }, 'billingCycleDay must be an integer between 1 and 31'],
    [{ timezone: 'Mars/Olympus' }, 'timezone must be an IANA time zone such as Europe/Berlin'],
    [{ timezone: '+02:00' }, 'timezone must be an IANA time zone such as Europe/Berlin'],
    [{ dunningEnabled: 'yes' }, 'dunningEnabled must be true or false'],
    [{ notificationChannels: ['PIGEON'] }, 'notificationChannels[0] must be "WEBHOOK"'],
    [{ webhookEvents: ['recovery.success'] }, 'webhookEvents[0] must be one of recovery.scheduled, recovery.retry_due, recovery.cancelled or settlement.failed'],
    [{ maxRetries: 9 }, 'maxRetries must be an integer between 1 and 8'],
    [{ maxRetries: 2.5 }, 'maxRetries must be an integer between 1 and 8'],
    [{ horizonDays: 0 }, 'horizonDays must be an integer between 1 and 60'],
    [{ retrySchedule: { daysBetween: [1, 31] } }, 'retrySchedule.daysBetween[1] must be an integer between 1 and 30'],
    [{ retrySchedule: { daysBetween: [] } }, 'retrySchedule.daysBetween must be a list of 1 to 8 integers between 1 and 30'],
    [{ webhokUrl: 'https://a.example' }, 'webhokUrl is not a known member'],
    [{ gateways: [{ type: 'acme' }] }, 'gateways[0].type must be one of acme-pay'],
    [{ gateways: [{ type: 'acme-pay' }] }, 'gateways[0].credentials.apiKey is required by Acme Pay'],
    [{ gateways: [{ type: 'acme-pay', credentials: { apiKey: 'live_abcdef' } }] },
      'gateways[0].credentials must be those of a test account: live money moves only with HUB_ENV=production'],
  ];
  it.each(refused)('refuses %j', async (change, message) => {
    const before = await storage.collection('clients').countDocuments();
    const attempt = hub().create({ ...base, ...change });
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    expect(await storage.collection('clients').countDocuments()).toBe(before);
  });

  it('never repeats a refused credential', async () => {
    const error = await hub().create({ ...base, gateways: [{ type: 'acme-pay', credentials: { apiKey: 'wrong_topsecret' } }] }).catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ param: 'gateways[0].credentials.apiKey', found: 'a value that is not shown' });
    expect(JSON.stringify(error) + String(error)).not.toContain('topsecret');
  });

  it('takes the mode of the primary gateway, and keeps live for production', async () => {
    const live = { businessName: 'Example Ltd', notificationChannels: [], gateways: [{ type: 'acme-pay', credentials: { apiKey: 'live_abcdef' } }] };
    await expect(hub('production').create(live as CreateClientInput)).resolves.toMatchObject({ client: { mode: 'live' } });
    expect(await hub().findLive()).toMatchObject({ mode: 'live' });
    await expect(hub('production').create({ ...live, mode: 'test' })).rejects.toThrow('gateways[0].credentials must be those of a test account, as the client is test');
  });

  describe('authentication', () => {
    it('tells the kind from the record, follows revocation and notes the use once a minute', async () => {
      const { client, apiKey, publishableKey } = await hub().create(base);
      const found = await hub().authenticate(apiKey);
      expect(found).toMatchObject({ kind: 'secret', client: { clientId: client.clientId } });
      expect(await hub().authenticate(publishableKey)).toMatchObject({ kind: 'publishable' });
      for (const wrong of ['', 'rev_', `${apiKey}x`, apiKey.slice(0, -1), 'rev_'.padEnd(4000, 'a')]) expect(await hub().authenticate(wrong)).toBeUndefined();

      const used = async () => (await hub().show(client.clientId))?.keys.find(({ keyId }) => keyId === found?.keyId)?.lastUsedAt;
      const first = await used();
      expect(first).toEqual(clock.wallNow());
      clock.advance(59_000);
      await hub().authenticate(apiKey);
      expect(await used()).toEqual(first);
      clock.advance(1_000);
      await hub().authenticate(apiKey);
      expect(await used()).toEqual(clock.wallNow());

      const revokedAt = new Date(clock.wallNow().getTime() + 1_000);
      await storage.collection<{ _id: string }>('client_keys').updateOne({ _id: found?.keyId ?? '' }, { $set: { revokedAt } });
      expect(await hub().authenticate(apiKey)).toBeDefined();
      clock.advance(1_000);
      expect(await hub().authenticate(apiKey)).toBeUndefined();
    });

    it('answers a suspended client, with its status', async () => {
      const { client, apiKey } = await hub().create(base);
      await hub().update(client.clientId, { status: 'suspended' });
      expect(await hub().authenticate(apiKey)).toMatchObject({ client: { status: 'suspended' } });
    });
  });

  describe('changes', () => {
    it('change the members named and no other', async () => {
      const { client } = await hub().create({ ...base, maxRetries: 3 });
      const changed = await hub().update(client.clientId, { paused: true, billingCycleDay: 15 });
      expect(changed.settings).toEqual({ ...client.settings, paused: true, billingCycleDay: 15 });
      expect(await hub().findFresh(client.clientId)).toEqual(changed);
    });

    it.each<readonly [ClientChange, string]>([
      [{ webhookUrl: null }, 'webhookUrl must be an https URL while notificationChannels has WEBHOOK'],
      [{ maxRetries: 0 }, 'maxRetries must be an integer between 1 and 8'],
      [{ mode: 'live' } as ClientChange, 'mode is not a known member'],
    ])('refuse %j', async (change, message) => {
      const { client } = await hub().create(base);
      await expect(hub().update(client.clientId, change)).rejects.toThrow(message);
      expect(await hub().findFresh(client.clientId)).toEqual(client);
    });

    it('of two made at once from the same reading, none is lost', async () => {
      const { client } = await hub().create(base);
      const answers = await Promise.allSettled([hub().update(client.clientId, { maxRetries: 2 }), hub().update(client.clientId, { horizonDays: 20 })]);
      const settings = (await hub().findFresh(client.clientId))?.settings;
      expect(settings?.maxRetries).toBe(answers[0].status === 'fulfilled' ? 2 : 5);
      expect(settings?.horizonDays).toBe(answers[1].status === 'fulfilled' ? 20 : 35);
    });

    it('reach the cache of another process within a second', async () => {
      const [one, other] = [hub(), hub()];
      const { client } = await one.create(base);
      expect((await other.find(client.clientId))?.settings.paused).toBe(false);
      await one.update(client.clientId, { paused: true });
      const changedAt = performance.now();
      while ((await other.find(client.clientId))?.settings.paused === false) {
        expect(performance.now() - changedAt).toBeLessThan(1_500);
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
      expect((await one.find(client.clientId))?.settings.paused).toBe(true);
    });
  });

  it('reads a client whose record is older than a setting', async () => {
    const { client } = await hub().create(base);
    await storage.collection<{ _id: string }>('clients').updateOne({ _id: client.clientId }, { $unset: { 'settings.autoRefundDuplicates': 1 } });
    expect((await hub().findFresh(client.clientId))?.settings.autoRefundDuplicates).toBe(true);
  });

  it('knows nothing of unknown clients', async () => {
    expect(await hub().find('nobody')).toBeUndefined();
    expect(await hub().show('nobody')).toBeUndefined();
    expect(await hub().gatewayAccounts('nobody')).toEqual([]);
    await expect(hub().signingSecrets('nobody')).rejects.toThrow('There is no client nobody.');
  });
});
