import { createCardLedger, cardIndexes, type CardLedger } from '../../../core/cards/index.js';
import { caseIndexes, createCases, type CaseDocument } from '../../../core/cases/index.js';
import { clientIndexes, createClients, createKillSwitch, createVault, type Clients, type Vault } from '../../../core/clients/index.js';
import { readSettings } from '../../../core/configuration/index.js';
import { loadDeclineCatalogue } from '../../../core/declines/index.js';
import { createNotifications } from '../../../core/notifications/index.js';
import { createLogger } from '../../../core/observability/index.js';
import { loadPlugins } from '../../../core/plugin-registry/index.js';
import { caseLaneWork, createRecovery, standardEngine, type Recovery, type RecoveryPorts } from '../../../core/recovery/index.js';
import { agendaIndexes, createAgendaBells, createScheduler, loadHubClock, type Clock, type Scheduler } from '../../../core/scheduling/index.js';
import { connectStorage, type Collection, type Storage } from '../../../core/storage/index.js';
import plugins from '../../../plugins.config.js';

/** What a hub is made of that works on cases and nothing else: notifications are written and never sent. */
export interface CaseHub {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly clients: Clients;
  readonly vault: Vault;
  readonly cards: CardLedger;
  readonly cases: Collection<CaseDocument>;
  readonly scheduler: Scheduler;
  readonly recovery: Recovery;
  close(): Promise<void>;
}

/** Told of every case that was released. */
export type OnReleased = (caseId: string) => void;

const leaseMs = 30_000;
const encryptionKeys = [{ id: 'bench', key: new Uint8Array(32).fill(11) }];

/** Opens the rooms of `core/container.ts` that a due case passes through, on a database. */
export const openCaseHub = async (uri: string, options: { readonly concurrency: number; readonly onReleased?: OnReleased; readonly claims?: () => 'yes' | 'no' }): Promise<CaseHub> => {
  const read = readSettings({ MONGODB_URI: uri, HUB_ENV: 'test' });
  if (!read.ok) throw new Error('The settings of the benchmark do not read');
  const settings = { ...read.settings, encryptionKeys };
  const logger = createLogger({ level: 'error' });
  const storage = await connectStorage(uri, { poolSize: 100 });
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes: settings.platformRoutes });
  const clock = await loadHubClock(storage, { scale: undefined });
  const vault = createVault(encryptionKeys);
  const bells = createAgendaBells({ storage, clock, leaseMs, concurrency: options.concurrency, onError: (error) => { logger.error({ err: error }, 'a bell failed'); } });
  const scheduler = createScheduler({
    bells, clock, leaseMs, works: 'here', concurrency: options.concurrency, ...(options.claims ? { claims: options.claims } : {}), onError: (error, lane) => { logger.error({ err: error, lane }, 'work of a lane failed'); },
  });
  const clients = createClients({ storage, vault, registry, settings, clock });
  const killSwitch = createKillSwitch({ storage, clock });
  const cards = createCardLedger({ storage, clock });
  const notifications = createNotifications({
    storage, clock, leaseMs, vault, logger, scheduler: { define: () => undefined, due: () => undefined }, recipients: { webhookTarget: async () => undefined },
  });
  const ports: RecoveryPorts = {
    cases: createCases({ storage, scheduler, clock, leaseMs }),
    cards, clients, registry, notifications, vault, clock, leaseMs, logger, engine: standardEngine, catalogue: loadDeclineCatalogue(),
    connectionIdsOf: async (clientId) => (await clients.connections(clientId)).map((connection) => connection.connectionId),
    standstill: async () => ((await killSwitch.pausedSince()) ? 'Charges of the whole hub are paused.' : undefined),
    checkpoint: (name, caseId) => { if (name === 'released') options.onReleased?.(caseId); },
  };
  await storage.ensureIndexes([caseIndexes, cardIndexes, agendaIndexes, ...clientIndexes, ...notifications.indexes]);
  scheduler.define(caseLaneWork(ports));
  return {
    storage, clock, clients, vault, cards, scheduler, cases: ports.cases.collection, recovery: createRecovery(ports),
    close: async () => {
      await scheduler.stop();
      await notifications.stop();
      await registry.close();
      await storage.close();
    },
  };
};
