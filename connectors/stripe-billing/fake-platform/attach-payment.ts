import type Stripe from 'stripe';
import { z } from 'zod';
import { defaultPaymentOf } from './account.js';
import { announceFailure, markPaid } from './collect-invoice.js';
import type { Cause } from './event-log.js';
import { fact } from './fact.js';
import { findObject } from './find-object.js';
import { newInvoicePayment } from './invoice-objects.js';
import { expandable } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';
import type { Call } from './route.js';
import { invalidRequest, refusedByState } from './stripe-failure.js';

export const attachParameters = z.strictObject({ ...expandable, payment_record: z.string().optional() });

/** POST /v1/invoices/:id/attach_payment, for payment records. */
export const attachPayment = (platform: FakePlatform, parameters: z.output<typeof attachParameters>, call: Call): Stripe.Invoice => {
  const { account } = platform;
  const invoice = findObject(platform, call.key, account.invoices, { name: 'invoice', id: call.id, param: 'invoice' });
  if (parameters.payment_record === undefined) {
    throw invalidRequest({
      fact: fact('request.parameter_missing'),
      code: 'parameter_missing',
      message: 'One of the following params should be provided for this request: payment_intent or payment_record.',
    });
  }
  const wanted = { name: 'payment_record', id: parameters.payment_record, param: 'payment_record', status: 400 } as const;
  const record = findObject(platform, call.key, account.paymentRecords, wanted);
  if (!isAttached(platform, record, invoice)) credit(platform, invoice, record, call.cause);
  return invoice;
};

/** Whether nothing is left to do. Throws Stripe's refusals. */
const isAttached = (platform: FakePlatform, record: Stripe.PaymentRecord, invoice: Stripe.Invoice): boolean => {
  const attached = [...platform.account.invoicePayments.values()].find((payment) => refOf(payment.payment.payment_record) === record.id);
  if (attached !== undefined) {
    // fact('attach.twice')
    if (platform.switches.attachTwice === 'ignored' && attached.invoice === invoice.id) return true;
    throw refusedByState({ fact: fact('attach.twice'), param: 'payment_record', message: `The payment record ${record.id} is already attached to an invoice.` });
  }
  const refuse = (message: string, param?: string) => refusedByState({ fact: fact('attach.refused'), message, ...(param === undefined ? {} : { param }) });
  if (invoice.status !== 'open') throw refuse(`You can only attach payments to an open invoice. This invoice has status ${String(invoice.status)}.`);
  const { currency, value } = record.amount_requested;
  if (currency !== invoice.currency) {
    throw refuse(`The currency of the payment (${currency}) does not match the currency of the invoice (${invoice.currency}).`, 'payment_record');
  }
  const customer = record.customer_details?.customer ?? null;
  if (customer !== null && customer !== refOf(invoice.customer)) throw refuse('The payment belongs to another customer than the invoice.', 'payment_record');
  // fact('attach.overpaying')
  if (value > invoice.amount_remaining && platform.switches.attachOverpaying === 'refused') {
    throw refusedByState({ fact: fact('attach.overpaying'), param: 'payment_record', message: 'The payment is greater than the amount remaining on the invoice.' });
  }
  return false;
};

/** fact('attach.credits') */
export const credit = (platform: FakePlatform, invoice: Stripe.Invoice, record: Stripe.PaymentRecord, cause: Cause): void => {
  const { account, clock, events, ledger, mintId, switches } = platform;
  const { currency, value } = record.amount_guaranteed;
  const payment: Stripe.InvoicePayment = {
    ...newInvoicePayment({
      id: mintId('inpay'),
      invoice: invoice.id,
      paymentIntent: '',
      amount: record.amount_requested.value,
      currency,
      created: clock.hubSeconds(),
      livemode: account.livemode,
    }),
    is_default: false,
    payment: { payment_record: record.id, type: 'payment_record' },
  };
  account.invoicePayments.set(payment.id, payment);
  if (value === 0) {
    // fact('attach.failed_record')
    invoice.attempted = true;
    if (switches.failedRecordSendsEvent) announceFailure(platform, invoice, cause, 'failed');
    return;
  }
  Object.assign(payment, { status: 'paid', amount_paid: value, status_transitions: { canceled_at: null, paid_at: clock.hubSeconds() } });
  ledger.success(invoice.id, {
    by: 'payment_record', idempotencyKey: cause.idempotencyKey, requestId: cause.requestId, paymentIntent: null, charge: null, amount: value, currency,
  });
  events.emit('invoice_payment.paid', payment, cause);
  invoice.amount_overpaid += Math.max(0, value - invoice.amount_remaining);
  if (value >= invoice.amount_remaining) {
    markPaid(platform, invoice, cause, 'recorded');
    return;
  }
  const previous = { amount_paid: invoice.amount_paid, amount_remaining: invoice.amount_remaining };
  Object.assign(invoice, { amount_paid: invoice.amount_paid + value, amount_remaining: invoice.amount_remaining - value, attempted: true });
  const own = defaultPaymentOf(account, invoice.id);
  if (own !== null) {
    own.intent.amount = invoice.amount_remaining;
    own.payment.amount_requested = invoice.amount_remaining;
  }
  events.emit('invoice.updated', invoice, cause, previous);
};
