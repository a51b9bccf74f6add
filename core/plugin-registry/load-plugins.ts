import type { PluginEntry, PluginList } from '../connector-kit/index.js';
import { inspectPlugin, type AnyDefinition, type PluginPlace } from './inspect-plugin.js';
import { isLoopback } from './plugin-io/index.js';
import { PluginLoadError, type PluginProblem } from './plugin-problem.js';
import { createRegistry, type PluginRegistry, type RegistryOptions } from './registry.js';

/** How long one plugin may take to load. */
const LOAD_MS = 5_000;

/** What `loadPlugins` is given besides the list. */
export interface LoadOptions extends RegistryOptions {
  /** For tests; 5,000 otherwise. */
  readonly loadTimeoutMs?: number;
}

interface Outcome {
  readonly place: PluginPlace;
  readonly quarantine: boolean;
  readonly found: AnyDefinition | readonly PluginProblem[];
}

const isProblems = (found: Outcome['found']): found is readonly PluginProblem[] => Array.isArray(found);

/** The file named in `() => import('…')`, as far as the function's text tells it. */
const fileOf = (load: () => Promise<unknown>): string | undefined => /import\(\s*['"`]([^'"`]+)['"`]/.exec(load.toString())?.[1];

const loadOne = async (kind: PluginPlace['kind'], pluginId: string, entry: PluginEntry, timeoutMs: number): Promise<Outcome> => {
  const { load, onLoadFailure } = typeof entry === 'function' ? { load: entry, onLoadFailure: 'refuse' as const } : entry;
  const file = fileOf(load);
  const place: PluginPlace = { kind, pluginId, where: `plugin list ${kind}s['${pluginId}']${file === undefined ? '' : `, file ${file}`}` };
  const quarantine = onLoadFailure === 'quarantine';
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    alarm = setTimeout(() => resolve('late'), timeoutMs);
  });
  try {
    const loaded = await Promise.race([
      Promise.resolve()
        .then(load)
        .then((module) => ({ module })),
      late,
    ]);
    if (loaded !== 'late') return { place, quarantine, found: inspectPlugin(place, loaded.module) };
    return {
      place,
      quarantine,
      found: [
        {
          code: 'HUB_PLUGIN_LOAD_TIMEOUT',
          ...place,
          found: `still loading after ${String(timeoutMs)} ms`,
          expected: 'a module that loads at once',
          fix: 'move work at import time (top-level await, network, large files) into open()',
        },
      ],
    };
  } catch (error) {
    const message =
      error instanceof Error ? `${error.name}: ${error.message.split('\n')[0] ?? ''}` : 'something was thrown that is no error';
    return {
      place,
      quarantine,
      found: [
        {
          code: 'HUB_PLUGIN_IMPORT_FAILED',
          ...place,
          found: message,
          expected: 'a module that can be imported',
          fix: 'mend what the error names (it is the cause of this one), or take the line out of the plugin list',
          cause: error,
        },
      ],
    };
  } finally {
    clearTimeout(alarm);
  }
};

const refuseForeignRoutes = (routes: ReadonlyMap<string, URL>): void => {
  for (const [host, url] of routes) {
    if (url.protocol !== 'http:' || !isLoopback(url))
      throw new Error(`The route of ${host} leads to ${url.protocol}//${url.host}; a stand-in is reached at http:// on loopback only.`);
  }
};

/**
 * Loads every plugin of the list, all at once, each within 5 s.
 *
 * @throws PluginLoadError naming every problem of every plugin that is not marked `quarantine`
 */
export const loadPlugins = async (plugins: PluginList, options: LoadOptions): Promise<PluginRegistry> => {
  refuseForeignRoutes(options.routes ?? new Map());
  const timeoutMs = options.loadTimeoutMs ?? LOAD_MS;
  const outcomes = await Promise.all([
    ...Object.entries(plugins.connectors).map(([id, entry]) => loadOne('connector', id, entry, timeoutMs)),
    ...Object.entries(plugins.gateways).map(([id, entry]) => loadOne('gateway', id, entry, timeoutMs)),
  ]);
  const refused = outcomes.flatMap(({ found, quarantine }) => (isProblems(found) && !quarantine ? found : []));
  if (refused.length > 0) throw new PluginLoadError(refused);
  const definitions = outcomes.flatMap(({ found }) => (isProblems(found) ? [] : [found]));
  const quarantined = outcomes.flatMap(({ place, found }) =>
    isProblems(found) ? [{ kind: place.kind, pluginId: place.pluginId, problems: found }] : [],
  );
  return createRegistry(definitions, quarantined, options);
};
