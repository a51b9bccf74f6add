import { announceFailure } from './charge-invoice.js';
import { applyPayment, moveTo } from './close-invoice.js';
import { answerCharge } from './declines.js';
import type { FakePlatform } from './platform.js';
import type { Invoice, Transaction } from './resources.js';
import { transactionsOf } from './site.js';

export const invoiceOf = ({ site }: FakePlatform, transaction: Transaction): Invoice => {
  const invoice = site.invoices.get(transaction.invoiceId);
  if (invoice === undefined) throw new Error(`transaction ${transaction.id}: its invoice is not there`);
  return invoice;
};

const change = (platform: FakePlatform, transaction: Transaction, status: Transaction['status']): void => {
  transaction.status = status;
  platform.site.touch(transaction);
  platform.events.emit({ object: 'payment', event: 'transaction_status_updated', transaction });
};

/** An open payment ends: fact('transaction.settles') */
export const settle = (platform: FakePlatform, transaction: Transaction, result: 'success' | 'declined'): void => {
  const invoice = invoiceOf(platform, transaction);
  const by = transaction.origin === 'recurring' ? 'recurly' : 'request';
  change(platform, transaction, result);
  if (result === 'success') {
    applyPayment(platform, invoice, transaction, by, null);
    return;
  }
  transaction.decline = answerCharge('declined').decline;
  announceFailure(platform, invoice, transaction, by);
};

const owedAgain = (platform: FakePlatform, invoice: Invoice, amount: number): void => {
  invoice.paid -= amount;
  if (invoice.state === 'paid') moveTo(platform, invoice, 'past_due');
};

/** An earlier success is taken back, by the bank or by the cardholder: fact('transaction.taken_back') */
export const takeBack = (platform: FakePlatform, transaction: Transaction, why: 'late_failure' | 'chargeback'): void => {
  if (transaction.status !== 'success') throw new Error(`transaction ${transaction.id}: found ${transaction.status}, expected success`);
  change(platform, transaction, why === 'chargeback' ? 'chargeback' : 'declined');
  if (why === 'chargeback') return;
  transaction.decline = answerCharge('declined').decline;
  owedAgain(platform, invoiceOf(platform, transaction), transaction.amount);
};

/** The merchant voids a payment that is not settled yet: fact('event.payment_voided') */
export const voidPayment = (platform: FakePlatform, invoice: Invoice): void => {
  const transaction = transactionsOf(platform.site, invoice.id).findLast(({ status }) => status === 'success');
  if (transaction === undefined) throw new Error(`invoice ${invoice.id}: found no successful transaction to void`);
  transaction.status = 'void';
  transaction.voidedAt = platform.clock.hubNow();
  platform.site.touch(transaction);
  platform.events.emit({ object: 'payment', event: 'voided', transaction });
  owedAgain(platform, invoice, transaction.amount);
};
