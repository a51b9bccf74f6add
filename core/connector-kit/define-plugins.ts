/** Imports the module of a plugin: `() => import('./connectors/example/index.js')`. Nothing of it is loaded before. */
export type PluginLoader = () => Promise<unknown>;

/**
 * A plugin of the list. What happens when it cannot be loaded: `refuse` (the default) stops the start; `quarantine` starts without it, answers its
 * webhooks 503 so that the platform keeps them, and reports degraded health.
 */
export type PluginEntry = PluginLoader | { readonly load: PluginLoader; readonly onLoadFailure: 'refuse' | 'quarantine' };

/** The plugins of a hub. A key is the plugin's id and the slug of its webhook URLs; the module exports `connector` or `gateway` accordingly. */
export interface PluginList {
  readonly connectors: Readonly<Record<string, PluginEntry>>;
  readonly gateways: Readonly<Record<string, PluginEntry>>;
}

/**
 * Declares the plugins of a hub.
 *
 * @example
 * export default definePlugins({
 *   connectors: { example: () => import('./connectors/example/index.js') },
 *   gateways: { example: { load: () => import('./connectors/example/index.js'), onLoadFailure: 'quarantine' } },
 * });
 */
export const definePlugins = (plugins: PluginList): PluginList => plugins;
