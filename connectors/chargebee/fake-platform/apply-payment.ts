import { BY_DUNNING, type Cause, type Content } from './event-log.js';
import type { Success } from './ledger.js';
import type { FakePlatform } from './platform.js';
import type { Invoice, Transaction } from './resources.js';
import { payerOf, subscriptionOf } from './site.js';

/** What a payment's event holds: subscription and card are absent where there is none. fact('event.payment_content') */
export const contentOf = ({ site }: FakePlatform, invoice: Invoice, transaction: Transaction): Content => {
  const source = site.sources.get(transaction.payment_source_id ?? '');
  return {
    transaction,
    invoice,
    customer: payerOf(site, invoice),
    subscription: subscriptionOf(site, invoice),
    card: source === undefined ? null : { ...source.card, object: 'card', customer_id: source.customer_id, payment_source_id: source.id, gateway: source.gateway, status: source.status },
  };
};

/** Follows the invoice's amounts: dues of the subscription, and the copies of its status. */
export const followInvoice = (platform: FakePlatform, invoice: Invoice): void => {
  const { site } = platform;
  invoice.amount_to_collect = invoice.amount_due;
  site.touch(invoice);
  for (const { txn_id: id } of invoice.linked_payments) {
    const link = site.transactions.get(id)?.linked_invoices.find((candidate) => candidate.invoice_id === invoice.id);
    if (link !== undefined) link.invoice_status = invoice.status;
  }
  const subscription = subscriptionOf(site, invoice);
  if (subscription === null) return;
  const due = [...site.invoices.values()].filter((other) => other.subscription_id === subscription.id && !other.deleted && ['payment_due', 'not_paid'].includes(other.status));
  subscription.due_invoices_count = due.length;
  subscription.total_dues = due.reduce((sum, other) => sum + other.amount_due, 0);
  site.touch(subscription);
};

/** Nothing is due any more: paid, and dunning ends. fact('invoice.paid') */
export const closeWhenSettled = (platform: FakePlatform, invoice: Invoice): void => {
  if (invoice.amount_due > 0 || invoice.status === 'voided') return;
  platform.dunning.stop(invoice);
  invoice.status = 'paid';
  invoice.paid_at = platform.clock.hubSeconds();
  if (invoice.dunning_status === 'in_progress') invoice.dunning_status = 'success';
};

/**
 * Writes a successful payment: what is due drops, the rest is the customer's excess, and the ledger hears of it.
 * fact('record.partial') fact('record.overpayment')
 */
export const applyPayment = (platform: FakePlatform, invoice: Invoice, transaction: Transaction, by: Success['by'], cause: Cause): void => {
  const { site } = platform;
  const applied = Math.min(transaction.amount, invoice.amount_due);
  const excess = transaction.amount - applied;
  invoice.amount_paid += applied;
  invoice.amount_due -= applied;
  invoice.linked_payments = invoice.linked_payments.map((link) => (link.txn_id === transaction.id ? { ...link, applied_amount: applied } : link));
  transaction.linked_invoices = transaction.linked_invoices.map((link) => ({ ...link, applied_amount: applied }));
  transaction.amount_unused = excess;
  const customer = payerOf(site, invoice);
  if (excess > 0 && customer !== null) {
    customer.excess_payments += excess;
    site.touch(customer);
  }
  closeWhenSettled(platform, invoice);
  followInvoice(platform, invoice);
  site.touch(transaction);
  platform.ledger.success(invoice.id, {
    by,
    transaction: transaction.id,
    idAtGateway: transaction.id_at_gateway ?? null,
    referenceNumber: transaction.reference_number ?? null,
    amount: transaction.amount,
    currency: transaction.currency_code,
    idempotencyKey: cause.idempotencyKey,
  });
  // fact('event.own_record_comes_back')
  platform.events.emit('payment_succeeded', contentOf(platform, invoice, transaction), cause);
  platform.events.emit('invoice_updated', { invoice }, cause);
};

/** The last retry failed: not paid, and the subscription as the site is set. fact('dunning.exhausted') */
export const exhaust = (platform: FakePlatform, invoice: Invoice): void => {
  const ending = platform.dunning.ending(invoice.id);
  invoice.dunning_status = 'exhausted';
  invoice.status = 'not_paid';
  platform.dunning.stop(invoice);
  const subscription = subscriptionOf(platform.site, invoice);
  if (ending === 'cancel_subscription' && subscription !== null) {
    subscription.status = 'cancelled';
    subscription.cancelled_at = platform.clock.hubSeconds();
    subscription.cancel_reason = 'not_paid';
    platform.site.touch(subscription);
    const customer = payerOf(platform.site, invoice);
    platform.events.emit('subscription_cancelled', { subscription, customer, invoice }, BY_DUNNING);
  }
  followInvoice(platform, invoice);
};
