import type { z } from 'zod';
import { PlatformError, type Found, type NormalizedEvent, type PlatformPayment, type Pointer } from '../../core/connector-kit/index.js';
import { fromStripeAmount } from './amounts.js';
import {
  chargeShape,
  disputeShape,
  intentShape,
  invoiceShape,
  namedObject,
  paymentMethodShape,
  subscriptionShape,
  toDate,
  type StripeEvent,
  type StripeInvoice,
  type StripeSubscription,
} from './shapes.js';
import { toInvoiceRef } from './to-invoice-ref.js';
import { toToken } from './to-token.js';

/** Keys of other programs may be anything; only what could be one of ours is carried on. */
const OUR_KIND_OF_KEY = /^[A-Za-z0-9_.:-]{1,128}$/;

type WithoutTime<T> = T extends unknown ? Omit<T, 'occurredAt'> : never;
type Said = WithoutTime<NormalizedEvent | Pointer>;

/**
 * What a snapshot event says. Events carry neither the decline nor the payment of an invoice since 2025-03-31.basil, so whatever needs one
 * becomes a pointer. Bodies of older versions, which an endpoint without a pinned version still receives, say more and are used no
 * differently, but for payments.
 */
export const readEvent = (event: StripeEvent): Found => {
  const occurredAt = toDate(event.created);
  const said = read(event);
  return [said === undefined ? { type: 'ignored', platformType: event.type, occurredAt } : { ...said, occurredAt }];
};

const read = (event: StripeEvent): Said | undefined => {
  const { type, data } = event;
  const key = event.request?.idempotency_key;
  const requestKey = key && OUR_KIND_OF_KEY.test(key) ? { requestKey: key } : {};
  switch (type) {
    case 'invoice.payment_failed':
    case 'invoice.payment_action_required':
      return { type: 'pointer', kind: 'invoice', refs: { invoice: parseAs(namedObject, event).id, ...requestKey } };
    case 'invoice.paid':
    case 'invoice.payment_succeeded':
      return invoicePaid(parseAs(invoiceShape, event), requestKey.requestKey);
    case 'invoice.voided':
      return { type: 'invoice_closed', invoice: toInvoiceRef(parseAs(invoiceShape, event)), reason: 'voided' };
    case 'invoice.marked_uncollectible':
      return { type: 'invoice_closed', invoice: toInvoiceRef(parseAs(invoiceShape, event)), reason: 'written_off' };
    case 'invoice.deleted':
      return { type: 'invoice_closed', invoice: toInvoiceRef(parseAs(invoiceShape, event)), reason: 'deleted' };
    case 'payment_intent.succeeded': {
      const intent = parseAs(intentShape, event);
      const invoice = intent.invoice ?? intent.payment_details?.order_reference;
      return invoice && /^in_\w{1,200}$/.test(invoice) ? { type: 'pointer', kind: 'invoice', refs: { invoice, ...requestKey } } : undefined;
    }
    case 'payment_method.attached':
    case 'payment_method.updated':
    case 'payment_method.automatically_updated': {
      const method = parseAs(paymentMethodShape, event);
      if (!method.customer) return undefined;
      return {
        type: 'payment_method_updated',
        subject: { customerRef: method.customer },
        ...(method.type === 'custom' ? {} : { token: toToken(method.id, method.customer, method.card) }),
      };
    }
    case 'customer.updated':
      return changedDefault(data.previous_attributes)
        ? { type: 'payment_method_updated', subject: { customerRef: parseAs(namedObject, event).id } }
        : undefined;
    case 'customer.subscription.updated': {
      const subscription = parseAs(subscriptionShape, event);
      if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') return subscriptionEnded(subscription);
      return changedDefault(data.previous_attributes)
        ? { type: 'payment_method_updated', subject: { subscriptionRef: subscription.id } }
        : undefined;
    }
    case 'customer.subscription.deleted':
      return subscriptionEnded(parseAs(subscriptionShape, event));
    case 'charge.refunded': {
      const charge = parseAs(chargeShape, event);
      if (!charge.invoice) return { type: 'pointer', kind: 'refund', refs: { charge: charge.id } };
      return {
        type: 'payment_reversed',
        subject: { invoiceRef: charge.invoice },
        why: 'refund',
        amount: fromStripeAmount(charge.amount_refunded, charge.currency),
        soFar: true,
        gatewayRefs: charge.payment_intent ? [charge.payment_intent, charge.id] : [charge.id],
      };
    }
    case 'charge.dispute.closed': {
      const dispute = parseAs(disputeShape, event);
      return dispute.status === 'lost' ? { type: 'pointer', kind: 'dispute', refs: { dispute: dispute.id } } : undefined;
    }
    case 'account.application.deauthorized':
      return { type: 'connection_revoked' };
    default:
      return undefined;
  }
};

const invoicePaid = (invoice: StripeInvoice, ourReference: string | undefined): Said => {
  const payment = embeddedPayment(invoice, ourReference);
  return { type: 'invoice_paid', invoice: toInvoiceRef(invoice), ...(payment === undefined ? {} : { payment }) };
};

/** Only events of versions before basil name the charge. */
const embeddedPayment = (invoice: StripeInvoice, ourReference: string | undefined): PlatformPayment | undefined => {
  const paidAt = invoice.status_transitions?.paid_at;
  if (!invoice.charge || !paidAt || invoice.amount_paid === 0) return undefined;
  return {
    ref: invoice.charge,
    gatewayRefs: [invoice.charge],
    ...(ourReference === undefined ? {} : { ourReference }),
    state: 'succeeded',
    amount: fromStripeAmount(invoice.amount_paid, invoice.currency),
    at: toDate(paidAt),
  };
};

export const subscriptionEnded = (subscription: StripeSubscription): Extract<Said, { type: 'subscription_ended' }> => {
  const gaveUp = subscription.cancellation_details?.reason === 'payment_failed';
  const reason = subscription.status === 'incomplete_expired' ? 'expired' : gaveUp ? 'platform_gave_up' : 'cancelled';
  return { type: 'subscription_ended', subject: { subscriptionRef: subscription.id }, reason };
};

/** `previous_attributes` holds what changed, as it was before. */
const changedDefault = (previous: Readonly<Record<string, unknown>> | null | undefined): boolean => {
  if (!previous) return false;
  const settings = previous['invoice_settings'];
  return (
    'default_source' in previous ||
    'default_payment_method' in previous ||
    (typeof settings === 'object' && settings !== null && 'default_payment_method' in settings)
  );
};

const parseAs = <T>(shape: z.ZodType<T>, event: StripeEvent): T => {
  const parsed = shape.safeParse(event.data.object);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const where = first === undefined ? '' : ` (data.object.${first.path.map(String).join('.')}: ${first.message})`;
  throw new PlatformError(`The event ${event.type} does not hold the object its type promises${where}.`, {
    code: 'unexpected_answer',
    reached: 'no',
  });
};
