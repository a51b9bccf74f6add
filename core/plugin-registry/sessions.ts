import { LRUCache } from 'lru-cache';
import type { Connection, Log, PluginIo } from '../connector-kit/index.js';
import type { OpenAccount } from './account.js';
import type { OpenedAs } from './call-types.js';
import { createPluginIo, createRateBudget, type RateBudget, type RateLimits } from './plugin-io/index.js';
import { createStripper, secretsWithin, stripWithin } from './strip-secrets.js';
import { translateError } from './translate-error.js';

/** What connectors and gateways have in common for being opened. */
export interface Openable {
  /** `connector/<id>` or `gateway/<id>`. */
  readonly plugin: string;
  hosts(config: unknown): readonly string[];
  limits(config: unknown): RateLimits;
  readonly readRequests?: readonly { readonly method: 'POST'; readonly path: string }[];
  open(connection: Connection<unknown>, io: PluginIo): unknown;
}

/** One line a plugin wants logged, stripped of secrets. */
export interface PluginLogEntry {
  readonly level: 'debug' | 'warn';
  readonly plugin: string;
  readonly connectionId: string;
  readonly fact: string;
  readonly fields: object;
}

/** A plugin's name in messages: `connector example`. */
export const nameOf = ({ plugin }: Openable): string => plugin.replace('/', ' ');

/** What sessions are made with. */
export interface SessionSettings {
  readonly routes: ReadonlyMap<string, URL>;
  readonly wallNow: () => Date;
  readonly maxAnswerBytes: number;
  readonly maxSessions: number;
  readonly idleMs: number;
  readonly authorities?: readonly string[];
  log(entry: PluginLogEntry): void;
}

/** Open accounts, kept while they are used. */
export interface Sessions {
  /** The session of this revision; opens it, and closes one of another revision. Throws a PlatformError if it cannot be opened. */
  of(plugin: Openable, connection: Connection<unknown>, openedAs: OpenedAs): OpenAccount;
  /** The account without session and sockets, for what needs no network: `open` is not called. */
  offline(plugin: Openable, connection: Connection<unknown>, openedAs: OpenedAs): OpenAccount;
  size(): number;
  close(): void;
}

const checkedLimits = (limits: RateLimits): RateLimits => {
  for (const member of ['perMinute', 'concurrent'] as const) {
    const value: unknown = limits[member];
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 1) {
      throw new Error(
        `limits().${member} is ${typeof value === 'number' ? String(value) : `a ${typeof value}`}; expected a number of at least 1.`,
      );
    }
  }
  return limits;
};

const checkedHosts = (hosts: readonly string[]): readonly string[] => {
  if (Array.isArray(hosts) && hosts.every((host) => typeof host === 'string' && /^[a-z0-9.-]+(?::\d{1,5})?$/i.test(host))) return hosts;
  throw new Error('hosts() returned something else than a list of "name" or "name:port", without scheme or path.');
};

const logOf = (plugin: string, connectionId: string, settings: SessionSettings, strip: (text: string) => string): Log => {
  const writer =
    (level: 'debug' | 'warn') =>
    (fact: string, fields: object = {}): void =>
      settings.log({ level, plugin, connectionId, fact: strip(fact), fields: stripWithin(fields, strip) as object });
  return Object.freeze({ debug: writer('debug'), warn: writer('warn') });
};

/** Sessions in an LRU, closed when idle, when crowded out and when the connection has changed. Rate budgets outlive them: a new key has the old limits. */
export const createSessions = (settings: SessionSettings): Sessions => {
  const budgets = new LRUCache<string, RateBudget>({ max: settings.maxSessions * 10 });
  const open = new LRUCache<string, { readonly revision: string; readonly account: OpenAccount; readonly io: PluginIo }>({
    max: settings.maxSessions,
    ttl: settings.idleMs,
    updateAgeOnGet: true,
    ttlAutopurge: true,
    // The agent holds no idle sockets; this ends its part in Node's bookkeeping. Calls under way keep what they have.
    dispose: (closed) => closed.io.agent.destroy(),
  });

  const budgetOf = (id: string, limits: RateLimits): RateBudget => {
    const known = budgets.get(id);
    if (known === undefined) {
      const fresh = createRateBudget(limits);
      budgets.set(id, fresh);
      return fresh;
    }
    known.adjust(limits);
    return known;
  };

  const offline: Sessions['offline'] = ({ plugin }, connection, openedAs) => {
    const secrets = new Set(secretsWithin(connection.config));
    const strip = createStripper(secrets);
    const log = logOf(plugin, connection.connectionId, settings, strip);
    return {
      plugin,
      connection,
      mode: openedAs.connectionMode,
      session: undefined,
      log,
      strip,
      addSecret: (value) => void secrets.add(value),
    };
  };

  const opened = (
    id: string,
    plugin: Openable,
    connection: Connection<unknown>,
    openedAs: OpenedAs,
  ): { account: OpenAccount; io: PluginIo } => {
    const account = offline(plugin, connection, openedAs);
    const { config } = connection;
    try {
      const rules = { hosts: checkedHosts(plugin.hosts(config)), readRequests: plugin.readRequests ?? [] };
      const budget = budgetOf(id, checkedLimits(plugin.limits(config)));
      const { routes, wallNow, maxAnswerBytes, authorities } = settings;
      const io = createPluginIo(
        { rules, budget, routes, wallNow, maxAnswerBytes, ...(authorities === undefined ? {} : { authorities }) },
        account.log,
      );
      return { account: { ...account, session: plugin.open(connection, io) }, io };
    } catch (error) {
      throw translateError(error, { name: 'the connection could not be opened', reached: 'no', strip: account.strip });
    }
  };

  return {
    of: (plugin, connection, openedAs) => {
      const id = `${plugin.plugin}/${connection.connectionId}`;
      const known = open.get(id);
      if (known?.revision === openedAs.revision && known.account.mode === openedAs.connectionMode) return known.account;
      const fresh = opened(id, plugin, connection, openedAs);
      open.set(id, { revision: openedAs.revision, ...fresh });
      return fresh.account;
    },
    offline,
    size: () => open.size,
    close: () => open.clear(),
  };
};
