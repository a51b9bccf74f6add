import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { owesNothing, startChargebeeWorld, type ChargebeeWorld } from '../support/chargebee-world.js';
import { eventually } from '../support/hub-world.js';

jest.setTimeout(90_000);

describe('two sites of one merchant, whose invoices have the same ids', () => {
  let world: ChargebeeWorld;
  beforeAll(async () => { world = await startChargebeeWorld('chargebee_two', { sites: [{ site: 'one-test', seed: 1, apiKey: 'key_of_one' }, { site: 'two-test', seed: 1, apiKey: 'key_of_two' }] }); });
  afterAll(async () => { await world.stop(); });

  it('are two connections: each debt is charged on its own site, and is its own case', async () => {
    const billed = world.sites.map((site, at) => site.bill('same', { amount: 1000 * (at + 1) }));
    expect(billed[0]?.invoice).toBe(billed[1]?.invoice);
    const documents = await Promise.all(world.sites.map((site, at) => site.until({ invoice: billed[at]?.invoice ?? '' }, 'recovered', (found) => found.status === 'succeeded' && owesNothing(found))));
    expect(documents.map(({ attempts }) => attempts.map(({ amount }) => amount.minor))).toEqual([[1000], [2000]]);
    for (const [at, site] of world.sites.entries()) expect(site.debtOf({ invoice: billed[at]?.invoice ?? '' }).successes).toMatchObject([{ by: 'request', amount: 1000 * (at + 1) }]);
  });

  it('do not believe each other\'s deliveries', async () => {
    const [one, two] = world.sites;
    if (!one || !two) throw new Error('two sites are needed');
    one.bill('only on one');
    one.bill('only on one, later');
    const event = one.fake.world.events().findLast(({ event_type: type }) => type === 'payment_failed');
    const before = await world.storage.collection('cases').countDocuments({ connectionId: two.connectionId });
    const answer = await fetch(`${world.url}/api/connectors/chargebee/webhook/${two.clientId}`, {
      method: 'POST', body: JSON.stringify(event), headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from('hub:password-of-the-world').toString('base64')}` },
    });
    expect(answer.status).toBe(200);
    const parked = await eventually('parked', async () => (await world.storage.collection('deliveries').findOne({ connectionId: two.connectionId, deliveryId: event?.id, state: 'parked' })) ?? undefined);
    expect(parked).toMatchObject({ reason: 'forged' });
    expect(await world.storage.collection('cases').countDocuments({ connectionId: two.connectionId })).toBe(before);
    const refused = await fetch(`${world.url}/api/connectors/chargebee/webhook/${two.clientId}`, { method: 'POST', body: '{}' });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="webhooks"']);
  });
});

describe('a connection that observes', () => {
  let world: ChargebeeWorld;
  beforeAll(async () => { world = await startChargebeeWorld('chargebee_observe', { mode: 'observe' }); });
  afterAll(async () => { await world.stop(); });

  it('writes nothing at Chargebee, and says what it would have done', async () => {
    const billed = [world.bill('platform route'), await world.billElsewhere('gateway route', undefined, { dunning: [3] })];
    for (const one of billed) {
      const document = await world.until(one, 'observed', (found) => found.status === 'cancelled');
      expect(document).toMatchObject({ ended: { reason: 'observed' }, attempts: [] });
    }
    expect(world.fake.world.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await world.gateway.ledger()).debts).toEqual([]);
  });
});

describe('a site whose API is down for an hour', () => {
  let world: ChargebeeWorld;
  beforeAll(async () => { world = await startChargebeeWorld('chargebee_outage', { scale: 360 }); });
  afterAll(async () => { await world.stop(); });

  it('loses nothing: every delivery is accepted, waits, and is understood when it answers again', async () => {
    world.fake.world.inject({ match: {}, action: 'html_502', times: 'always' });
    const billed = Array.from({ length: 20 }, (_, at) => world.bill(`during the outage ${String(at)}`));
    const deliveries = () => world.storage.collection('deliveries').find({ connectionId: world.connectionId }).toArray();
    const failures = async () => (await deliveries()).filter(({ state }) => state !== 'ignored');
    await eventually('all deferred', async () => {
      const found = await failures();
      return found.length >= billed.length && found.every(({ state }) => state === 'deferred') ? true : undefined;
    });
    // an hour of hub time
    await new Promise((resolve) => { setTimeout(resolve, 10_000); });
    expect((await failures()).map(({ state }) => state)).toEqual(Array.from({ length: billed.length }, () => 'deferred'));
    world.fake.world.clearFaults();
    for (const one of billed) await world.until(one, 'open', (found) => found.status === 'queued');
    expect((await deliveries()).filter(({ state }) => state === 'parked' || state === 'not_understood')).toEqual([]);
    expect(new Set((await deliveries()).flatMap(({ deliveryId }) => [deliveryId])).size).toBe((await deliveries()).length);
  });
});
