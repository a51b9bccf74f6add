import type { Connection } from '../connector-kit/index.js';
import type { ConnectorUse, GatewayUse, OpenedAs } from './call-types.js';
import type { UseSettings } from './caller.js';
import { connectorUse } from './connector-use.js';
import { createMemoryCredentials, type CredentialStore } from './credentials.js';
import { gatewayUse } from './gateway-use.js';
import type { AnyDefinition } from './inspect-plugin.js';
import { loadedConnector, loadedGateway, type LoadedConnector, type LoadedGateway } from './loaded-plugin.js';
import type { PluginProblem } from './plugin-problem.js';
import { createSessions, type Openable, type PluginLogEntry } from './sessions.js';
import { createProvenDeliveries } from './webhook-use.js';
import { createWriteMemory } from './write-memory.js';

/** What the registry is given. */
export interface RegistryOptions {
  /** The clock of deadlines, `sendBefore` and credentials: real time, never scaled. */
  readonly wallNow: () => Date;
  /** From `HUB_PLATFORM_ROUTES`: host (or `host:port`) to a stand-in at `http://` on loopback. */
  readonly routes?: ReadonlyMap<string, URL>;
  /** Where minted credentials are kept; in this process only when left out. */
  readonly credentials?: CredentialStore;
  /** What plugins log, stripped of their secrets. */
  readonly log?: (entry: PluginLogEntry) => void;
  /** Largest answer of a platform, in bytes; 10 MB when left out. */
  readonly maxAnswerBytes?: number;
  /** Sessions kept open; 500 when left out. */
  readonly maxSessions?: number;
  /** After how long without use a session is closed; 10 minutes when left out. */
  readonly sessionIdleMs?: number;
  /** PEM certificates trusted instead of Node's own list, for networks that intercept TLS. */
  readonly certificateAuthorities?: readonly string[];
}

/** A plugin that could not be loaded and is marked to be left out. Its webhooks are answered 503. */
export interface QuarantinedPlugin {
  readonly kind: 'connector' | 'gateway';
  readonly pluginId: string;
  readonly problems: readonly PluginProblem[];
}

/** The loaded plugins and guarded use of them. */
export interface PluginRegistry {
  connectorIds(): readonly string[];
  gatewayIds(): readonly string[];
  /** The facts of a connector; undefined: not in the list, or quarantined. */
  connector(id: string): LoadedConnector | undefined;
  /** The facts of a gateway; undefined: not in the list, or quarantined. */
  gateway(id: string): LoadedGateway | undefined;
  /** Plugins left out because they could not be loaded. */
  quarantined(): readonly QuarantinedPlugin[];
  /** Guarded use of a connection. Opens nothing before its first call. Throws for an id that `connector` does not know. */
  useConnector(id: string, connection: Connection<unknown>, openedAs: OpenedAs): ConnectorUse;
  /** Guarded use of a gateway account. Opens nothing before its first call. Throws for an id that `gateway` does not know. */
  useGateway(id: string, account: Connection<unknown>, openedAs: { readonly revision: string }): GatewayUse;
  /** Closes all sessions. Calls under way are ended by their deadlines. */
  close(): Promise<void>;
}

const unknownPlugin = (kind: string, id: string, known: Iterable<string>): Error =>
  new Error(`There is no ${kind} ${JSON.stringify(id)}; loaded: ${[...known].sort().join(', ') || 'none'}. Add it to plugins.config.ts.`);

/** Builds the registry over inspected definitions. */
export const createRegistry = (
  definitions: readonly AnyDefinition[],
  quarantined: readonly QuarantinedPlugin[],
  options: RegistryOptions,
): PluginRegistry => {
  const { wallNow, certificateAuthorities } = options;
  const sessions = createSessions({
    routes: options.routes ?? new Map(),
    wallNow,
    maxAnswerBytes: options.maxAnswerBytes ?? 10 * 1024 * 1024,
    maxSessions: options.maxSessions ?? 500,
    idleMs: options.sessionIdleMs ?? 10 * 60_000,
    log: options.log ?? (() => undefined),
    ...(certificateAuthorities === undefined ? {} : { authorities: certificateAuthorities }),
  });
  const settings: UseSettings = {
    wallNow,
    credentials: options.credentials ?? createMemoryCredentials(wallNow),
    sessions,
    proven: createProvenDeliveries(),
    writes: createWriteMemory(),
  };

  const connectors = new Map(
    definitions.flatMap((found) => {
      if (found.kind !== 'connector') return [];
      const { definition } = found;
      const { readRequests } = definition;
      const openable: Openable = {
        plugin: `connector/${definition.id}`,
        hosts: (config) => definition.hosts(config),
        limits: (config) => definition.limits(config),
        open: (connection, io) => definition.open(connection, io),
        ...(readRequests === undefined ? {} : { readRequests }),
      };
      return [[definition.id, { definition, openable, facts: loadedConnector(definition) }] as const];
    }),
  );
  const gateways = new Map(
    definitions.flatMap((found) => {
      if (found.kind !== 'gateway') return [];
      const { definition } = found;
      const openable: Openable = {
        plugin: `gateway/${definition.id}`,
        hosts: (config) => definition.hosts(config),
        limits: (config) => definition.limits(config),
        open: (connection, io) => definition.open(connection, io),
      };
      return [[definition.id, { definition, openable, facts: loadedGateway(definition) }] as const];
    }),
  );

  return Object.freeze({
    connectorIds: () => [...connectors.keys()],
    gatewayIds: () => [...gateways.keys()],
    connector: (id: string) => connectors.get(id)?.facts,
    gateway: (id: string) => gateways.get(id)?.facts,
    quarantined: () => quarantined,
    useConnector: (id: string, connection: Connection<unknown>, openedAs: OpenedAs) => {
      const found = connectors.get(id);
      if (found === undefined) throw unknownPlugin('connector', id, connectors.keys());
      return connectorUse(found.definition, found.openable, connection, openedAs, settings);
    },
    useGateway: (id: string, account: Connection<unknown>, openedAs: { readonly revision: string }) => {
      const found = gateways.get(id);
      if (found === undefined) throw unknownPlugin('gateway', id, gateways.keys());
      return gatewayUse(found.definition, found.openable, account, openedAs.revision, settings);
    },
    close: async () => {
      sessions.close();
    },
  });
};
