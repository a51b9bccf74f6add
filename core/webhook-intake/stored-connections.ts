import type { Clients, OpenedConnection } from '../clients/index.js';
import { redactText } from '../observability/index.js';
import type { PluginRegistry } from '../plugin-registry/index.js';
import { isNotKnownToBeWritten } from '../storage/index.js';
import type { FoundConnection, InboundConnections } from './inbound-connections.js';

interface Sources {
  readonly clients: Pick<Clients, 'connectionByUrlKey' | 'openConnection' | 'connectionFresh' | 'beginDisconnect'>;
  readonly registry: Pick<PluginRegistry, 'connector' | 'quarantined' | 'useConnector'>;
}

/** Connections as clients keep them, used through their connectors. */
export const createStoredConnections = ({ clients, registry }: Sources): InboundConnections => {
  const standing = (platform: string): FoundConnection['status'] => {
    if (registry.connector(platform) !== undefined) return 'found';
    return registry.quarantined().some((plugin) => plugin.kind === 'connector' && plugin.pluginId === platform) ? 'unavailable' : 'unknown';
  };

  const inUse = new WeakMap<OpenedConnection, FoundConnection>();

  const usable = (found: OpenedConnection): FoundConnection => {
    const known = inUse.get(found) ?? use(found);
    inUse.set(found, known);
    return known;
  };

  const use = ({ connection, record }: OpenedConnection): FoundConnection => ({
    status: 'found',
    connection: {
      connectionId: record.connectionId,
      clientId: record.clientId,
      platform: record.platform,
      mode: record.mode,
      opensCases: record.state === 'active' ? 'yes' : 'no',
      giveUp: () => clients.beginDisconnect(record.connectionId),
      use: registry.useConnector(record.platform, connection, { connectionMode: record.mode, revision: String(record.revision) }),
    },
  });

  /** What does not open (a key of the vault that is missing, a config its connector no longer takes) is ours to mend, never the sender's. */
  const opened = async (platform: string, open: () => Promise<OpenedConnection | undefined>): Promise<FoundConnection> => {
    switch (standing(platform)) {
      case 'unknown': return { status: 'unknown' };
      case 'unavailable': return { status: 'unavailable', because: `The connector ${platform} is quarantined.` };
      case 'found': break;
    }
    try {
      const found = await open();
      return found === undefined ? { status: 'unknown' } : usable(found);
    } catch (error) {
      if (isNotKnownToBeWritten(error) || !(error instanceof Error)) throw error;
      return { status: 'unavailable', because: redactText(error.message) };
    }
  };

  return {
    byUrl: (slug, key) => opened(slug, () => clients.connectionByUrlKey(slug, key)),
    byId: async (connectionId) => {
      const record = await clients.connectionFresh(connectionId);
      if (record === undefined || record.state === 'disconnected') return { status: 'unknown' };
      const found = await opened(record.platform, () => clients.openConnection(connectionId));
      // a connector taken out of the list may come back: its deliveries wait
      return found.status === 'unknown' && registry.connector(record.platform) === undefined
        ? { status: 'unavailable', because: `The connector ${record.platform} is not loaded.` }
        : found;
    },
  };
};
