import { z } from 'zod';
import { startChargebeeFake, type Billed, type ChargebeeFake, type ChargebeeFakeOptions, type Debt } from '../../connectors/chargebee/fake-platform.js';
import type { CaseDocument } from '../../core/cases/index.js';
import { createClients, createVault, type Clients } from '../../core/clients/index.js';
import { definePlugins } from '../../core/connector-kit/index.js';
import { startHub } from '../../core/main.js';
import { createLogger } from '../../core/observability/index.js';
import { loadPlugins } from '../../core/plugin-registry/index.js';
import { loadHubClock } from '../../core/scheduling/index.js';
import { connectStorage, type Storage } from '../../core/storage/index.js';
import { controlOf, type FakeControl } from '../plugins/unprotected-gateway/fake-control.js';
import { startGatewayFake } from '../plugins/unprotected-gateway/fake/gateway-fake.js';
import { HOST } from '../plugins/unprotected-gateway/gateway-api.js';
import { dropTestDatabase, testDatabase } from './database.js';
import { testSettings } from './hub.js';
import { eventually } from './hub-world.js';
import { startWebhookReceiver } from './webhook-receiver.js';

const gatewayKey = 'uk_test_chargebee_world';
const encryptionKeys = `k1:${Buffer.alloc(32, 9).toString('base64')}`;
const webhookUser = 'hub';
const webhookPassword = 'password-of-the-world';

/** The account at the gateway as Chargebee names it. */
export const gatewayAccount = 'gw_unprotected';

type BillOrder = Partial<Parameters<ChargebeeFake['world']['bill']>[0]>;

/** One Chargebee site and the hub's connection to it. */
export interface SiteOfWorld {
  readonly fake: ChargebeeFake;
  readonly clientId: string;
  readonly connectionId: string;
  /** A renewal whose first charge fails, at a gateway that only Chargebee can charge. */
  bill(label: string, order?: BillOrder): Billed;
  /** One whose card lies at the merchant's own gateway; `results` are what that gateway answers us. */
  billElsewhere(label: string, results?: readonly string[], order?: BillOrder): Promise<Billed & { readonly method: string }>;
  caseOf(billed: Pick<Billed, 'invoice'>): Promise<CaseDocument | undefined>;
  /** The case once it holds; fails with what it is otherwise. */
  until(billed: Pick<Billed, 'invoice'>, what: string, holds: (document: CaseDocument) => boolean, ms?: number): Promise<CaseDocument>;
  debtOf(billed: Pick<Billed, 'invoice'>): Debt;
}

export interface ChargebeeWorldOptions {
  readonly sites?: readonly (ChargebeeFakeOptions & { readonly site: string })[];
  readonly mode?: 'observe' | 'active';
  readonly scale?: number;
  readonly webhooks?: Partial<Parameters<ChargebeeFake['world']['registerWebhook']>[0]>;
  readonly maxRetries?: number;
}

/** A merchant's site (or several), his gateway, his endpoint, and one hub in this process. */
export interface ChargebeeWorld extends SiteOfWorld {
  readonly sites: readonly SiteOfWorld[];
  readonly gateway: FakeControl;
  readonly clients: Clients;
  readonly storage: Storage;
  readonly url: string;
  events(caseId: string): readonly string[];
  stop(): Promise<void>;
}

const plugins = definePlugins({
  connectors: { chargebee: () => import('../../connectors/chargebee/index.js') },
  gateways: { unprotected: () => import('../plugins/unprotected-gateway/gateway.js') },
});

const eventBody = z.looseObject({ event: z.string(), revtainTransactionId: z.string().default('') });

/** Nothing is owed any more, but for what is looked at again much later. */
export const owesNothing = (document: CaseDocument): boolean =>
  Object.keys(document.due).every((debt) => debt === 'watch' || debt === 'step') && document.outbox.length === 0;

/** Builds the world; unless said otherwise a day of hub time passes in three seconds. */
export const startChargebeeWorld = async (label: string, options: ChargebeeWorldOptions = {}): Promise<ChargebeeWorld> => {
  const database = testDatabase(label);
  const storage = await connectStorage(database.uri);
  const { scale, origin } = await loadHubClock(storage, { scale: options.scale ?? 28_800 });
  const fakes = await Promise.all((options.sites ?? [{ site: 'fake-test' }]).map((site) => startChargebeeFake({ scale, origin, ...site })));
  const fakeGateway = await startGatewayFake({ scale, origin, apiKey: gatewayKey });
  const gateway = controlOf(fakeGateway.url);
  const receiver = await startWebhookReceiver(() => ({ status: 204 }));
  const routes = [...fakes.map((fake) => `${fake.site}.chargebee.com=${fake.url}`), `${HOST}=${fakeGateway.url}`];
  const settings = testSettings(database.uri, {
    HUB_TIME_SCALE: String(scale), HUB_LEASE_SECONDS: '3', HUB_LOG_LEVEL: 'warn', HUB_ENCRYPTION_KEYS: encryptionKeys, HUB_PLATFORM_ROUTES: routes.join(','),
  });
  const logger = createLogger({ level: 'warn', destination: { write: (line) => { if (process.env['HUB_TEST_LOG']) process.stderr.write(line); } } });
  const hub = await startHub(plugins, settings, { logger });
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes: settings.platformRoutes });
  const clients = createClients({ storage, vault: createVault(settings.encryptionKeys), registry, settings, clock: { wallNow: () => new Date() } });

  const connect = async (fake: ChargebeeFake): Promise<SiteOfWorld> => {
    const { client } = await clients.create({
      businessName: `Merchant of ${fake.site}`, mode: 'test', webhookUrl: receiver.url, maxRetries: options.maxRetries ?? 1, retrySchedule: { daysBetween: [1] },
      gateways: [{ type: 'unprotected', credentials: { apiKey: gatewayKey, protection: 'single_use_object', absentIsFinalAfterMs: 1000 } }],
    });
    const { connectionId } = await clients.setConnection(client.clientId, 'chargebee', {
      mode: options.mode ?? 'active',
      credentials: { site: fake.site, apiKey: fake.apiKey, webhookUser, webhookPasswords: [webhookPassword], requestsPerMinute: 3000 },
      options: { gatewayMap: { [gatewayAccount]: client.gatewayAccountIds[0] ?? '' } },
    });
    const url = `${hub.url ?? ''}/api/connectors/chargebee/webhook/${client.clientId}`;
    fake.world.registerWebhook({ url, username: webhookUser, password: webhookPassword, retries: 'patient', ...options.webhooks });
    const caseOf: SiteOfWorld['caseOf'] = async ({ invoice }) =>
      ((await storage.collection('cases').findOne({ connectionId, 'invoice.ref': invoice })) as CaseDocument | null) ?? undefined;
    const bill: SiteOfWorld['bill'] = (name, order = {}) =>
      fake.world.bill({ label: name, amount: 4900, currency: 'USD', card: { results: ['insufficient_funds', 'success'] }, ...order });
    return {
      fake, clientId: client.clientId, connectionId, bill, caseOf,
      billElsewhere: async (name, results, order = {}) => {
        const method = `um_${name.replaceAll(/\W/g, '_')}`;
        if (results) await gateway.method(method, [...results]);
        return { ...bill(name, { card: { gateway: 'unprotected', gatewayAccount, referenceId: method, results: ['do_not_honor'] }, ...order }), method };
      },
      until: (billed, what, holds, ms = 60_000) => eventually(`${billed.invoice}: ${what}`, async () => {
        const document = await caseOf(billed);
        return document && holds(document) ? document : undefined;
      }, ms).catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${JSON.stringify(await caseOf(billed), null, 1)?.slice(0, 5000)}`);
      }),
      debtOf: ({ invoice }) => {
        const debt = fake.world.ledger().debts.find(({ debtId }) => debtId === invoice);
        if (!debt) throw new Error(`no debt ${invoice}`);
        return debt;
      },
    };
  };
  const sites = [];
  for (const fake of fakes) sites.push(await connect(fake));
  const [first] = sites;
  if (!first) throw new Error('a world needs a site');

  return {
    ...first,
    sites,
    gateway,
    clients,
    storage,
    url: hub.url ?? '',
    events: (caseId) => {
      const seen = new Map(receiver.requests.map((request) => [String(request.headers['webhook-id']), eventBody.parse(JSON.parse(request.body.toString()))]));
      return [...seen.values()].filter((one) => one.revtainTransactionId === caseId).map(({ event }) => event);
    },
    stop: async () => {
      await hub.stop();
      await registry.close();
      await storage.close();
      for (const fake of fakes) await fake.close();
      await fakeGateway.close();
      await receiver.close();
      await dropTestDatabase(database);
    },
  };
};
