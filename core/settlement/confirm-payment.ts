import type { InvoiceState, PlatformPayment } from '../connector-kit/index.js';
import { ownPayment, type OurMarks } from './own-payment.js';

/** What the platform shows of a payment we know we made. */
export type Confirmation = { readonly status: 'confirmed'; readonly payment: PlatformPayment } | { readonly status: 'not_shown' };

/** Looks for our payment on a paid invoice. */
export const confirmPayment = (invoice: InvoiceState, marks: OurMarks): Confirmation => {
  const payment = invoice.state === 'paid' ? ownPayment(invoice.payments, marks) : undefined;
  return payment ? { status: 'confirmed', payment } : { status: 'not_shown' };
};
