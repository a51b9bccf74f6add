import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { definePlugins } from '../../core/connector-kit/index.js';
import { connectStorage, type Storage } from '../../core/storage/index.js';
import { foreignToken, samplePlatform, type SamplePlatform } from '../sample-billing/platform.js';
import { sampleSecret, signedDelivery } from '../sample-billing/signed-delivery.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { eventually } from '../support/hub-world.js';

jest.setTimeout(60_000);

interface Row { _id: string; [member: string]: unknown }

describe('an invoice whose payment methods lie at a gateway of the merchant\'s', () => {
  let hub: TestHub;
  let storage: Storage;
  let platform: SamplePlatform;
  let clientId: string;
  let accountId: string;
  const usd = { minor: 4900, currency: 'USD' };

  beforeAll(async () => {
    platform = samplePlatform();
    hub = await startTestHub({
      label: 'foreign_gateway', env: { HUB_TIME_SCALE: '28800', HUB_LEASE_SECONDS: '3' },
      plugins: definePlugins({ connectors: { 'sample-billing': async () => ({ connector: platform.connector }) }, gateways: { test: () => import('../../connectors/test/index.js') } }),
    });
    storage = await connectStorage(hub.databaseUri);
    const created = await hub.createClient();
    ({ clientId } = created.client);
    accountId = created.client.gatewayAccountIds[0] ?? '';
    await hub.setConnection(clientId, 'sample-billing', {
      credentials: { apiKey: 'key', webhookSecret: sampleSecret }, options: { gatewayMap: { gw_1: accountId } },
    });
  });
  afterAll(async () => {
    await storage.close();
    await hub.stop();
  });

  const fails = async (invoice: string, code = 'generic_decline') => {
    const { body, headers } = signedDelivery({ id: `evt_${invoice}`, events: [{ say: 'failed', invoice, customer: 'cus_1', amount: usd, code, charge: `ch_${invoice}` }] });
    const answer = await fetch(`${hub.url}/api/connectors/sample-billing/webhook/${clientId}`, { method: 'POST', headers, body: new Uint8Array(body) });
    expect(answer.status).toBe(200);
  };
  const caseOf = (invoice: string) => storage.collection<Row>('cases').findOne({ 'invoice.ref': invoice });
  const until = (invoice: string, what: string, is: (row: Row) => boolean) => eventually(`${invoice}: ${what}`, async () => {
    const row = await caseOf(invoice);
    return row && is(row) ? row : undefined;
  }, 40_000);
  const settlementOf = (row: Row) => (row['settlement'] as { state?: string } | undefined)?.state;
  const callsOf = (ref: string) => platform.calls.filter((one) => one.ref === ref).map(({ call, what }) => (call === 'take_over' ? call : `${call} ${what}`));

  it('is charged there with the platform\'s retries held, and is paid on the platform', async () => {
    platform.bill('in_1', usd, foreignToken('gw_other', 'tok_success'), foreignToken('gw_1', 'tok_decline_generic_decline_then_success'));
    await fails('in_1');
    const row = await until('in_1', 'confirmed', (one) => settlementOf(one) === 'confirmed');
    expect(row).toMatchObject({
      status: 'succeeded', attempts: [{ route: 'gateway', accountId, outcome: { status: 'declined' } }, { route: 'gateway', accountId, outcome: { status: 'approved' } }],
      settlement: { route: 'gateway', platformPaymentRef: 'pay_1_in_1' },
    });
    expect(callsOf('in_1').slice(0, 2)).toEqual(['take_over', 'record recorded']);
    expect(platform.invoice('in_1')).toMatchObject({ state: 'paid', payments: [{ ourReference: `${row._id}-2`, amount: usd }] });
  });

  it('is not charged where no gateway is mapped, and the platform collects nothing for us: the reason is said', async () => {
    platform.bill('in_2', usd, foreignToken('gw_other', 'tok_success'));
    await fails('in_2');
    const row = await until('in_2', 'failed', (one) => one['status'] === 'failed' && one['holder'] === null);
    expect(row).toMatchObject({ attempts: [], plan: { rule: 'no-token', numbers: { why: 'unsupported_gateway' } } });
    expect(callsOf('in_2')).toEqual([]);
  });
});
