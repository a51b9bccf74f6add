import type { Clients } from '../../clients/index.js';
import type { PluginRegistry } from '../../plugin-registry/index.js';

/** Whether a test gateway of the client takes this test card number as a token; `gateway` is the one a call names. */
export const createTakesTestNumber = (options: {
  readonly clients: Pick<Clients, 'gatewayAccounts' | 'openGatewayAccount'>; readonly registry: Pick<PluginRegistry, 'useGateway'>;
}) => async (clientId: string, number: string, gateway: string | undefined): Promise<boolean> => {
  for (const account of await options.clients.gatewayAccounts(clientId)) {
    if (account.mode !== 'test' || (gateway !== undefined && gateway !== account.type && gateway !== account.gatewayAccountId)) continue;
    const opened = await options.clients.openGatewayAccount(account.gatewayAccountId);
    if (opened && options.registry.useGateway(account.type, opened.account, { revision: String(account.revision) }).readToken(number).recognised) return true;
  }
  return false;
};
