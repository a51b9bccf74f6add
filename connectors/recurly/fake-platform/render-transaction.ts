import { decimalOf } from './money.js';
import { accountMini, instantOf, invoiceJson, invoiceMini, paymentMethodOf, type Rendered } from './render.js';
import type { BillingInfo, Invoice, Transaction } from './resources.js';
import { type FakeSite, transactionsOf } from './site.js';
import type { Switches } from './switches.js';

const gatewayOf = (info: BillingInfo | null): Rendered | null => (info === null
  ? null
  : { id: info.gateway.code, object: 'transaction_payment_gateway', type: info.gateway.type, name: info.gateway.name });

/** fact('transaction.members') fact('transaction.no_advice'): decline code and advice are told at the moment of the decline only. */
export const transactionJson = (transaction: Transaction, site: FakeSite, { referencesOn }: Switches): Rendered => {
  const { decline, billingInfo: info } = transaction;
  const references = info === null || referencesOn === 'billing_info' ? [] : info.tokens.references;
  return {
    id: transaction.id, object: 'transaction', uuid: transaction.uuid, original_transaction_id: transaction.originalTransactionId,
    account: accountMini(site, transaction.accountId), invoice: invoiceMini(site, transaction.invoiceId), voided_by_invoice: null,
    subscription_ids: site.invoices.get(transaction.invoiceId)?.subscriptionIds ?? [], type: transaction.type, origin: transaction.origin,
    currency: transaction.currency, description: transaction.description, amount: decimalOf(transaction.amount, transaction.currency),
    status: transaction.status, success: transaction.status === 'success', backup_payment_method_used: transaction.backupUsed,
    refunded: transaction.refunded, billing_address: null, collection_method: transaction.collectionMethod,
    payment_method: info === null ? { object: transaction.externalMethod ?? 'other' } : paymentMethodOf(info),
    payment_gateway_references: references, ip_address_v4: null, ip_address_country: null,
    status_code: decline?.statusCode ?? null, status_message: decline?.merchantMessage ?? null, customer_message: decline?.customerMessage ?? null,
    customer_message_locale: decline === null ? null : 'en-US', payment_gateway: gatewayOf(info),
    gateway_message: decline?.gatewayMessage ?? (info === null ? null : 'Approved'), gateway_reference: transaction.gatewayReference,
    gateway_approval_code: null, gateway_response_code: decline?.gatewayCode ?? null, gateway_response_time: info === null ? null : 0.5,
    gateway_response_values: decline === null ? {} : { response_code: decline.gatewayCode, response_text: decline.gatewayMessage },
    cvv_check: null, avs_check: null, created_at: instantOf(transaction.createdAt), updated_at: instantOf(transaction.updatedAt),
    voided_at: instantOf(transaction.voidedAt), collected_at: instantOf(transaction.collectedAt),
  };
};

/** An invoice brings its transactions: fact('invoice.transactions') */
export const invoiceWithTransactions = (invoice: Invoice, site: FakeSite, switches: Switches): Rendered =>
  invoiceJson(invoice, site, switches, transactionsOf(site, invoice.id).map((transaction) => transactionJson(transaction, site, switches)));
