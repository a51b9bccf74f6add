import { authenticate } from './authenticate.js';
import { toKeyView, type ClientKeyDocument } from './client-key.model.js';
import { toClient, type ClientDocument } from './client.model.js';
import type { ConnectionDocument } from './connection.model.js';
import { beginDisconnect, connectionByUrlKey, finishDisconnect, setConnection, viewConnection, type HealthQuestion } from './connections.js';
import { createClient, type CreatedClient } from './create-client.js';
import { openDesk, type ClientsOptions, type Desk } from './desk.js';
import { createFreshReads } from './fresh-reads.js';
import { listGateways, setGateways } from './gateway-accounts.js';
import type { ConnectionInput, CreateClientInput, GatewayInput } from './inputs.js';
import { signingSecretContext, type OpenedConnection, type OpenedGatewayAccount } from './open-credentials.js';
import type { Authenticated, Client, ClientView, ConnectionRecord, ConnectionSet, GatewayAccount } from './records.js';
import { NotFound } from './refusals.js';
import { updateClient, type ClientChange } from './update-client.js';

export type { ClientsOptions } from './desk.js';
export type { CreatedClient } from './create-client.js';

/** The connection a webhook URL names, opened for one use. */
export type InboundView = OpenedConnection;

/** The merchants of the hub. Every function rejects with the storage's error when the database cannot be reached, with VaultError when a secret does not open. */
export interface Clients {
  /** Secrets are in this answer and nowhere else. @throws InvalidInput */
  create(input: CreateClientInput): Promise<CreatedClient>;
  /** @throws InvalidInput, NotFound, Conflict */
  update(clientId: string, change: ClientChange): Promise<Client>;
  /** Everything that may be shown of a client, read now. */
  show(clientId: string): Promise<ClientView | undefined>;
  /** All clients, oldest first. */
  list(): Promise<readonly Client[]>;
  /** A client as it was at most a second ago. */
  find(clientId: string): Promise<Client | undefined>;
  /** A client as it is now: to be asked before each charge (`status`, `settings.paused`). */
  findFresh(clientId: string): Promise<Client | undefined>;
  /** A live client, if the database holds one: outside production that stops start-up. */
  findLive(): Promise<Client | undefined>;
  /** Who holds an API key, read now; undefined when unknown or revoked. Suspended clients are answered. */
  authenticate(apiKey: string): Promise<Authenticated | undefined>;
  /** The secrets to sign with, newest first, opened for one use. @throws NotFound */
  signingSecrets(clientId: string): Promise<readonly string[]>;
  /** Sets all gateways of a client, first is primary; accounts left out are retired and can still be opened. @throws InvalidInput, NotFound, Conflict */
  setGateways(clientId: string, gateways: readonly GatewayInput[]): Promise<readonly GatewayAccount[]>;
  /** A client's gateway accounts in order, first is primary; without retired ones. Empty for an unknown client. */
  gatewayAccounts(clientId: string): Promise<readonly GatewayAccount[]>;
  /** An account with its credentials, read now, retired ones too. */
  openGatewayAccount(gatewayAccountId: string): Promise<OpenedGatewayAccount | undefined>;
  /**
   * Makes or changes a client's connection to a platform; what is left out stays. First asks the platform about it, up to 10 s, in whatever mode: `active` is
   * stored only when no finding holds it back, else `observe`, and the answer says what it `needs`. `health` `skip` stores without asking.
   * @throws InvalidInput, NotFound, Conflict
   */
  setConnection(clientId: string, slug: string, input: ConnectionInput, health?: HealthQuestion): Promise<ConnectionSet>;
  /** A client's connections, oldest first, read now. */
  connections(clientId: string): Promise<readonly ConnectionRecord[]>;
  /** The connection a webhook URL names, at most a second old; undefined when unknown or disconnected. */
  connectionByUrlKey(slug: string, key: string): Promise<InboundView | undefined>;
  /** A connection with its credentials, read now; undefined when unknown or disconnected. */
  openConnection(connectionId: string): Promise<OpenedConnection | undefined>;
  /** A connection without credentials, read now: to be asked after the fenced write and directly before a call. */
  connectionFresh(connectionId: string): Promise<ConnectionRecord | undefined>;
  /** `active` → `disconnecting`: nothing new is begun, credentials stay until what is owed is paid. */
  beginDisconnect(connectionId: string): Promise<void>;
  /** `disconnecting` → `disconnected`: credentials are removed. To be called when no case of the connection owes anything. */
  finishDisconnect(connectionId: string): Promise<void>;
}

/** The merchants on a database. Its indexes are `clientIndexes`. */
export const createClients = (options: ClientsOptions): Clients => {
  const desk = openDesk(options);
  const readClient = async (clientId: string): Promise<Client | undefined> => {
    const document = await desk.clients.findById(clientId).lean<ClientDocument>();
    return document === null ? undefined : toClient(document);
  };
  const fresh = createFreshReads(desk);
  const connectionsOf = (clientId: string) => desk.connections.find({ clientId }).sort({ _id: 1 }).lean<ConnectionDocument[]>();

  return Object.freeze({
    create: (input: CreateClientInput) => createClient(desk, input),
    update: (clientId: string, change: ClientChange) => updateClient(desk, clientId, change),
    show: async (clientId: string) => {
      const client = await readClient(clientId);
      return client && showClient(desk, client, await connectionsOf(clientId));
    },
    list: async () => (await desk.clients.find().sort({ createdAt: 1, _id: 1 }).lean<ClientDocument[]>()).map(toClient),
    find: (clientId: string) => desk.cache.get(`client/${clientId}`, () => readClient(clientId)),
    findFresh: fresh.client,
    findLive: async () => {
      const document = await desk.clients.findOne({ mode: 'live' }).lean<ClientDocument>();
      return document === null ? undefined : toClient(document);
    },
    authenticate: (apiKey: string) => authenticate(desk, apiKey),
    signingSecrets: async (clientId: string) => {
      const document = await desk.clients.findById(clientId).lean<ClientDocument>();
      if (document === null) throw new NotFound(`There is no client ${clientId}.`);
      return document.signingSecrets.map(({ sealed }) => desk.vault.open(sealed, signingSecretContext(clientId)));
    },
    setGateways: (clientId: string, gateways: readonly GatewayInput[]) => setGateways(desk, clientId, gateways),
    gatewayAccounts: async (clientId: string) => listGateways(desk, clientId, (await readClient(clientId))?.gatewayAccountIds ?? []),
    openGatewayAccount: fresh.openedAccount,
    setConnection: (clientId: string, slug: string, input: ConnectionInput, health: HealthQuestion = 'ask') => setConnection(desk, clientId, slug, input, health),
    connections: async (clientId: string) => (await fresh.connections(clientId)).map((document) => viewConnection(desk, document)),
    connectionByUrlKey: (slug: string, key: string) => connectionByUrlKey(desk, slug, key),
    openConnection: fresh.openedConnection,
    connectionFresh: fresh.connection,
    beginDisconnect: (connectionId: string) => beginDisconnect(desk, connectionId),
    finishDisconnect: (connectionId: string) => finishDisconnect(desk, connectionId),
  });
};

const showClient = async (desk: Desk, client: Client, connections: readonly ConnectionDocument[]): Promise<ClientView> => ({
  ...client,
  keys: (await desk.keys.find({ clientId: client.clientId }).sort({ _id: 1 }).lean<ClientKeyDocument[]>()).map(toKeyView),
  gateways: await listGateways(desk, client.clientId, client.gatewayAccountIds),
  connections: await Promise.all(connections.map(async (document) => {
    const check = await desk.checks.findOne({ _id: document._id, v: 1 });
    return { ...viewConnection(desk, document), lastCheck: check?.checkedAt ? { askedAt: check.checkedAt, needs: check.needs } : null };
  })),
});
