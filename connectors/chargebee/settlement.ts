import { z } from 'zod';
import {
  PlatformError,
  type PaymentToRecord,
  type PlatformPayment,
  type SettlementResult,
  type WriteOnce,
} from '../../core/connector-kit/index.js';
import { fromChargebeeAmount, toChargebeeAmount } from './amounts.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { fetchInvoice, paymentsOf, stateOf, stateOfTransaction, type InvoiceReading } from './read-invoice.js';
import { invoiceShape, pageOf, transactionShape, type Transaction } from './shapes.js';

/**
 * Tells Chargebee of a charge at a gateway: `record_payment`, with our reference and the gateway's id on it. Looks first, each time: at the
 * invoice, then for a transaction with our reference that somebody has taken off it. Chargebee itself records one charge as often as it is told,
 * as soon as it has forgotten the key. A refusal is never believed by itself either; the invoice is read again.
 */
export const record = async (payment: PaymentToRecord, context: ChargebeeCall): Promise<SettlementResult> => {
  const standing = await lookAt(payment, context);
  if (standing !== 'waits') return standing;
  const { customPaymentMethodId: custom } = context.connection.config;
  const { once, gatewayRefs, gatewayType } = payment;
  // The same bytes each time: under one key another body is refused.
  const params = {
    comment: `Recovery Hub: charged at ${gatewayType}`.slice(0, 300),
    transaction: {
      ...(custom === undefined ? { payment_method: 'other' as const } : { payment_method: 'custom' as const, custom_payment_method_id: custom }),
      amount: toChargebeeAmount(payment.amount),
      reference_number: once.ourReference.slice(0, 100),
      id_at_gateway: gatewayRefs[0].slice(0, 100),
      status: 'success' as const,
      date: Math.floor(payment.chargedAt.getTime() / 1000),
    },
  };
  try {
    const { transaction } = await ask(context, answer, (session) =>
      session.invoice.recordPayment(payment.invoice.ref, params, { 'chargebee-idempotency-key': once.key }),
    );
    if (transaction.amount_unused) context.log.warn('more was recorded than was due: the rest is the excess of the customer', { transaction: transaction.id });
    return { status: 'recorded', platformPaymentRef: transaction.id };
  } catch (thrown) {
    if (!(thrown instanceof PlatformError) || thrown.reached !== 'yes' || thrown.code !== 'invalid_request') throw thrown;
    const now = await lookAt(payment, context);
    // Still owed and refused: a refusal is kept under its key for half an hour, so that it may be answered differently later.
    if (now === 'waits') throw thrown;
    return now;
  }
};

const answer = z.object({ invoice: invoiceShape, transaction: transactionShape });

/** What the invoice says already; `waits` if this payment can be recorded on it. */
const lookAt = async (payment: PaymentToRecord, context: ChargebeeCall): Promise<SettlementResult | 'waits'> => {
  const reading = await fetchInvoice(payment.invoice.ref, context);
  if (reading === undefined) return refused('not_allowed', 'The site does not know the invoice, or has deleted it.');
  const ours = reading.transactions.find((each) => stateOfTransaction(each) === 'succeeded' && isOurs(each, payment));
  if (ours !== undefined) return { status: 'already_recorded', platformPaymentRef: ours.id };
  const state = stateOf(reading.invoice);
  switch (state) {
    case 'paid':
      return paidWithoutUs(reading);
    case 'voided':
      return refused('invoice_voided', 'The invoice is void; nothing can be paid towards it.');
    case 'written_off':
      return refused('not_allowed', 'The rest of the invoice was written off, and Chargebee takes no payment for it any more: undo the write-off by hand.');
    case 'not_found':
      return refused('not_allowed', 'The invoice is still a draft; payments are recorded on invoices that are due.');
    case 'open':
      break;
  }
  const taken = await takenOff(payment, context);
  if (taken !== undefined) {
    return refused('not_allowed', `Our payment was recorded as ${taken.id} and is not on the invoice any more: it was removed by hand.`);
  }
  const due = fromChargebeeAmount(reading.invoice.amount_due, reading.invoice.currency_code);
  if (due.currency !== payment.amount.currency || payment.amount.minor > due.minor) {
    const charged = `${payment.amount.minor} ${payment.amount.currency}`;
    return refused('amount_mismatch', `Charged were ${charged}, and the invoice is still owed ${due.minor} ${due.currency} (minor units).`);
  }
  return 'waits';
};

type Refused = Extract<SettlementResult, { status: 'refused' }>;

const refused = (reason: Refused['reason'], detail: string): Refused => ({ status: 'refused', reason, detail });

const isOurs = (transaction: Transaction, { once, gatewayRefs }: Pick<PaymentToRecord, 'once' | 'gatewayRefs'>): boolean =>
  transaction.reference_number === once.ourReference || (!!transaction.id_at_gateway && gatewayRefs.includes(transaction.id_at_gateway));

/** Rule 5: the other payment is shown, but only where the payments of others explain all that was paid. */
const paidWithoutUs = (reading: InvoiceReading): SettlementResult => {
  const others = paymentsOf(reading).filter((each) => each.state === 'succeeded');
  const latest: PlatformPayment | undefined = others.at(-1);
  const paid = fromChargebeeAmount(reading.invoice.amount_paid, reading.invoice.currency_code).minor;
  if (latest !== undefined && others.reduce((sum, each) => sum + each.amount.minor, 0) >= paid) return { status: 'paid_by_other', payment: latest };
  return refused('paid_unexplained', 'The invoice is paid, without our reference and without a payment that explains it: by a credit, or by hand.');
};

/** A successful payment with our reference that is on no invoice of ours. */
const takenOff = async ({ once, invoice }: PaymentToRecord, context: ChargebeeCall): Promise<Transaction | undefined> => {
  const found = await referenced(once.ourReference, context);
  return found.find(
    (each) => each.type === 'payment' && stateOfTransaction(each) === 'succeeded' && each.linked_invoices.every((link) => link.invoice_id !== invoice.ref),
  );
};

const referenced = async (reference: string, context: ChargebeeCall): Promise<readonly Transaction[]> => {
  const params = { reference_number: { is: reference }, limit: 100 };
  return (await ask(context, pageOf('transaction', transactionShape), (session) => session.transaction.list(params))).list;
};

/**
 * Tells Chargebee that the money of a recorded payment went back: `record_refund`, which makes a refund and its credit note and leaves the
 * invoice paid. Removing the payment instead would reopen the invoice and leave the customer a credit of money nobody has.
 */
export const reverse = async (
  payment: PaymentToRecord,
  why: 'refund' | 'dispute' | 'late_failure',
  once: WriteOnce,
  context: ChargebeeCall,
): Promise<SettlementResult> => {
  const done = await reversed(payment, once, context);
  if (done !== undefined) return done;
  const params = {
    comment: `Recovery Hub: the payment was taken back (${why}).`,
    transaction: {
      payment_method: 'other' as const,
      amount: toChargebeeAmount(payment.amount),
      reference_number: once.ourReference.slice(0, 100),
      date: Math.floor(once.firstTriedAt.getTime() / 1000),
    },
  };
  try {
    const { transaction } = await ask(context, answer, (session) =>
      session.invoice.recordRefund(payment.invoice.ref, params, { 'chargebee-idempotency-key': once.key }),
    );
    return { status: 'recorded', platformPaymentRef: transaction.id };
  } catch (thrown) {
    if (!(thrown instanceof PlatformError) || thrown.reached !== 'yes' || thrown.code !== 'invalid_request') throw thrown;
    return (await reversed(payment, once, context)) ?? refused('not_allowed', 'Chargebee does not take the refund of this payment: make a credit note by hand.');
  }
};

/** That the refund is recorded already, or why it cannot be; undefined: it can. */
const reversed = async (payment: PaymentToRecord, once: WriteOnce, context: ChargebeeCall): Promise<SettlementResult | undefined> => {
  const reading = await fetchInvoice(payment.invoice.ref, context);
  const ours = reading?.transactions.find((each) => isOurs(each, payment));
  if (ours === undefined) return refused('not_allowed', 'Our payment is not on the invoice: there is nothing to refund there.');
  if (stateOfTransaction(ours) !== 'succeeded') return { status: 'already_recorded', platformPaymentRef: ours.id };
  const earlier = (await referenced(once.ourReference, context)).find((each) => each.type === 'refund');
  if (earlier !== undefined) return { status: 'already_recorded', platformPaymentRef: earlier.id };
  const back = ours.linked_refunds.filter((each) => each.txn_status === 'success').reduce((sum, each) => sum + each.txn_amount, 0);
  return back >= toChargebeeAmount(payment.amount) ? { status: 'already_recorded', platformPaymentRef: ours.id } : undefined;
};
