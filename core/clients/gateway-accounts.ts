import { ulid } from 'ulid';
import { z } from 'zod';
import type { Desk } from './desk.js';
import { toClient } from './client.model.js';
import { toGatewayAccount, type GatewayAccountDocument } from './gateway-account.model.js';
import { gatewayInput, type GatewayInput } from './inputs.js';
import { gatewayContext, type SealedConfig } from './open-credentials.js';
import { parseCredentials } from './parse-credentials.js';
import { readInput, shown } from './read-input.js';
import type { GatewayAccount } from './records.js';
import { Conflict, InvalidInput, NotFound } from './refusals.js';

const gatewayList = z.array(gatewayInput, { error: 'a list' }).max(10, { error: 'a list of at most 10' });

/** A gateway as it is to be stored. `known`: the account the client already has. */
export interface CheckedGateway {
  readonly gatewayAccountId: string;
  readonly type: string;
  readonly known: boolean;
  readonly mode: 'test' | 'live' | undefined;
  readonly sealed: string | undefined;
}

/**
 * Checks the gateways a person entered, before anything is written.
 * @throws InvalidInput for an unknown gateway, credentials it refuses, or live credentials outside production
 */
export const checkGateways = (desk: Desk, inputs: readonly GatewayInput[]): readonly CheckedGateway[] =>
  inputs.map(({ type, credentials, gatewayAccountId }, index) => {
    const at = `gateways[${String(index)}]`;
    const gateway = desk.registry.gateway(type);
    if (gateway === undefined) {
      throw new InvalidInput({ param: `${at}.type`, found: shown(type), expected: `one of ${[...desk.registry.gatewayIds()].sort().join(', ')}` });
    }
    if (gatewayAccountId !== undefined && credentials === undefined) return { gatewayAccountId, type, known: true, mode: undefined, sealed: undefined };
    const entered: SealedConfig = { credentials: credentials ?? {}, options: {} };
    const config = parseCredentials(gateway, { ...entered, credentialsAt: `${at}.credentials`, optionsAt: at });
    const mode = gateway.mode(config);
    if (mode === 'live' && desk.settings.env !== 'production') {
      throw new InvalidInput({ param: `${at}.credentials`, found: 'live credentials', expected: 'those of a test account: live money moves only with HUB_ENV=production' });
    }
    const id = gatewayAccountId ?? ulid();
    return { gatewayAccountId: id, type, known: gatewayAccountId !== undefined, mode, sealed: desk.vault.seal(JSON.stringify(entered), gatewayContext(id)) };
  });

/** @throws InvalidInput when an account is of another mode than its client */
export const requireMode = (gateways: readonly CheckedGateway[], clientMode: 'test' | 'live'): void => {
  for (const [index, { mode }] of gateways.entries()) {
    if (mode === undefined || mode === clientMode) continue;
    throw new InvalidInput({ param: `gateways[${String(index)}].credentials`, found: `${mode} credentials`, expected: `those of a ${clientMode} account, as the client is ${clientMode}` });
  }
};

/** Stores new accounts. They count for nothing until the client's record names them. */
export const insertGateways = async (desk: Desk, clientId: string, gateways: readonly CheckedGateway[], now: Date): Promise<void> => {
  for (const { gatewayAccountId, type, known, mode, sealed } of gateways) {
    if (known || mode === undefined || sealed === undefined) continue;
    await desk.gatewayAccounts.create({ _id: gatewayAccountId, v: 1, clientId, type, mode, sealed, revision: 1, createdAt: now, retiredAt: null });
  }
};

/** Sets a client's gateways, first is primary. Accounts left out are retired, not removed. */
export const setGateways = async (desk: Desk, clientId: string, entered: readonly GatewayInput[]): Promise<readonly GatewayAccount[]> => {
  const inputs = readInput(gatewayList, entered, 'gateways');
  const stored = await desk.clients.findById(clientId).lean<Parameters<typeof toClient>[0]>();
  if (stored === null) throw new NotFound(`There is no client ${clientId}.`);
  const client = toClient(stored);
  const gateways = checkGateways(desk, inputs);
  requireMode(gateways, client.mode);
  const ids = gateways.map(({ gatewayAccountId }) => gatewayAccountId);
  const owned = await desk.gatewayAccounts.find({ clientId }).lean<GatewayAccountDocument[]>();
  for (const [index, { gatewayAccountId, type, known }] of gateways.entries()) {
    const param = `gateways[${String(index)}].gatewayAccountId`;
    if (ids.indexOf(gatewayAccountId) !== index) throw new InvalidInput({ param, found: shown(gatewayAccountId), expected: 'listed once' });
    if (known && !owned.some((account) => account._id === gatewayAccountId && account.type === type)) {
      throw new InvalidInput({ param, found: shown(gatewayAccountId), expected: `an account that this client has at ${type}` });
    }
  }
  const now = desk.clock.wallNow();
  await insertGateways(desk, clientId, gateways, now);
  for (const { gatewayAccountId, known, sealed } of gateways) {
    if (!known) continue;
    await desk.gatewayAccounts.updateOne({ _id: gatewayAccountId, clientId }, {
      $set: { retiredAt: null, ...(sealed === undefined ? {} : { sealed }) }, ...(sealed === undefined ? {} : { $inc: { revision: 1 } }),
    });
  }
  const { matchedCount } = await desk.clients.updateOne({ _id: clientId, revision: stored.revision }, { $set: { gatewayAccountIds: ids, updatedAt: now }, $inc: { revision: 1 } });
  if (matchedCount === 0) throw new Conflict('The client was changed by somebody else meanwhile. Look at it and try again.');
  await desk.gatewayAccounts.updateMany({ clientId, _id: { $nin: ids }, retiredAt: null }, { $set: { retiredAt: now } });
  await desk.cache.bump();
  return listGateways(desk, clientId, ids);
};

/** A client's accounts in order, first is primary; read now. */
export const listGateways = async (desk: Desk, clientId: string, ids: readonly string[]): Promise<readonly GatewayAccount[]> => {
  const found = await desk.gatewayAccounts.find({ clientId, _id: { $in: [...ids] } }).lean<GatewayAccountDocument[]>();
  return ids.flatMap((id) => found.filter((account) => account._id === id).map(toGatewayAccount));
};
