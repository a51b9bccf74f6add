import { viewCase, type CaseDocument } from '../cases/index.js';
import type { LaneWork } from '../scheduling/index.js';
import type { Filter } from '../storage/index.js';
import { cancelCase } from './cancel-case.js';
import { execute } from './execute.js';
import type { RecoveryPorts } from './ports.js';
import type { CaseSelector, Recovery } from './recovery.js';
import { runHeld } from './run-held.js';

const withoutPrefix = (transactionId: string) => (transactionId.startsWith('pay_') ? transactionId.slice(4) : transactionId);

const filterOf = (clientId: string, selector: CaseSelector): Filter<CaseDocument> => {
  if ('transactionId' in selector) return { clientId, _id: withoutPrefix(selector.transactionId) };
  if ('idempotencyKey' in selector) return { clientId, idempotencyKey: selector.idempotencyKey };
  if ('invoiceId' in selector) return { clientId, $or: [{ invoiceId: selector.invoiceId }, { 'invoice.ref': selector.invoiceId }] };
  return { clientId, 'invoice.customerRef': selector.customerId };
};

/** Recovery on its rooms. */
export const createRecovery = (ports: RecoveryPorts): Recovery => ({
  execute: (request) => execute(request, ports),
  cancel: async (clientId, selector) => {
    const document = await ports.cases.findOne(filterOf(clientId, selector));
    return document ? cancelCase(document, ports) : { status: 'not_found' };
  },
  find: async (clientId, selector) => {
    const document = await ports.cases.newest(filterOf(clientId, selector));
    return document ? viewCase(document) : undefined;
  },
  responded: (transactionId) => ports.notifications.releaseHeld(transactionId),
});

/** The work of the case lanes. */
export const caseLaneWork = (ports: RecoveryPorts): LaneWork<CaseDocument> => ({
  kind: 'case',
  collection: ports.cases.collection,
  run: async (document) => { await runHeld(document, ports); },
  park: async (document) => {
    await ports.cases.park(document);
    ports.logger.error({ caseId: document._id, clientId: document.clientId, strikes: document.strikes }, 'a case is parked: five processes ended while it was in hand; an operator must look');
  },
});
