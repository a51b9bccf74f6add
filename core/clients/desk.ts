import type { Model } from 'mongoose';
import type { Settings } from '../configuration/index.js';
import type { PluginRegistry } from '../plugin-registry/index.js';
import type { Collection, Storage } from '../storage/index.js';
import { clientKeyModel, type ClientKeyDocument } from './client-key.model.js';
import { clientModel, type ClientDocument } from './client.model.js';
import { checksName, type ConnectionCheck } from './connection-check.js';
import { connectionModel, type ConnectionDocument } from './connection.model.js';
import { createEpochCache, type EpochCache } from './epochs.js';
import { gatewayAccountModel, type GatewayAccountDocument } from './gateway-account.model.js';
import type { Vault } from './vault.js';

/** What this room is made from. `clock` is real time; nothing here follows the calendar. */
export interface ClientsOptions {
  readonly storage: Storage;
  readonly vault: Vault;
  readonly registry: PluginRegistry;
  readonly settings: Pick<Settings, 'env' | 'publicUrl'>;
  readonly clock: { wallNow(): Date };
}

/** What every function of this room works with. */
export interface Desk extends Omit<ClientsOptions, 'storage'> {
  readonly clients: Model<ClientDocument>;
  readonly keys: Model<ClientKeyDocument>;
  readonly gatewayAccounts: Model<GatewayAccountDocument>;
  readonly connections: Model<ConnectionDocument>;
  readonly checks: Collection<ConnectionCheck>;
  readonly cache: EpochCache;
}

/** Lays everything out once. */
export const openDesk = ({ storage, ...options }: ClientsOptions): Desk => ({
  ...options,
  clients: clientModel(storage.connection),
  keys: clientKeyModel(storage.connection),
  gatewayAccounts: gatewayAccountModel(storage.connection),
  connections: connectionModel(storage.connection),
  checks: storage.collection<ConnectionCheck>(checksName),
  cache: createEpochCache(storage),
});
