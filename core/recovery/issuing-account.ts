import type { ChargeableToken } from '../connector-kit/index.js';
import type { GatewayAccount } from '../clients/index.js';
import type { GatewayUse } from '../plugin-registry/index.js';
import type { RecoveryPorts } from './ports.js';

/** The account a token is charged at, and the token as its gateway reads it. */
export type IssuingAccount =
  | { readonly status: 'found'; readonly account: GatewayAccount; readonly gateway: GatewayUse; readonly token: ChargeableToken }
  | { readonly status: 'invalid'; readonly param: string; readonly message: string };

/** A token is charged only where it was issued: the named gateway, else the first that recognises its form, else the primary. */
export const issuingAccount = async (clientId: string, tokenText: string, named: string | undefined, ports: RecoveryPorts): Promise<IssuingAccount> => {
  const accounts = await ports.clients.gatewayAccounts(clientId);
  const wanted = named === undefined ? accounts : accounts.filter((account) => account.type === named || account.gatewayAccountId === named);
  const [primary] = wanted;
  if (!primary) {
    const have = accounts.map((account) => account.type).join(', ') || 'none';
    return named === undefined
      ? { status: 'invalid', param: 'gateway', message: 'gateway: this account has no gateway yet; add one before calling' }
      : { status: 'invalid', param: 'gateway', message: `gateway must be one of this account's gateways (${have})` };
  }
  for (const account of wanted) {
    const gateway = await useAccount(account, ports);
    const reading = gateway.readToken(tokenText);
    if (reading.recognised) return { status: 'found', account, gateway, token: reading.token };
  }
  return {
    status: 'found', account: primary, gateway: await useAccount(primary, ports),
    token: { gatewayType: primary.type, gatewayAccountRef: primary.gatewayAccountId, methodRef: tokenText },
  };
};

const useAccount = async (account: GatewayAccount, ports: RecoveryPorts): Promise<GatewayUse> => {
  const opened = await ports.clients.openGatewayAccount(account.gatewayAccountId);
  if (!opened) throw new Error(`Gateway account ${account.gatewayAccountId} cannot be opened`);
  return ports.registry.useGateway(account.type, opened.account, { revision: String(account.revision) });
};
