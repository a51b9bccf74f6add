import { asFunction, asValue, createContainer, InjectionMode, type AwilixContainer } from 'awilix';
import { createMerchantApi, type MerchantApi } from './api/index.js';
import { createCardLedger, cardIndexes, type CardLedger } from './cards/index.js';
import { caseIndexes, createCases, type Cases } from './cases/index.js';
import { clientIndexes, connectionCheckWork, createClients, createKillSwitch, createVault, type Clients, type ConnectionDuty, type KillSwitch, type Vault } from './clients/index.js';
import type { Settings } from './configuration/index.js';
import type { DeclineCatalogue } from './declines/index.js';
import { createHttpServer, intakeRoutes, merchantRoutes, type HttpServer } from './http-server/index.js';
import { createNotifications, type Notifications } from './notifications/index.js';
import type { Checkpoint, Logger } from './observability/index.js';
import type { PluginRegistry } from './plugin-registry/index.js';
import { caseLaneWork, connectionLaneWork, createRecovery, standardEngine, type Recovery, type RecoveryEngine, type RecoveryPorts } from './recovery/index.js';
import { agendaIndexes, createAgendaBells, createClockWatch, createScheduler, describeSkew, followed, type Bells, type Clock, type ClockWatch, type Followed, type LeaseTerms, type Scheduler } from './scheduling/index.js';
import type { IndexPlan, Storage } from './storage/index.js';
import { createStoredConnections, createWebhookIntake, deliveryIndexes, type InboundConnections, type WebhookIntake } from './webhook-intake/index.js';

/** What is ready before anything is wired: opened and loaded by `startHub`. */
export interface Ready {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly registry: PluginRegistry;
  readonly catalogue: DeclineCatalogue;
  readonly checkpoint: Checkpoint;
  /** Instead of Agenda's. */
  readonly ownBells?: Bells | undefined;
}

/** Every part of the hub by name. */
export interface Parts extends Ready {
  readonly leaseMs: number;
  /** Aborted when this process has little time left. */
  readonly hurry: AbortController;
  readonly runsOfCalls: Followed;
  readonly works: 'here' | 'elsewhere';
  readonly vault: Vault;
  readonly clockWatch: ClockWatch;
  readonly claims: Required<LeaseTerms>['claims'];
  readonly bells: Bells;
  readonly scheduler: Scheduler;
  readonly clients: Clients;
  readonly killSwitch: KillSwitch;
  readonly cases: Cases;
  readonly cards: CardLedger;
  readonly notifications: Notifications;
  readonly engine: RecoveryEngine;
  readonly recoveryPorts: RecoveryPorts;
  readonly recovery: Recovery;
  readonly connections: InboundConnections;
  readonly intake: WebhookIntake;
  readonly merchantApi: MerchantApi;
  readonly httpServer: HttpServer;
}

/** The indexes of every room. */
export const hubIndexes = (parts: Pick<Parts, 'notifications'>): readonly IndexPlan[] =>
  [caseIndexes, cardIndexes, agendaIndexes, deliveryIndexes, ...clientIndexes, ...parts.notifications.indexes];

/** The composition root: the only file that knows every room. Replacing a part is one registration. */
export const createHubContainer = (ready: Ready): AwilixContainer<Parts> => {
  const container = createContainer<Parts>({ injectionMode: InjectionMode.PROXY, strict: true });
  container.register({
    settings: asValue(ready.settings),
    logger: asValue(ready.logger),
    storage: asValue(ready.storage),
    clock: asValue(ready.clock),
    registry: asValue(ready.registry),
    catalogue: asValue(ready.catalogue),
    checkpoint: asValue(ready.checkpoint),
    leaseMs: asValue(ready.settings.leaseSeconds * 1000),
    hurry: asValue(new AbortController()),
    runsOfCalls: asValue(followed()),
    works: asValue(ready.settings.role === 'web' ? 'elsewhere' : 'here'),
    engine: asValue(standardEngine),

    vault: asFunction(({ settings }: Parts) => createVault(settings.encryptionKeys)).singleton(),
    clockWatch: asFunction(({ storage, clock, logger }: Parts) => createClockWatch({
      wallNow: () => clock.wallNow(), databaseNow: () => storage.serverTime(),
      told: (verdict) => {
        const { skewMs } = verdict;
        switch (verdict.state) {
          case 'agree': logger.info({ skewMs }, 'the clocks of this process and of the database agree again'); break;
          case 'apart': logger.warn({ skewMs, alert: 'clock_skew' }, `${describeSkew(verdict)}; over 10 s nothing is claimed any more`); break;
          case 'wrong': logger.error({ skewMs, alert: 'clock_skew' }, `${describeSkew(verdict)}; nothing is claimed or charged until they agree`); break;
        }
      },
    })).singleton(),
    claims: asFunction(({ clockWatch }: Parts): Parts['claims'] => () => (clockWatch.objection() === undefined ? 'yes' : 'no')).singleton(),
    bells: ready.ownBells ? asValue(ready.ownBells) : asFunction(({ storage, clock, leaseMs, logger, settings }: Parts) => createAgendaBells({
      storage, clock, leaseMs, concurrency: settings.workerConcurrency * 2,
      onError: (error) => { logger.error({ err: error }, 'a bell failed; the sweep makes it good'); },
    })).singleton(),
    scheduler: asFunction(({ bells, clock, leaseMs, claims, works, logger, settings }: Parts) => createScheduler({
      bells, clock, leaseMs, claims, works, concurrency: settings.workerConcurrency,
      onError: (error, lane) => { logger.error({ err: error, lane }, 'work of a lane failed; it is left to its lease'); },
      onNewer: (kind, format) => { logger.warn({ kind, format, alert: 'newer_format' }, 'documents that a newer version of the hub wrote are due and left to it; update this one, or start one of that version'); },
    })).singleton(),
    clients: asFunction(({ storage, vault, registry, settings, clock }: Parts) => createClients({ storage, vault, registry, settings, clock })).singleton(),
    killSwitch: asFunction(({ storage, clock }: Parts) => createKillSwitch({ storage, clock })).singleton(),
    cases: asFunction(({ storage, scheduler, clock, leaseMs, claims }: Parts) => createCases({ storage, scheduler, clock, leaseMs, claims })).singleton(),
    cards: asFunction(({ storage, clock }: Parts) => createCardLedger({ storage, clock })).singleton(),
    notifications: asFunction(({ storage, scheduler, clock, leaseMs, vault, clients, settings, logger }: Parts) => createNotifications({
      storage, scheduler, clock, leaseMs, vault, logger,
      recipients: {
        webhookTarget: async (clientId) => {
          const client = await clients.find(clientId);
          if (!client || client.settings.webhookUrl === null) return undefined;
          return { url: client.settings.webhookUrl, secrets: await clients.signingSecrets(clientId), durableRetry: client.settings.webhookDurableRetry, environment: settings.env };
        },
      },
    })).singleton(),

    recoveryPorts: asFunction((parts: Parts): RecoveryPorts => ({
      cases: parts.cases, cards: parts.cards, clients: parts.clients, registry: parts.registry, notifications: parts.notifications, catalogue: parts.catalogue,
      engine: parts.engine, vault: parts.vault, clock: parts.clock, leaseMs: parts.leaseMs, logger: parts.logger, checkpoint: parts.checkpoint, hurry: parts.hurry.signal, follow: (run) => { parts.runsOfCalls.follow(run); },
      connectionIdsOf: async (clientId) => (await parts.clients.connections(clientId)).map((connection) => connection.connectionId),
      standstill: async () => {
        const clocks = parts.clockWatch.objection();
        if (clocks !== undefined) return clocks;
        if (parts.settings.pauseCharges) return 'Charges of the whole hub are paused (HUB_PAUSE_CHARGES).';
        const paused = await parts.killSwitch.pausedSince();
        return paused && `Charges of the whole hub are paused since ${paused.since.toISOString()}${paused.note === '' ? '' : ` (${paused.note})`}.`;
      },
    })).singleton(),
    recovery: asFunction(({ recoveryPorts }: Parts) => createRecovery(recoveryPorts)).singleton(),
    connections: asFunction(({ clients, registry }: Parts) => createStoredConnections({ clients, registry })).singleton(),
    intake: asFunction(({ checkpoint, storage, scheduler, cases, connections, vault, logger, works, clock, leaseMs, claims }: Parts) =>
      createWebhookIntake({ checkpoint, storage, scheduler, cases, connections, vault, logger, works, clock, leaseMs, claims })).singleton(),
    merchantApi: asFunction(({ recovery, clients, registry }: Parts) => createMerchantApi({ recovery, clients, registry })).singleton(),
    httpServer: asFunction(({ settings, intake, merchantApi, storage, clockWatch, logger }: Parts) => createHttpServer({
      settings, logger, health: { ping: () => storage.ping(), objection: () => clockWatch.objection() }, routes: [...intakeRoutes(intake), ...merchantRoutes(merchantApi)],
    })).singleton(),
  });
  return container;
};

/** Registers what waits for its time, by lane. Deliveries and notifications are registered by their rooms when these are made: intake also where nothing listens. */
export const registerWork = (parts: Parts): void => {
  parts.scheduler.define(caseLaneWork(parts.recoveryPorts));
  const { cases, clients, clock, scheduler, logger, storage } = parts;
  scheduler.define(connectionLaneWork({ cases, clients, clock, scheduler, logger, duties: storage.collection<ConnectionDuty>('connections') }));
  parts.scheduler.define(connectionCheckWork(parts));
  void parts.intake;
};
