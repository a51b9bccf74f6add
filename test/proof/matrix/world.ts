import { join } from 'node:path';
import { createTeardown } from '../../../scripts/demo/teardown.js';
import { createClients, createVault, type ConnectionInput, type CreateClientInput, type CreatedClient } from '../../../core/clients/index.js';
import { loadPlugins } from '../../../core/plugin-registry/index.js';
import { loadHubClock } from '../../../core/scheduling/index.js';
import { connectStorage, type Storage } from '../../../core/storage/index.js';
import { startFakeProcess, type FakeProcess } from '../../plugins/unprotected-gateway/fake-process.js';
import type { FakeSettings } from '../../plugins/unprotected-gateway/fake/settings.js';
import { HOST as gatewayHost } from '../../plugins/unprotected-gateway/gateway-api.js';
import { testSettings } from '../../support/hub.js';
import { evidenceOfGateway } from '../evidence/from-gateway.js';
import { evidenceOfStripe } from '../evidence/from-stripe.js';
import { readStored, type StoredWorld } from '../evidence/stored.js';
import type { Evidence } from '../laws/index.js';
import plugins from '../plugins.js';
import type { DatabaseProcess } from '../processes/database.js';
import { freePort } from '../processes/free-port.js';
import { startHubProcess, type HubProcess } from '../processes/hub.js';
import { startReceiverProcess, type ReceiverProcess } from '../processes/receiver.js';
import { startStripeFakeProcess, type StripeFakeProcess } from '../processes/stripe-fake.js';

export const leaseMs = 3000;
const encryptionKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const webhookSecret = 'whsec_c3RyaXBlLXNlY3JldC1vZi1hLXRlc3Q';
const stripeKey = 'sk_test_proof';
const gatewayKey = 'uk_test_proof';

/** What a world is made of. */
export interface WorldPlan {
  /** How many hub seconds pass in one wall second. */
  readonly scale: number;
  readonly stripe?: 'connection' | 'gateway';
  readonly gateway?: { readonly declared: FakeSettings['switch']; readonly absentIsFinalAfterMs: number; readonly kept: Partial<FakeSettings> };
  /** How the connection is set, besides its credentials. */
  readonly connection?: (accountIds: readonly string[]) => Omit<ConnectionInput, 'credentials'>;
}

/** Fakes, receiver and hubs, each a process of its own, around one database that is this world's alone. */
export interface ProofWorld {
  readonly clock: { readonly scale: number; readonly origin: Date };
  readonly client: CreatedClient;
  readonly database: DatabaseProcess;
  readonly storage: Storage;
  readonly receiver: ReceiverProcess;
  readonly stripe: StripeFakeProcess | undefined;
  readonly gateway: FakeProcess | undefined;
  readonly hubs: ReadonlyMap<number, HubProcess>;
  /** Starts the hub of this place, at its own port: a hub that comes back is found where it was. */
  startHub(place: number): Promise<HubProcess>;
  /** POSTs to the merchant API of a hub; `cut` when the hub was gone. */
  post(place: number, path: string, body: unknown): Promise<number | 'cut'>;
  stored(): Promise<StoredWorld>;
  evidence(): Promise<Evidence>;
  /** Ends every process of it and removes its database. */
  strike(): Promise<void>;
}

const mergedLedgers = (parts: readonly Partial<Evidence>[]) => ({
  requests: parts.flatMap(({ requests }) => requests ?? []).sort((one, other) => one.begunAt.getTime() - other.begunAt.getTime()),
  taken: parts.flatMap(({ taken }) => taken ?? []),
  returned: parts.flatMap(({ returned }) => returned ?? []),
  invoices: parts.flatMap(({ invoices }) => invoices ?? []),
});

/** Builds it. What has been started is ended by `strike`, also when this throws. */
export const buildWorld = async (plan: WorldPlan, at: { readonly name: string; readonly directory: string; readonly database: DatabaseProcess }): Promise<ProofWorld> => {
  const teardown = createTeardown();
  const { database } = at;
  const uri = database.uriOf(at.name);
  const log = (name: string): string => join(at.directory, `${name}.log`);
  try {
    const storage = await connectStorage(uri, { poolSize: 5 });
    await teardown.add(async () => {
      await storage.database.dropDatabase().catch(() => undefined);
      await storage.close();
    });
    const clock = await loadHubClock(storage, { scale: plan.scale });
    const { scale, origin } = clock;
    const [receiver, stripe, gateway] = await Promise.all([
      startReceiverProcess(log('receiver'), teardown),
      plan.stripe ? startStripeFakeProcess({ scale, origin, apiKey: stripeKey, log: log('stripe'), teardown }) : undefined,
      plan.gateway ? startFakeProcess({ scale, origin, apiKey: gatewayKey, ...plan.gateway.kept }) : undefined,
    ]);
    if (gateway) await teardown.add(async () => { await gateway.stop(); });

    const routes = [...(stripe ? [`api.stripe.com=${stripe.url}`] : []), ...(gateway ? [`${gatewayHost}=${gateway.url}`] : [])].join(',');
    const settings = testSettings(uri, { HUB_PLATFORM_ROUTES: routes, HUB_ENCRYPTION_KEYS: encryptionKeys });
    const client = await createProofClient(plan, { storage, settings, hookUrl: receiver.hookUrl });

    const hubs = new Map<number, HubProcess>();
    const ports = new Map<number, number>();
    const startHub = async (place: number): Promise<HubProcess> => {
      const known = ports.get(place);
      const port = known ?? await freePort();
      ports.set(place, port);
      const hub = await startAsSupervised(() => startHubProcess({
        HUB_TIME_SCALE: String(scale), HUB_LEASE_SECONDS: String(leaseMs / 1000), HUB_LOG_LEVEL: 'warn', HUB_PLATFORM_ROUTES: routes, HUB_ENV: 'test', HUB_HOST: '127.0.0.1',
        HUB_PORT: String(port), HUB_ENCRYPTION_KEYS: encryptionKeys, MONGODB_URI: uri, PLUGINS_MODULE: '../proof/plugins.js',
      }, log(`hub-${String(place)}`), teardown));
      hubs.set(place, hub);
      if (known === undefined && stripe && plan.stripe === 'connection') {
        await stripe.registerWebhook({ url: `${hub.url}/api/connectors/stripe-billing/webhook/${client.client.clientId}`, secret: webhookSecret });
      }
      return hub;
    };

    return {
      clock: { scale, origin }, client, database, storage, receiver, stripe, gateway, hubs, startHub,
      post: async (place, path, body) => {
        const hub = hubs.get(place);
        if (!hub) throw new Error(`There is no hub ${place}`);
        const headers = { 'x-api-key': client.apiKey, 'content-type': 'application/json' };
        try {
          return (await fetch(`${hub.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) })).status;
        } catch {
          return 'cut';
        }
      },
      stored: () => readStored(storage),
      evidence: async () => {
        const [stripeLedger, refunds, stripeLog, gatewayLedger, received, stored] = await Promise.all([
          stripe?.ledger(), stripe?.refunds(), plan.stripe === 'connection' ? stripe?.deliveries() : undefined, gateway?.ledger(), receiver.log(), readStored(storage),
        ]);
        return {
          ...mergedLedgers([
            ...(stripeLedger ? [evidenceOfStripe(stripeLedger, refunds ?? [], (hub) => clock.wallAt(hub))] : []),
            ...(gatewayLedger ? [evidenceOfGateway(gatewayLedger, plan.gateway?.kept.switch ?? 'search_only')] : []),
          ]),
          acknowledged: (stripeLog ?? []).filter(({ status }) => status !== null && status < 300).map(({ eventId }) => ({ deliveryId: eventId })),
          received, cases: stored.cases, notifications: stored.notifications, deliveries: stored.deliveries, cards: stored.cards,
          world: { leaseMs, absentIsFinalAfterMs: plan.gateway?.absentIsFinalAfterMs ?? 0, poison: [], replayed: [], reopened: {}, unwanted: [] },
        };
      },
      strike: () => teardown.finish(),
    };
  } catch (error) {
    await teardown.finish();
    throw error;
  }
};

/** A hub that could not be started, on a machine that is busy, is started again: as whoever keeps it running would. */
const startAsSupervised = async (start: () => Promise<HubProcess>): Promise<HubProcess> => {
  for (let left = 2; ; left -= 1) {
    try {
      return await start();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
};

const createProofClient = async (plan: WorldPlan, to: { readonly storage: Storage; readonly settings: ReturnType<typeof testSettings>; readonly hookUrl: string }): Promise<CreatedClient> => {
  const { storage, settings } = to;
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes: settings.platformRoutes });
  try {
    const clients = createClients({ storage, vault: createVault(settings.encryptionKeys), registry, settings, clock: { wallNow: () => new Date() } });
    const { gateway } = plan;
    const gateways: CreateClientInput['gateways'] = [
      ...(gateway ? [{ type: 'unprotected', credentials: { apiKey: gatewayKey, protection: gateway.declared, absentIsFinalAfterMs: gateway.absentIsFinalAfterMs } }] : []),
      ...(plan.stripe ? [{ type: 'stripe', credentials: { apiKey: stripeKey } }] : []),
    ];
    const client = await clients.create({ businessName: 'Proof', mode: 'test', webhookUrl: to.hookUrl, webhookDurableRetry: true, gateways });
    if (plan.stripe === 'connection') {
      const accounts = await clients.gatewayAccounts(client.client.clientId);
      await clients.setConnection(client.client.clientId, 'stripe-billing', {
        ...plan.connection?.(accounts.map(({ gatewayAccountId }) => gatewayAccountId)), credentials: { apiKey: stripeKey, webhookSecrets: [webhookSecret] },
      });
    }
    return client;
  } finally { await registry.close(); }
};
