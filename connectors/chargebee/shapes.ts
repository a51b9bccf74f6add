import { z } from 'zod';

/**
 * What we read from Chargebee's resources and nothing else. Newer members pass by unread; a missing or strange one of these is an unexpected
 * answer. States stay open words: a new one must not stop everything else from being read.
 */

/**
 * Ids from bodies and answers end in URLs, logs and keys of documents. The SDK leaves slashes and dots as they are, so that an id from a body
 * could name another resource: only these characters are let in, and no dot in front.
 */
export const platformId = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@+:-]{0,99}$/);
const word = z.string().max(100);
const text = z.string().max(5000);
const seconds = z.number().int().min(0).max(253_402_300_799);
const amount = z.number().int().min(0);
const version = z.number().int().min(0).optional();
const currency = z.string().regex(/^[A-Za-z]{3}$/);

/** What a gateway said of a decline; which members there are differs by gateway. */
const errorDetail = z.object({
  error_code: word.nullish(),
  error_message: text.nullish(),
  decline_code: word.nullish(),
  decline_message: text.nullish(),
  network_error_code: word.nullish(),
  processor_error_code: word.nullish(),
  processor_advice_code: word.nullish(),
  recommendation_code: word.nullish(),
});

export const transactionShape = z.object({
  id: platformId,
  type: word,
  status: word,
  date: seconds,
  amount,
  amount_unused: amount.nullish(),
  currency_code: currency,
  gateway: word.nullish(),
  payment_method: word.nullish(),
  payment_source_id: platformId.nullish(),
  id_at_gateway: z.string().max(100).nullish(),
  reference_number: z.string().max(100).nullish(),
  initiator_type: word.nullish(),
  error_code: word.nullish(),
  error_text: text.nullish(),
  error_detail: errorDetail.nullish(),
  /** JSON inside a string. */
  payment_method_details: text.nullish(),
  refunded_txn_id: platformId.nullish(),
  resource_version: version,
  deleted: z.boolean().default(false),
  linked_invoices: z.array(z.object({ invoice_id: platformId, applied_amount: amount })).default([]),
  linked_refunds: z.array(z.object({ txn_id: platformId, txn_status: word, txn_amount: amount })).default([]),
});
export type Transaction = z.output<typeof transactionShape>;

export const invoiceShape = z.object({
  id: platformId,
  status: word,
  customer_id: platformId,
  /** Another customer of the hierarchy, whose payment sources then count. */
  payment_owner: platformId.nullish(),
  /** Consolidated invoices have none; their lines have. */
  subscription_id: platformId.nullish(),
  recurring: z.boolean().default(false),
  first_invoice: z.boolean().default(false),
  currency_code: currency,
  date: seconds.nullish(),
  amount_due: amount,
  amount_paid: amount.default(0),
  write_off_amount: amount.default(0),
  credits_applied: amount.default(0),
  dunning_status: word.nullish(),
  next_retry_at: seconds.nullish(),
  expected_payment_date: seconds.nullish(),
  resource_version: version,
  deleted: z.boolean().default(false),
  line_items: z.array(z.object({ subscription_id: platformId.nullish() })).default([]),
  linked_payments: z.array(z.object({ txn_id: platformId, txn_status: word.nullish() })).default([]),
  dunning_attempts: z.array(z.object({ transaction_id: platformId.nullish() })).default([]),
});
export type Invoice = z.output<typeof invoiceShape>;

const card = z.object({
  brand: word.nullish(),
  iin: word.nullish(),
  last4: word.nullish(),
  expiry_month: z.number().int().nullish(),
  expiry_year: z.number().int().nullish(),
});

export const paymentSourceShape = z.object({
  id: platformId,
  customer_id: platformId,
  type: word,
  status: word,
  reference_id: z.string().max(200).nullish(),
  gateway: word,
  gateway_account_id: platformId.nullish(),
  issuing_country: z.string().max(2).nullish(),
  created_at: seconds.nullish(),
  deleted: z.boolean().default(false),
  card: card.nullish(),
});
export type PaymentSource = z.output<typeof paymentSourceShape>;

export const gatewayTokenShape = z.object({
  gateway_account_id: platformId,
  gateway_name: word,
  gateway_customer_id: z.string().max(200).nullish(),
  gateway_token: z.string().min(1).max(200),
  status: word,
});
export type GatewayToken = z.output<typeof gatewayTokenShape>;

export const customerShape = z.object({
  id: platformId,
  primary_payment_source_id: platformId.nullish(),
  backup_payment_source_id: platformId.nullish(),
  deleted: z.boolean().default(false),
});
export type Customer = z.output<typeof customerShape>;

/** Of either product catalog: what a subscription is made of (`plan_id`, `subscription_items`) is not looked at. */
export const subscriptionShape = z.object({
  id: platformId,
  customer_id: platformId,
  status: word,
  payment_source_id: platformId.nullish(),
  cancel_reason: word.nullish(),
  resource_version: version,
});
export type Subscription = z.output<typeof subscriptionShape>;

/** The content of an event, each resource under its name; read only as far as the event's type needs it. */
export const eventShape = z.object({
  id: platformId,
  event_type: z.string().regex(/^[a-z0-9_]{1,100}$/),
  occurred_at: seconds,
  source: word.nullish(),
  content: z.record(z.string(), z.unknown()),
});
export type ChargebeeEvent = z.output<typeof eventShape>;

/** What a delivery is looked at for before the event is read again: nothing of its content is believed. */
export const envelopeShape = z.object({ id: platformId, event_type: z.string().regex(/^[a-z0-9_]{1,100}$/), occurred_at: seconds });

export const webhookEndpointShape = z.object({
  id: platformId,
  name: text.nullish(),
  url: text,
  disabled: z.boolean().default(false),
  enabled_events: z.array(word).default([]),
});
export type WebhookEndpoint = z.output<typeof webhookEndpointShape>;

export const configurationShape = z.object({ domain: word.nullish(), product_catalog_version: word.nullish() });

/** A page of a list, whose entries wrap their resource in its name. */
export const pageOf = <T extends z.ZodType>(name: string, shape: T) =>
  z.object({
    list: z.array(z.object({ [name]: shape }).transform((entry) => entry[name] as z.output<T>)),
    next_offset: z.string().max(2000).nullish(),
  });

/** What the API refuses with; the SDK adds status and headers. */
export const refusalShape = z.object({
  http_status_code: z.number().int().min(300).max(599),
  api_error_code: z.string().max(100).default('no code'),
  type: word.nullish(),
  param: z.string().max(100).regex(/^[\w[\].-]*$/).optional().catch(undefined),
  headers: z.record(z.string(), z.string()).nullish().catch(undefined),
});
export type Refusal = z.output<typeof refusalShape>;

export const toDate = (unixSeconds: number): Date => new Date(unixSeconds * 1000);
