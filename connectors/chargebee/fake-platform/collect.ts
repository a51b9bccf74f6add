import { nextResult } from '../../../core/connector-kit/testing/index.js';
import { applyPayment, contentOf, exhaust, followInvoice } from './apply-payment.js';
import { answerCharge, type ChargeAnswer } from './declines.js';
import { BY_DUNNING, type Cause } from './event-log.js';
import type { FakePlatform } from './platform.js';
import type { Invoice, PaymentSource, Transaction } from './resources.js';
import { collectsByItself, type ChargeResult, sourceFor } from './site.js';
import { addPayment } from './transactions.js';

export interface CollectOrder {
  readonly invoice: Invoice;
  readonly source: PaymentSource;
  readonly amount: number;
  readonly cause: Cause;
  readonly by: 'request' | 'chargebee' | 'customer';
  readonly initiator?: 'customer' | 'merchant' | undefined;
  readonly forced?: ChargeResult | undefined;
}

export interface Collected {
  readonly transaction: Transaction;
  readonly answer: ChargeAnswer;
}

const resultOf = ({ site }: FakePlatform, source: PaymentSource): ChargeResult => {
  const script = site.scripts.get(source.id);
  return (script === undefined ? undefined : nextResult(script)) ?? 'success';
};

/** Charges a payment source at its gateway for an invoice. */
export const collect = (platform: FakePlatform, { invoice, source, amount, cause, by, initiator, forced }: CollectOrder): Collected => {
  const answer = answerCharge(source.gateway, forced ?? resultOf(platform, source), platform.switches.errorDetail ? 'with_detail' : 'without_detail');
  const transaction = addPayment(platform, {
    invoice, amount, status: answer.status, source, paymentMethod: 'card', date: platform.clock.hubSeconds(), initiator, error: answer.error,
  });
  if (by === 'chargebee') noteAttempt(platform, invoice, transaction);
  if (answer.status === 'success') applyPayment(platform, invoice, transaction, by, cause);
  else if (answer.status === 'failure') announceFailure(platform, invoice, transaction, by, cause);
  else announceOpen(platform, invoice, transaction, cause);
  return { transaction, answer };
};

/** fact('invoice.dunning_attempts') */
const noteAttempt = (platform: FakePlatform, invoice: Invoice, { id, status, amount }: Transaction): void => {
  const attempt = invoice.dunning_attempts.length + 1;
  invoice.dunning_attempts.push({
    attempt, transaction_id: id, dunning_type: 'auto_collect', created_at: platform.clock.hubSeconds(), txn_status: status, txn_amount: amount,
  });
};

/** fact('event.payment_failed') fact('collect.failure_event') */
const announceFailure = (platform: FakePlatform, invoice: Invoice, transaction: Transaction, by: CollectOrder['by'], cause: Cause): void => {
  const ends = by === 'chargebee' && invoice.status === 'payment_due' && platform.dunning.isLast(invoice.id);
  if (ends) exhaust(platform, invoice);
  else followInvoice(platform, invoice);
  const told = by === 'chargebee' || platform.switches.manualFailureSendsEvent;
  if (told) platform.events.emit('payment_failed', contentOf(platform, invoice, transaction), cause);
  if (!ends) return;
  platform.events.emit('dunning_updated', { invoice }, cause);
  platform.events.emit('invoice_updated', { invoice }, cause);
};

/** fact('event.payment_initiated') */
const announceOpen = (platform: FakePlatform, invoice: Invoice, transaction: Transaction, cause: Cause): void => {
  followInvoice(platform, invoice);
  platform.events.emit(transaction.status === 'in_progress' ? 'payment_initiated' : 'transaction_created', contentOf(platform, invoice, transaction), cause);
};

/** A payment whose outcome is open: fact('transaction.statuses') */
export const openPaymentOf = ({ site }: FakePlatform, invoice: Invoice): Transaction | null =>
  invoice.linked_payments.flatMap(({ txn_id: id }) => site.transactions.get(id) ?? [])
    .find(({ status }) => status === 'in_progress' || status === 'needs_attention' || status === 'timeout') ?? null;

/** One attempt by Chargebee itself; none while a payment is open. fact('dunning.behind_our_back') */
export const retryByChargebee = (platform: FakePlatform, invoice: Invoice, forced?: ChargeResult): void => {
  if (invoice.status !== 'payment_due' || !collectsByItself(platform.site, invoice)) return;
  if (openPaymentOf(platform, invoice) !== null) return;
  const source = sourceFor(platform.site, invoice);
  if (source === null) return;
  collect(platform, { invoice, source, amount: invoice.amount_due, cause: BY_DUNNING, by: 'chargebee', initiator: 'merchant', forced });
};
