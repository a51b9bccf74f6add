import type { Connection, ConnectorDefinition, GatewayDefinition, PluginIo } from '../../core/connector-kit/index.js';
import {
  loadPlugins,
  type ConnectionMode,
  type ConnectorUse,
  type GatewayUse,
  type PluginRegistry,
  type RegistryOptions,
} from '../../core/plugin-registry/index.js';
import { sampleConnector, type SampleConnectorConfig } from './sample-connector.js';
import { SAMPLE_HOST, sampleGateway, type SampleConfig } from './sample-gateway.js';

/** The key in the sample configs: no message may ever hold it. */
export const API_KEY = 'sk_sample_4f9a71c2';

/** The password of the sample connector's webhooks. */
export const WEBHOOK_PASSWORD = 'correct horse/battery+staple';

/** A route table that sends the sample host to a port on loopback. */
export const routeTo = (port: number): ReadonlyMap<string, URL> => new Map([[SAMPLE_HOST, new URL(`http://127.0.0.1:${String(port)}`)]]);

const configOf = (parsed: ReturnType<NonNullable<ReturnType<PluginRegistry['gateway']>>['parseConfig']> | undefined): unknown => {
  if (parsed?.ok !== true) throw new Error('The sample config does not parse.');
  return parsed.config;
};

const connectionOf = (connectionId: string, config: unknown): Connection<unknown> => ({
  connectionId,
  clientId: 'client-1',
  mode: 'test',
  config,
});

/** A registry with the sample gateway, and one account of it. */
export const openSampleGateway = async (
  over: Partial<GatewayDefinition<SampleConfig, PluginIo>>,
  options: Partial<RegistryOptions> = {},
): Promise<{ registry: PluginRegistry; use: GatewayUse; useOf: (connectionId: string, revision?: string) => GatewayUse }> => {
  const registry = await loadPlugins(
    { connectors: {}, gateways: { sample: async () => ({ gateway: sampleGateway(over) }) } },
    { wallNow: () => new Date(), ...options },
  );
  const config = configOf(registry.gateway('sample')?.parseConfig({ apiKey: API_KEY }));
  const useOf = (connectionId: string, revision = '1') => registry.useGateway('sample', connectionOf(connectionId, config), { revision });
  return { registry, use: useOf('account-1'), useOf };
};

/** A registry with the sample connector, and one connection of it. */
export const openSampleConnector = async (
  over: Partial<ConnectorDefinition<SampleConnectorConfig, PluginIo>>,
  options: Partial<RegistryOptions> = {},
  connectionMode: ConnectionMode = 'active',
): Promise<{ registry: PluginRegistry; use: ConnectorUse; useOf: (connectionId: string) => ConnectorUse }> => {
  const registry = await loadPlugins(
    { connectors: { 'sample-billing': async () => ({ connector: sampleConnector(over) }) }, gateways: {} },
    { wallNow: () => new Date(), ...options },
  );
  const config = configOf(registry.connector('sample-billing')?.parseConfig({ apiKey: API_KEY, webhookPassword: WEBHOOK_PASSWORD }));
  const useOf = (connectionId: string) =>
    registry.useConnector('sample-billing', connectionOf(connectionId, config), { connectionMode, revision: '1' });
  return { registry, use: useOf('connection-1'), useOf };
};

/** Wall time so many milliseconds from now, for both ends of a call. */
export const within = (ms: number, sendWithinMs = ms): { readonly deadline: Date; readonly sendBefore: Date } => ({
  deadline: new Date(Date.now() + ms),
  sendBefore: new Date(Date.now() + sendWithinMs),
});

/** Resolves when the condition holds; rejects after five seconds. */
export const until = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('It did not come to pass within five seconds.');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
