import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { definePlugins, PlatformError, type HealthFinding } from '../connector-kit/index.js';
import { loadPlugins, type PluginRegistry } from '../plugin-registry/index.js';
import { claimDue, createManualClock } from '../scheduling/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { sampleBilling } from '../../test/sample-billing/connector.js';
import { sampleSecret } from '../../test/sample-billing/signed-delivery.js';
import { keptLog } from '../../test/support/serve-routes.js';
import { clientIndexes, connectionCheckWork, createClients, createVault, type Clients } from './index.js';

const minutes = (n: number) => n * 60_000;
const day = minutes(24 * 60);
const needing = (code: HealthFinding['code']): HealthFinding => ({ code, message: `It is ${code}.`, fix: 'Mend it.' });

describe('the check of a connection', () => {
  const database = testDatabase('connection_check');
  const clock = createManualClock(new Date('2026-11-20T12:00:00Z'));
  const { lines, logger } = keptLog();
  const due: { readonly lane: string; readonly at: Date }[] = [];
  const platform: { says: () => readonly HealthFinding[]; asked: number } = { says: () => [], asked: 0 };
  let storage: Storage;
  let registry: PluginRegistry;
  let clients: Clients;
  beforeAll(async () => {
    storage = await connectStorage(database.uri);
    const connector = sampleBilling({ checkHealth: async () => { platform.asked += 1; return { findings: platform.says() }; } });
    registry = await loadPlugins(definePlugins({ connectors: { 'sample-billing': async () => ({ connector }) }, gateways: {} }), { wallNow: () => clock.wallNow() });
    clients = createClients({ storage, vault: createVault([{ id: 'k1', key: new Uint8Array(32) }]), registry, settings: { env: 'test', publicUrl: 'http://127.0.0.1' }, clock });
    await storage.ensureIndexes(clientIndexes);
  });
  beforeEach(() => { platform.says = () => []; });
  afterAll(async () => {
    await registry.close();
    await storage.close();
    await dropTestDatabase(database);
  });

  const connect = async (health: 'ask' | 'skip') => {
    const { client } = await clients.create({ businessName: 'Example', mode: 'test', notificationChannels: [] });
    const credentials = { apiKey: 'sample-api-key-1', webhookSecret: sampleSecret };
    const { connectionId } = await clients.setConnection(client.clientId, 'sample-billing', { mode: 'active', credentials, options: { livemode: false } }, health);
    const lastCheck = async () => (await clients.show(client.clientId))?.connections[0]?.lastCheck;
    /** Lets time pass as a scheduler would: what is due is claimed and run. Answers how many were. */
    const pass = async (ms: number) => {
      clock.advance(ms);
      const terms = { clock, leaseMs: 30_000 };
      const work = connectionCheckWork({ ...terms, storage, clients, registry, logger, scheduler: { due: (lane, at) => { due.push({ lane, at }); } } });
      const claimed = await claimDue(work.collection, terms, { lane: `check/${connectionId}`, limit: 10 });
      for (const check of claimed) await work.run(check);
      return claimed.length;
    };
    return { connectionId, lastCheck, pass };
  };

  it('shows what was said when it was set, and repeats itself daily, hourly while something is wrong, every quarter while the platform is away', async () => {
    platform.says = () => [];
    const { connectionId, lastCheck, pass } = await connect('ask');
    expect(await lastCheck()).toEqual({ askedAt: clock.wallNow(), needs: [] });
    expect(await pass(day - 1)).toBe(0);
    platform.says = () => [needing('wrong_key')];
    expect(await pass(1)).toBe(1);
    expect(await lastCheck()).toEqual({ askedAt: clock.wallNow(), needs: [needing('wrong_key')] });
    expect(due.at(-1)).toEqual({ lane: `check/${connectionId}`, at: new Date(clock.wallNow().getTime() + minutes(60)) });
    expect(lines.filter((line) => line.includes('"alert":"connection_needs"'))).toHaveLength(1);

    platform.says = () => { throw new PlatformError('It is away.', { code: 'platform_down', reached: 'no' }); };
    expect([await pass(minutes(59)), await pass(minutes(1))]).toEqual([0, 1]);
    expect((await lastCheck())?.needs).toMatchObject([{ code: 'platform_down', message: 'Sample Billing could not be asked: connector sample-billing checkHealth: It is away.' }]);
    platform.says = () => [];
    expect([await pass(minutes(14)), await pass(minutes(1))]).toEqual([0, 1]);
    expect(await lastCheck()).toEqual({ askedAt: clock.wallNow(), needs: [] });
    expect(lines.filter((line) => line.includes('a connection needs nothing any more'))).toHaveLength(1);
  });

  it('is made in a day where nobody asked, and says so until then', async () => {
    const asked = platform.asked;
    const { lastCheck, pass } = await connect('skip');
    expect([platform.asked, await lastCheck()]).toEqual([asked, null]);
    expect(await pass(day)).toBe(1);
    expect(await lastCheck()).toEqual({ askedAt: clock.wallNow(), needs: [] });
  });

  it('waits for real time where hub time has run ahead', async () => {
    const { pass } = await connect('ask');
    const asked = platform.asked;
    clock.advanceHub(10 * day);
    expect(await pass(0)).toBe(1);
    expect(platform.asked).toBe(asked);
    expect([await pass(day - 1), await pass(1), platform.asked]).toEqual([0, 1, asked + 1]);
  });

  it('ends with the connection, and comes back with it', async () => {
    const { connectionId, pass } = await connect('ask');
    await clients.beginDisconnect(connectionId);
    await clients.finishDisconnect(connectionId);
    const asked = platform.asked;
    expect([await pass(day), await pass(10 * day), platform.asked]).toEqual([1, 0, asked]);
  });
});
