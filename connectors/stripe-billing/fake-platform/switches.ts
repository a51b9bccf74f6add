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
  /** Whether the account may report payments of other processors; Stripe enables that on request, and how it refuses is not written anywhere. */
  paymentRecords: 'enabled' | 'refused' | 'unknown_address';
  /** Whether a reported payment must name a custom payment method type of the account. */
  recordsNeedCustomType: boolean;
  /** Attaching a payment record a second time to the same invoice. */
  attachTwice: 'refused' | 'ignored';
  /** Attaching more than remains: credited to the customer, as with PaymentIntents, or refused. */
  attachOverpaying: 'credited' | 'refused';
  /** Whether attaching a payment record that failed sends `invoice.payment_failed`. */
  failedRecordSendsEvent: boolean;
  /** Whether an invoice paid by a payment record also sends `invoice.payment_succeeded`. */
  recordSendsPaymentSucceeded: boolean;
  /** Whether the invoice of a customer whose default payment method is a custom one has a PaymentIntent. */
  customMethodIntent: 'none' | 'open';
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
  paymentRecords: 'enabled',
  recordsNeedCustomType: false,
  attachTwice: 'refused',
  attachOverpaying: 'credited',
  failedRecordSendsEvent: true,
  recordSendsPaymentSucceeded: true,
  customMethodIntent: 'none',
});
