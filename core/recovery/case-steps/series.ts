import type { CaseDocument } from '../../cases/index.js';

/** The payment series a case belongs to: its subscription, else its invoice, else itself. A stop for one series reaches no other. */
export const seriesOf = (document: Pick<CaseDocument, '_id' | 'invoice' | 'invoiceId'>): string =>
  document.invoice?.subscriptionRef ?? document.invoice?.ref ?? document.invoiceId ?? document._id;
