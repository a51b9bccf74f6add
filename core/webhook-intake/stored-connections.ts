import type { Clients, InboundView } from '../clients/index.js';
import type { PluginRegistry } from '../plugin-registry/index.js';
import type { FoundConnection, InboundConnections } from './inbound-connections.js';

/** Connections as clients keep them, used through their connectors. */
export const createStoredConnections = (options: { readonly clients: Pick<Clients, 'connectionByUrlKey' | 'openConnection'>; readonly registry: PluginRegistry }): InboundConnections => {
  const found = (view: InboundView | undefined): FoundConnection => {
    if (!view) return { status: 'unknown' };
    const { record, connection } = view;
    return {
      status: 'found',
      connection: {
        connectionId: record.connectionId,
        clientId: record.clientId,
        platform: record.platform,
        mode: record.mode,
        opensCases: record.state === 'active' ? 'yes' : 'no',
        use: options.registry.useConnector(record.platform, connection, { connectionMode: record.mode, revision: String(record.revision) }),
      },
    };
  };
  const missing = (slug: string): FoundConnection | undefined => {
    if (options.registry.connector(slug)) return undefined;
    const kept = options.registry.quarantined().some((plugin) => plugin.kind === 'connector' && plugin.pluginId === slug);
    return kept ? { status: 'unavailable', because: 'The connector of this platform could not be loaded.' } : { status: 'unknown' };
  };
  return {
    byUrl: async (slug, key) => missing(slug) ?? found(await options.clients.connectionByUrlKey(slug, key)),
    byId: async (connectionId) => found(await options.clients.openConnection(connectionId)),
  };
};
