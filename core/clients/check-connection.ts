import type { LoadedConnector } from '../plugin-registry/index.js';
import type { Desk } from './desk.js';
import type { ConnectionDocument } from './connection.model.js';
import { connectionOptions, partOptions, type ConnectionOptions } from './connection-options.js';
import type { ConnectionInput } from './inputs.js';
import { connectionContext, sealedConfig, type SealedConfig } from './open-credentials.js';
import { parseCredentials } from './parse-credentials.js';
import { readInput, shown } from './read-input.js';
import type { Client, ConnectionMode } from './records.js';
import { Conflict, InvalidInput } from './refusals.js';

/** A connection as it is to be stored. */
export interface CheckedConnection {
  readonly displayName: string;
  readonly mode: ConnectionMode;
  readonly accountMode: 'test' | 'live';
  readonly options: ConnectionOptions;
  readonly config: SealedConfig;
  /** What the plugin made of `config`. */
  readonly parsed: unknown;
  readonly platformAccountRef: string | undefined;
}

/**
 * Checks what a person entered against the client, the plugin and the connection as it stands. Members left out stay as they are.
 * @throws InvalidInput, Conflict
 */
export const checkConnection = (desk: Desk, client: Client, slug: string, input: ConnectionInput, existing: ConnectionDocument | null): CheckedConnection => {
  const connector = desk.registry.connector(slug);
  if (connector === undefined) {
    throw new InvalidInput({ param: 'platform', found: shown(slug), expected: `one of ${[...desk.registry.connectorIds()].sort().join(', ')}` });
  }
  const { displayName } = connector;
  const leaving = existing?.state === 'disconnecting';
  if (leaving) requireOnlyCredentials(input, displayName);
  const before = existing === null || existing.sealed === null ? undefined : sealedConfig.parse(JSON.parse(desk.vault.open(existing.sealed, connectionContext(existing._id))));
  const credentials = input.credentials ?? before?.credentials;
  if (credentials === undefined) throw new InvalidInput({ param: 'credentials', found: 'nothing', expected: `given for a new connection to ${displayName}` });
  const entered = input.options === undefined ? undefined : partOptions(input.options);
  const hubOptions = { ...changed(existing?.options, entered?.hub), ...(input.gatewayMap === undefined ? {} : { gatewayMap: input.gatewayMap }) };
  const options = readInput(connectionOptions, hubOptions, 'options');
  const config: SealedConfig = { credentials: { ...credentials }, options: changed(before?.options, entered?.plugin) };
  const parsed = parseCredentials(connector, { ...config, credentialsAt: 'credentials', optionsAt: 'options' });
  const accountMode = accountModeOf(connector.mode(parsed), options, displayName);
  requireClientMode(desk, client, accountMode);
  const mode = leaving ? existing.mode : modeOf(client, input, existing);
  if (!leaving) {
    checkGatewayMap(client, options);
    if (mode === 'active') requireStillPlatform(connector, options);
  }
  return { displayName, mode, accountMode, options, config, parsed, platformAccountRef: accountRefOf(input, existing, displayName) };
};

/** One that is on its way out needs working credentials to pay what it owes, and nothing else. */
const requireOnlyCredentials = ({ credentials, ...others }: ConnectionInput, displayName: string): void => {
  if (credentials !== undefined && Object.values(others).every((value) => value === undefined)) return;
  throw new Conflict(
    `The connection to ${displayName} is being disconnected: what it has taken over is handed back first. Only its credentials can be changed now, where those it has no longer work. Try again when it is disconnected.`,
  );
};

/** What is named is replaced, or with null put back to its default; what is left out stays. */
const changed = (before: Readonly<Record<string, unknown>> | undefined, named: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries({ ...before, ...named }).filter(([name]) => named?.[name] !== null));

/** Accounts of the client are all of its mode, and so is the connection: what must still be right is that the account is one of them, and in use. */
const checkGatewayMap = (client: Client, { gatewayMap }: ConnectionOptions): void => {
  for (const [ref, gatewayAccountId] of Object.entries(gatewayMap)) {
    if (client.gatewayAccountIds.includes(gatewayAccountId)) continue;
    const have = client.gatewayAccountIds.length === 0 ? 'it has none; add one first' : `it has ${client.gatewayAccountIds.join(', ')}`;
    throw new InvalidInput({ param: `options.gatewayMap.${ref}`, found: shown(gatewayAccountId), expected: `the id of a gateway account of this client (${have})` });
  }
};

/** Where only the merchant can stop the platform's own retries, he says that he has: else both would charge. Where the platform collects what it retries, they cannot. */
const requireStillPlatform = ({ displayName, capabilities, retriesOffAt }: LoadedConnector, options: ConnectionOptions): void => {
  const onlyCollects = capabilities.collects && Object.keys(options.gatewayMap).length === 0;
  if (retriesOffAt === undefined || options.platformRetriesOff || onlyCollects) return;
  throw new InvalidInput({
    param: 'options.platformRetriesOff', found: shown(options.platformRetriesOff),
    expected: `true in mode active: the hub cannot stop the retries of ${displayName} itself. Switch them off (${retriesOffAt}) and set it, or choose observe or schedule_only`,
  });
};

const accountModeOf = (revealed: 'test' | 'live' | 'undeclared', options: ConnectionOptions, displayName: string): 'test' | 'live' => {
  if (revealed === 'undeclared') {
    if (options.livemode === undefined) throw new InvalidInput({ param: 'options.livemode', found: 'nothing', expected: `true or false: credentials of ${displayName} do not tell` });
    return options.livemode ? 'live' : 'test';
  }
  if (options.livemode !== undefined && options.livemode !== (revealed === 'live')) {
    throw new InvalidInput({ param: 'options.livemode', found: shown(options.livemode), expected: `${String(revealed === 'live')} or left out, as the credentials are ${revealed}` });
  }
  return revealed;
};

const requireClientMode = (desk: Desk, client: Client, accountMode: 'test' | 'live'): void => {
  if (accountMode === 'live' && desk.settings.env !== 'production') {
    throw new InvalidInput({ param: 'credentials', found: 'live credentials', expected: 'those of a test account: live money moves only with HUB_ENV=production' });
  }
  if (accountMode === client.mode) return;
  throw new InvalidInput({ param: 'credentials', found: `${accountMode} credentials`, expected: `those of a ${client.mode} account, as the client is ${client.mode}` });
};

const modeOf = (client: Client, input: ConnectionInput, existing: ConnectionDocument | null): ConnectionMode => {
  const mode = input.mode ?? existing?.mode ?? (client.mode === 'test' ? 'active' : undefined);
  if (mode === undefined) throw new InvalidInput({ param: 'mode', found: 'nothing', expected: 'observe, schedule_only or active: a live connection must name it' });
  return mode;
};

const accountRefOf = (input: ConnectionInput, existing: ConnectionDocument | null, displayName: string): string | undefined => {
  const known = existing?.platformAccountRef;
  if (known !== undefined && input.platformAccountRef !== undefined && input.platformAccountRef !== known) {
    throw new Conflict(`This connection belongs to the ${displayName} account ${known}, and so do its cases. Disconnect it first, or connect the other account from another client.`);
  }
  return input.platformAccountRef ?? known;
};
