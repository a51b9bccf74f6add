import { z } from 'zod';
import { startStripeFake, type BilledElsewhere, type FakeEvent, type StripeFake } from '../../connectors/stripe-billing/fake-platform.js';
import { createClients, createVault, type Clients } from '../../core/clients/index.js';
import type { CaseDocument } from '../../core/cases/index.js';
import { definePlugins } from '../../core/connector-kit/index.js';
import { startHub } from '../../core/main.js';
import { createLogger } from '../../core/observability/index.js';
import { loadPlugins } from '../../core/plugin-registry/index.js';
import { loadHubClock } from '../../core/scheduling/index.js';
import { connectStorage } from '../../core/storage/index.js';
import { controlOf, type FakeControl } from '../plugins/unprotected-gateway/fake-control.js';
import { startGatewayFake } from '../plugins/unprotected-gateway/fake/gateway-fake.js';
import { HOST } from '../plugins/unprotected-gateway/gateway-api.js';
import { dropTestDatabase, testDatabase } from './database.js';
import { testSettings } from './hub.js';
import { startWebhookReceiver } from './webhook-receiver.js';

const webhookSecret = 'whsec_Zm9yZWlnbi1nYXRld2F5LXdvcmxk';
const gatewayKey = 'uk_test_foreign_world';
const encryptionKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

/** The accounts at the gateway, by what their merchant declares of them; the gateway charges whatever it is sent on each. */
export const protections = ['key', 'single_use_object', 'search_only'] as const;
export type Protection = (typeof protections)[number];

/** An event as the merchant got it. */
export interface ReceivedEvent { readonly event: string; readonly transactionId: string; readonly recoveredBy: string | undefined }

/** A merchant who bills on Stripe and charges at a gateway of his own: both fakes, one hub in this process, his endpoint. */
export interface ForeignGatewayWorld {
  readonly stripe: StripeFake;
  readonly gateway: FakeControl;
  readonly clients: Clients;
  readonly clientId: string;
  readonly connectionId: string;
  /** A renewal whose charge failed at the gateway and was reported to Stripe; the hub hears of it by Stripe's webhook. */
  bill(label: string, order?: { readonly protection?: Protection; readonly results?: readonly string[]; readonly retries?: number[] }): Promise<Billed>;
  caseOf(billed: Pick<Billed, 'invoice'>): Promise<CaseDocument | undefined>;
  events(transactionId: string): readonly ReceivedEvent[];
  /** Stripe's own events about an invoice, oldest first. */
  platformEvents(billed: Pick<Billed, 'invoice'>): Promise<readonly FakeEvent[]>;
  stop(): Promise<void>;
}

/** A billed renewal and the gateway's name of its card. */
export type Billed = BilledElsewhere & { readonly method: string; readonly debtId: string };

const plugins = definePlugins({
  connectors: { 'stripe-billing': () => import('../../connectors/stripe-billing/index.js') },
  gateways: { unprotected: () => import('../plugins/unprotected-gateway/gateway.js') },
});

const eventBody = z.looseObject({ event: z.string(), revtainTransactionId: z.string().default(''), recoveredBy: z.string().optional() });

/** A setting of the client. */
export interface ForeignGatewayOptions { readonly maxRetries?: number }

/** Builds the world; a day of hub time passes in three seconds. */
export const startForeignGatewayWorld = async (label: string, { maxRetries = 1 }: ForeignGatewayOptions = {}): Promise<ForeignGatewayWorld> => {
  const database = testDatabase(label);
  const storage = await connectStorage(database.uri);
  const { scale, origin } = await loadHubClock(storage, { scale: 28_800 });
  const stripe = await startStripeFake({ scale, origin, apiKey: 'sk_test_foreign' });
  const fake = await startGatewayFake({ scale, origin, apiKey: gatewayKey });
  const gateway = controlOf(fake.url);
  const receiver = await startWebhookReceiver(() => ({ status: 204 }));
  const settings = testSettings(database.uri, {
    HUB_TIME_SCALE: String(scale), HUB_LEASE_SECONDS: '3', HUB_LOG_LEVEL: 'warn', HUB_ENCRYPTION_KEYS: encryptionKeys,
    HUB_PLATFORM_ROUTES: `api.stripe.com=${stripe.url},${HOST}=${fake.url}`,
  });
  const logger = createLogger({ level: 'warn', destination: { write: (line) => { if (process.env['HUB_TEST_LOG']) process.stderr.write(line); } } });
  const hub = await startHub(plugins, settings, { logger });
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes: settings.platformRoutes });
  const clients = createClients({ storage, vault: createVault(settings.encryptionKeys), registry, settings, clock: { wallNow: () => new Date() } });
  const { client } = await clients.create({
    businessName: 'Foreign gateway', mode: 'test', webhookUrl: receiver.url, maxRetries, retrySchedule: { daysBetween: [1] },
    gateways: protections.map((protection) => ({ type: 'unprotected', credentials: { apiKey: gatewayKey, protection, absentIsFinalAfterMs: 1000 } })),
  });
  const gatewayMap = Object.fromEntries(protections.map((protection, at) => [`acct-${protection}`, client.gatewayAccountIds[at] ?? '']));
  const connection = await clients.setConnection(client.clientId, 'stripe-billing', {
    credentials: { apiKey: stripe.apiKey, webhookSecrets: [webhookSecret] }, options: { gatewayMap },
  });
  stripe.world.registerWebhook({ url: `${hub.url ?? ''}/api/connectors/stripe-billing/webhook/${client.clientId}`, secret: webhookSecret });

  return {
    stripe,
    gateway,
    clients,
    clientId: client.clientId,
    connectionId: connection.connectionId,
    bill: async (name, { protection = 'single_use_object', results, retries } = {}) => {
      const method = `um_${name.replaceAll(/\W/g, '_')}`;
      if (results) await gateway.method(method, results);
      const metadata = { recovery_hub_gateway: 'unprotected', recovery_hub_account: `acct-${protection}`, recovery_hub_method: method };
      const billed = stripe.world.billElsewhere({ label: name, amount: 4900, currency: 'eur', method: { metadata }, ...(retries ? { retries } : {}) });
      return { ...billed, method, debtId: `${method}/4900/EUR` };
    },
    caseOf: async ({ invoice }) => (await storage.collection('cases').findOne({ 'invoice.ref': invoice })) as CaseDocument | null ?? undefined,
    events: (transactionId) => {
      const seen = new Map(receiver.requests.map((request) => [String(request.headers['webhook-id']), eventBody.parse(JSON.parse(request.body.toString()))]));
      return [...seen.values()].filter((one) => one.revtainTransactionId === transactionId)
        .map(({ event, recoveredBy }) => ({ event, transactionId, recoveredBy }));
    },
    platformEvents: async ({ invoice }) => {
      const all = (await (await fetch(`${stripe.url}/_fake/events`)).json()) as FakeEvent[];
      return all.filter(({ data }) => data.object['id'] === invoice);
    },
    stop: async () => {
      await hub.stop();
      await registry.close();
      await storage.close();
      await stripe.close();
      await fake.close();
      await receiver.close();
      await dropTestDatabase(database);
    },
  };
};
