import type { ChargeableToken } from '../connector-kit/index.js';
import type { Clients, GatewayAccount } from '../clients/index.js';
import type { GatewayUse, PluginRegistry } from '../plugin-registry/index.js';

/** What finding an account takes. */
export interface GatewayRooms {
  readonly clients: Pick<Clients, 'gatewayAccounts' | 'openGatewayAccount'>;
  readonly registry: Pick<PluginRegistry, 'useGateway'>;
}

/** The account a token is charged at, and the token as its gateway reads it. */
export type IssuingAccount =
  | { readonly status: 'found'; readonly account: GatewayAccount; readonly gateway: GatewayUse; readonly token: ChargeableToken }
  | { readonly status: 'invalid'; readonly param: string; readonly message: string };

/** A token is charged only where it was issued: the named gateway, else the first that recognises its form, else the primary. */
export const issuingAccount = async (clientId: string, tokenText: string, named: string | undefined, rooms: GatewayRooms): Promise<IssuingAccount> => {
  const accounts = await rooms.clients.gatewayAccounts(clientId);
  const wanted = named === undefined ? accounts : accounts.filter((account) => account.type === named || account.gatewayAccountId === named);
  const [primary] = wanted;
  if (!primary) {
    const have = accounts.map((account) => account.type).join(', ') || 'none';
    return named === undefined
      ? { status: 'invalid', param: 'gateway', message: 'gateway: this account has no gateway yet; add one before calling' }
      : { status: 'invalid', param: 'gateway', message: `gateway must be one of this account's gateways (${have})` };
  }
  for (const account of wanted) {
    const gateway = await useAccount(account, rooms);
    const reading = gateway.readToken(tokenText);
    if (reading.recognised) return { status: 'found', account, gateway, token: reading.token };
  }
  return {
    status: 'found', account: primary, gateway: await useAccount(primary, rooms),
    token: { gatewayType: primary.type, gatewayAccountRef: primary.gatewayAccountId, methodRef: tokenText },
  };
};

const useAccount = async (account: GatewayAccount, rooms: GatewayRooms): Promise<GatewayUse> => {
  const opened = await rooms.clients.openGatewayAccount(account.gatewayAccountId);
  if (!opened) throw new Error(`Gateway account ${account.gatewayAccountId} cannot be opened`);
  return rooms.registry.useGateway(account.type, opened.account, { revision: String(account.revision) });
};
