import { applyPayment, contentOf, followInvoice } from './apply-payment.js';
import type { Cause } from './event-log.js';
import type { FakePlatform } from './platform.js';
import type { Invoice, Transaction } from './resources.js';
import { payerOf } from './site.js';
import { addPayment, changeStatus } from './transactions.js';

export const invoiceOf = (platform: FakePlatform, transaction: Transaction): Invoice | null =>
  platform.site.invoices.get(transaction.linked_invoices[0]?.invoice_id ?? '') ?? null;

/** An open payment ends. fact('transaction.reconcile') */
export const settle = (platform: FakePlatform, transaction: Transaction, status: 'success' | 'failure', cause: Cause): void => {
  const invoice = invoiceOf(platform, transaction);
  if (invoice === null) return;
  changeStatus(platform, transaction, status);
  platform.events.emit('transaction_updated', { transaction }, cause);
  if (status === 'success') {
    const byChargebee = invoice.dunning_attempts.some(({ transaction_id: id }) => id === transaction.id);
    applyPayment(platform, invoice, transaction, byChargebee ? 'chargebee' : 'request', cause);
    return;
  }
  followInvoice(platform, invoice);
  platform.events.emit('payment_failed', contentOf(platform, invoice, transaction), cause);
};

/** What was applied is owed again. */
export const reopen = (platform: FakePlatform, invoice: Invoice, amount: number): void => {
  invoice.amount_paid -= amount;
  invoice.amount_due += amount;
  if (invoice.status === 'paid') invoice.status = invoice.dunning_status === undefined ? 'payment_due' : 'not_paid';
  delete invoice.paid_at;
  followInvoice(platform, invoice);
};

/** An earlier success is taken back by the bank: fact('transaction.late_failure') */
export const failLate = (platform: FakePlatform, transaction: Transaction, cause: Cause): void => {
  const invoice = invoiceOf(platform, transaction);
  const applied = transaction.linked_invoices[0]?.applied_amount ?? 0;
  if (transaction.status !== 'success' || invoice === null) return;
  changeStatus(platform, transaction, 'late_failure');
  transaction.error_code = 'late_failure';
  reopen(platform, invoice, applied);
  platform.events.emit('transaction_updated', { transaction }, cause);
  platform.events.emit('invoice_updated', { invoice }, cause);
};

export interface RefundOrder {
  readonly invoice: Invoice;
  readonly amount: number;
  readonly paymentMethod: string;
  readonly referenceNumber?: string | undefined;
  readonly reasonCode?: string | undefined;
}

/** Money goes back: a refund, its credit note, and the invoice stays paid. fact('refund') */
export const refund = (platform: FakePlatform, { invoice, amount, paymentMethod, referenceNumber, reasonCode }: RefundOrder, cause: Cause) => {
  const { site, mintId, clock } = platform;
  const at = clock.hubSeconds();
  const paid = invoice.linked_payments.find((link) => link.txn_status === 'success')?.txn_id;
  const draft = addPayment(platform, { invoice, amount, status: 'success', source: null, paymentMethod, date: at, referenceNumber });
  const transaction: Transaction = { ...draft, type: 'refund', linked_invoices: [], ...(paid === undefined ? {} : { refunded_txn_id: paid }) };
  site.transactions.set(transaction.id, transaction);
  invoice.linked_payments = invoice.linked_payments.filter((link) => link.txn_id !== transaction.id);
  const original = paid === undefined ? undefined : site.transactions.get(paid);
  original?.linked_refunds.push({ txn_id: transaction.id, txn_status: 'success', txn_date: at, txn_amount: amount });
  const note = {
    id: mintId('cn'), object: 'credit_note', customer_id: invoice.customer_id, reference_invoice_id: invoice.id, type: 'refundable', reason_code: reasonCode ?? 'other',
    status: 'refunded', date: at, total: amount, currency_code: invoice.currency_code, updated_at: at, resource_version: 0, deleted: false,
  } as const;
  const creditNote = { ...note };
  site.creditNotes.set(note.id, creditNote);
  invoice.issued_credit_notes.push({ cn_id: note.id, cn_reason_code: note.reason_code, cn_date: at, cn_total: amount, cn_status: 'refunded' });
  for (const resource of [creditNote, invoice, transaction, ...(original === undefined ? [] : [original])]) site.touch(resource);
  platform.events.emit('payment_refunded', { transaction, invoice, credit_note: creditNote, customer: payerOf(site, invoice) }, cause);
  return { transaction, creditNote };
};
