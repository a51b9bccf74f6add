import type Stripe from 'stripe';
import { invoiceOfIntent } from './account.js';
import { cardError } from './card-error.js';
import { chargeIntent } from './charge-intent.js';
import { collectInvoice } from './collect-invoice.js';
import type { Cause } from './event-log.js';
import { fact } from './fact.js';
import type { FakePlatform } from './platform.js';
import { invalidRequest, refusedByState } from './stripe-failure.js';

export interface Confirmation {
  readonly paymentMethod: string | null;
  readonly offSession: boolean;
  readonly errorOnAction: boolean;
  readonly cause: Cause;
}

/** fact('intent.confirm_refused'): a PaymentIntent gives at most one successful charge, and none once canceled. */
const refuseByStatus = (intent: Stripe.PaymentIntent): void => {
  if (intent.status !== 'succeeded' && intent.status !== 'canceled') return;
  throw refusedByState({
    fact: fact('intent.confirm_refused'),
    code: 'payment_intent_unexpected_state',
    message:
      intent.status === 'succeeded'
        ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
        : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action, requires_payment_method.`,
    extra: { payment_intent: structuredClone(intent) },
  });
};

/** Confirms a PaymentIntent, an invoice's as well as a direct one; throws the 402 of a decline. */
export const confirmIntent = (platform: FakePlatform, intent: Stripe.PaymentIntent, confirmation: Confirmation): Stripe.PaymentIntent => {
  refuseByStatus(intent);
  const { offSession, cause } = confirmation;
  const paymentMethod = platform.account.paymentMethods.get(confirmation.paymentMethod ?? '');
  if (paymentMethod === undefined) {
    throw invalidRequest({
      fact: fact('intent.confirm_needs_method'), code: 'payment_intent_unexpected_state', param: 'payment_method',
      message: "You cannot confirm this PaymentIntent because it's missing a payment method. Update the PaymentIntent with a payment method and then confirm it again.",
      extra: { payment_intent: structuredClone(intent) },
    });
  }
  const invoice = invoiceOfIntent(platform.account, intent.id);
  const asOffSession = offSession || confirmation.errorOnAction;
  const result =
    invoice === null
      ? chargeIntent(platform, { intent, paymentMethod, offSession: asOffSession, cause })
      : collectInvoice(platform, { invoice, paymentMethod, offSession: asOffSession, cause, automatic: false });
  if (result.outcome === 'declined') throw cardError(result, { intent, carriesObjects: true });
  return intent;
};

