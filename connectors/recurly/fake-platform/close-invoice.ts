import type { Success } from './ledger.js';
import type { FakePlatform } from './platform.js';
import type { Invoice, InvoiceState, Transaction } from './resources.js';
import { balanceOf } from './site.js';

type TakenBy = Success['by'];

/** Changes the state and tells it, once. */
export const moveTo = (platform: FakePlatform, invoice: Invoice, state: Extract<InvoiceState, 'processing' | 'past_due' | 'paid' | 'failed'>): void => {
  if (invoice.state === state) return;
  invoice.state = state;
  invoice.closedAt = state === 'paid' || state === 'failed' ? platform.clock.hubNow() : null;
  if (state === 'paid' || state === 'failed') platform.dunning.end(invoice.id);
  platform.site.touch(invoice);
  platform.events.emit({ object: 'charge_invoice', event: state, invoice });
};

/** Money of a successful transaction arrives. fact('event.payment_succeeded') fact('event.invoice_paid') */
export const applyPayment = (platform: FakePlatform, invoice: Invoice, transaction: Transaction, by: TakenBy, idempotencyKey: string | null): void => {
  const { amount, currency, id, description } = transaction;
  invoice.paid += amount;
  platform.site.touch(invoice);
  platform.ledger.success(invoice.id, { by, transaction: id, description, amount, currency, idempotencyKey });
  platform.events.emit({ object: 'payment', event: 'succeeded', transaction });
  if (balanceOf(invoice) === 0) moveTo(platform, invoice, 'paid');
};

/** Paid by word alone: no transaction, no amount, no reference. fact('mark_successful') */
export const markSuccessful = (platform: FakePlatform, invoice: Invoice, by: 'recorded' | 'out_of_band', idempotencyKey: string | null): void => {
  invoice.writtenOff = 0;
  const amount = balanceOf(invoice);
  invoice.forced += amount;
  platform.ledger.success(invoice.id, { by, transaction: null, description: null, amount, currency: invoice.currency, idempotencyKey });
  moveTo(platform, invoice, 'paid');
};

/** The balance is written off by a credit invoice. fact('mark_failed') */
export const writeOff = (platform: FakePlatform, invoice: Invoice): void => {
  const amount = balanceOf(invoice);
  addCreditInvoice(platform, invoice, amount, 'write_off');
  invoice.writtenOff += amount;
  moveTo(platform, invoice, 'failed');
};

/** fact('refund.credit_invoice') */
export const addCreditInvoice = ({ site, clock, mint, events }: FakePlatform, invoice: Invoice, amount: number, origin: 'refund' | 'write_off'): Invoice => {
  const at = clock.hubNow();
  const credit: Invoice = {
    ...invoice, id: mint.id(), uuid: mint.uuid(), number: nextNumber(site.invoices), type: 'credit', origin, previousInvoiceId: invoice.id, total: -amount,
    state: 'closed', credited: 0, paid: 0, forced: 0, writtenOff: 0, refunded: 0, createdAt: at, updatedAt: at, closedAt: at, dunningEventsSent: 0,
    finalDunningEvent: false, poNumber: null, customerNotes: null,
  };
  site.invoices.set(credit.id, credit);
  events.emit({ object: 'credit_invoice', event: 'created', invoice: credit });
  return credit;
};

/** Invoice numbers count up from 1001. */
export const nextNumber = (invoices: ReadonlyMap<string, Invoice>): number => 1001 + invoices.size;
