import { named } from '../../../core/connector-kit/testing/index.js';
import { applyPayment, closeWhenSettled, followInvoice } from './apply-payment.js';
import { collect, retryByChargebee } from './collect.js';
import { BY_CUSTOMER, BY_DUNNING, BY_MERCHANT, causeOf } from './event-log.js';
import { addSource, type CardOrder, makePrimary } from './new-parties.js';
import type { FakePlatform } from './platform.js';
import type { CreditNote, Invoice } from './resources.js';
import { failLate, refund, settle } from './settle.js';
import { addPayment } from './transactions.js';

const invoiceNamed = ({ site }: FakePlatform, id: string): Invoice => named(site.invoices, 'invoice', id);

const tellOrNot = (platform: FakePlatform, tells: boolean, act: () => void): void => {
  if (tells) act();
  else platform.events.quietly(act);
};

/** fact('event.card_changed'): under its old and its new name. */
export const updateCard = (platform: FakePlatform, { customer: id, card, tells }: { customer: string; card: CardOrder; tells: boolean }): { paymentSource: string } => {
  const customer = named(platform.site.customers, 'customer', id);
  const source = addSource(platform, id, card);
  for (const subscription of platform.site.subscriptions.values()) {
    if (subscription.customer_id === id) delete subscription.payment_source_id;
  }
  makePrimary(platform, customer, source);
  tellOrNot(platform, tells, () => {
    platform.events.emit('payment_source_added', { customer, payment_source: source }, BY_CUSTOMER);
    platform.events.emit('card_added', { customer, card: { ...source.card, customer_id: id, payment_source_id: source.id } }, BY_CUSTOMER);
  });
  return { paymentSource: source.id };
};

export const deleteCard = (platform: FakePlatform, id: string): void => {
  const source = named(platform.site.sources, 'payment source', id);
  const customer = named(platform.site.customers, 'customer', source.customer_id);
  source.deleted = true;
  platform.site.touch(source);
  if (customer.primary_payment_source_id === id) {
    delete customer.primary_payment_source_id;
    delete customer.payment_method;
    customer.card_status = 'no_card';
    platform.site.touch(customer);
  }
  platform.events.emit('payment_source_deleted', { customer, payment_source: source }, BY_CUSTOMER);
};

export interface PaidElsewhere {
  readonly invoice: string;
  readonly how: 'other_card' | 'offline';
  readonly amount?: number | undefined;
}

export const payElsewhere = (platform: FakePlatform, order: PaidElsewhere): void => {
  const invoice = invoiceNamed(platform, order.invoice);
  const amount = order.amount ?? invoice.amount_due;
  if (!['payment_due', 'not_paid', 'posted'].includes(invoice.status)) throw new Error(`invoice ${invoice.id}: found status ${invoice.status}, expected one that is open`);
  if (order.how === 'offline') {
    const transaction = addPayment(platform, { invoice, amount, status: 'success', source: null, paymentMethod: 'check', date: platform.clock.hubSeconds() });
    applyPayment(platform, invoice, transaction, 'out_of_band', BY_MERCHANT);
    return;
  }
  const card = { gateway: 'stripe', gatewayAccount: 'gw_FakeStripe', brand: 'visa', results: ['success'] };
  const source = addSource(platform, invoice.payment_owner ?? invoice.customer_id, card);
  collect(platform, { invoice, source, amount, cause: causeOf('hosted_page'), by: 'customer', initiator: 'customer' });
};

/** fact('invoice.void') */
export const voidInvoice = (platform: FakePlatform, id: string): void => {
  const invoice = invoiceNamed(platform, id);
  platform.dunning.stop(invoice);
  invoice.status = 'voided';
  invoice.voided_at = platform.clock.hubSeconds();
  invoice.amount_due = 0;
  followInvoice(platform, invoice);
  platform.events.emit('invoice_updated', { invoice }, BY_MERCHANT);
};

/** fact('invoice.write_off') */
export const writeOff = (platform: FakePlatform, id: string): void => {
  const invoice = invoiceNamed(platform, id);
  invoice.write_off_amount += invoice.amount_due;
  invoice.amount_due = 0;
  platform.dunning.stop(invoice);
  if (platform.switches.writeOffStatus === 'paid') closeWhenSettled(platform, invoice);
  followInvoice(platform, invoice);
  platform.events.emit('invoice_updated', { invoice }, BY_MERCHANT);
};

/** fact('invoice.deleted') */
export const deleteInvoice = (platform: FakePlatform, id: string): void => {
  const invoice = invoiceNamed(platform, id);
  platform.dunning.stop(invoice);
  invoice.deleted = true;
  followInvoice(platform, invoice);
  platform.events.emit('invoice_deleted', { invoice }, BY_MERCHANT);
};

/** fact('invoice.adjusted') */
export const addCreditNote = (platform: FakePlatform, { invoice: id, amount, tells }: { invoice: string; amount: number; tells: boolean }): void => {
  const { site, clock, mintId } = platform;
  const invoice = invoiceNamed(platform, id);
  const at = clock.hubSeconds();
  if (amount > invoice.amount_due) throw new Error(`amount: found ${amount}, expected at most the ${invoice.amount_due} that are due`);
  const note: CreditNote = {
    id: mintId('cn'), object: 'credit_note', customer_id: invoice.customer_id, reference_invoice_id: id, type: 'adjustment', reason_code: 'service_unsatisfactory',
    status: 'adjusted', date: at, total: amount, currency_code: invoice.currency_code, updated_at: at, resource_version: 0, deleted: false,
  };
  site.creditNotes.set(note.id, note);
  site.touch(note);
  invoice.adjustment_credit_notes.push({ cn_id: note.id, cn_reason_code: note.reason_code, cn_date: at, cn_total: amount, cn_status: 'adjusted' });
  invoice.amount_adjusted += amount;
  invoice.amount_due -= amount;
  closeWhenSettled(platform, invoice);
  followInvoice(platform, invoice);
  tellOrNot(platform, tells, () => {
    platform.events.emit('credit_note_created', { credit_note: note }, BY_MERCHANT);
    platform.events.emit('invoice_updated', { invoice }, BY_MERCHANT);
  });
};

/** fact('event.subscription_cancelled') */
export const cancelSubscription = (platform: FakePlatform, id: string): void => {
  const subscription = named(platform.site.subscriptions, 'subscription', id);
  const customer = platform.site.customers.get(subscription.customer_id);
  subscription.status = 'cancelled';
  subscription.cancelled_at = platform.clock.hubSeconds();
  platform.site.touch(subscription);
  platform.events.emit('subscription_cancelled', { subscription, customer }, BY_MERCHANT);
};

export const settlePayment = (platform: FakePlatform, { transaction, status }: { transaction: string; status: 'success' | 'failure' }): void =>
  settle(platform, named(platform.site.transactions, 'transaction', transaction), status, BY_DUNNING);

export const failLatePayment = (platform: FakePlatform, id: string): void =>
  failLate(platform, named(platform.site.transactions, 'transaction', id), causeOf('system'));

export const refundByMerchant = (platform: FakePlatform, order: { invoice: string; amount?: number | undefined }): void => {
  const invoice = invoiceNamed(platform, order.invoice);
  refund(platform, { invoice, amount: order.amount ?? invoice.amount_paid, paymentMethod: 'card' }, BY_MERCHANT);
};

export const dun = (platform: FakePlatform, id: string, result: string): void => retryByChargebee(platform, invoiceNamed(platform, id), result);
