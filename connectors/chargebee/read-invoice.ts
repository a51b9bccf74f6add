import { z } from 'zod';
import { PlatformError, type InvoiceRef, type InvoiceState, type PlatformPayment } from '../../core/connector-kit/index.js';
import { fromChargebeeAmount } from './amounts.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { invoiceShape, pageOf, toDate, transactionShape, type Invoice, type Transaction } from './shapes.js';

/** An invoice with the payments that were tried on it, oldest first. */
export interface InvoiceReading {
  readonly invoice: Invoice;
  readonly transactions: readonly Transaction[];
  /** False if there are more than were read. */
  readonly allRead: boolean;
}

/** @returns undefined if the site does not know the invoice, or has deleted it */
export const fetchInvoice = async (invoiceRef: string, context: ChargebeeCall): Promise<InvoiceReading | undefined> => {
  const first = await retrieve(invoiceRef, context);
  if (first === undefined) return undefined;
  const { transactions, allRead } = await paymentsFor(invoiceRef, context);
  const covered = appliedSum(transactions, invoiceRef);
  // A payment that arrived between the two reads makes them disagree: the invoice is then read once more.
  const invoice = first.status !== 'paid' && covered > first.amount_paid ? ((await retrieve(invoiceRef, context)) ?? first) : first;
  return { invoice, transactions, allRead };
};

/** The invoice as the core knows invoices. */
export const readInvoice = async (invoice: InvoiceRef, context: ChargebeeCall): Promise<InvoiceState> => {
  const reading = await fetchInvoice(invoice.ref, context);
  return reading === undefined ? notFound : toInvoiceState(reading);
};

/** Nothing is owed where there is no invoice; the currency is unknown and says so. */
const notFound: InvoiceState = { state: 'not_found', due: { minor: 0, currency: 'XXX' }, payments: [], paymentsComplete: true };

const toInvoiceState = (reading: InvoiceReading): InvoiceState => {
  const { invoice, transactions, allRead } = reading;
  const next = invoice.next_retry_at;
  return {
    state: stateOf(invoice),
    due: fromChargebeeAmount(invoice.amount_due, invoice.currency_code),
    payments: paymentsOf(reading),
    // Credits and write-offs are no payments and are not counted in amount_paid.
    paymentsComplete: allRead && appliedSum(transactions, invoice.id) >= invoice.amount_paid,
    ...(next && invoice.status === 'payment_due' ? { nextPlatformAttemptAt: toDate(next) } : {}),
  };
};

/**
 * | Chargebee | here |
 * |---|---|
 * | payment_due, not_paid, posted, with something due | open |
 * | nothing due because the rest was written off, whatever the status | written_off |
 * | paid, or nothing due | paid |
 * | voided | voided |
 * | pending: a draft, whose amount may still change | not_found |
 */
export const stateOf = (invoice: Invoice): InvoiceState['state'] => {
  switch (invoice.status) {
    case 'paid':
    case 'payment_due':
    case 'not_paid':
    case 'posted':
      break;
    case 'voided':
      return 'voided';
    case 'pending':
      return 'not_found';
    default:
      throw new PlatformError(`The invoice ${invoice.id} has a status this plugin does not know.`, { code: 'unexpected_answer', reached: 'yes' });
  }
  if (invoice.amount_due > 0) return invoice.status === 'paid' ? 'paid' : 'open';
  return invoice.write_off_amount > 0 ? 'written_off' : 'paid';
};

/** Every payment that was tried, oldest first. */
export const paymentsOf = ({ invoice, transactions }: InvoiceReading): readonly PlatformPayment[] =>
  transactions.map((transaction) => toPayment(transaction, invoice.id));

export const toPayment = (transaction: Transaction, invoiceRef: string): PlatformPayment => {
  const state = stateOfTransaction(transaction);
  const amount = state === 'succeeded' ? appliedTo(transaction, invoiceRef) : transaction.amount;
  return {
    ref: transaction.id,
    gatewayRefs: refsOf(transaction),
    ...(transaction.reference_number ? { ourReference: transaction.reference_number } : {}),
    state,
    amount: fromChargebeeAmount(amount, transaction.currency_code),
    at: toDate(transaction.date),
  };
};

/** Chargebee's own id and the gateway's: either names the payment. */
export const refsOf = ({ id, id_at_gateway: atGateway }: Transaction): [string, ...string[]] => (atGateway ? [id, atGateway] : [id]);

/** A state that is not known here is taken for one whose outcome is open: nothing is charged beside it. */
export const stateOfTransaction = ({ status }: Pick<Transaction, 'status'>): PlatformPayment['state'] => {
  switch (status) {
    case 'success':
      return 'succeeded';
    case 'failure':
    case 'voided':
    case 'late_failure':
      return 'failed';
    case 'in_progress':
    case 'needs_attention':
    case 'timeout':
    default:
      return 'in_progress';
  }
};

/** What of a payment went to this invoice: the rest is the customer's excess, or paid another. */
const appliedTo = (transaction: Transaction, invoiceRef: string): number =>
  transaction.linked_invoices.find((link) => link.invoice_id === invoiceRef)?.applied_amount ?? transaction.amount;

const appliedSum = (transactions: readonly Transaction[], invoiceRef: string): number =>
  transactions
    .filter((transaction) => stateOfTransaction(transaction) === 'succeeded')
    .reduce((sum, transaction) => sum + appliedTo(transaction, invoiceRef), 0);

const retrieve = async (invoiceRef: string, context: ChargebeeCall): Promise<Invoice | undefined> => {
  try {
    const { invoice } = await ask(context, z.object({ invoice: invoiceShape }), (session) => session.invoice.retrieve(invoiceRef));
    return invoice.deleted ? undefined : invoice;
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

const MOST_PAGES = 3;

/** An invoice has one payment for each try; three hundred are far beyond any real one. */
const paymentsFor = async (
  invoiceRef: string,
  context: ChargebeeCall,
): Promise<{ readonly transactions: readonly Transaction[]; readonly allRead: boolean }> => {
  const found: Transaction[] = [];
  let offset: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const params = { limit: 100, ...(offset === undefined ? {} : { offset }) };
    const page = await ask(context, pageOf('transaction', transactionShape), (session) =>
      session.transaction.paymentsForInvoice(invoiceRef, params),
    );
    found.push(...page.list.filter((transaction) => transaction.type === 'payment' && !transaction.deleted));
    offset = page.next_offset ?? undefined;
    if (offset === undefined) break;
  }
  return { transactions: found.toSorted((a, b) => a.date - b.date || (a.resource_version ?? 0) - (b.resource_version ?? 0)), allRead: offset === undefined };
};
