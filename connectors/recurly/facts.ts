import type { Fact } from '../../core/connector-kit/testing/index.js';

const table = {
  'request.wrong_key': { says: 'An unknown or missing key is 401 unauthorized; the key is the user name of HTTP Basic.', source: 'B2 permissions', certainty: 'SDK' },
  'request.invalid_permissions': {
    says: 'Private keys have full access and no scopes are documented, yet the SDK knows 403 invalid_permissions.', source: 'B2 permissions', certainty: 'SDK',
  },
  'request.accept': {
    says: 'Accept must be the vendor media type of a version; without it the request is 406 invalid_api_version.',
    source: 'B4, C; the name is in the contract, ErrorTypeEnum', certainty: 'INF', switch: 'acceptRule',
  },
  'request.api_version': {
    says: 'The version is v2021-02-25; another is 406 unknown_api_version.', source: 'B4; the name is in the contract, ErrorTypeEnum', certainty: 'INF',
  },
  'request.content_type': { says: 'A body that is not application/json is 400 invalid_content_type.', source: 'the contract, ErrorTypeEnum', certainty: 'INF' },
  'request.malformed_json': { says: 'A body that is no JSON is 400 bad_request.', source: 'the contract, ErrorTypeEnum', certainty: 'INF' },
  'request.error_body': {
    says: 'An error holds error.type, message and params; a declined collection holds transaction_error beside them.', source: 'the contract, Error', certainty: 'SDK',
  },
  'request.not_found': { says: 'An unknown id is 404 not_found.', source: 'the contract, 404 of each read', certainty: 'SDK' },
  'request.unknown_route': { says: 'An unknown address is 404.', source: 'B4 traps, row 6', certainty: 'INF' },
  'request.prefixed_ids': {
    says: 'Beside its id an invoice is named number-, a transaction or subscription uuid-, an account code-.', source: 'B1 locators, B6', certainty: 'SDK',
  },
  'request.parameter_wrong': { says: 'A wrong parameter is 422 validation naming it in params.', source: 'the contract, 422 of each write', certainty: 'SDK' },
  'request.parameter_unknown': {
    says: 'A parameter the endpoint does not know is refused as unpermitted, 400.', source: 'the contract, 400 of the lists', certainty: 'INF', switch: 'unknownParameters',
  },
  'request.unknown_object': { says: 'An object the SDK does not know makes it throw a TypeError.', source: 'B4 traps, row 3', certainty: 'LAB' },
  'request.unavailable': { says: '503 service_not_available: nothing was executed.', source: 'the contract, ErrorTypeEnum', certainty: 'INF' },
  'request.simultaneous': {
    says: 'A request for an invoice that another one is working on is 409 simultaneous_request.', source: 'B4 errors', certainty: 'INF',
  },
  'request.headers': { says: 'Every answer tells the version and an id of the request.', source: 'B4', certainty: 'INF' },
  'request.rate_limit_counts': {
    says: 'Sandbox: 400 a minute, all requests. Production: 1000 a minute, counted on GET only. Over a sliding window of 5 minutes.', source: 'B5', certainty: 'DOC',
  },
  'request.rate_limit_headers': {
    says: 'X-RateLimit-Limit, -Remaining and -Reset (epoch seconds) are in every answer; here for the whole window.', source: 'B5', certainty: 'DOC',
  },
  'request.rate_limited': { says: 'Too many requests are 429 rate_limited, until the reset.', source: 'B5', certainty: 'DOC', switch: 'requestsPerMinute' },
  'request.retry_after': { says: 'Whether a 429 brings Retry-After beside the reset is not documented.', source: 'B4 traps, row 1', certainty: 'INF', switch: 'retryAfterSeconds' },
  'resource.absent': {
    says: 'Members without a value are there as null; the contract knows no null.', source: 'the contract', certainty: 'INF', switch: 'absentMembers',
  },
  'list.pages': {
    says: 'Lists have 20 by default, 1 to 200, newest first unless sorted, and go on at next, an address that is opaque. With ids nothing else counts.',
    source: 'B4; the contract, parameters', certainty: 'SDK',
  },
  'list.transaction_filters': { says: 'Transactions are filtered by type and by success=true; there is no filter for failures.', source: 'the contract, list_transactions', certainty: 'SDK' },
  'site.mode': { says: 'A site is development, sandbox or production, and a key belongs to one site.', source: 'B4 test/live', certainty: 'SDK' },

  'idempotency.methods': { says: 'Idempotency-Key counts for POST, PUT, PATCH and DELETE.', source: 'B4 idempotency', certainty: 'DOC' },
  'idempotency.key_length': { says: 'A key has at most 255 characters; how a longer one is refused is our conclusion.', source: 'B4 idempotency', certainty: 'DOC' },
  'idempotency.replay': { says: 'The same key answers the first answer again, flagged Idempotency-Prior: true.', source: 'B4 idempotency', certainty: 'DOC' },
  'idempotency.forgotten': {
    says: 'A key is forgotten an hour after its first use and then makes a new request.', source: 'B4 idempotency', certainty: 'DOC', switch: 'keyKeptForMinutes',
  },
  'idempotency.in_use': {
    says: 'The same key while the first request is executed: 409 with Recurly-Should-Retry and Retry-After; the SDK knows no class for its type.',
    source: 'B4 idempotency; B4 traps, row 5', certainty: 'DOC',
  },
  'idempotency.other_request': {
    says: 'The same key with another request: refused, or answered with what was kept, nothing tells which.', source: 'B4 idempotency', certainty: 'INF', switch: 'keyOtherRequest',
  },
  'idempotency.keeps_refusals': {
    says: 'Declines and refusals by state are kept under the key; refusals of parameters are not.', source: 'B4 idempotency', certainty: 'INF', switch: 'keepsRefusals',
  },
  'idempotency.not_kept': { says: 'A 429 is not kept.', source: 'B4 idempotency', certainty: 'DOC' },

  'invoice.first_charge': {
    says: 'An automatic invoice is charged as it is made, and overdue at once when that fails; a manual one waits for its terms, here none.',
    source: 'the contract, Invoice.collection_method and net_terms', certainty: 'SDK',
  },
  'invoice.balance': { says: 'Balance is the total less credit and payments.', source: 'B3', certainty: 'SDK' },
  'invoice.members': { says: 'No member says when Recurly will try again.', source: 'B3', certainty: 'SDK' },
  'invoice.transactions': { says: 'An invoice brings all its transactions, oldest first here.', source: 'the contract, Invoice.transactions', certainty: 'SDK' },
  'invoice.prefix': { says: 'A number may have a prefix of a country: FR1001.', source: 'B6', certainty: 'SDK' },
  'invoice.update': { says: 'PUT /invoices/{id} takes po_number (at most 50), customer_notes and terms_and_conditions.', source: 'B3', certainty: 'SDK' },
  'invoice.void': { says: 'Only credit invoices can be voided by API; a charge invoice is 422.', source: 'the contract, void_invoice', certainty: 'SDK' },
  'invoice.voided': { says: 'How a charge invoice comes to be voided, and that charge_invoice.updated tells it.', source: 'B3 states', certainty: 'INF' },
  'invoice.reopen': { says: 'Only a closed, manual invoice can be reopened.', source: 'the contract, reopen_invoice', certainty: 'SDK' },
  'invoice.credit': { says: 'Credit lowers the balance of an open invoice, told as charge_invoice.updated.', source: 'B3', certainty: 'INF' },

  'collect.states': { says: 'Collected are pending and past_due invoices; another state is 422.', source: 'B3; the contract, collect_invoice', certainty: 'SDK' },
  'collect.manual': { says: 'A manual invoice is 422.', source: 'the contract, collect_invoice', certainty: 'SDK' },
  'collect.whole_balance': { says: 'The whole balance is charged; there are no parts.', source: 'B3', certainty: 'DOC' },
  'collect.billing_info': {
    says: "Charged is the named billing info, else the subscription's, else the primary one.", source: 'the contract, InvoiceCollect.billing_info_id', certainty: 'SDK',
  },
  'collect.no_billing_info': {
    says: 'Without any billing info: 422, as a validation or as a transaction with no_billing_information.', source: 'B3', certainty: 'INF', switch: 'collectWithoutBillingInfo',
  },
  'collect.beside_open': {
    says: 'An invoice with a payment that is open is processing, and cannot be collected.', source: 'B3', certainty: 'INF', switch: 'collectBesideOpen',
  },
  'collect.declined': {
    says: 'A decline is 422 transaction with transaction_error: id, category, code, decline_code, message, merchant_advice, and nowhere else.', source: 'B2, B3', certainty: 'SDK',
  },
  'collect.failure_event': {
    says: 'A declined collect sends payment.failed like a retry.', source: 'B1 JSON payload', certainty: 'INF', switch: 'manualFailureSendsEvent',
  },

  mark_successful: { says: 'mark_successful takes no amount and no reference, makes no transaction, closes the whole balance and ends dunning.', source: 'B3', certainty: 'SDK' },
  'mark_successful.states': {
    says: 'It takes pending, processing, past_due and failed invoices; one that is closed is 422.', source: 'B3; the contract, mark_invoice_successful', certainty: 'SDK',
  },
  'mark_successful.paid': { says: 'What paid says of such an invoice is not known; its balance is 0.', source: 'B3', certainty: 'INF', switch: 'markedPaid' },
  mark_failed: { says: 'mark_failed ends dunning and writes the balance off by a credit invoice.', source: 'B3', certainty: 'DOC' },
  'mark_failed.states': { says: 'It takes pending, processing and past_due invoices; another is 422.', source: 'B3', certainty: 'SDK' },

  record: { says: 'POST /invoices/{id}/transactions records an external payment, also a part, and answers the transaction.', source: 'B3', certainty: 'SDK' },
  'record.automatic': { says: 'An automatic invoice is 422.', source: 'B3', certainty: 'SDK' },
  'record.amount': { says: "The amount cannot exceed the invoice's total; whether what is left counts is not said.", source: 'B3', certainty: 'SDK', switch: 'recordAtMost' },
  'record.payment_method': { says: 'payment_method is of a list, description has at most 50 characters.', source: 'B3; the contract, ExternalPaymentMethodEnum', certainty: 'SDK' },

  refund: { says: 'A refund makes a credit invoice with a transaction of type refund; the charge invoice stays paid.', source: 'the contract, refund_invoice', certainty: 'SDK' },
  'refund.credit_invoice': { says: 'A credit invoice names the invoice before it and is told as credit_invoice.created.', source: 'the contract, Invoice.previous_invoice_id', certainty: 'INF' },
  'refund.refundable': { says: 'Refunded is at most what transactions paid: what was marked successful is not refundable.', source: 'the contract, Invoice.refundable_amount', certainty: 'INF' },

  'dunning.behind_our_back': { says: 'Recurly retries overdue automatic invoices by its own calendar.', source: 'B3', certainty: 'DOC' },
  'dunning.limits': { says: 'Up to 20 times within 60 days.', source: 'B3', certainty: 'DOC' },
  'dunning.no_stop': { says: 'No call stops or pauses the dunning of one automatic invoice; only closing the invoice ends it.', source: 'B3', certainty: 'DOC' },
  'dunning.card_update': {
    says: 'All overdue invoices of an account are retried at once when its billing info changes.', source: 'B3', certainty: 'DOC', switch: 'collectsOnCardUpdate',
  },
  'dunning.ending': {
    says: 'After the last retry the campaign leaves the invoice overdue, fails it, or expires the subscription too.', source: 'the contract, DunningCycle', certainty: 'SDK',
  },
  'dunning.campaign': { says: 'A dunning campaign tells mails and its ending, not whether Recurly charges again.', source: 'the contract, DunningCampaign', certainty: 'SDK' },

  'transaction.members': {
    says: "A transaction tells status_code (Recurly's), gateway_response_code (the gateway's), gateway_reference, the payment method and the gateway.", source: 'B2', certainty: 'SDK',
  },
  'transaction.no_advice': { says: 'A transaction that is read tells no decline_code and no merchant_advice.', source: 'B2', certainty: 'SDK' },
  'transaction.statuses': {
    says: 'success, declined, error, pending, processing, scheduled, void, chargeback; an error of communication is error.', source: 'B2', certainty: 'SDK',
  },
  'transaction.raw_code': { says: "gateway_response_code is the gateway's raw code.", source: 'B2', certainty: 'SDK' },
  'transaction.categories': { says: 'Each code has a category: soft, hard, fraud, communication, configuration, and others.', source: 'B2', certainty: 'DOC' },
  'transaction.open': { says: 'pending, processing and scheduled are not final.', source: 'B3, D8', certainty: 'DOC' },
  'transaction.settles': { says: 'An open payment ends with transaction_status_updated, and with succeeded or failed.', source: 'B1 JSON payload, D8', certainty: 'INF' },
  'transaction.taken_back': {
    says: 'A success can become declined, and the invoice overdue again, or a chargeback, which leaves the invoice paid.', source: 'the contract, Transaction.status', certainty: 'INF',
  },

  'token.sources': {
    says: "Tokens are in the transaction's references, the billing info's, or payment_method.gateway_token with gateway_code.", source: 'B2 token sources', certainty: 'SDK',
  },
  'token.references_place': {
    says: 'Which of transaction and billing info brings the references.', source: 'B2 token sources', certainty: 'INF', switch: 'referencesOn',
  },
  'token.recurly_vaults': { says: 'Recurly keeps the card itself and usually holds no token of a gateway.', source: 'B2', certainty: 'DOC' },
  'token.stripe': { says: 'Stripe has two references, stripe_customer and stripe_payment_method; the contract lists neither.', source: 'B2', certainty: 'DOC' },
  'token.adyen': { says: 'Adyen has a token and the shopper in gateway_attributes.account_reference.', source: 'B2', certainty: 'SDK' },
  'token.legacy': { says: 'Other gateways have gateway_token alone, if any.', source: 'B2', certainty: 'SDK' },
  'token.gateway': { says: 'payment_method.gateway_code names the same gateway account as payment_gateway.id.', source: 'B2', certainty: 'INF' },
  'token.wallet': { says: 'Billing infos beside the primary are read by id; one of another account is 404.', source: 'B2', certainty: 'SDK' },
  'token.no_billing_info': { says: 'An account without billing info answers 404.', source: 'the contract, get_billing_info', certainty: 'SDK' },
  'billing_info.updated': { says: 'A changed card keeps the id of its billing info and sends billing_info.updated with the account code.', source: 'B1 JSON payload', certainty: 'INF' },

  'event.payment_failed': { says: 'payment.failed names the transaction; the invoice becomes past_due with its first failure.', source: 'B1 JSON payload', certainty: 'DOC' },
  'event.payment_succeeded': { says: 'payment.succeeded names the transaction.', source: 'B1 JSON payload', certainty: 'DOC' },
  'event.invoice_paid': { says: 'charge_invoice.paid is sent also where an invoice was marked successful, without any transaction.', source: 'B1 JSON payload', certainty: 'DOC' },
  'event.payment_processing': { says: 'An open payment sends payment.processing or payment.scheduled, and charge_invoice.processing.', source: 'B1 JSON payload', certainty: 'INF' },
  'event.payment_voided': { says: 'A voided payment sends payment.voided, and the invoice is overdue again.', source: 'B1 JSON payload', certainty: 'INF' },
  'event.dunning': { says: 'dunning_event.created follows each charge by Recurly itself that fails, the first too, and names the invoice.', source: 'B1 JSON payload', certainty: 'INF' },
  'event.subscription_canceled': { says: 'canceled: will not renew, still valid.', source: 'B1 JSON payload', certainty: 'DOC' },
  'event.subscription_expired': { says: 'expired: has ended.', source: 'B1 JSON payload', certainty: 'DOC' },

  'notification.metadata_only': { says: 'JSON: id, object_type, site_id, event_type, event_time and one locator, nothing else.', source: 'B1 JSON payload', certainty: 'DOC' },
  'notification.locators': {
    says: 'payment and subscription: uuid. Invoices and dunning events: invoice_number. account and billing_info: account_code.', source: 'B1 JSON payload', certainty: 'DOC',
  },
  'notification.prefixed_number': {
    says: 'How invoice_number, a number, is written where it has a prefix.', source: 'B1 JSON payload, B6', certainty: 'INF', switch: 'prefixedInvoiceNumber',
  },
  'notification.snapshot': { says: 'A notification says what was so when it happened, also when it is sent again.', source: 'B1', certainty: 'INF' },
  'notification.xml_roots': { says: 'The root of an XML notification is its event.', source: 'B1 XML payload', certainty: 'REC' },
  'notification.xml_transaction': {
    says: "Its transaction has the uuid as id, the invoice's uuid and number, cents without a currency, gateway_error_codes and failure_type.", source: 'B1 XML payload', certainty: 'REC',
  },
  'notification.xml_dunning': { says: 'A dunning event brings invoice, subscription and the last transaction.', source: 'recorded new-dunning-event', certainty: 'REC' },
  'notification.xml_no_id': { says: 'It has no id.', source: 'B1 dedupe', certainty: 'DOC' },
  'notification.xml_nil': { says: 'What has no value is marked nil, or empty; both are recorded.', source: 'B1 XML payload', certainty: 'REC', switch: 'xmlEmpty' },
  'notification.xml_status': { says: 'The status is Declined or declined; both are recorded.', source: 'B1 XML payload', certainty: 'REC', switch: 'xmlStatusCase' },

  'webhook.endpoints': { says: 'At most 10 endpoints, set up by hand, JSON or XML each, subscribed per event.', source: 'B1', certainty: 'DOC' },
  'webhook.success': { says: 'Any 2xx is an acceptance; anything else is tried again.', source: 'B1', certainty: 'DOC' },
  'webhook.no_redirects': { says: 'Redirects are not followed.', source: 'B1', certainty: 'DOC' },
  'webhook.timeout': { says: 'A receiver has 5 seconds.', source: 'B1', certainty: 'DOC' },
  'webhook.retries': {
    says: '10 retries, the x-th (from 0) after 10 + x·2^(x+5) seconds; that the first delivery comes at once is our reading.', source: 'B1', certainty: 'DOC',
  },
  'webhook.notification_id': { says: 'Header recurly-notification-id is the body id, the same over retries, and not signed.', source: 'B1', certainty: 'DOC' },
  'webhook.signature': {
    says: 'recurly-signature: timestamp, then HMAC-SHA256 in hex over timestamp.body with the key as text, one for each valid key.', source: 'B1', certainty: 'LAB',
  },
  'webhook.timestamp': { says: 'The timestamp is in milliseconds; one example shows seconds.', source: 'B1', certainty: 'LAB', switch: 'signatureUnit' },
  'webhook.restamped': { says: 'Whether a retry has a timestamp of its own.', source: 'B1, E', certainty: 'INF', switch: 'signatureTimestamp' },
  'webhook.rotation': { says: 'A rotated key signs for 24 hours beside the new one.', source: 'B1', certainty: 'DOC' },
  'webhook.basic': { says: 'HTTP Basic can be set for either format.', source: 'B1', certainty: 'DOC' },
  'webhook.xml_unsigned': { says: 'XML is not signed.', source: 'B1', certainty: 'DOC' },

  'money.decimals': { says: 'The API writes JSON numbers in major units.', source: 'B6', certainty: 'SDK' },
  'money.zero_decimals': { says: '15 currencies have no decimals.', source: 'B6', certainty: 'DOC' },
  'money.xml_cents': {
    says: 'What *_in_cents holds for a currency without decimals is not documented.', source: 'B6', certainty: 'INF', switch: 'xmlCentsOfZeroDecimals',
  },
} as const satisfies Readonly<Record<string, Fact>>;

export type FactId = keyof typeof table;

/** What the Recurly fake rests on: sources are sections of the project's page on Recurly where nothing else is named. */
export const facts: Readonly<Record<FactId, Fact>> = table;
