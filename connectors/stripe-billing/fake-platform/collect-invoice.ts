import type Stripe from 'stripe';
import { defaultPaymentOf, subscriptionOf } from './account.js';
import { chargeIntent, type ChargeOutcome } from './charge-intent.js';
import type { ChargeResult } from './declines.js';
import { ensureDefaultPayment } from './default-payment.js';
import type { Cause } from './event-log.js';
import type { FakePlatform } from './platform.js';

export interface CollectOrder {
  readonly invoice: Stripe.Invoice;
  readonly paymentMethod: Stripe.PaymentMethod;
  readonly offSession: boolean;
  readonly cause: Cause;
  /** Stripe's own attempts count in `attempt_count`, manual ones do not: fact('invoice.attempt_count') */
  readonly automatic: boolean;
  readonly forced?: ChargeResult;
}

/** Charges an invoice's own PaymentIntent; a success pays the invoice. */
export const collectInvoice = (platform: FakePlatform, { invoice, automatic, ...order }: CollectOrder): ChargeOutcome => {
  const { cause } = order;
  const found = ensureDefaultPayment(platform, invoice);
  const previous = { attempt_count: invoice.attempt_count, attempted: invoice.attempted };
  if (automatic) invoice.attempt_count += 1;
  invoice.attempted = true;
  const result = chargeIntent(platform, { intent: found.intent, ...order });
  if (result.outcome === 'succeeded') markPaid(platform, invoice, cause, 'charged');
  if (result.outcome === 'declined' && automatic) platform.events.emit('invoice.updated', invoice, cause, previous);
  if (result.outcome === 'declined') announceFailure(platform, invoice, cause, result.decline.declineCode);
  return result;
};

/** A try to collect failed: events, and the subscription is past due. */
export const announceFailure = (platform: FakePlatform, invoice: Stripe.Invoice, cause: Cause, declineCode: string): void => {
  const { events, switches } = platform;
  // fact('event.action_required')
  if (declineCode === 'authentication_required' && switches.sendsActionRequired) events.emit(
    'invoice.payment_action_required',
    invoice,
    cause,
  );
  // fact('event.manual_failure')
  if (cause.by !== 'request' || switches.manualFailureSendsEvent) events.emit('invoice.payment_failed', invoice, cause);
  changeSubscription(platform, invoice, cause, 'past_due');
};

/** fact('subscription.follows_invoice') */
const changeSubscription = (platform: FakePlatform, invoice: Stripe.Invoice, cause: Cause, status: 'active' | 'past_due'): void => {
  const subscription = subscriptionOf(platform.account, invoice);
  const from = status === 'active' ? 'past_due' : 'active';
  if (subscription === null || subscription.status !== from) return;
  subscription.status = status;
  platform.events.emit('customer.subscription.updated', subscription, cause, { status: from });
};

/** Charged by Stripe, told by a payment record, or told by `paid_out_of_band`. */
type HowPaid = 'charged' | 'recorded' | 'out_of_band';

/** Writes the payment of an invoice. Out of band nothing was charged, so `invoice.payment_succeeded` is not sent: fact('event.out_of_band') */
export const markPaid = (platform: FakePlatform, invoice: Stripe.Invoice, cause: Cause, how: HowPaid): void => {
  const at = platform.clock.hubSeconds();
  const found = defaultPaymentOf(platform.account, invoice.id);
  const remaining = invoice.amount_remaining;
  const previous = { status: invoice.status, amount_paid: invoice.amount_paid, amount_remaining: invoice.amount_remaining };
  Object.assign(
    invoice,
    {
      status: 'paid',
      amount_paid: invoice.amount_due,
      amount_remaining: 0,
      auto_advance: false,
      next_payment_attempt: null,
      attempted: true,
    },
  );
  invoice.status_transitions.paid_at = at;
  if (found !== null) closePayment(platform, found, how, at, cause);
  if (how === 'out_of_band') {
    platform.ledger.success(invoice.id, {
      by: 'out_of_band',
      idempotencyKey: cause.idempotencyKey,
      requestId: cause.requestId,
      paymentIntent: null,
      charge: null,
      amount: remaining,
      currency: invoice.currency,
    });
  }
  platform.smartRetries.stop(invoice.id);
  platform.events.emit('invoice.updated', invoice, cause, previous);
  platform.events.emit('invoice.paid', invoice, cause);
  // fact('event.payment_record')
  const really = how === 'charged' || (how === 'recorded' && platform.switches.recordSendsPaymentSucceeded);
  if (really) platform.events.emit('invoice.payment_succeeded', invoice, cause);
  changeSubscription(platform, invoice, cause, 'active');
};

type DefaultPayment = NonNullable<ReturnType<typeof defaultPaymentOf>>;

const closePayment = (
  platform: FakePlatform,
  { payment, intent }: DefaultPayment,
  how: HowPaid,
  at: number,
  cause: Cause,
): void => {
  if (how === 'charged') {
    payment.status = 'paid';
    payment.amount_paid = payment.amount_requested;
    payment.status_transitions.paid_at = at;
    platform.events.emit('invoice_payment.paid', payment, cause);
    return;
  }
  // fact('invoice.out_of_band_cancels_intent')
  if (platform.switches.outOfBandIntent === 'canceled') cancelPayment(platform, { payment, intent }, 'automatic', cause);
};

/** Cancels an invoice's open payment and its PaymentIntent. */
export const cancelPayment = (
  platform: FakePlatform,
  { payment, intent }: DefaultPayment,
  reason: 'automatic' | 'void_invoice',
  cause: Cause,
): void => {
  const at = platform.clock.hubSeconds();
  payment.status = 'canceled';
  payment.status_transitions.canceled_at = at;
  if (intent.status === 'succeeded' || intent.status === 'canceled') return;
  intent.status = 'canceled';
  intent.canceled_at = at;
  intent.cancellation_reason = reason;
  platform.events.emit('payment_intent.canceled', intent, cause);
};

/** fact('invoice.void') */
export const voidInvoice = (platform: FakePlatform, invoice: Stripe.Invoice, cause: Cause): void => {
  invoice.status = 'void';
  invoice.auto_advance = false;
  invoice.next_payment_attempt = null;
  invoice.status_transitions.voided_at = platform.clock.hubSeconds();
  const found = defaultPaymentOf(platform.account, invoice.id);
  if (found !== null) cancelPayment(platform, found, 'void_invoice', cause);
  platform.smartRetries.stop(invoice.id);
  platform.events.emit('invoice.voided', invoice, cause);
};

/** fact('invoice.uncollectible') */
export const markUncollectible = (platform: FakePlatform, invoice: Stripe.Invoice, cause: Cause): void => {
  invoice.status = 'uncollectible';
  invoice.auto_advance = false;
  invoice.next_payment_attempt = null;
  invoice.status_transitions.marked_uncollectible_at = platform.clock.hubSeconds();
  platform.smartRetries.stop(invoice.id);
  platform.events.emit('invoice.marked_uncollectible', invoice, cause);
};
