import type { Attempt, CaseDocument } from '../cases/index.js';
import type { ChargeableToken, ChargeRequest, CollectRequest, InvoiceRef, WriteOnce } from '../connector-kit/index.js';
import type { RecoveryPorts } from './ports.js';
import { openToken } from './sealed-token.js';

/** The invoice of a connector's case. @throws Error for a direct one */
export const invoiceOf = (document: CaseDocument): InvoiceRef => {
  if (!document.invoice) throw new Error(`Case ${document._id} has no invoice`);
  return document.invoice;
};

const onceOf = (attempt: Attempt, ports: RecoveryPorts): WriteOnce => ({ key: attempt.key, firstTriedAt: ports.clock.wallAt(attempt.startedAt), ourReference: attempt.key });

/** The token of an attempt, opened. */
export const tokenOf = (document: CaseDocument, attempt: Attempt, ports: RecoveryPorts): ChargeableToken | undefined =>
  (attempt.token ? openToken(attempt.token, document.clientId, ports.vault) : undefined);

/** What a gateway is asked of an attempt: the same whenever it is asked. */
export const chargeRequest = (document: CaseDocument, attempt: Attempt, ports: RecoveryPorts): ChargeRequest => {
  const token = tokenOf(document, attempt, ports);
  if (!token) throw new Error(`Attempt ${attempt.key} has no token`);
  return {
    once: onceOf(attempt, ports), amount: attempt.amount, token, description: `Recovery ${document._id}`,
    ...(attempt.chargeRef === undefined ? {} : { chargeRef: attempt.chargeRef }),
  };
};

/** What a platform is asked of an attempt. */
export const collectRequest = (document: CaseDocument, attempt: Attempt, ports: RecoveryPorts): CollectRequest => {
  if (!attempt.before) throw new Error(`Attempt ${attempt.key} was written without reading the invoice`);
  const token = tokenOf(document, attempt, ports);
  return { once: onceOf(attempt, ports), invoice: invoiceOf(document), amount: attempt.amount, before: attempt.before, ...(token ? { token } : {}) };
};
