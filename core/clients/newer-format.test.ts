import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestHub, type TestHub } from '../../test/support/hub.js';
import plugins from '../../test/plugins/everyday-faults/plugins.js';
import { sampleSecret, signedDelivery } from '../../test/sample-billing/signed-delivery.js';
import { loadPlugins } from '../plugin-registry/index.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { createClients, createVault, NewerFormat, type Clients, type CreatedClient } from './index.js';

interface Row { readonly _id: string; readonly clientId?: string; v: number }

describe('what a newer version of the hub wrote', () => {
  let hub: TestHub;
  let storage: Storage;
  let clients: Clients;
  let closeRegistry: () => Promise<void>;
  beforeAll(async () => {
    // scaled, so that what is due is swept up each second
    hub = await startTestHub({ label: 'newer_format', plugins, env: { HUB_TIME_SCALE: '60' } });
    storage = await connectStorage(hub.databaseUri);
    const registry = await loadPlugins(plugins, { wallNow: () => new Date() });
    closeRegistry = () => registry.close();
    clients = createClients({ storage, vault: createVault(hub.settings.encryptionKeys), registry, settings: hub.settings, clock: { wallNow: () => new Date() } });
  });
  afterAll(async () => {
    await closeRegistry();
    await storage.close();
    await hub.stop();
  });

  const rows = (name: string) => storage.collection<Row>(name);
  const merchant = async () => {
    const created = await hub.createClient({ gateways: [{ type: 'everyday', credentials: { apiKey: 'everyday-key-1' } }] });
    const { connectionId } = await hub.setConnection(created.client.clientId, 'sample-billing', {
      mode: 'active', credentials: { apiKey: 'sample-api-key-1', webhookSecret: sampleSecret }, options: { livemode: false },
    });
    return { ...created, clientId: created.client.clientId, connectionId };
  };
  const pay = (created: CreatedClient) => hub.post('/api/recovery/execute', created.apiKey, { paymentMethodToken: 'um_card', amount: 4900, currency: 'EUR' });
  const deliver = async (clientId: string, id: string) => {
    const { headers, body } = signedDelivery({ id, events: [{ say: 'failed', invoice: id, amount: { minor: 4900, currency: 'EUR' }, code: 'card_declined', charge: 'ch' }] });
    const answer = await fetch(`${hub.url}/api/connectors/sample-billing/webhook/${clientId}`, { method: 'POST', headers, body: new Uint8Array(body) });
    return { status: answer.status, eventId: ((await answer.json()) as { eventId?: string }).eventId ?? '' };
  };
  const becomesNewer = async (name: string, where: object) => {
    const { modifiedCount } = await rows(name).updateMany(where, { $set: { v: 2 } });
    expect(modifiedCount).toBeGreaterThan(0);
    // what was read before is kept for at most a second
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    await storage.collection<{ _id: string; n: number }>('epochs').updateOne({ _id: 'clients' }, { $inc: { n: 1 } });
    await new Promise((resolve) => { setTimeout(resolve, 1100); });
  };

  it.each([['clients', 'clientId', '_id'], ['client_keys', 'clientId', 'clientId']] as const)('in %s is left alone: its calls are answered 503, and it is not changed', async (name, _by, key) => {
    const created = await merchant();
    await becomesNewer(name, { [key]: created.clientId });
    const before = await rows(name).find({ [key]: created.clientId }).toArray();
    const { status, body } = await pay(created);
    expect([status, body['error'], body['message']]).toEqual([503, 'Service unavailable', 'A newer version of the hub serves this. Try again.']);
    if (name === 'clients') await expect(clients.update(created.clientId, { businessName: 'Other' })).rejects.toThrow(NewerFormat);
    expect(await rows(name).find({ [key]: created.clientId }).toArray()).toEqual(before);
  });

  it('as a connection takes its webhooks elsewhere (503) and is neither changed nor given up', async () => {
    const { clientId, connectionId } = await merchant();
    await becomesNewer('connections', { _id: connectionId });
    const before = await rows('connections').findOne({ _id: connectionId });
    expect((await deliver(clientId, 'evt_newer_connection')).status).toBe(503);
    await expect(clients.setConnection(clientId, 'sample-billing', { mode: 'observe' })).rejects.toThrow(NewerFormat);
    await clients.beginDisconnect(connectionId);
    await clients.finishDisconnect(connectionId);
    expect(await rows('connections').findOne({ _id: connectionId })).toEqual(before);
  });

  it('as a delivery, a notification or a case is claimed by no bell and no sweep', async () => {
    const { clientId, connectionId } = await merchant();
    const past = new Date(0);
    const due = { v: 2, clientId, holder: null, fence: 0, strikes: 0, nextAt: past };
    const delivery = { ...due, _id: 'newer-delivery', connectionId, lane: `delivery/${connectionId}`, deliveryId: 'newer', state: 'deferred', waitsFor: 'platform', deferrals: 0, acceptedAt: past };
    const notification = { ...due, _id: 'newer-notification', caseId: 'newer-case', lane: `notification/${clientId}`, state: 'due', held: true, tries: [] };
    const aCase = { ...due, _id: 'newer-case', lane: 'case/newer', status: 'queued', due: { step: past } };
    await rows('deliveries').insertOne(delivery);
    await rows('notifications').insertOne(notification);
    await rows('cases').insertOne(aCase);
    const { eventId } = await deliver(clientId, 'evt_neighbour');
    const understood = async () => (await storage.collection<{ _id: string; state: string }>('deliveries').findOne({ _id: eventId }))?.state === 'understood';
    for (let tries = 0; tries < 200 && !(await understood()); tries += 1) await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(await understood()).toBe(true);
    await new Promise((resolve) => { setTimeout(resolve, 2200); });
    expect([
      await rows('deliveries').findOne({ _id: 'newer-delivery' }), await rows('notifications').findOne({ _id: 'newer-notification' }), await rows('cases').findOne({ _id: 'newer-case' }),
    ]).toEqual([delivery, notification, aCase]);
    const told = hub.logLines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['alert'] === 'newer_format');
    const line = (kind: string) => expect.objectContaining({ level: 'warn', kind, format: 2 });
    expect(told).toHaveLength(3);
    expect(told).toEqual(expect.arrayContaining([line('case'), line('delivery'), line('notification')]));
    expect(JSON.stringify(told)).not.toContain(clientId);
  });
});
