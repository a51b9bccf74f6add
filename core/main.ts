import type { PluginList } from './connector-kit/index.js';
import type { Settings } from './configuration/index.js';
import { createHubContainer, hubIndexes, registerWork, type Parts } from './container.js';
import { loadDeclineCatalogue } from './declines/index.js';
import { createLogger, type Checkpoint, type Logger } from './observability/index.js';
import { loadPlugins } from './plugin-registry/index.js';
import { drain, drainTimesOf, loadHubClock, type Bells } from './scheduling/index.js';
import { connectStorage } from './storage/index.js';

/** How long answers that are written may take to leave. */
const lastWordMs = 100;

/** A running hub. */
export interface Hub {
  /** Where it listens; undefined in role `worker`. */
  readonly url: string | undefined;
  /** Hub time runs `scale` times as fast as the wall since `origin`. */
  readonly clock: { readonly scale: number; readonly origin: Date };
  /** Takes nothing new, finishes what is in hand within HUB_SHUTDOWN_SECONDS, closes everything in reverse order. */
  stop(): Promise<void>;
}

/** What may be replaced when a hub is started. */
export interface StartOptions {
  readonly logger?: Logger;
  readonly checkpoint?: Checkpoint;
  /** Instead of Agenda's bells: what rings for this process. */
  readonly bells?: Bells;
}

/**
 * Starts a hub: load, wire, listen, work.
 * @param settings checked settings with `mongodbUri` set
 * @throws PluginLoadError, DeclineCatalogueError, or an Error that says what keeps it from starting and what to do
 */
export const startHub = async (plugins: PluginList, settings: Settings & { readonly mongodbUri: string }, options: StartOptions = {}): Promise<Hub> => {
  const logger = options.logger ?? createLogger({ level: settings.logLevel });
  const catalogue = loadDeclineCatalogue();
  const registry = await loadPlugins(plugins, {
    wallNow: () => new Date(), routes: settings.platformRoutes,
    log: (entry) => { logger[entry.level](entry, 'plugin'); },
  });
  const storage = await connectStorage(settings.mongodbUri, {
    lookedAnew: () => { logger.warn({ alert: 'database_looked_for_anew' }, 'the database driver had stopped looking for its server; it was opened anew'); },
  });
  const clock = await loadHubClock(storage, { scale: settings.timeScale });
  const container = createHubContainer({ settings, logger, storage, clock, registry, catalogue, checkpoint: options.checkpoint ?? (() => undefined), ownBells: options.bells });
  const parts: Parts = container.cradle;
  await storage.ensureIndexes(hubIndexes(parts));
  await refuseLiveMoneyOutsideProduction(parts);
  registerWork(parts);

  await parts.clockWatch.start();
  const url = settings.role === 'worker' ? undefined : (await parts.httpServer.listen()).url;
  await parts.scheduler.start();
  logger.info({ url, role: settings.role, env: settings.env, connectors: registry.connectorIds(), gateways: registry.gatewayIds() }, 'the hub is ready');

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    parts.clockWatch.stop();
    // all at once: nothing new is begun anywhere, and no part uses up the time of another
    const requests = parts.httpServer.drain();
    const lanes = parts.scheduler.stop();
    const left = await drain({
      requests,
      deliveries: Promise.all([parts.intake.close(), requests]).then(() => parts.intake.close()),
      calls: requests.then(() => parts.runsOfCalls.ended()),
      lanes,
      notifications: lanes.then(() => parts.notifications.stop()),
    }, { ...drainTimesOf(settings.shutdownSeconds), hurry: () => { parts.hurry.abort(); } });
    if (left.length > 0) logger.warn({ left, shutdownSeconds: settings.shutdownSeconds }, 'work in hand took longer than HUB_SHUTDOWN_SECONDS; it comes back by its leases');
    await parts.httpServer.close(lastWordMs);
    await registry.close();
    await storage.close();
    logger.info('the hub has stopped');
  };
  return { url, clock: { scale: clock.scale, origin: clock.origin }, stop: () => (stopping ??= stop()) };
};

const refuseLiveMoneyOutsideProduction = async (parts: Parts): Promise<void> => {
  if (parts.settings.env === 'production') return;
  const live = await parts.clients.findLive();
  if (live) throw new Error(`This database holds the live client ${live.clientId}, and live money moves only in production. Set HUB_ENV=production with its settings, or use another database.`);
};
