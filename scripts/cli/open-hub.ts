import { createCases, type Cases } from '../../core/cases/index.js';
import { clientIndexes, createClients, createVault, type Clients } from '../../core/clients/index.js';
import type { Settings } from '../../core/configuration/index.js';
import { loadPlugins, type PluginRegistry } from '../../core/plugin-registry/index.js';
import { createClock, type Scheduler } from '../../core/scheduling/index.js';
import plugins from '../../plugins.config.js';
import { withStorage } from './open-storage.js';

/** What commands work with. It neither listens nor works on cases. */
export interface OpenHub {
  readonly settings: Settings;
  readonly registry: PluginRegistry;
  readonly clients: Clients;
  readonly cases: Pick<Cases, 'find'>;
}

const asleep: Scheduler = { define: () => undefined, due: () => undefined, start: async () => undefined, stop: async () => undefined };

/**
 * Runs `work` on the hub that the environment names, and closes everything after it.
 * @throws SettingsRefused, PluginLoadError, Error when the database cannot be reached, and whatever `work` throws
 */
export const withHub = <T>(work: (hub: OpenHub) => Promise<T>): Promise<T> => withStorage(async ({ settings, storage }) => {
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes: settings.platformRoutes });
  try {
    await storage.ensureIndexes(clientIndexes);
    // commands follow real time: the scale of a database is fixed by the first hub that starts on it, not by them
    const clock = createClock({ scale: 1, origin: new Date() });
    const clients = createClients({ storage, vault: createVault(settings.encryptionKeys), registry, settings, clock });
    const cases = createCases({ storage, clock, scheduler: asleep, leaseMs: settings.leaseSeconds * 1000 });
    return await work({ settings, registry, clients, cases });
  } finally {
    await registry.close();
  }
});
