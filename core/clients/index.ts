/**
 * clients: the merchants, their keys, settings, gateway accounts and platform connections, and the vault that seals their credentials.
 * Promises that secrets are stored sealed or as digests and shown once, that modes never mix, and that one platform account has one connection.
 * Must not know cases, charges or any platform: what a credential means the plugin says, asked through plugin-registry beside it.
 */
export { createClients, type Clients, type ClientsOptions, type CreatedClient, type InboundView } from './clients.js';
export { createVault, VaultError, type Vault } from './vault.js';
export { clientIndexes } from './client-indexes.js';
export { createKillSwitch, type KillSwitch } from './kill-switch.js';
export type {
  Authenticated, Client, ClientStatus, ClientView, ConnectionMode, ConnectionRecord, ConnectionSet, ConnectionState, ConnectionView, GatewayAccount, KeyKind, KeyView, LastCheck,
} from './records.js';
export type { ClientSettings, OptionalEvent } from './client-settings.js';
export type { HealthQuestion } from './connections.js';
export { connectionCheckWork } from './check-work.js';
export type { ConnectionDuty } from './connection-duty.js';
export type { ConnectionOptions } from './connection-options.js';
export type { ConnectionInput, CreateClientInput, GatewayInput } from './inputs.js';
export type { ClientChange } from './update-client.js';
export type { OpenedConnection, OpenedGatewayAccount } from './open-credentials.js';
export { abandonDisconnect } from './abandon-disconnect.js';
export { isKnownConnection } from './known-connection.js';
export { needyConnections, type NeedyConnection } from './needy-connections.js';
export { NewerFormat } from './newer-format.js';
export { Conflict, InvalidInput, NotFound } from './refusals.js';
export { isAllowedAddress, judgeTarget, type TargetReach, type TargetVerdict } from './webhook-target.js';
