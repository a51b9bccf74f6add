import type { PlatformPayment } from '../../core/connector-kit/index.js';
import { fromStripeAmount } from './amounts.js';
import { attributeMark } from './attribute-payment.js';
import { CHARGED_AS, MARKED_BY, OUR_REFERENCE } from './our-marks.js';
import type { StripeCall } from './platform-api.js';
import { toDate, type StripeInvoice } from './shapes.js';

/**
 * The charge that we told Stripe of by marking the invoice as paid. It is ours if we wrote our reference on the invoice before, if no
 * payment that Stripe knows explains that it is paid, and if the event of the payment, while Stripe still has it, was caused by our request:
 * a person in the Dashboard may have been faster.
 *
 * @param explained what the payments that Stripe lists come to, in minor units
 */
export const toldOutOfBand = async (invoice: StripeInvoice, explained: number, context: StripeCall): Promise<PlatformPayment | undefined> => {
  const ourReference = invoice.metadata?.[OUR_REFERENCE];
  const paidAt = invoice.status_transitions?.paid_at;
  if (invoice.status !== 'paid' || !ourReference || !paidAt) return undefined;
  const paid = fromStripeAmount(invoice.amount_paid, invoice.currency);
  if (explained >= paid.minor) return undefined;
  const marked = await attributeMark(invoice.id, toDate(paidAt), context);
  if (marked.event === 'found' && marked.key !== invoice.metadata?.[MARKED_BY]) return undefined;
  const chargedAs = invoice.metadata?.[CHARGED_AS];
  return {
    ref: invoice.id,
    gatewayRefs: chargedAs ? [chargedAs] : [],
    ourReference,
    state: 'succeeded',
    amount: { ...paid, minor: paid.minor - explained },
    at: toDate(paidAt),
  };
};
