/**
 * What nobody outside Stripe knows for certain (certainty INF in `facts.ts`): each is a switch, and the hub must pass with either setting.
 * The first value named is the default.
 */
export interface Switches {
  /** `code` of the 400 on paying a paid invoice. Reported without; the error code exists in other endpoints. */
  alreadyPaidCode: null | 'invoice_already_paid' | 'resource_already_exists';
  /** Whether `pay` works on an uncollectible invoice. */
  payUncollectible: 'allowed' | 'refused';
  /** Code of the 402 when a saved card asks for the customer while an invoice is paid. */
  payStepUpCode: 'invoice_payment_intent_requires_action' | 'authentication_required';
  /** Whether a 402 of `invoices.pay` carries `payment_intent`, `payment_method` and `charge`. */
  payDeclineCarriesObjects: boolean;
  /** What becomes of the invoice's own PaymentIntent when it is paid out of band. */
  outOfBandIntent: 'canceled' | 'left_open';
  /** Whether refusals by state (already paid, unexpected state) are kept under the idempotency key. */
  keepsStateRefusals: boolean;
  /** Whether `invoice.payment_action_required` is sent beside `invoice.payment_failed` when the card asks for the customer. */
  sendsActionRequired: boolean;
  /** Whether a failed manual `pay` also sends `invoice.payment_failed`. */
  manualFailureSendsEvent: boolean;
  /** Whether Stripe's own actions carry a request id in their events (the key is null in any case). */
  ownActionsCarryRequestId: boolean;
}

export const defaultSwitches = (): Switches => ({
  alreadyPaidCode: null,
  payUncollectible: 'allowed',
  payStepUpCode: 'invoice_payment_intent_requires_action',
  payDeclineCarriesObjects: true,
  outOfBandIntent: 'canceled',
  keepsStateRefusals: true,
  sendsActionRequired: true,
  manualFailureSendsEvent: true,
  ownActionsCarryRequestId: false,
});
