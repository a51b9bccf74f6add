import { gatherReads } from '../storage/index.js';
import { toClient, type ClientDocument } from './client.model.js';
import { toConnectionRecord, type ConnectionDocument } from './connection.model.js';
import type { Desk } from './desk.js';
import type { GatewayAccountDocument } from './gateway-account.model.js';
import { openStoredConnection, openStoredGateway, type OpenedConnection, type OpenedGatewayAccount } from './open-credentials.js';
import type { Client, ConnectionRecord } from './records.js';

/** What is read anew each time it is asked for. */
export interface FreshReads {
  readonly client: (clientId: string) => Promise<Client | undefined>;
  /** Retired ones too: what was charged there must be found and refunded. */
  readonly openedAccount: (gatewayAccountId: string) => Promise<OpenedGatewayAccount | undefined>;
  /** Undefined when unknown or disconnected. */
  readonly openedConnection: (connectionId: string) => Promise<OpenedConnection | undefined>;
  /** Of a client, oldest first. */
  readonly connections: (clientId: string) => Promise<readonly ConnectionDocument[]>;
  readonly connection: (connectionId: string) => Promise<ConnectionRecord | undefined>;
}

/** Many cases are in hand at once and ask the same before each charge: those of one turn of the event loop share a reading. */
export const createFreshReads = (desk: Desk): FreshReads => ({
  client: gatherReads(async (ids) => byId(await desk.clients.find({ _id: { $in: [...ids] } }).lean<ClientDocument[]>()), toClient),
  openedAccount: gatherReads(
    async (ids) => byId(await desk.gatewayAccounts.find({ _id: { $in: [...ids] } }).lean<GatewayAccountDocument[]>()),
    (document) => openStoredGateway(document, desk.vault, desk.registry),
  ),
  openedConnection: gatherReads(
    async (ids) => byId(await desk.connections.find({ _id: { $in: [...ids] } }).lean<ConnectionDocument[]>()),
    (document) => openStoredConnection(document, desk.vault, desk.registry),
  ),
  connections: gatherLists(desk),
  connection: gatherReads(async (ids) => byId(await desk.connections.find({ _id: { $in: [...ids] } }).lean<ConnectionDocument[]>()), toConnectionRecord),
});

const byId = <D extends { readonly _id: string }>(documents: readonly D[]): ReadonlyMap<string, D> => new Map(documents.map((document) => [document._id, document]));

const gatherLists = (desk: Desk): FreshReads['connections'] => {
  const read = gatherReads(async (clientIds) => {
    const lists = new Map<string, ConnectionDocument[]>(clientIds.map((clientId) => [clientId, []]));
    for (const document of await desk.connections.find({ clientId: { $in: [...clientIds] } }).sort({ _id: 1 }).lean<ConnectionDocument[]>()) lists.get(document.clientId)?.push(document);
    return lists;
  }, (list) => list);
  return async (clientId) => await read(clientId) ?? [];
};
