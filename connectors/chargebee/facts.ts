import type { Fact } from '../../core/connector-kit/testing/index.js';

const table = {
  'request.wrong_key': {
    says: 'An unknown or missing key is 401 api_authentication_failed; the key is the user name of HTTP Basic.',
    source: 'A2 keys', certainty: 'DOC',
  },
  'request.missing_permission': { says: 'A key without the right is 403 api_authorization_failed.', source: 'A2 keys', certainty: 'DOC' },
  'request.key_kinds': { says: 'Keys are full-access, read-only (all or a part) or publishable.', source: 'A2 keys', certainty: 'DOC' },
  'request.site_not_found': { says: "A request for another site's address is 404 site_not_found.", source: 'A4', certainty: 'INF' },
  'request.resource_missing': { says: 'An unknown or deleted id is 404 resource_not_found.', source: 'A4 errors', certainty: 'INF' },
  'request.unknown_route': { says: 'An unknown address is 404.', source: 'A4 errors', certainty: 'INF' },
  'request.method_not_supported': { says: 'A method that an address does not take is 405.', source: 'A4 errors', certainty: 'INF' },
  'request.parameter_wrong': {
    says: 'A missing or wrong parameter is 400 naming it in param, its code param_wrong_value.',
    source: 'A4 errors', certainty: 'INF',
  },
  'request.parameter_unknown': {
    says: 'A parameter the endpoint does not know is refused like a wrong one.',
    source: 'A4 errors', certainty: 'INF', switch: 'unknownParameters',
  },
  'request.error_body': {
    says: 'An error holds message, type, api_error_code, error_code, param and http_status_code; an internal one may lack the type.',
    source: 'A4 traps, row 1', certainty: 'LAB',
  },
  'request.rate_limited': {
    says: 'Too many requests are 429 api_request_limit_exceeded, within a minute; no header tells what remains.',
    source: 'A5', certainty: 'DOC', switch: 'requestsPerMinute',
  },
  'request.retry_after': {
    says: 'Whether a 429 tells when to come back is not documented; the SDK obeys retry-after where it is sent.',
    source: 'A5', certainty: 'DOC', switch: 'retryAfterSeconds',
  },
  'request.lock_timeout': {
    says: 'A request for an invoice that another one is working on is 429 lock_timeout.',
    source: 'A4 errors', certainty: 'DOC',
  },
  'request.unavailable': {
    says: '503 has site_read_only_mode, internal_temporary_error and others; nothing was executed.',
    source: 'A4 errors', certainty: 'DOC',
  },
  'list.pages': {
    says: 'Lists have 10 by default, 1 to 100, newest first unless sorted, and go on at next_offset, which is opaque.',
    source: 'A1 missed events, A4', certainty: 'LAB',
  },
  resource_version: {
    says: 'resource_version is in milliseconds and grows with every change of a resource.',
    source: 'A1 order', certainty: 'DOC',
  },

  'idempotency.post_only': { says: 'chargebee-idempotency-key counts for POST only.', source: 'A4 idempotency', certainty: 'DOC' },
  'idempotency.key_length': {
    says: 'A key has at most 100 characters; how a longer one is refused is our conclusion.',
    source: 'A4 idempotency', certainty: 'DOC',
  },
  'idempotency.replay': {
    says: 'The same key answers the first answer again, flagged chargebee-idempotency-replayed: true.',
    source: 'A4 idempotency', certainty: 'DOC',
  },
  'idempotency.forgotten': {
    says: 'A key is forgotten 30 minutes after its first use and then makes a new request.',
    source: 'A4 idempotency', certainty: 'DOC', switch: 'keyKeptForMinutes',
  },
  'idempotency.other_request': {
    says: 'The same key with another path, body or header of Chargebee is 422 unable_to_process_request; bodies are compared byte by byte.',
    source: 'A4 idempotency', certainty: 'DOC',
  },
  'idempotency.in_use': {
    says: 'The same key while the first request is executed: refused, with which code is unknown.',
    source: 'A4 idempotency', certainty: 'INF', switch: 'keyInUse',
  },
  'idempotency.keeps_refusals': {
    says: 'Declines and refusals by state are kept under the key; refusals of parameters are not.',
    source: 'A4 idempotency', certainty: 'INF', switch: 'keepsRefusals',
  },

  'invoice.source_order': {
    says: "Charged is the subscription's payment source, else the payer's primary one.",
    source: 'A2', certainty: 'INF',
  },
  'invoice.payment_owner': {
    says: "Another customer of the hierarchy may pay an invoice: payment_owner; the source is that one's.",
    source: 'A3', certainty: 'SDK',
  },
  'invoice.consolidated': { says: 'Consolidated invoices have no subscription_id; their lines have.', source: 'A3', certainty: 'SDK' },
  'invoice.dunning_attempts': {
    says: 'dunning_attempts lists the tries of Chargebee, not those asked for.',
    source: 'A3', certainty: 'SDK',
  },
  'invoice.paid': {
    says: 'An invoice is paid when nothing is due any more; dunning then ends with success.',
    source: 'A3', certainty: 'SDK',
  },
  'invoice.void': { says: 'A voided invoice has nothing due; invoice_updated tells.', source: 'A1 events', certainty: 'INF' },
  'invoice.write_off': {
    says: 'A write-off makes nothing due and the invoice paid, with write_off_amount and without a payment.',
    source: 'A3', certainty: 'INF', switch: 'writeOffStatus',
  },
  'invoice.deleted': { says: 'A deleted invoice is not found any more; invoice_deleted tells.', source: 'A1 events', certainty: 'DOC' },
  'invoice.adjusted': { says: 'A credit note lowers what is due at once, invoice_updated tells.', source: 'A3', certainty: 'INF' },
  'site.configuration': {
    says: 'GET /configurations tells domain and product catalog; no field tells test or live, only the name of a test site ends in -test.',
    source: 'A2, A4', certainty: 'SDK',
  },
  'catalog.shape': { says: 'Catalog 1 has plan_id, catalog 2 subscription_items; compat has both.', source: 'A1', certainty: 'DOC' },
  'customer.payment_method': {
    says: 'The customer shows the primary source, which another payment need not have used.',
    source: 'A2', certainty: 'SDK',
  },

  'record.states': {
    says: 'An invoice must be payment_due, posted or not_paid, else 409 invalid_state_for_request.',
    source: 'A3', certainty: 'DOC',
  },
  'record.methods': {
    says: 'A card cannot be recorded; custom needs a custom_payment_method_id.',
    source: 'A3, request schema', certainty: 'SDK',
  },
  'record.partial': { says: 'A part lowers amount_due and leaves the status until nothing is due.', source: 'A3', certainty: 'DOC' },
  'record.overpayment': {
    says: "What is more than due goes to the customer's excess payments; an older page says it is refused.",
    source: 'A3', certainty: 'DOC', switch: 'overpayment',
  },
  'record.failure': { says: 'A failed payment can be recorded, and sends payment_failed.', source: 'A3', certainty: 'DOC' },
  'record.no_dedupe': { says: 'The same reference recorded twice is two payments.', source: 'A3', certainty: 'INF' },
  'record.remove': {
    says: "A recorded payment can be removed: due again, the money becomes the customer's excess.",
    source: 'request schema', certainty: 'INF', switch: 'removedPayment',
  },
  refund: {
    says: 'A refund is a transaction of its own with a credit note; the invoice stays paid, payment_refunded tells.',
    source: 'A1 events', certainty: 'DOC',
  },
  'refund.record': {
    says: 'record_refund needs a date and a method, and cannot give back more than was paid.',
    source: 'request schema', certainty: 'SDK',
  },

  'collect.states': {
    says: 'collect_payment needs payment_due or not_paid; which refusal a paid invoice meets is our conclusion.',
    source: 'A3', certainty: 'DOC', switch: 'collectPaidCode',
  },
  'collect.open_payment': { says: 'With a payment in progress a further one is refused by state.', source: 'A3', certainty: 'INF', switch: 'collectBesideOpen' },
  'collect.amount': { says: 'More than is due cannot be collected.', source: 'A3', certainty: 'INF' },
  'collect.no_source': { says: 'Without any source: 400 type payment, payment_method_not_present.', source: 'A3', certainty: 'DOC' },
  'collect.foreign_source': { says: 'A source of another customer is not found.', source: 'A3', certainty: 'INF' },
  'collect.declined': {
    says: 'A decline is 400 type payment, payment_processing_failed or payment_method_verification_failed; the failed transaction is only on the invoice.',
    source: 'A3', certainty: 'DOC',
  },
  'collect.failure_event': {
    says: 'A declined collect_payment sends payment_failed too.',
    source: 'A1 events', certainty: 'INF', switch: 'manualFailureSendsEvent',
  },

  'dunning.behind_our_back': {
    says: 'Chargebee retries by its own schedule unless paused or stopped, and not while a payment is in progress.',
    source: 'A3, D 1', certainty: 'DOC',
  },
  'dunning.exhausted': {
    says: 'After the last failure: not_paid, dunning_status exhausted in that payment_failed; the subscription as the site is set.',
    source: 'A1 events', certainty: 'DOC',
  },
  'dunning.needs': { says: 'Pause and stop need payment_due and auto collection, else 409.', source: 'A3', certainty: 'DOC' },
  'dunning.pause': {
    says: 'Pausing cancels the retries; on expected_payment_date Chargebee tries by itself. What next_retry_at says meanwhile is unknown.',
    source: 'A3', certainty: 'DOC', switch: 'pausedNextRetry',
  },
  'dunning.pause_once': { says: 'Pausing what is paused is refused by state.', source: 'A3', certainty: 'DOC' },
  'dunning.pause_date': { says: 'A date that is past is refused.', source: 'A3', certainty: 'INF' },
  'dunning.resume': {
    says: 'After a resume the remaining retries follow, or one at once.',
    source: 'A3', certainty: 'INF', switch: 'resumeRetries',
  },
  'dunning.resume_paused': { says: 'Resuming needs a pause.', source: 'A3', certainty: 'DOC' },
  'dunning.stop': {
    says: 'Stopping makes the invoice not_paid, the subscription stays; it cannot be undone, and payments can still be recorded.',
    source: 'A3', certainty: 'DOC',
  },

  'transaction.statuses': { says: 'in_progress, needs_attention and timeout mean an open outcome.', source: 'A2', certainty: 'SDK' },
  'transaction.raw_code': { says: "error_code is the gateway's raw code and differs by gateway.", source: 'A2', certainty: 'SDK' },
  'transaction.error_detail': {
    says: "error_detail holds the gateway's own members, where there is one.",
    source: 'A2', certainty: 'SDK', switch: 'errorDetail',
  },
  'transaction.details_string': { says: 'payment_method_details is JSON inside a string.', source: 'A2', certainty: 'SDK' },
  'transaction.late_failure': {
    says: 'late_failure takes an earlier success back; the invoice is owed again and transaction_updated tells.',
    source: 'A2', certainty: 'DOC',
  },
  'transaction.reconcile': {
    says: 'Reconciling ends an open payment; any other is refused.',
    source: 'A2, request schema', certainty: 'INF',
  },
  'token.reference_id': {
    says: 'reference_id: customer/method at Stripe, Braintree and Authorize.Net, one half elsewhere, tok_ at the test gateway.',
    source: 'A2 token', certainty: 'DOC',
  },
  'tokens.list': {
    says: 'gateway_payment_method_tokens lists the tokens of a source; older sites may answer 404, 405 or 403.',
    source: 'A2', certainty: 'LAB', switch: 'gatewayTokens',
  },

  'event.envelope': {
    says: 'An event holds id, occurred_at, source, event_type and content by resource; user names the API key.',
    source: 'A1 envelope', certainty: 'SDK',
  },
  'event.snapshot': { says: 'Its content is what was true when it was made.', source: 'A1', certainty: 'INF' },
  'event.api_wraps': { says: "The webhook's body is bare; the API wraps it in event.", source: 'A1 envelope', certainty: 'SDK' },
  'event.version_of_endpoint': {
    says: 'An event is rendered in the API version and schema of the endpoint.',
    source: 'A1', certainty: 'SDK',
  },
  'event.api_v1': {
    says: 'Version 1 wrote amount, start_date, next_retry and linked_transactions.',
    source: 'A1, contract of v1', certainty: 'SDK',
  },
  'event.mute_header': { says: 'chargebee-event-webhook: all-disabled mutes every endpoint for one call.', source: 'A3', certainty: 'SDK' },
  'event.payment_failed': {
    says: 'A failure holds transaction, invoice, customer, and subscription and card where there are.',
    source: 'A1 events', certainty: 'DOC',
  },
  'event.payment_content': { says: 'The same content for success and for pending.', source: 'A1 events', certainty: 'DOC' },
  'event.payment_initiated': { says: 'A payment in progress sends payment_initiated.', source: 'A1 events', certainty: 'DOC' },
  'event.own_record_comes_back': {
    says: 'A recorded payment sends payment_succeeded and invoice_updated with source api.',
    source: 'A3', certainty: 'DOC',
  },
  'event.dunning_updated': {
    says: 'Pausing, resuming, stopping and exhausting send dunning_updated.',
    source: 'A1 events', certainty: 'DOC',
  },
  'event.card_changed': {
    says: 'A new card sends payment_source_added and, under its older name, card_added.',
    source: 'A1 events', certainty: 'DOC',
  },
  'event.subscription_cancelled': {
    says: 'subscription_cancelled holds subscription and customer.',
    source: 'A1 events', certainty: 'DOC',
  },
  'webhook.transport': { says: 'POST of JSON with user agent ChargeBee, without a signature.', source: 'A1', certainty: 'DOC' },
  'webhook.basic': { says: 'HTTP Basic, if the endpoint has it, is the only proof.', source: 'A1', certainty: 'SDK' },
  'webhook.retries': {
    says: 'Anything but 2xx is tried again 7 times: after 2, 6 and 30 minutes, 1 and 5 hours, 1 and 2 days.',
    source: 'A1', certainty: 'DOC', switch: 'registerWebhook({ retries })',
  },
  'webhook.timeout': { says: 'An answer must come within 20 seconds.', source: 'A1', certainty: 'THIRD' },
  'webhook.each_endpoint': { says: 'Each event goes to each endpoint that wants it.', source: 'A1', certainty: 'DOC' },
  'webhook_endpoint.limit': { says: 'A site has at most 5 endpoints.', source: 'A1', certainty: 'DOC' },
  'webhook_endpoint.api': { says: 'Endpoints can be made, changed, listed and deleted through the API.', source: 'A1', certainty: 'INF' },
} as const satisfies Readonly<Record<string, Fact>>;

export type FactId = keyof typeof table;

/** Everything the fake does beyond storing objects, with where we know it from. */
export const facts: Readonly<Record<FactId, Fact>> = table;
