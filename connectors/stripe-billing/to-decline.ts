import type { RawDecline } from '../../core/connector-kit/index.js';
import type { DeclineFacts, StripeCharge, StripeIntent, StripePaymentRecord } from './shapes.js';
import { networkOf } from './to-token.js';

/** Several names for one thing: the customer must authenticate, and nobody is there to do it. Only the first is a decline code. */
const STEP_UP = new Set(['authentication_required', 'invoice_payment_intent_requires_action', 'payment_intent_authentication_failure']);

/** A decline of which only this is known. */
export const stepUp = (text: string): RawDecline => ({
  system: 'stripe',
  code: 'authentication_required',
  text,
  reachedNetwork: 'unknown',
});

/** No attempt can succeed: the invoice has nothing to charge. Not a code of Stripe's, which tells this case by leaving every code out. */
export const nothingToCharge: RawDecline = {
  system: 'stripe',
  code: 'no_payment_source',
  text: 'The invoice has no payment method to charge.',
  reachedNetwork: false,
};

/**
 * The untranslated decline. The charge, where it could be read, knows most: whether Stripe itself blocked the payment, and which network
 * carried it.
 *
 * @param facts what the thrown error or `last_payment_error` says; may be empty if a charge is given
 * @param charge the failed charge
 */
export const toDecline = (facts: DeclineFacts, charge?: StripeCharge): RawDecline => {
  const outcome = charge?.outcome;
  const network = networkOf(charge?.payment_method_details?.card);
  const networkCode = facts.network_decline_code ?? outcome?.network_decline_code;
  const text = facts.message ?? charge?.failure_message;
  return {
    ...reason(facts, charge),
    ...(text ? { text: text.slice(0, 300) } : {}),
    ...(network === undefined ? {} : { network }),
    ...(networkCode ? { networkCode } : {}),
    ...advice(facts, charge, network),
    reachedNetwork: reachedNetwork(charge, networkCode),
  };
};

/** The decline a PaymentIntent stands at, or undefined if its last attempt did not fail. */
export const declineOfIntent = (intent: StripeIntent, charge?: StripeCharge): RawDecline | undefined => {
  const failed = charge ?? (typeof intent.latest_charge === 'object' ? (intent.latest_charge ?? undefined) : undefined);
  if (intent.last_payment_error) return toDecline(intent.last_payment_error, failed?.status === 'failed' ? failed : undefined);
  if (failed?.status === 'failed') return toDecline({}, failed);
  return intent.status === 'requires_action' ? stepUp('The bank asks the customer to authenticate.') : undefined;
};

/** What is known of a charge at another processor of which Stripe knows no more than that the invoice is not paid. */
export const failedElsewhere: RawDecline = {
  system: 'stripe',
  code: 'unknown',
  text: 'The charge failed at another processor; its reason is not in Stripe.',
  reachedNetwork: 'unknown',
};

/** Stripe keeps no reason of a charge that failed elsewhere; the merchant may write the processor's code on its payment record. */
export const declineOfRecord = ({ metadata }: StripePaymentRecord): RawDecline => {
  const system = metadata?.['recovery_hub_decline_system'];
  const code = metadata?.['recovery_hub_decline_code'];
  return system && code ? { system, code, reachedNetwork: 'unknown' } : failedElsewhere;
};

const reason = (facts: DeclineFacts, charge: StripeCharge | undefined): { readonly system: string; readonly code: string } => {
  const outcome = charge?.outcome;
  if (outcome?.type === 'blocked' && outcome.reason) return { system: 'stripe_outcome_reason', code: outcome.reason };
  const code = facts.decline_code || facts.code || outcome?.reason || charge?.failure_code || 'unknown';
  return { system: 'stripe', code: STEP_UP.has(code) || STEP_UP.has(facts.code ?? '') ? 'authentication_required' : code };
};

/** Mastercard's advice is more exact than Stripe's reading of it; other networks' two digits mean other things. */
const advice = (
  facts: DeclineFacts,
  charge: StripeCharge | undefined,
  network: string | undefined,
): Pick<RawDecline, 'adviceSystem' | 'adviceCode'> => {
  const ofNetwork = facts.network_advice_code ?? charge?.outcome?.network_advice_code;
  if (ofNetwork && network === 'mastercard') return { adviceSystem: 'mastercard_mac', adviceCode: ofNetwork };
  const ofStripe = facts.advice_code ?? charge?.outcome?.advice_code;
  return ofStripe ? { adviceSystem: 'stripe_advice', adviceCode: ofStripe } : {};
};

const reachedNetwork = (charge: StripeCharge | undefined, networkCode: string | null | undefined): boolean | 'unknown' => {
  const status = charge?.outcome?.network_status;
  if (status === 'not_sent_to_network') return false;
  if (status) return true;
  return networkCode ? true : 'unknown';
};
