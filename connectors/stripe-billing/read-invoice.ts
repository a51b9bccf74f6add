import type { Stripe } from 'stripe';
import { PlatformError, type InvoiceRef, type InvoiceState, type PlatformPayment } from '../../core/connector-kit/index.js';
import { attributePayment } from './attribute-payment.js';
import { fromStripeAmount } from './amounts.js';
import { readRecord, referencesOf, stateOfRecord } from './payment-record.js';
import { ask, type StripeCall } from './platform-api.js';
import { toldOutOfBand } from './told-out-of-band.js';
import {
  invoicePaymentShape,
  invoiceShape,
  pageOf,
  toDate,
  type StripeInvoice,
  type StripeInvoicePayment,
  type StripePaymentRecord,
} from './shapes.js';

/** An invoice with the payments made towards it, in the order they were made. */
export interface InvoiceReading {
  readonly invoice: StripeInvoice;
  readonly payments: readonly StripeInvoicePayment[];
  /** What was reported of those made elsewhere, by id. One that the key may not read is missing. */
  readonly records: ReadonlyMap<string, StripePaymentRecord>;
  /** False if Stripe has more payments of this invoice than were read, or one that the key may not read. */
  readonly allRead: boolean;
}

/**
 * Reads an invoice and its payments. They are not embedded in it (since basil), and the failed charge lies one level deeper than an invoice
 * may be expanded: so the payments are asked for by themselves, four levels deep.
 *
 * @returns undefined if Stripe does not know the invoice, in this mode or at all
 */
export const fetchInvoice = async (invoiceRef: string, context: StripeCall): Promise<InvoiceReading | undefined> => {
  const first = await retrieve(invoiceRef, context);
  if (first === undefined) return undefined;
  const { payments, allRead } = await listPayments(invoiceRef, context);
  const covered = payments.filter((payment) => payment.status === 'paid').reduce((sum, payment) => sum + (payment.amount_paid ?? 0), 0);
  // A payment that arrived between the two reads makes them disagree: the invoice is then read once more.
  const invoice = first.status === 'open' && covered > first.amount_paid ? ((await retrieve(invoiceRef, context)) ?? first) : first;
  const { records, unreadable } = await readRecords(payments, context);
  return { invoice, payments, records, allRead: allRead && unreadable === 0 };
};

/** The invoice as the core knows invoices, with each payment attributed to the request that made it. */
export const readInvoice = async (invoice: InvoiceRef, context: StripeCall): Promise<InvoiceState> => {
  const reading = await fetchInvoice(invoice.ref, context);
  if (reading === undefined) return notFound;
  const payments = await attributedPayments(reading, context);
  return toInvoiceState(reading, payments);
};

/** Nothing is owed where there is no invoice; the currency is unknown and says so. */
const notFound: InvoiceState = { state: 'not_found', due: { minor: 0, currency: 'XXX' }, payments: [], paymentsComplete: true };

/** Every payment, with our reference where it is ours; last, one that we told out of band, on which Stripe made no payment. */
export const attributedPayments = async (reading: InvoiceReading, context: StripeCall): Promise<readonly PlatformPayment[]> => {
  const payments = await Promise.all(
    paymentsOf(reading).map(async (payment) => (reading.records.has(payment.ref) ? payment : withOurReference(payment, context))),
  );
  const told = await toldOutOfBand(reading.invoice, succeededSum(payments), context);
  return told === undefined ? payments : [...payments, told];
};

/** What the succeeded payments come to, in minor units. */
export const succeededSum = (payments: readonly PlatformPayment[]): number =>
  payments.filter((payment) => payment.state === 'succeeded').reduce((sum, payment) => sum + payment.amount.minor, 0);

const toInvoiceState = ({ invoice, allRead }: InvoiceReading, payments: readonly PlatformPayment[]): InvoiceState => {
  const next = invoice.next_payment_attempt;
  const due = fromStripeAmount(invoice.amount_remaining, invoice.currency);
  return {
    state: stateOf(invoice),
    due,
    payments,
    // Paid out of band, by a credit balance or by hand: more is paid than the listed payments explain.
    paymentsComplete: allRead && succeededSum(payments) >= fromStripeAmount(invoice.amount_paid, invoice.currency).minor,
    ...(next ? { nextPlatformAttemptAt: toDate(next) } : {}),
  };
};

const stateOf = (invoice: StripeInvoice): InvoiceState['state'] => {
  switch (invoice.status ?? 'draft') {
    case 'open':
      return 'open';
    case 'paid':
      return 'paid';
    case 'void':
      return 'voided';
    case 'uncollectible':
      return 'written_off';
    // A draft is no debt yet: its amount may still change, and paying it would finalize it against the merchant's will.
    case 'draft':
      return 'not_found';
    default:
      throw new PlatformError(`The invoice ${invoice.id} has a status this plugin does not know.`, {
        code: 'unexpected_answer',
        reached: 'yes',
      });
  }
};

/** Every payment that was really tried, oldest first. */
export const paymentsOf = (reading: InvoiceReading): readonly PlatformPayment[] =>
  // Stripe lists the newest first, and dates them by the second.
  reading.payments
    .toReversed()
    .flatMap((payment) => toPayment(payment, reading) ?? [])
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());

/** The PaymentIntents that were made for the invoice. */
export const intentsOf = (reading: InvoiceReading): readonly string[] =>
  reading.payments.flatMap(({ payment: { payment_intent: intent } }) => (typeof intent === 'string' ? intent : (intent?.id ?? [])));

const toPayment = (payment: StripeInvoicePayment, { records }: Pick<InvoiceReading, 'records'>): PlatformPayment | undefined => {
  const { currency, status, payment: paid } = payment;
  const paidAt = payment.status_transitions?.paid_at;
  const asRequested = fromStripeAmount(payment.amount_paid ?? payment.amount_requested, currency);
  if (paid.payment_record) {
    const record = records.get(paid.payment_record);
    // Not one that cannot be read: it may be our own, and shown without our reference it would be another's.
    if (record === undefined) return undefined;
    return {
      ...referencesOf(record),
      state: status === 'paid' ? 'succeeded' : stateOfRecord(record),
      amount: asRequested,
      at: toDate(paidAt ?? payment.created),
    };
  }
  const intent = typeof paid.payment_intent === 'object' && paid.payment_intent !== null ? paid.payment_intent : undefined;
  const charge = intent?.latest_charge ?? paid.charge;
  const chargeRef = typeof charge === 'string' ? charge : charge?.id;
  const intentRef = intent?.id ?? (typeof paid.payment_intent === 'string' ? paid.payment_intent : undefined);
  const state = status === 'paid' ? 'succeeded' : intent === undefined ? 'failed' : stateOfIntent(intent.status, chargeRef !== undefined);
  const ref = chargeRef ?? intentRef;
  if (ref === undefined || state === undefined) return undefined;
  return {
    ref,
    // Not the PaymentIntent: an invoice has one for all tries, Stripe's and ours, so it says nothing about whose this one was.
    gatewayRefs: [ref],
    state,
    amount: state === 'succeeded' ? asRequested : fromStripeAmount(intent?.amount ?? payment.amount_requested, currency),
    at: toDate(typeof charge === 'object' && charge !== null ? charge.created : (paidAt ?? payment.created)),
  };
};

/** A PaymentIntent that nobody has tried to confirm is no payment. One that waits for the customer moves no money by itself. */
const stateOfIntent = (status: string, tried: boolean): PlatformPayment['state'] | undefined => {
  switch (status) {
    case 'succeeded':
      return 'succeeded';
    case 'processing':
    case 'requires_capture':
      return 'in_progress';
    case 'requires_payment_method':
    case 'requires_confirmation':
    case 'requires_action':
    case 'canceled':
      return tried ? 'failed' : undefined;
    default:
      throw new PlatformError('A PaymentIntent of the invoice has a status this plugin does not know.', {
        code: 'unexpected_answer',
        reached: 'yes',
      });
  }
};

/** Adds the key of the request that made a payment, where its event still tells. */
export const withOurReference = async (payment: PlatformPayment, context: StripeCall): Promise<PlatformPayment> => {
  if (payment.state !== 'succeeded') return payment;
  const made = await attributePayment(payment, context);
  return made.event === 'found' && made.key !== undefined ? { ...payment, ourReference: made.key } : payment;
};

const readRecords = async (
  payments: readonly StripeInvoicePayment[],
  context: StripeCall,
): Promise<{ readonly records: ReadonlyMap<string, StripePaymentRecord>; readonly unreadable: number }> => {
  const refs = payments.flatMap(({ payment }) => payment.payment_record ?? []);
  const read = (await Promise.all(refs.map((ref) => readRecord(ref, context)))).filter((record) => record !== undefined);
  return { records: new Map(read.map((record) => [record.id, record])), unreadable: refs.length - read.length };
};

const retrieve = async (invoiceRef: string, context: StripeCall): Promise<StripeInvoice | undefined> => {
  try {
    return await ask(context, invoiceShape, (options) => context.session.invoices.retrieve(invoiceRef, {}, options));
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

/** An invoice has one payment; several only where parts were paid by different means. A hundred are far beyond any real one. */
const listPayments = async (
  invoiceRef: string,
  context: StripeCall,
): Promise<{ readonly payments: readonly StripeInvoicePayment[]; readonly allRead: boolean }> => {
  const params: Stripe.InvoicePaymentListParams = {
    invoice: invoiceRef,
    limit: 100,
    expand: ['data.payment.payment_intent.latest_charge'],
  };
  const page = await ask(context, pageOf(invoicePaymentShape), (options) => context.session.invoicePayments.list(params, options));
  return { payments: page.data, allRead: !page.has_more };
};
