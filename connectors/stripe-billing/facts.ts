import type { Fact } from '../../core/connector-kit/testing/index.js';
import { factsOfPaymentsElsewhere } from './facts-of-payments-elsewhere.js';

const table = {
  'request.wrong_key': { says: 'An unknown or missing key is refused with 401.', source: 'A4 outcome map', certainty: 'SDK' },
  'request.missing_permission': { says: 'A restricted key without the permission is refused with 403.', source: 'A6', certainty: 'DOC' },
  'request.other_account': {
    says: 'Stripe-Account naming an account the key cannot reach is refused with 403 account_invalid.',
    source: 'A6',
    certainty: 'INF',
  },
  'request.wrong_mode': {
    says: 'A key of the other mode gets resource_missing naming the mode in which the object exists.',
    source: 'A6',
    certainty: 'SDK',
  },
  'request.resource_missing': {
    says: 'An unknown id is resource_missing: 404 as an address, 400 as a parameter.',
    source: 'A6',
    certainty: 'SDK',
  },
  'request.unknown_route': {
    says: 'An unknown address is 404 invalid_request_error without code.',
    source: 'A4 outcome map',
    certainty: 'INF',
  },
  'request.parameter_unknown': {
    says: 'A parameter the endpoint does not know is 400 parameter_unknown; so is payment_method_types on PaymentIntents since endive.',
    source: 'A2, removed in endive', certainty: 'SDK',
  },
  'request.parameter_missing': {
    says: 'A missing required parameter is 400 parameter_missing.',
    source: 'A4 outcome map',
    certainty: 'INF',
  },
  'request.parameter_invalid': {
    says: 'A parameter of the wrong form is 400 invalid_request_error naming it.',
    source: 'A4 outcome map',
    certainty: 'INF',
  },
  'request.lock_timeout': {
    says: 'A request for an object that another one is working on is 429 lock_timeout.',
    source: 'A4 outcome map',
    certainty: 'INF',
    switch: 'processingMs',
  },
  'request.rate_limited': { says: 'Too many requests are 429 with code rate_limit; nothing was executed.', source: 'A4 outcome map', certainty: 'SDK' },
  'expand.four_levels': { says: 'At most four levels can be expanded.', source: 'A2', certainty: 'DOC' },
  'expand.unknown': { says: 'Expanding what is no reference is 400 naming the path.', source: 'A2', certainty: 'INF' },
  'list.pages': {
    says: 'Lists are newest first, 10 by default, 1 to 100, paged by starting_after and ending_before.',
    source: 'A2',
    certainty: 'DOC',
  },

  'idempotency.replay': {
    says: 'Status and body of the first execution are answered again for the same key, declines and 500 included, with Idempotent-Replayed: true.',
    source: 'A3 idempotency keys', certainty: 'DOC',
  },
  'idempotency.keeps_500': {
    says: 'A 500 of the first execution is kept too.',
    source: 'A3 idempotency keys',
    certainty: 'DOC',
    switch: 'inject({ action: { keptUnderKey } })',
  },
  'idempotency.forgotten': {
    says: 'A key is forgotten 24 h after its first use and then makes a new request.',
    source: 'A3 idempotency keys',
    certainty: 'DOC',
  },
  'idempotency.other_parameters': {
    says: 'The same key with other parameters is 400 idempotency_error.',
    source: 'A3 idempotency keys',
    certainty: 'DOC',
  },
  'idempotency.in_use': {
    says: 'The same key while the first request is executed is 409 idempotency_key_in_use.',
    source: 'A3 idempotency keys',
    certainty: 'DOC',
  },
  'idempotency.key_length': { says: 'A key has at most 255 characters.', source: 'A3 idempotency keys', certainty: 'DOC' },
  'idempotency.state_refusals': {
    says: 'Refusals because of the state of an object (already paid) are kept under the key; refusals of parameters are not.',
    source: 'A3 idempotency keys', certainty: 'INF', switch: 'keepsStateRefusals',
  },

  'invoice.payments_only_expanded': {
    says: '`payments` and `confirmation_secret` are present only when expanded, never in events.',
    source: 'A2',
    certainty: 'REC',
  },
  'invoice_payments.filters': {
    says: 'Invoice payments are listed by invoice, by payment and by status, in all states.',
    source: 'A2',
    certainty: 'REC',
  },
  'invoice.attempt_count': {
    says: 'attempt_count counts the first attempt and automatic retries, not manual pay.',
    source: 'A2',
    certainty: 'SDK',
  },
  'invoice.default_payment_method_order': {
    says: "Charged is the invoice's default payment method, else the subscription's, else the customer's.",
    source: 'A2',
    certainty: 'DOC',
  },
  'invoice.pay.already_paid': {
    says: 'Paying a paid invoice is 400 invalid_request_error "Invoice is already paid", without code.',
    source: 'A3',
    certainty: 'ISSUE',
    switch: 'alreadyPaidCode',
  },
  'invoice.pay.one_success': {
    says: "An invoice's PaymentIntent takes at most one successful charge, so an invoice one success.",
    source: 'A3, strategy 1',
    certainty: 'INF',
  },
  'invoice.pay.void': {
    says: 'Paying a voided invoice is 400 "Voided invoices cannot be paid."',
    source: 'issue canonical/ubuntu.com#9363',
    certainty: 'ISSUE',
  },
  'invoice.pay.uncollectible': {
    says: 'An uncollectible invoice can still be paid.',
    source: 'pull request dj-stripe/dj-stripe#1870',
    certainty: 'ISSUE',
    switch: 'payUncollectible',
  },
  'invoice.pay.no_method': { says: 'Paying without any payment method is 400.', source: 'A3', certainty: 'INF' },
  'invoice.pay.method_of_other_customer': {
    says: "The payment method must belong to the invoice's customer.",
    source: 'A3',
    certainty: 'SDK',
  },
  'invoice.pay.step_up': {
    says: 'A card that asks for the customer is 402 card_error invoice_payment_intent_requires_action.',
    source: 'A3',
    certainty: 'ISSUE',
    switch: 'payStepUpCode',
  },
  'invoice.out_of_band_cancels_intent': {
    says: "Paying out of band, or by a payment record, cancels the invoice's own PaymentIntent.", source: 'E', certainty: 'INF', switch: 'outOfBandIntent',
  },
  'invoice.auto_advance_open_only': {
    says: 'auto_advance can be changed on draft and open invoices only.',
    source: 'A3, strategy 2',
    certainty: 'DOC',
  },
  'invoice.auto_advance_stops_retries': {
    says: "auto_advance false stops Stripe's own retries.",
    source: 'A3, strategy 2',
    certainty: 'DOC',
  },
  'invoice.void': { says: 'Only open and uncollectible invoices can be voided; the PaymentIntent is canceled with them.', source: 'A1 events', certainty: 'INF' },
  'invoice.uncollectible': { says: 'Only open invoices can be marked uncollectible.', source: 'A1 events', certainty: 'INF' },
  'subscription.follows_invoice': {
    says: 'A failed renewal makes the subscription past_due, its payment active again.',
    source: 'A3',
    certainty: 'SDK',
  },
  'subscription.cancel_stops_collection': {
    says: 'Canceling a subscription stops the automatic collection of its open invoices.', source: 'A1 events', certainty: 'SDK',
  },
  'smart_retry.hard_codes': {
    says: 'After a hard decline Stripe counts its retries but sends none before there is a new card.',
    source: 'A2, A3 who retries',
    certainty: 'ISSUE',
    switch: 'bill({ smartRetry })',
  },

  'intent.order_reference': {
    says: "payment_details.order_reference of an invoice's PaymentIntent holds the invoice id.",
    source: 'A2',
    certainty: 'REC',
  },
  'intent.one_success': { says: 'A PaymentIntent gives at most one successful charge.', source: 'A3, strategy 1', certainty: 'SDK' },
  'intent.after_decline': {
    says: 'After a decline: requires_payment_method, payment_method null, last_payment_error set.',
    source: 'A2',
    certainty: 'REC',
  },
  'intent.confirm_refused': {
    says: 'Confirming a succeeded or canceled PaymentIntent is 400 payment_intent_unexpected_state.',
    source: 'A4',
    certainty: 'ISSUE',
  },
  'intent.confirm_needs_method': { says: 'Confirming without a payment method is 400.', source: 'A4', certainty: 'ISSUE' },
  'intent.cancel_refused': {
    says: 'Canceling a succeeded or canceled PaymentIntent is 400 payment_intent_unexpected_state.',
    source: 'A4',
    certainty: 'ISSUE',
  },
  'intent.method_needs_its_customer': {
    says: 'A payment method of a customer cannot be used without that customer.',
    source: 'A4',
    certainty: 'SDK',
  },
  'intent.off_session_needs_confirm': { says: 'off_session needs confirm.', source: 'A4', certainty: 'SDK' },
  'intent.step_up_on_session': {
    says: 'A card that asks for the customer: off session 402 authentication_required, else 200 requires_action.',
    source: 'A4',
    certainty: 'REC',
  },

  'decline.402': {
    says: 'A decline is 402 card_error with code, decline_code, advice_code, network_decline_code; with PaymentIntents also the objects.',
    source: 'A2, fixtures', certainty: 'REC', switch: 'payDeclineCarriesObjects',
  },
  'decline.own_codes': { says: 'expired_card, incorrect_cvc, processing_error and the like are codes of their own; the rest is card_declined.', source: 'A8', certainty: 'DOC' },
  'decline.advice_and_network_code': {
    says: 'generic_decline carries try_again_later and 01 (recorded); the advice and network code of all others are our choice.',
    source: 'A8',
    certainty: 'INF',
  },
  'decline.radar_block': {
    says: 'A charge blocked by Stripe has outcome.type blocked, not_sent_to_network, highest_risk_level.', source: 'A2', certainty: 'SDK',
  },
  test_tokens: { says: "Stripe's test cards are accepted where a payment method is attached.", source: 'A8', certainty: 'DOC' },
  'payment_method.attach_declined': {
    says: 'Declining test cards are refused with 402 when attached.',
    source: 'A8, fixtures',
    certainty: 'REC',
  },
  'payment_method.attach_once': { says: 'A payment method of another customer cannot be attached.', source: 'A4', certainty: 'INF' },
  'customer.default_method_must_be_attached': {
    says: 'A default payment method must be attached to the customer.',
    source: 'A2',
    certainty: 'INF',
  },
  'refund.created': { says: 'A refund gives a refund object, charge.refunded and refund.created.', source: 'A1 events', certainty: 'SDK' },
  'refund.refused': {
    says: 'Refunding more than is left is 400, all of it again charge_already_refunded.',
    source: 'A1 events',
    certainty: 'INF',
  },

  'event.snapshot': { says: 'An event holds its object as it was when the event was made.', source: 'A1', certainty: 'DOC' },
  'event.request_names_key': {
    says: 'An event names the request and idempotency key that caused it; both are null for what Stripe or the customer did.',
    source: 'A1', certainty: 'SDK', switch: 'ownActionsCarryRequestId',
  },
  'event.version_of_endpoint': { says: "An event is rendered in the endpoint's API version.", source: 'A1', certainty: 'DOC' },
  'event.before_basil': {
    says: 'Before basil an invoice embeds payment_intent, charge, subscription and paid.',
    source: 'A2',
    certainty: 'REC',
    switch: 'registerWebhook({ apiVersion })',
  },
  'event.twins': { says: 'One change may make two Event objects.', source: 'A1', certainty: 'DOC', switch: 'twinEvents' },
  'event.out_of_band': {
    says: 'Paid out of band sends invoice.paid, not invoice.payment_succeeded.',
    source: 'A1 events',
    certainty: 'SDK',
  },
  'event.action_required': {
    says: 'A renewal whose card asks for the customer also sends invoice.payment_action_required.',
    source: 'A1 events',
    certainty: 'INF',
    switch: 'sendsActionRequired',
  },
  'event.manual_failure': {
    says: 'A declined manual pay also sends invoice.payment_failed.',
    source: 'A1 events',
    certainty: 'INF',
    switch: 'manualFailureSendsEvent',
  },
  'event.delivery_success': { says: 'Events can be listed by whether all deliveries succeeded.', source: 'A1', certainty: 'INF' },
  'webhook.signature': {
    says: 'Stripe-Signature: t and v1 = HMAC of `t.body` with the whole secret, in wall time, anew for each delivery.',
    source: 'A1',
    certainty: 'LAB',
  },
  'webhook.rolled_secret': { says: 'While a secret is rolled, one v1 per valid secret is sent.', source: 'A1', certainty: 'DOC' },
  'webhook.retries': { says: 'Anything but 2xx is retried with the same body for three days.', source: 'A1', certainty: 'DOC' },
  'webhook_endpoint.secret_once': {
    says: 'The secret of an endpoint is in the answer to its creation only.',
    source: 'A1',
    certainty: 'DOC',
  },
} as const satisfies Readonly<Record<string, Fact>>;

export type FactId = keyof typeof table | keyof typeof factsOfPaymentsElsewhere;

/** Everything the fake does beyond storing objects, with where we know it from. */
export const facts: Readonly<Record<FactId, Fact>> = { ...table, ...factsOfPaymentsElsewhere };
