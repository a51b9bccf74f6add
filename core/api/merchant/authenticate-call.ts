import type { Clients } from '../../clients/index.js';
import type { ApiCall } from '../api-call.js';
import { ApiFault } from '../fault.js';
import { apiKeyHeader, wireTexts } from './wire-names.js';

/** The client a call acts for. */
export interface Caller { readonly clientId: string; readonly mode: 'test' | 'live' }

const unauthorized = () => new ApiFault({ kind: 'unauthorized', message: wireTexts.missingKey });

const bearer = (header: string | undefined): readonly string[] => {
  const token = /^Bearer +(\S+)$/i.exec(header?.trim() ?? '')?.[1];
  return token === undefined ? [] : [token];
};

/** The one key of a call to the merchant surface. A key in `Authorization` alone does not count here; two different keys are no key. */
const keyOf = (call: ApiCall): string => {
  const sent = (call.header(apiKeyHeader) ?? '').split(',').map((key) => key.trim()).filter((key) => key !== '');
  const [key] = sent;
  if (key === undefined || new Set([...sent, ...bearer(call.header('authorization'))]).size !== 1) throw unauthorized();
  return key;
};

/**
 * Who calls, by the secret key in the merchant's header.
 * @throws ApiFault 401 without a known key, 403 with one that may not do this
 */
export const authenticateCall = async (call: ApiCall, clients: Pick<Clients, 'authenticate'>): Promise<Caller> => {
  const found = await clients.authenticate(keyOf(call));
  if (found === undefined) throw unauthorized();
  if (found.kind === 'publishable') throw new ApiFault({ kind: 'forbidden', message: wireTexts.publishableKey });
  if (found.client.status === 'suspended') throw new ApiFault({ kind: 'forbidden', message: wireTexts.suspended });
  return { clientId: found.client.clientId, mode: found.client.mode };
};
