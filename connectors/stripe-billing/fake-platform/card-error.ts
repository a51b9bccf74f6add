import type Stripe from 'stripe';
import type { ChargeOutcome } from './charge-intent.js';
import { fact } from './fact.js';
import { StripeFailure } from './stripe-failure.js';

type Declined = Extract<ChargeOutcome, { outcome: 'declined' }>;

export interface CardErrorOptions {
  readonly intent: Stripe.PaymentIntent;
  /** Whether the objects travel with the error: certain for PaymentIntents, a switch for invoices. */
  readonly carriesObjects: boolean;
}

/** The 402 of a decline: fact('decline.402') */
export const cardError = ({ decline, charge, paymentMethod }: Declined, { intent, carriesObjects }: CardErrorOptions): StripeFailure =>
  new StripeFailure({
    status: 402,
    fact: fact('decline.402'),
    executed: true,
    error: {
      ...(decline.adviceCode === null ? {} : { advice_code: decline.adviceCode }),
      ...(carriesObjects ? { charge: charge.id } : {}),
      code: decline.code,
      decline_code: decline.declineCode,
      doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
      message: decline.message,
      ...(decline.networkDeclineCode === null ? {} : { network_decline_code: decline.networkDeclineCode }),
      param: '',
      ...(carriesObjects ? { payment_intent: structuredClone(intent), payment_method: structuredClone(paymentMethod) } : {}),
      type: 'card_error',
    },
  });
