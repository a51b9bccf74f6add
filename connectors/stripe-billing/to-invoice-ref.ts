import type { InvoiceRef } from '../../core/connector-kit/index.js';
import type { StripeInvoice } from './shapes.js';

/** On Stripe an invoice is a debt: each has its own balance. */
export const toInvoiceRef = (invoice: StripeInvoice): InvoiceRef => {
  const subscriptionRef = subscriptionOf(invoice);
  return {
    ref: invoice.id,
    ...(subscriptionRef ? { subscriptionRef } : {}),
    ...(invoice.customer ? { customerRef: invoice.customer } : {}),
  };
};

/** Moved from `invoice.subscription` to `invoice.parent` in 2025-03-31.basil. */
export const subscriptionOf = (invoice: StripeInvoice): string | undefined =>
  invoice.parent?.subscription_details?.subscription ?? invoice.subscription ?? undefined;
