import type { ChargeOutcome } from '../../core/connector-kit/index.js';
import { fromStripeAmount } from './amounts.js';
import type { StripeIntent } from './shapes.js';
import { declineOfIntent, stepUp } from './to-decline.js';

/** What a PaymentIntent stands at: an outcome, or that nothing was ever tried, or that nothing can be tried any more. */
export const outcomeOfIntent = (
  intent: StripeIntent,
): ChargeOutcome | { readonly status: 'untried' } | { readonly status: 'cancelled' } => {
  const charge = typeof intent.latest_charge === 'object' ? (intent.latest_charge ?? undefined) : undefined;
  const chargeRef = charge?.id ?? (typeof intent.latest_charge === 'string' ? intent.latest_charge : undefined);
  const gatewayRefs: [string, ...string[]] = chargeRef === undefined ? [intent.id] : [intent.id, chargeRef];
  switch (intent.status) {
    case 'succeeded': {
      // A bank debit that succeeded may still be returned; a card payment can only be refunded or disputed.
      const type = charge?.payment_method_details?.type;
      return {
        status: 'approved',
        gatewayRefs,
        amount: fromStripeAmount(intent.amount_received, intent.currency),
        provisional: type !== undefined && type !== 'card',
      };
    }
    case 'processing':
      return { status: 'pending', gatewayRefs };
    case 'requires_confirmation':
      return { status: 'untried' };
    case 'requires_action':
      return { status: 'declined', decline: stepUp('The bank asks the customer to authenticate.'), gatewayRefs };
    case 'requires_payment_method':
    case 'canceled': {
      const decline = declineOfIntent(intent, charge);
      if (decline !== undefined) return { status: 'declined', decline, gatewayRefs };
      return intent.status === 'canceled' ? { status: 'cancelled' } : { status: 'untried' };
    }
    default:
      // requires_capture among them: we never ask for it, so nothing is said about money.
      return { status: 'unknown', cause: `The PaymentIntent is ${intent.status}.`, gatewayRefs };
  }
};
