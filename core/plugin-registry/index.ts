/**
 * From the plugin list to guarded connectors and gateways: loads and inspects plugins, opens accounts, and runs every method of the contract.
 * Promises: no call outlives its deadline or is sent after `sendBefore`; answers are plain data, errors are PlatformErrors without secrets; plugins reach
 * only their own hosts, through one set of sockets. Must not know: cases, merchants, storage, or the name of any platform.
 */
export type {
  CallResult,
  CallTime,
  ConnectionMode,
  ConnectorUse,
  GatewayUse,
  OpenedAs,
  ReadTime,
  Verification,
  WebhookUse,
  WriteTime,
} from './call-types.js';
export { createMemoryCredentials, type CredentialKey, type CredentialStore, type MintedCredential } from './credentials.js';
export { loadPlugins, type LoadOptions } from './load-plugins.js';
export type {
  ConfigProblem,
  ConnectorCapabilities,
  GatewayCapabilities,
  LoadedConnector,
  LoadedGateway,
  ParsedConfig,
} from './loaded-plugin.js';
export { PluginLoadError, type PluginProblem, type PluginProblemCode } from './plugin-problem.js';
export type { PluginRegistry, QuarantinedPlugin, RegistryOptions } from './registry.js';
export type { PluginLogEntry } from './sessions.js';
