import type { InvoiceRef } from '../../core/connector-kit/index.js';
import type { Invoice } from './shapes.js';

/** The subscription of an invoice: its own, or, on a consolidated one, the only one its lines name. */
export const subscriptionOf = (invoice: Invoice): string | undefined => {
  if (invoice.subscription_id) return invoice.subscription_id;
  const named = new Set(invoice.line_items.flatMap((line) => line.subscription_id ?? []));
  const [only] = named;
  return named.size === 1 ? only : undefined;
};

/** Whose payment sources count. */
export const payerOf = (invoice: Invoice): string => invoice.payment_owner ?? invoice.customer_id;

/** An invoice is a debt of its own. The customer is the one who pays it, since events about payment sources name that one. */
export const toInvoiceRef = (invoice: Invoice): InvoiceRef => {
  const subscriptionRef = subscriptionOf(invoice);
  return { ref: invoice.id, ...(subscriptionRef === undefined ? {} : { subscriptionRef }), customerRef: payerOf(invoice) };
};
