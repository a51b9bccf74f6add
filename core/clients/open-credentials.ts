import { z } from 'zod';
import type { Connection } from '../connector-kit/index.js';
import type { PluginRegistry } from '../plugin-registry/index.js';
import type { ConnectionDocument } from './connection.model.js';
import { toConnectionRecord } from './connection.model.js';
import { toGatewayAccount, type GatewayAccountDocument } from './gateway-account.model.js';
import { requireKnownFormat } from './newer-format.js';
import type { ConnectionRecord, GatewayAccount } from './records.js';
import type { Vault } from './vault.js';

/** A connection with its credentials opened for one use. */
export interface OpenedConnection {
  readonly connection: Connection<unknown>;
  readonly record: ConnectionRecord;
}

/** A gateway account with its credentials opened for one use. `account.connectionId` is its gatewayAccountId. */
export interface OpenedGatewayAccount {
  readonly account: Connection<unknown>;
  readonly record: GatewayAccount;
}

/** What an envelope of credentials holds: the two parts of a plugin's config as a person entered them. */
export const sealedConfig = z.strictObject({ credentials: z.record(z.string(), z.unknown()), options: z.record(z.string(), z.unknown()) });
export type SealedConfig = z.output<typeof sealedConfig>;

/** Binds an envelope to the record it was made for: moved to another, it does not open. */
export const connectionContext = (connectionId: string): string => `connections/${connectionId}`;
export const gatewayContext = (gatewayAccountId: string): string => `gateway_accounts/${gatewayAccountId}`;
export const signingSecretContext = (clientId: string): string => `clients/${clientId}/signing-secret`;

const configOf = (plugin: ReturnType<PluginRegistry['connector']> | ReturnType<PluginRegistry['gateway']>, kind: string, id: string, owner: string, plain: string): unknown => {
  if (plugin === undefined) throw new Error(`${owner} needs the ${kind} ${JSON.stringify(id)}, which is not loaded. Add it to plugins.config.ts, or mend what keeps it out.`);
  const stored = sealedConfig.parse(JSON.parse(plain));
  const parsed = plugin.parseConfig({ ...stored.options, ...stored.credentials });
  if (parsed.ok) return parsed.config;
  const told = parsed.problems.map(({ path, message }) => `${path || 'config'}: ${message}`).join('; ');
  throw new Error(`The stored configuration of ${owner} is no longer accepted by ${plugin.displayName}: ${told}. Set it again.`);
};

/**
 * Opens a stored connection; undefined once its credentials are gone.
 * @throws VaultError when the envelope does not open; Error when its connector is not loaded or refuses the stored config
 */
export const openStoredConnection = (document: ConnectionDocument, vault: Vault, registry: PluginRegistry): OpenedConnection | undefined => {
  requireKnownFormat('Connection', document);
  if (document.sealed === null) return undefined;
  const plain = vault.open(document.sealed, connectionContext(document._id));
  const config = configOf(registry.connector(document.platform), 'connector', document.platform, `Connection ${document._id}`, plain);
  return { connection: { connectionId: document._id, clientId: document.clientId, mode: document.accountMode, config }, record: toConnectionRecord(document) };
};

/**
 * Opens a stored gateway account.
 * @throws VaultError when the envelope does not open; Error when its gateway is not loaded or refuses the stored config
 */
export const openStoredGateway = (document: GatewayAccountDocument, vault: Vault, registry: PluginRegistry): OpenedGatewayAccount => {
  requireKnownFormat('Gateway account', document);
  const plain = vault.open(document.sealed, gatewayContext(document._id));
  const config = configOf(registry.gateway(document.type), 'gateway', document.type, `Gateway account ${document._id}`, plain);
  return { account: { connectionId: document._id, clientId: document.clientId, mode: document.mode, config }, record: toGatewayAccount(document) };
};
