import type { CaseStatus, CaseView } from '../../cases/index.js';
import type { Client, Clients } from '../../clients/index.js';
import type { Recovery } from '../../recovery/index.js';
import type { ApiCall, ApiReply } from '../api-call.js';
import { ApiFault } from '../fault.js';
import { legacyInvoice, paymentIdPrefix } from './wire-names.js';

/** What the operations calls need. */
export interface OperationsOptions {
  readonly recovery: Pick<Recovery, 'find'>;
  readonly clients: Pick<Clients, 'authenticate'>;
}

const idPattern = /^[A-Za-z0-9_.:-]{1,128}$/;

const fault = (kind: 'unauthorized' | 'forbidden' | 'not_found' | 'invalid_request', message: string, more: { readonly param?: string; readonly code?: string } = {}) =>
  new ApiFault({ kind, message, surface: 'envelope', ...more });

const keysOf = (call: ApiCall): readonly string[] => {
  const bearer = /^Bearer +(\S+)$/i.exec(call.header('authorization')?.trim() ?? '')?.[1];
  const direct = call.header('x-api-key')?.split(',').map((key) => key.trim()).filter((key) => key !== '') ?? [];
  return [...new Set([...direct, ...(bearer === undefined ? [] : [bearer])])];
};

/** The client of a call by its secret key, as Bearer or X-API-KEY. @throws ApiFault */
const authenticate = async (call: ApiCall, clients: OperationsOptions['clients']): Promise<Client> => {
  const [key, another] = keysOf(call);
  const found = key === undefined || another !== undefined ? undefined : await clients.authenticate(key);
  if (!found) throw fault('unauthorized', 'Missing or invalid API key. Send it as Authorization: Bearer, or in the X-API-KEY header.');
  if (found.kind === 'publishable') throw fault('forbidden', 'A publishable key cannot be used here. Send a secret key.');
  if (found.client.status === 'suspended') throw fault('forbidden', 'This account is suspended.');
  return found.client;
};

const statusWord = (status: CaseStatus): string => {
  switch (status) {
    case 'queued':
    case 'attempting':
    case 'unknown': return 'retrying';
    case 'succeeded': return 'recovered';
    case 'failed':
    case 'blocked':
    case 'cancelled': return status;
  }
};

const epoch = (date: Date | null): number | null => date?.getTime() ?? null;

const render = (view: CaseView, client: Client, legacyId: string | null): object => ({
  payment: {
    id: `${paymentIdPrefix}${view.transactionId}`,
    [legacyInvoice.member]: legacyId,
    invoiceId: view.invoiceId,
    platform: view.platform,
    status: statusWord(view.status),
    amount: view.amount,
    currency: view.currency.toLowerCase(),
    retryCount: view.attemptCount,
    maxRetries: client.settings.maxRetries,
    nextRetryAt: epoch(view.nextAttemptAt),
    failureReason: view.lastDeclineCode,
    retryHistory: view.history.map((attempt) => ({ attemptedAt: attempt.attemptedAt.getTime(), result: attempt.result, reason: attempt.reason })),
    emailsSent: [],
  },
});

/** `GET /api/recovery/status?invoiceId=` or `?customerId=` (specification 7.3): the newest open case, else the newest. */
export const paymentStatus = async (call: ApiCall, selector: { readonly invoiceId: string } | { readonly customerId: string }, options: OperationsOptions): Promise<ApiReply> => {
  const client = await authenticate(call, options.clients);
  const [param, value] = 'invoiceId' in selector ? ['invoiceId', selector.invoiceId] : ['customerId', selector.customerId];
  if (!idPattern.test(value)) throw fault('invalid_request', `${param} must be 1 to 128 letters, digits or any of _ . : -`, { param, code: 'invalid_format' });
  const view = await options.recovery.find(client.clientId, selector);
  if (!view) throw fault('not_found', `There is no recovery with this ${param}.`);
  const legacyId = view.invoiceId?.startsWith(legacyInvoice.prefix) === true ? view.invoiceId : null;
  return { status: 200, body: render(view, client, legacyId), ids: { clientId: client.clientId, transactionId: view.transactionId } };
};
