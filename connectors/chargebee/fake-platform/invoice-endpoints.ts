import { z } from 'zod';
import { applyPayment, contentOf, followInvoice } from './apply-payment.js';
import { type ChargebeeFailure, notFound, refusal, wrongState } from './chargebee-failure.js';
import { collect, openPaymentOf } from './collect.js';
import type { Cause } from './event-log.js';
import { fact } from './fact.js';
import { comment, integer, text } from './parameters.js';
import type { FakePlatform } from './platform.js';
import type { Invoice, PaymentSource } from './resources.js';
import { type Route, route } from './route.js';
import { refund, reopen } from './settle.js';
import { payerOf, sourceFor } from './site.js';
import { addPayment } from './transactions.js';

export const invoiceNamed = ({ site }: FakePlatform, id: string): Invoice => {
  const invoice = site.invoices.get(id);
  if (invoice === undefined || invoice.deleted) throw notFound(fact('request.resource_missing'), id);
  return invoice;
};

/** fact('record.methods'): a card is not among them. */
const recordable = z.enum(['cash', 'check', 'bank_transfer', 'other', 'app_store', 'play_store', 'custom', 'dana', 'touch_n_go', 'tamara', 'qpay']);

const recordSchema = z.strictObject({
  comment,
  transaction: z.strictObject({
    payment_method: recordable,
    amount: integer(0).optional(),
    reference_number: text(100).optional(),
    custom_payment_method_id: text(50).optional(),
    id_at_gateway: text(100).optional(),
    status: z.enum(['success', 'failure', 'late_failure']).default('success'),
    date: integer(0).optional(),
    error_code: text(100).optional(),
    error_text: text(65_000).optional(),
  }),
});

type Recorded = z.output<typeof recordSchema>['transaction'];

/** fact('record.states') */
const refuseRecording = (platform: FakePlatform, invoice: Invoice, { payment_method: method, custom_payment_method_id: custom }: Recorded, amount: number): void => {
  if (method === 'custom' && custom === undefined) {
    throw refusal({
      fact: fact('record.methods'), status: 400, code: 'param_wrong_value', param: 'transaction[custom_payment_method_id]',
      message: 'transaction[custom_payment_method_id] : cannot be blank',
    });
  }
  if (!['payment_due', 'posted', 'not_paid'].includes(invoice.status)) {
    throw wrongState(fact('record.states'), `Payment cannot be recorded for the invoice ${invoice.id} as it is ${invoice.status}.`);
  }
  if (amount > invoice.amount_due && platform.switches.overpayment === 'refused') {
    throw refusal({
      fact: fact('record.overpayment'), status: 400, code: 'param_wrong_value', param: 'transaction[amount]', executed: true,
      message: `transaction[amount] : cannot be more than ${invoice.amount_due}`,
    });
  }
};

/** fact('record.no_dedupe'): the same reference twice is two payments. */
const record = (platform: FakePlatform, invoice: Invoice, told: Recorded, cause: Cause): object => {
  const amount = told.amount ?? invoice.amount_due;
  refuseRecording(platform, invoice, told, amount);
  const transaction = addPayment(platform, {
    invoice, amount, status: told.status, source: null, paymentMethod: told.payment_method, date: told.date ?? platform.clock.hubSeconds(),
    idAtGateway: told.id_at_gateway, referenceNumber: told.reference_number,
    error: {
      ...(told.error_code === undefined ? {} : { error_code: told.error_code }),
      ...(told.error_text === undefined ? {} : { error_text: told.error_text }),
    },
  });
  if (told.status === 'success') applyPayment(platform, invoice, transaction, 'recorded', cause);
  else {
    // fact('record.failure')
    followInvoice(platform, invoice);
    platform.events.emit('payment_failed', contentOf(platform, invoice, transaction), cause);
  }
  return { invoice, transaction };
};

/** fact('collect.states') */
const refuseCollecting = (platform: FakePlatform, invoice: Invoice, amount: number): void => {
  if (invoice.status !== 'payment_due' && invoice.status !== 'not_paid') {
    const message = `Payment cannot be collected for the invoice ${invoice.id} as it is ${invoice.status}.`;
    if (platform.switches.collectPaidCode === 'invalid_state_for_request') throw wrongState(fact('collect.states'), message);
    throw refusal({ fact: fact('collect.states'), status: 400, code: 'invalid_request', message, executed: true });
  }
  if (openPaymentOf(platform, invoice) !== null && platform.switches.collectBesideOpen === 'refused') {
    throw wrongState(fact('collect.open_payment'), `A payment of the invoice ${invoice.id} is in progress.`);
  }
  if (amount <= invoice.amount_due) return;
  throw refusal({
    fact: fact('collect.amount'), status: 400, code: 'param_wrong_value', param: 'amount', message: `amount : cannot be more than ${invoice.amount_due}`,
  });
};

const absent = (): ChargebeeFailure => refusal({
  fact: fact('collect.no_source'), status: 400, code: 'payment_method_not_present', type: 'payment', executed: true,
  message: 'No payment method is present for the customer.',
});

const sourceOf = (platform: FakePlatform, invoice: Invoice, id: string | undefined): PaymentSource => {
  const found = id === undefined ? sourceFor(platform.site, invoice) : (platform.site.sources.get(id) ?? null);
  if (found !== null && !found.deleted && found.customer_id === payerOf(platform.site, invoice)?.id) return found;
  throw id === undefined ? absent() : notFound(fact('collect.foreign_source'), id);
};

const collectSchema = z.strictObject({
  amount: integer(1).optional(), payment_source_id: text(40).optional(), comment, payment_initiator: z.enum(['customer', 'merchant']).optional(),
  authorization_transaction_id: text(40).optional(),
});

type Collecting = z.output<typeof collectSchema>;

const collectNow = (platform: FakePlatform, invoice: Invoice, order: Collecting, cause: Cause): object => {
  const amount = order.amount ?? invoice.amount_due;
  refuseCollecting(platform, invoice, amount);
  const source = sourceOf(platform, invoice, order.payment_source_id);
  const { transaction, answer } = collect(platform, { invoice, source, amount, cause, by: 'request', initiator: order.payment_initiator });
  if (answer.status !== 'failure') return { invoice, transaction };
  throw refusal({
    fact: fact('collect.declined'), status: 400, code: answer.refusedAs, type: 'payment', executed: true,
    message: `Problem while collecting payment. Error message: ${answer.error?.error_text ?? ''}`,
  });
};

const paymentOf = (platform: FakePlatform, invoice: Invoice, id: string) => {
  const found = platform.site.transactions.get(id);
  if (found !== undefined && invoice.linked_payments.some((link) => link.txn_id === id)) return found;
  throw notFound(fact('request.resource_missing'), id);
};

/** fact('record.remove') */
const remove = (platform: FakePlatform, invoice: Invoice, id: string, cause: Cause): object => {
  const transaction = paymentOf(platform, invoice, id);
  const applied = transaction.linked_invoices[0]?.applied_amount ?? 0;
  if (transaction.status !== 'success') throw wrongState(fact('record.remove'), 'Only successful payments can be removed.');
  invoice.linked_payments = invoice.linked_payments.filter((link) => link.txn_id !== id);
  transaction.linked_invoices = [];
  const customer = payerOf(platform.site, invoice);
  if (platform.switches.removedPayment === 'excess' && customer !== null) {
    transaction.amount_unused += applied;
    customer.excess_payments += applied;
    platform.site.touch(customer);
  }
  platform.site.touch(transaction);
  reopen(platform, invoice, applied);
  platform.events.emit('invoice_updated', { invoice }, cause);
  platform.events.emit('transaction_updated', { transaction }, cause);
  return { invoice, transaction };
};

const refundSchema = z.strictObject({
  comment: text(65_000).optional(),
  customer_notes: text(2_000).optional(),
  transaction: z.strictObject({
    payment_method: z.string().min(1), amount: integer(0).optional(), reference_number: text(100).optional(), date: integer(0),
    custom_payment_method_id: text(50).optional(),
  }),
  credit_note: z.strictObject({ reason_code: z.string().optional(), create_reason_code: text(100).optional() }).optional(),
});

/** fact('refund.record') */
const recordRefund = (platform: FakePlatform, invoice: Invoice, { transaction: told, credit_note: note }: z.output<typeof refundSchema>, cause: Cause): object => {
  const back = invoice.issued_credit_notes.reduce((sum, { cn_total: total }) => sum + total, 0);
  const amount = told.amount ?? invoice.amount_paid - back;
  if (invoice.amount_paid === 0) throw wrongState(fact('refund.record'), `The invoice ${invoice.id} has no payment to refund.`);
  if (amount > invoice.amount_paid - back) {
    throw refusal({ fact: fact('refund.record'), status: 400, code: 'param_wrong_value', param: 'transaction[amount]', message: 'transaction[amount] : more than was paid' });
  }
  const order = { invoice, amount, paymentMethod: told.payment_method, referenceNumber: told.reference_number, reasonCode: note?.reason_code };
  const { transaction, creditNote } = refund(platform, order, cause);
  return { invoice, transaction, credit_note: creditNote };
};

const removeSchema = z.strictObject({ transaction: z.strictObject({ id: text(40) }) });

export const invoiceRoutes: readonly Route[] = [
  route({
    method: 'GET', path: '/invoices/:id', data: 'transactional', parameters: z.object({}),
    run: (platform, _parameters, { id }) => ({ invoice: invoiceNamed(platform, id) }),
  }),
  route({
    method: 'POST', path: '/invoices/:id/record_payment', data: 'transactional', parameters: recordSchema,
    run: (platform, { transaction }, { id, cause }) => record(platform, invoiceNamed(platform, id), transaction, cause),
  }),
  route({
    method: 'POST', path: '/invoices/:id/collect_payment', data: 'transactional', parameters: collectSchema,
    moves: (_platform, { payment_source_id: source }, id) => ({ debtId: id, call: 'invoices.collect_payment', paymentSource: source ?? null }),
    run: (platform, order, { id, cause }) => collectNow(platform, invoiceNamed(platform, id), order, cause),
  }),
  route({
    method: 'POST', path: '/invoices/:id/remove_payment', data: 'transactional', parameters: removeSchema,
    run: (platform, { transaction }, { id, cause }) => remove(platform, invoiceNamed(platform, id), transaction.id, cause),
  }),
  route({
    method: 'POST', path: '/invoices/:id/record_refund', data: 'transactional', parameters: refundSchema,
    run: (platform, order, { id, cause }) => recordRefund(platform, invoiceNamed(platform, id), order, cause),
  }),
];
