import type { InvoiceState, PlatformPayment } from '../connector-kit/index.js';
import { ownPayment, type OurMarks } from './own-payment.js';

/** What an invoice shows where the platform says that another payment has paid it. */
export type PaidBy =
  | { readonly by: 'us'; readonly payment: PlatformPayment }
  | { readonly by: 'another'; readonly payment: PlatformPayment }
  /** No succeeded payment is named: nothing that could be held against ours. */
  | { readonly by: 'nobody_named' };

/** Reads by whom an invoice is paid. What carries our key or a reference of ours is ours; only a succeeded payment that is named counts as another's. */
export const paidBy = (invoice: InvoiceState, marks: OurMarks): PaidBy => {
  const ours = ownPayment(invoice.payments, marks);
  if (ours) return { by: 'us', payment: ours };
  const other = invoice.payments.find((payment) => payment.state === 'succeeded');
  return other ? { by: 'another', payment: other } : { by: 'nobody_named' };
};
