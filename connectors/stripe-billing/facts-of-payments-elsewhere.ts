import type { Fact } from '../../core/connector-kit/testing/index.js';

/** A merchant bills on Stripe and charges at another processor. D1: docs.stripe.com, "third-party payment processing" of subscriptions. */
export const factsOfPaymentsElsewhere = {
  'payment_method.custom': {
    says: "Another processor's payment method is one of type custom: Stripe knows its type (cpmt_…, made in the Dashboard) and metadata, nothing of the card.",
    source: 'A3, D1; SDK PaymentMethods',
    certainty: 'SDK',
  },
  'event.payment_attempt_required': {
    says: 'Stripe asks the merchant for each charge of a custom payment method, the first and the scheduled retries, by invoice.payment_attempt_required.',
    source: 'A1 events, A3, D1',
    certainty: 'DOC',
  },
  'invoice.custom_method_intent': {
    says: 'An invoice that is charged elsewhere has no PaymentIntent until a card of Stripe is charged for it.',
    source: 'A2',
    certainty: 'INF',
    switch: 'customMethodIntent',
  },
  'invoice.pay.custom_method': { says: 'Stripe cannot pay an invoice with a custom payment method.', source: 'D1', certainty: 'INF' },
  'payment_record.reported': {
    says: 'A payment made elsewhere is reported with amount, time, custom method, reference at the processor and outcome, and gives a payment record.',
    source: 'A3, A7; SDK PaymentRecords',
    certainty: 'SDK',
  },
  'payment_record.not_enabled': {
    says: 'Accounts that Stripe has not enabled for it cannot report payments.',
    source: 'D1; primer.io/docs/subscriptions/stripe-billing',
    certainty: 'INF',
    switch: 'paymentRecords',
  },
  'payment_record.custom_type': {
    says: 'The custom payment method type may be left out; one that is named must exist in the account.',
    source: 'SDK PaymentRecords',
    certainty: 'INF',
    switch: 'recordsNeedCustomType',
  },
  'payment_record.list': { says: 'Payment records are listed by time of creation only, not by customer or reference.', source: 'SDK PaymentRecords', certainty: 'SDK' },
  'payment_record.refund': {
    says: 'Refunds are reported up to what is left of the payment, each reference once.',
    source: 'SDK PaymentRecords',
    certainty: 'SDK',
  },
  'attach.credits': {
    says: 'A guaranteed payment record is credited to the invoice when it is attached; fully covered, the invoice is paid.',
    source: 'A3, strategies 2 and 3',
    certainty: 'SDK',
  },
  'attach.refused': {
    says: 'Payments are attached to open invoices of the same customer and currency only.',
    source: 'A3, strategy 2',
    certainty: 'INF',
  },
  'attach.twice': { says: 'A payment record is attached once.', source: 'A3, strategy 3', certainty: 'INF', switch: 'attachTwice' },
  'attach.overpaying': {
    says: 'What is attached above the amount due is credited to the customer as amount_overpaid.',
    source: 'A3, strategy 2 (said of PaymentIntents)',
    certainty: 'INF',
    switch: 'attachOverpaying',
  },
  'attach.failed_record': {
    says: 'Attaching a payment record that failed makes the attempt known: invoice.payment_failed, and the subscription is past due.',
    source: 'D1',
    certainty: 'INF',
    switch: 'failedRecordSendsEvent',
  },
  'event.payment_record': {
    says: 'An invoice paid by a payment record sends invoice.paid and invoice.payment_succeeded.',
    source: 'A1 events',
    certainty: 'INF',
    switch: 'recordSendsPaymentSucceeded',
  },
  'event.deauthorized': {
    says: 'account.application.deauthorized tells that the merchant took our access away; afterwards no call succeeds.',
    source: 'A1 events',
    certainty: 'SDK',
  },
} as const satisfies Readonly<Record<string, Fact>>;
