import { caseIndexes, createCases, type CaseDocument, type Cases } from '../../core/cases/index.js';
import { clientIndexes, createClients, createVault, type Clients } from '../../core/clients/index.js';
import type { ConnectorDefinition, PluginIo } from '../../core/connector-kit/index.js';
import { intakeRoutes } from '../../core/http-server/index.js';
import { loadPlugins } from '../../core/plugin-registry/index.js';
import { createClock, createScheduler, type Bells, type Scheduler } from '../../core/scheduling/index.js';
import { connectStorage, type Collection, type Storage } from '../../core/storage/index.js';
import { createStoredConnections, createWebhookIntake, deliveryIndexes, type DeliveryDocument, type WebhookIntake } from '../../core/webhook-intake/index.js';
import { sampleBilling, sampleHost, type SampleBillingConfig } from '../sample-billing/connector.js';
import { sampleSecret, type SignedDelivery } from '../sample-billing/signed-delivery.js';
import { dropTestDatabase, testDatabase, type TestDatabase } from './database.js';
import { keptLog, serveRoutes } from './serve-routes.js';

const keys = [{ id: 'k1', key: new Uint8Array(32).fill(7) }];

/** One hub process, as far as webhooks go. */
export interface IntakeProcess {
  readonly url: string;
  readonly storage: Storage;
  readonly cases: Cases;
  readonly clients: Clients;
  readonly deliveries: Collection<DeliveryDocument>;
  readonly intake: WebhookIntake;
  readonly scheduler: Scheduler;
  /** Lanes rung for workers elsewhere. */
  readonly rung: readonly string[];
  readonly lines: readonly string[];
  send(delivery: SignedDelivery, path?: string): Promise<{ readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers }>;
  /** Waits until every delivery has one of these states. */
  settled(...states: readonly DeliveryDocument['state'][]): Promise<DeliveryDocument[]>;
  allCases(): Promise<CaseDocument[]>;
  stop(): Promise<void>;
  /** Ends it as SIGKILL would: from now on nothing of it reaches the database. What it was doing is never finished. */
  kill(): Promise<void>;
}

/** What a process is started with. */
export interface ProcessOptions {
  readonly works?: 'here' | 'elsewhere';
  readonly leaseMs?: number;
  readonly scale?: number;
  readonly inHand?: number;
  readonly connector?: Partial<ConnectorDefinition<SampleBillingConfig, PluginIo>>;
  /** Port of the platform's API on loopback. */
  readonly apiPort?: number;
  /** Where the database is reached, when not directly. */
  readonly databaseUri?: string;
  readonly quarantined?: 'connector';
  readonly cases?: (cases: Cases) => Cases;
}

/** A database with one client and its connection, around processes that come and go. */
export interface IntakeBench {
  readonly database: TestDatabase;
  readonly clientId: string;
  readonly connectionId: string;
  readonly path: string;
  start(options?: ProcessOptions): Promise<IntakeProcess>;
  stop(): Promise<void>;
}

/** Polls until `probe` answers, or throws. */
export const until = async <T>(what: string, probe: () => Promise<T | undefined> | T | undefined, ms = 10_000): Promise<T> => {
  const end = performance.now() + ms;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`It did not come: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
};

/** Lays the bench. */
export const openIntakeBench = async (label: string): Promise<IntakeBench> => {
  const database = testDatabase(label);
  const running = new Set<IntakeProcess>();
  const path = (clientId: string) => `/api/connectors/sample-billing/webhook/${clientId}`;
  let ids: { readonly clientId: string; readonly connectionId: string } | undefined;

  const start = async (options: ProcessOptions = {}): Promise<IntakeProcess> => {
    const { lines, logger } = keptLog();
    const rung: string[] = [];
    const storage = await connectStorage(options.databaseUri ?? database.uri, { selectionMs: 500 });
    const clock = createClock({ scale: options.scale ?? 1, origin: new Date() });
    const vault = createVault(keys);
    const broken = async (): Promise<never> => { throw new Error('it does not load'); };
    const registry = await loadPlugins({
      connectors: { 'sample-billing': options.quarantined ? { load: broken, onLoadFailure: 'quarantine' } : async () => ({ connector: sampleBilling(options.connector) }) }, gateways: {},
    }, {
      wallNow: () => new Date(), ...(options.apiPort === undefined ? {} : { routes: new Map([[sampleHost, new URL(`http://127.0.0.1:${options.apiPort}`)]]) }),
    });
    const clients = createClients({ storage, vault, registry, settings: { env: 'test', publicUrl: 'http://127.0.0.1' }, clock });
    const leaseMs = options.leaseMs ?? 5000;
    const works = options.works ?? 'here';
    const bells: Bells = { ring: async (lane) => { rung.push(lane); }, start: async () => undefined, stop: async () => undefined };
    const scheduler = createScheduler({ clock, leaseMs, bells, concurrency: 10, works, onError: (error, lane) => { logger.error({ err: error, lane }, 'lane'); } });
    const plainCases = createCases({ clock, leaseMs, storage, scheduler });
    const cases = options.cases?.(plainCases) ?? plainCases;
    const intake = createWebhookIntake({
      storage, scheduler, cases, clock, leaseMs, works, vault, logger, connections: createStoredConnections({ clients, registry }), ...(options.inHand === undefined ? {} : { inHand: options.inHand }),
    });
    if (options.databaseUri === undefined) await storage.ensureIndexes([deliveryIndexes, caseIndexes, ...clientIndexes]);
    await scheduler.start();
    const { url, server } = await serveRoutes(intakeRoutes(intake));
    const deliveries = storage.collection<DeliveryDocument>('deliveries');
    const one: IntakeProcess = {
      url, storage, cases: plainCases, clients, deliveries, intake, scheduler, rung, lines,
      send: async (delivery, to) => {
        const answer = await fetch(`${url}${to ?? path(ids?.clientId ?? '')}`, { method: 'POST', headers: delivery.headers, body: new Uint8Array(delivery.body) });
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
      },
      settled: (...states) => until(`every delivery ${states.join(' or ')}`, async () => {
        const all = await deliveries.find().sort({ _id: 1 }).toArray();
        return all.every((document) => states.includes(document.state) && document.holder === null) ? all : undefined;
      }),
      allCases: () => plainCases.collection.find().sort({ _id: 1 }).toArray(),
      kill: async () => {
        running.delete(one);
        await storage.close();
        await server.close();
        void scheduler.stop();
      },
      stop: async () => {
        running.delete(one);
        await server.close();
        await intake.close();
        await scheduler.stop();
        await registry.close();
        await storage.close();
      },
    };
    running.add(one);
    return one;
  };

  const first = await start();
  const { client } = await first.clients.create({ businessName: 'Bench', mode: 'test', notificationChannels: [] });
  const connection = await first.clients.setConnection(client.clientId, 'sample-billing', {
    mode: 'active', credentials: { apiKey: 'sample-api-key-1', webhookSecret: sampleSecret }, options: { livemode: false },
  });
  ids = { clientId: client.clientId, connectionId: connection.connectionId };
  await first.stop();

  return {
    database, ...ids, path: path(client.clientId), start,
    stop: async () => {
      await Promise.all([...running].map((one) => one.stop().catch(() => undefined)));
      await dropTestDatabase(database);
    },
  };
};
