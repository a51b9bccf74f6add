import type { CaseView } from '../../cases/index.js';
import type { Clients } from '../../clients/index.js';
import type { PluginRegistry } from '../../plugin-registry/index.js';
import type { ExecuteRequest, Recovery } from '../../recovery/index.js';
import type { ApiHandler, ApiReply } from '../api-call.js';
import { ApiFault } from '../fault.js';
import { authenticateCall, type Caller } from './authenticate-call.js';
import { bareTransactionId, readCancelBody } from './cancel-body.js';
import { readExecuteBody, type ExecuteBody } from './execute-body.js';
import { renderExecute } from './render-execute.js';
import { renderStatus } from './render-status.js';
import { paymentStatus } from '../operations/index.js';
import { selectorOf } from './status-selector.js';
import { createTakesTestNumber } from './takes-test-number.js';
import { wireTexts } from './wire-names.js';

/** The merchant's calls, each answered with status and body. */
export interface MerchantApi {
  readonly execute: ApiHandler;
  readonly statusById: ApiHandler;
  readonly statusBySelector: ApiHandler;
  readonly cancel: ApiHandler;
}

/** What the merchant's calls need. */
export interface MerchantApiOptions {
  readonly recovery: Recovery;
  readonly clients: Pick<Clients, 'authenticate' | 'gatewayAccounts' | 'openGatewayAccount'>;
  readonly registry: Pick<PluginRegistry, 'useGateway'>;
}

/** Members sent as `undefined` are members left out. */
type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const present = <T extends object>(members: T): Partial<Present<T>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Present<T>>;

const requestOf = (caller: Caller, body: ExecuteBody): ExecuteRequest => ({
  clientId: caller.clientId,
  tokenText: body.paymentMethodToken,
  amount: { minor: body.amount, currency: body.currency },
  ...present({
    gateway: body.gateway,
    originalDeclineCode: body.originalDeclineCode === '' ? undefined : body.originalDeclineCode,
    idempotencyKey: body.idempotencyKey,
    invoiceId: body.invoiceId,
    customerEmail: body.customerEmail,
    simulateOutcome: body.simulateOutcome,
  }),
});

const found = (view: CaseView | undefined, caller: Caller, message: string): ApiReply => {
  if (view === undefined || view.clientId !== caller.clientId) throw new ApiFault({ kind: 'not_found', message });
  return { status: 200, body: renderStatus(view), ids: { clientId: caller.clientId, transactionId: view.transactionId } };
};

/** The merchant surface over recovery. */
export const createMerchantApi = (options: MerchantApiOptions): MerchantApi => {
  const { recovery } = options;
  const callerOf = (call: Parameters<ApiHandler>[0]) => authenticateCall(call, options.clients);
  const takesTestNumber = createTakesTestNumber(options);
  const released = (transactionId: string) => () => recovery.responded(transactionId);

  return {
    execute: async (call) => {
      const caller = await callerOf(call);
      const body = await readExecuteBody(await call.json(), caller.mode, (number, gateway) => takesTestNumber(caller.clientId, number, gateway));
      const result = await recovery.execute(requestOf(caller, body));
      const rendered = renderExecute(result);
      if (result.status !== 'opened') return { ...rendered, ids: { clientId: caller.clientId } };
      const { transactionId } = result.view;
      return { ...rendered, ids: { clientId: caller.clientId, transactionId }, whenSent: released(transactionId) };
    },
    statusById: async (call) => {
      const caller = await callerOf(call);
      const transactionId = bareTransactionId(call.params['transactionId'] ?? '');
      return found(await recovery.find(caller.clientId, { transactionId }), caller, wireTexts.noSuchCase);
    },
    statusBySelector: async (call) => {
      const selector = selectorOf(call.query);
      if (!('idempotencyKey' in selector)) return paymentStatus(call, selector, options);
      const caller = await callerOf(call);
      return found(await recovery.find(caller.clientId, selector), caller, wireTexts.noSuchKey);
    },
    cancel: async (call) => {
      const caller = await callerOf(call);
      const selector = readCancelBody(await call.json());
      const result = await recovery.cancel(caller.clientId, selector);
      switch (result.status) {
        case 'not_found':
          throw new ApiFault({ kind: 'not_found', message: 'transactionId' in selector ? wireTexts.noSuchCase : wireTexts.noSuchKey });
        case 'conflict':
          throw new ApiFault({ kind: 'conflict', message: result.message });
        case 'cancelled': {
          const { transactionId } = result.view;
          return {
            status: 200, body: { success: true, transactionId, status: 'cancelled' }, ids: { clientId: caller.clientId, transactionId }, whenSent: released(transactionId),
          };
        }
      }
    },
  };
};
