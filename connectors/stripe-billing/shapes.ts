import { z } from 'zod';

/**
 * What we read from Stripe's objects and nothing else. Newer members pass by unread; a missing or strange one of these is an unexpected
 * answer.
 */

/** Ids from bodies and answers end in URLs, logs and keys of documents: only plain characters are let in. */
export const platformId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/);
const text = z.string().max(2000);
const unixTime = z.number().int().min(0).max(253_402_300_799);
const amount = z.number().int();
const metadata = z.record(z.string(), z.string()).nullish();

/** A reference that may have been expanded into its object. */
const reference = z.union([platformId, z.object({ id: platformId }).transform((object) => object.id)]).nullish();

const card = z.object({
  brand: text.nullish(),
  network: text.nullish(),
  last4: text.nullish(),
  fingerprint: text.nullish(),
  country: text.nullish(),
  iin: text.nullish(),
  exp_month: z.number().int().nullish(),
  exp_year: z.number().int().nullish(),
});
export type StripeCard = z.output<typeof card>;

export const paymentMethodShape = z.object({
  object: z.literal('payment_method'),
  id: platformId,
  type: text,
  customer: reference,
  card: card.nullish(),
  /** Only of type `custom`: one that another processor holds. */
  custom: z.object({ type: text }).nullish(),
  metadata,
});
export type StripePaymentMethod = z.output<typeof paymentMethodShape>;

/** The older kinds of payment source: `card_…`, `src_…`, `ba_…`. */
export const sourceShape = z.object({
  ...card.shape,
  object: z.enum(['card', 'source', 'bank_account']),
  id: platformId,
  card: card.nullish(),
});
export type StripeSource = z.output<typeof sourceShape>;

/** The same six facts stand in an error that was thrown, in `last_payment_error` and, partly, in a charge's `outcome`. */
export const declineFacts = z.object({
  code: text.nullish(),
  decline_code: text.nullish(),
  message: text.nullish(),
  advice_code: text.nullish(),
  network_decline_code: text.nullish(),
  network_advice_code: text.nullish(),
});
export type DeclineFacts = z.output<typeof declineFacts>;

export const chargeShape = z.object({
  object: z.literal('charge'),
  id: platformId,
  amount,
  amount_refunded: amount.default(0),
  currency: text,
  created: unixTime,
  status: text,
  customer: reference,
  payment_intent: reference,
  invoice: reference,
  failure_code: text.nullish(),
  failure_message: text.nullish(),
  outcome: z
    .object({
      type: text.nullish(),
      reason: text.nullish(),
      network_status: text.nullish(),
      advice_code: text.nullish(),
      network_decline_code: text.nullish(),
      network_advice_code: text.nullish(),
    })
    .nullish(),
  payment_method: platformId.nullish(),
  payment_method_details: z.object({ type: text, card: card.nullish() }).nullish(),
});
export type StripeCharge = z.output<typeof chargeShape>;

const idOrCharge = z.union([platformId, chargeShape]).nullish();

export const intentShape = z.object({
  object: z.literal('payment_intent'),
  id: platformId,
  amount,
  amount_received: amount.default(0),
  currency: text,
  created: unixTime,
  status: text,
  customer: reference,
  payment_method: reference,
  metadata,
  last_payment_error: z
    .object({ ...declineFacts.shape, charge: reference, payment_method: z.object({ id: platformId, card: card.nullish() }).nullish() })
    .nullish(),
  latest_charge: idOrCharge,
  payment_details: z.object({ order_reference: text.nullish() }).nullish(),
  invoice: reference,
});
export type StripeIntent = z.output<typeof intentShape>;

const idOrIntent = z.union([platformId, intentShape]).nullish();

export const invoicePaymentShape = z.object({
  object: z.literal('invoice_payment'),
  id: platformId,
  amount_paid: amount.nullish(),
  amount_requested: amount,
  currency: text,
  created: unixTime,
  status: text,
  is_default: z.boolean().nullish(),
  invoice: reference,
  status_transitions: z.object({ paid_at: unixTime.nullish() }).nullish(),
  payment: z.object({ type: text, payment_intent: idOrIntent, charge: idOrCharge, payment_record: reference }),
});
export type StripeInvoicePayment = z.output<typeof invoicePaymentShape>;

const recordedAmount = z.object({ currency: text, value: amount });

/** A payment at another processor, as it was reported to Stripe. */
export const paymentRecordShape = z.object({
  object: z.literal('payment_record'),
  id: platformId,
  created: unixTime,
  amount_requested: recordedAmount,
  amount_guaranteed: recordedAmount,
  amount_failed: recordedAmount,
  amount_canceled: recordedAmount,
  amount_refunded: recordedAmount,
  metadata,
  processor_details: z.object({ custom: z.object({ payment_reference: text.nullish() }).nullish() }).nullish(),
});
export type StripePaymentRecord = z.output<typeof paymentRecordShape>;

const invoiceFields = {
  object: z.literal('invoice'),
  id: platformId,
  status: text.nullish(),
  billing_reason: text.nullish(),
  collection_method: text.nullish(),
  amount_due: amount,
  amount_paid: amount.default(0),
  amount_remaining: amount,
  currency: text,
  customer: reference,
  attempted: z.boolean().nullish(),
  attempt_count: z.number().int().min(0).default(0),
  auto_advance: z.boolean().nullish(),
  next_payment_attempt: unixTime.nullish(),
  created: unixTime,
  livemode: z.boolean(),
  default_payment_method: reference,
  default_source: reference,
  metadata,
  parent: z.object({ subscription_details: z.object({ subscription: reference }).nullish() }).nullish(),
  status_transitions: z.object({ paid_at: unixTime.nullish() }).nullish(),
};

export const invoiceShape = z.object({
  ...invoiceFields,
  payments: z.object({ data: z.array(invoicePaymentShape) }).nullish(),
  /** Before 2025-03-31.basil the subscription and the payment stood on the invoice itself; events of old endpoints still look so. */
  subscription: reference,
  payment_intent: reference,
  charge: reference,
});
export type StripeInvoice = z.output<typeof invoiceShape>;

export const subscriptionShape = z.object({
  object: z.literal('subscription'),
  id: platformId,
  status: text,
  customer: reference,
  default_payment_method: reference,
  default_source: reference,
  cancellation_details: z.object({ reason: text.nullish() }).nullish(),
});
export type StripeSubscription = z.output<typeof subscriptionShape>;

export const customerShape = z.union([
  z.object({ object: z.literal('customer'), id: platformId, deleted: z.literal(true) }),
  z.object({
    object: z.literal('customer'),
    id: platformId,
    deleted: z.literal(false).optional(),
    default_source: reference,
    invoice_settings: z.object({ default_payment_method: reference }).nullish(),
    metadata,
  }),
]);

export const disputeShape = z.object({
  object: z.literal('dispute'),
  id: platformId,
  status: text,
  amount,
  currency: text,
  charge: reference,
  payment_intent: reference,
});

export const refundShape = z.object({
  object: z.literal('refund'),
  id: platformId,
  status: text.nullish(),
  metadata,
  failure_reason: text.nullish(),
});
export type StripeRefund = z.output<typeof refundShape>;

export const webhookEndpointShape = z.object({
  object: z.literal('webhook_endpoint'),
  id: platformId,
  url: text,
  status: text,
  enabled_events: z.array(text),
  api_version: text.nullish(),
  metadata,
});

/** A page of a list. `shape` is that of its elements. */
export const pageOf = <T extends z.ZodType>(shape: T) =>
  z.object({ object: z.literal('list'), has_more: z.boolean(), data: z.array(shape) });

/** The envelope of a snapshot event. `data.object` is read by what `type` says it is. */
export const eventShape = z.object({
  object: z.literal('event'),
  id: platformId,
  type: z.string().regex(/^[a-z0-9_.]{1,120}$/),
  created: unixTime,
  livemode: z.boolean(),
  account: platformId.nullish(),
  request: z
    .union([
      z.object({ id: text.nullish(), idempotency_key: text.nullish() }),
      /** Before 2017-05-25 only the id of the request. */
      text.transform((requestId) => ({ id: requestId, idempotency_key: null })),
    ])
    .nullish(),
  data: z.object({ object: z.unknown(), previous_attributes: z.record(z.string(), z.unknown()).nullish() }),
});
export type StripeEvent = z.output<typeof eventShape>;

/** A thin event says only which object changed. */
export const thinEventShape = z.object({
  object: z.literal('v2.core.event'),
  id: platformId,
  type: z.string().regex(/^[a-z0-9_.]{1,120}$/),
  livemode: z.boolean(),
  created: z.iso.datetime({ offset: true }),
  related_object: z.object({ id: platformId, type: text }).nullish(),
});

/** Of any object only what names it. */
export const namedObject = z.object({ object: text, id: platformId });

export const toDate = (seconds: number): Date => new Date(seconds * 1000);
