import { z } from 'zod';
import { addTransaction, charge } from './charge-invoice.js';
import { applyPayment, markSuccessful, writeOff } from './close-invoice.js';
import { fact } from './fact.js';
import { findAccount, findBillingInfo, findInvoice, invoiceIdOf } from './find.js';
import type { Move } from './ledger.js';
import { minorOf } from './money.js';
import { amount, instant, nothing, text } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { refusal, wrongState } from './recurly-failure.js';
import { refund } from './refund.js';
import type { Rendered } from './render.js';
import { invoiceWithTransactions, transactionJson } from './render-transaction.js';
import type { BillingInfo, Decline, Invoice, Transaction } from './resources.js';
import { type Route, route } from './route.js';
import { balanceOf, billingInfoFor, isOpen, openPaymentOf } from './site.js';

/** fact('record.payment_method') */
const externalMethod = z.enum([
  'bacs', 'ach', 'amazon', 'apple_pay', 'braintree_apple_pay', 'check', 'credit_card', 'eft', 'google_pay', 'mercadopago', 'money_order', 'other', 'paypal',
  'pix_automatico', 'roku', 'sepadirectdebit', 'wire_transfer',
]);

const rendered = ({ site, switches }: FakePlatform, invoice: Invoice): Rendered => invoiceWithTransactions(invoice, site, switches);

const minor = (decimal: number, invoice: Invoice): number => {
  const read = minorOf(decimal, invoice.currency);
  if (read !== null && read > 0) return read;
  throw refusal({ fact: fact('request.parameter_wrong'), status: 422, type: 'validation', param: 'amount', message: 'amount is invalid' });
};

const collectBody = z.strictObject({
  three_d_secure_action_result_token_id: text(22).optional(), transaction_type: z.literal('moto').optional(), billing_info_id: z.string().optional(),
});

const moveOf = ({ site }: FakePlatform, { billing_info_id: named }: z.output<typeof collectBody>, id: string): Move | null => {
  const invoice = site.invoices.get(invoiceIdOf(site, id));
  if (invoice === undefined) return null;
  return { debtId: invoice.id, call: 'invoices.collect', billingInfo: named ?? billingInfoFor(site, invoice)?.id ?? null };
};

/** fact('collect.declined'): the only place that tells decline code and advice. */
const declined = ({ id }: Transaction, decline: Decline) => refusal({
  fact: fact('collect.declined'), status: 422, type: 'transaction', message: decline.customerMessage, executed: true,
  transactionError: {
    object: 'transaction_error', transaction_id: id, category: decline.category, code: decline.statusCode, decline_code: decline.declineCode,
    message: decline.customerMessage, merchant_advice: decline.merchantAdvice,
    three_d_secure_action_token_id: decline.category === 'three_d_secure_action_required' ? 'fake3dsactiontoken0001' : null,
  },
});

/** fact('collect.states') fact('collect.manual') */
const checkCollectable = ({ site, switches }: FakePlatform, invoice: Invoice): void => {
  if (invoice.collectionMethod === 'manual') throw wrongState(fact('collect.manual'), 'A manual invoice cannot be collected.', 'collection_method');
  const isOpenBeside = openPaymentOf(site, invoice) !== null;
  const mayBeside = isOpenBeside && switches.collectBesideOpen === 'charges_again' && invoice.state === 'processing';
  if (invoice.type === 'charge' && (invoice.state === 'pending' || invoice.state === 'past_due' || mayBeside)) return;
  // fact('collect.beside_open')
  throw wrongState(isOpenBeside ? fact('collect.beside_open') : fact('collect.states'), `An invoice that is ${invoice.state} cannot be collected.`, 'state');
};

/** fact('collect.billing_info') fact('collect.no_billing_info') */
const billingInfoOf = ({ site, switches }: FakePlatform, invoice: Invoice, named: string | undefined): BillingInfo => {
  const info = named === undefined ? billingInfoFor(site, invoice) : findBillingInfo(site, findAccount(site, invoice.accountId), named);
  if (info !== null) return info;
  if (switches.collectWithoutBillingInfo === 'validation') throw wrongState(fact('collect.no_billing_info'), 'The account has no billing info.', 'billing_info');
  throw refusal({
    fact: fact('collect.no_billing_info'), status: 422, type: 'transaction', message: 'The account has no billing info.', executed: true,
    transactionError: { object: 'transaction_error', transaction_id: null, category: 'hard', code: 'no_billing_information', message: 'The account has no billing info.' },
  });
};

const movingRoutes: readonly Route[] = [
  route({
    method: 'PUT', path: '/invoices/:id/collect', parameters: collectBody, moves: moveOf,
    run: (platform, { billing_info_id: named }, { id, idempotencyKey }) => {
      const invoice = findInvoice(platform.site, id);
      checkCollectable(platform, invoice);
      const billingInfo = billingInfoOf(platform, invoice, named);
      const transaction = charge(platform, { invoice, billingInfo, by: 'request', origin: 'api_force_collect', idempotencyKey });
      if (transaction.decline !== null) throw declined(transaction, transaction.decline);
      return rendered(platform, invoice);
    },
  }),
  route({
    method: 'POST', path: '/invoices/:id/refund', status: 201,
    parameters: z.strictObject({
      type: z.enum(['amount', 'percentage', 'line_items']), amount: amount.optional(), percentage: z.int().min(1).max(100).optional(),
      refund_method: z.enum(['all_credit', 'all_transaction', 'credit_first', 'transaction_first']).optional(), credit_customer_notes: z.string().optional(),
      external_refund: z.strictObject({ payment_method: externalMethod, description: text(50).optional(), refunded_at: instant.optional() }).optional(),
    }),
    run: (platform, order, { id }) => {
      const invoice = findInvoice(platform.site, id);
      // fact('refund.refundable')
      const most = invoice.paid - invoice.refunded;
      const asked = order.amount === undefined ? Math.round(most * ((order.percentage ?? 100) / 100)) : minor(order.amount, invoice);
      if (order.type === 'line_items') throw wrongState(fact('refund.refundable'), 'line_items are not known to this fake.', 'line_items');
      if (most === 0 || asked > most) throw wrongState(fact('refund.refundable'), 'amount exceeds the refundable amount.', 'amount');
      return rendered(platform, refund(platform, invoice, asked));
    },
  }),
];

const closingRoutes: readonly Route[] = [
  route({
    method: 'PUT', path: '/invoices/:id/mark_successful', parameters: nothing,
    run: (platform, _parameters, { id, idempotencyKey }) => {
      const invoice = findInvoice(platform.site, id);
      // fact('mark_successful.states')
      if (invoice.type !== 'charge' || (!isOpen(invoice) && invoice.state !== 'failed')) {
        throw wrongState(fact('mark_successful.states'), `An invoice that is ${invoice.state} cannot be marked as successful.`, 'state');
      }
      markSuccessful(platform, invoice, 'recorded', idempotencyKey);
      return rendered(platform, invoice);
    },
  }),
  route({
    method: 'PUT', path: '/invoices/:id/mark_failed', parameters: nothing,
    run: (platform, _parameters, { id }) => {
      const invoice = findInvoice(platform.site, id);
      // fact('mark_failed.states')
      if (!isOpen(invoice)) throw wrongState(fact('mark_failed.states'), `An invoice that is ${invoice.state} cannot be marked as failed.`, 'state');
      writeOff(platform, invoice);
      return rendered(platform, invoice);
    },
  }),
  route({
    method: 'PUT', path: '/invoices/:id/void', parameters: nothing,
    // fact('invoice.void')
    run: (platform, _parameters, { id }) => {
      const invoice = findInvoice(platform.site, id);
      throw wrongState(fact('invoice.void'), `A ${invoice.type} invoice that is ${invoice.state} cannot be voided.`, 'state');
    },
  }),
  route({
    method: 'PUT', path: '/invoices/:id/reopen', parameters: nothing,
    run: (platform, _parameters, { id }) => {
      const invoice = findInvoice(platform.site, id);
      // fact('invoice.reopen')
      if (invoice.collectionMethod !== 'manual' || (invoice.state !== 'paid' && invoice.state !== 'failed')) {
        throw wrongState(fact('invoice.reopen'), 'Only a closed, manual invoice can be reopened.', 'state');
      }
      Object.assign(invoice, { state: 'past_due', forced: 0, writtenOff: 0, closedAt: null });
      platform.site.touch(invoice);
      platform.events.emit({ object: 'charge_invoice', event: 'reopened', invoice });
      return rendered(platform, invoice);
    },
  }),
];

const writingRoutes: readonly Route[] = [
  route({
    method: 'POST', path: '/invoices/:id/transactions',
    parameters: z.strictObject({ payment_method: externalMethod, description: text(50).optional(), amount: amount.optional(), collected_at: instant.optional() }),
    // fact('record') fact('record.automatic') fact('record.amount')
    run: (platform, order, { id, idempotencyKey }) => {
      const invoice = findInvoice(platform.site, id);
      if (invoice.collectionMethod === 'automatic') {
        throw wrongState(fact('record.automatic'), 'A payment can be recorded on manual invoices only.', 'collection_method');
      }
      if (!isOpen(invoice)) throw wrongState(fact('record'), `An invoice that is ${invoice.state} takes no payment.`, 'state');
      const recorded = order.amount === undefined ? balanceOf(invoice) : minor(order.amount, invoice);
      if (recorded > (platform.switches.recordAtMost === 'total' ? invoice.total : balanceOf(invoice))) {
        throw wrongState(fact('record.amount'), 'amount exceeds what the invoice asks.', 'amount');
      }
      const transaction = addTransaction(platform, {
        invoice, amount: recorded, status: 'success', origin: 'merchant', externalMethod: order.payment_method, description: order.description ?? null,
        ...(order.collected_at === undefined ? {} : { collectedAt: order.collected_at }),
      });
      applyPayment(platform, invoice, transaction, 'recorded', idempotencyKey);
      return transactionJson(transaction, platform.site, platform.switches);
    },
  }),
  route({
    method: 'PUT', path: '/invoices/:id',
    parameters: z.strictObject({
      po_number: text(50).nullish(), customer_notes: z.string().nullish(), terms_and_conditions: z.string().nullish(), vat_reverse_charge_notes: z.string().nullish(),
      net_terms: z.int().min(0).optional(), gateway_code: z.string().optional(),
    }),
    // fact('invoice.update')
    run: (platform, { po_number: poNumber, customer_notes: customerNotes, terms_and_conditions: terms }, { id }) => {
      const invoice = findInvoice(platform.site, id);
      if (poNumber !== undefined) invoice.poNumber = poNumber;
      if (customerNotes !== undefined) invoice.customerNotes = customerNotes;
      if (terms !== undefined) invoice.termsAndConditions = terms;
      platform.site.touch(invoice);
      platform.events.emit({ object: 'charge_invoice', event: 'updated', invoice });
      return rendered(platform, invoice);
    },
  }),
];

export const invoiceRoutes: readonly Route[] = [...movingRoutes, ...closingRoutes, ...writingRoutes];
