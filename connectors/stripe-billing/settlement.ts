import {
  PlatformError,
  type InvoiceRef,
  type PaymentToRecord,
  type PlatformPayment,
  type SettlementResult,
  type WriteOnce,
} from '../../core/connector-kit/index.js';
import { fromStripeAmount, toStripeAmount } from './amounts.js';
import type { ConnectorCall } from './platform-api.js';
import { ask } from './platform-api.js';
import { attributedPayments, fetchInvoice, succeededSum, type InvoiceReading } from './read-invoice.js';
import { attachRecord, findReported, reportPayment } from './report-payment.js';
import { invoiceShape, paymentRecordShape } from './shapes.js';
import { CHARGED_AS, MARKED_BY, OUR_REFERENCE } from './our-marks.js';

/**
 * Tells Stripe of a charge at another gateway: by a payment record attached to the invoice, or, where Stripe takes none, by marking the
 * invoice as paid after our reference was written on it. Looks first, each time: at the invoice, then for a record that was reported and
 * never attached. A refusal of Stripe is never believed by itself either; the invoice is read again.
 */
export const record = async (payment: PaymentToRecord, context: ConnectorCall): Promise<SettlementResult> => {
  const standing = await lookAt(payment, context);
  if (standing.settled !== undefined) return standing.settled;
  // Records are attached to open invoices only; one that is written off can still be marked as paid.
  if (context.connection.config.recordPaymentsAs === 'payment_record' && standing.reading.invoice.status === 'open') {
    const recordRef = await recordFor(payment, standing.reading, context);
    if (recordRef !== undefined) {
      if ((await attachRecord(payment.invoice.ref, recordRef, context)) === 'attached') return { status: 'recorded', platformPaymentRef: recordRef };
      const now = await lookAt(payment, context);
      if (now.settled !== undefined) return now.settled;
    }
  }
  return tellOutOfBand(payment, context);
};

type Standing = { readonly settled: SettlementResult } | { readonly settled?: undefined; readonly reading: InvoiceReading };

/** What the invoice says already; `reading` if it waits for exactly this payment. */
const lookAt = async (payment: PaymentToRecord, context: ConnectorCall): Promise<Standing> => {
  const reading = await fetchInvoice(payment.invoice.ref, context);
  if (reading === undefined) return refused('not_allowed', 'Stripe does not know the invoice under this key.');
  const { invoice } = reading;
  const payments = (await attributedPayments(reading, context)).filter((each) => each.state === 'succeeded');
  const ours = payments.find((each) => isOurs(each, payment));
  if (ours !== undefined) return { settled: { status: 'already_recorded', platformPaymentRef: ours.ref } };
  switch (invoice.status ?? 'draft') {
    case 'paid':
      return { settled: paidWithoutUs(payments, reading) };
    case 'void':
      return refused('invoice_voided', 'The invoice is void; nothing can be paid towards it.');
    case 'open':
    case 'uncollectible':
      break;
    default:
      return refused('not_allowed', `The invoice is ${invoice.status ?? 'a draft'}; payments are recorded on finalized invoices only.`);
  }
  const due = fromStripeAmount(invoice.amount_remaining, invoice.currency);
  if (due.currency !== payment.amount.currency || due.minor !== payment.amount.minor) {
    const charged = `${payment.amount.minor} ${payment.amount.currency}`;
    return refused('amount_mismatch', `Charged were ${charged}, and the invoice is still owed ${due.minor} ${due.currency} (minor units).`);
  }
  return { reading };
};

const refused = (reason: Extract<SettlementResult, { status: 'refused' }>['reason'], detail: string): { readonly settled: SettlementResult } => ({
  settled: { status: 'refused', reason, detail },
});

const isOurs = (known: PlatformPayment, { once, gatewayRefs }: Pick<PaymentToRecord, 'once' | 'gatewayRefs'>): boolean =>
  known.ourReference === once.ourReference || known.gatewayRefs.some((ref) => gatewayRefs.includes(ref));

/** Rule 5: the other payment is shown, but only where the payments of others explain all that was paid. */
const paidWithoutUs = (others: readonly PlatformPayment[], { invoice }: InvoiceReading): SettlementResult => {
  const latest = others.toSorted((a, b) => a.at.getTime() - b.at.getTime()).at(-1);
  const paid = fromStripeAmount(invoice.amount_paid, invoice.currency).minor;
  if (latest !== undefined && succeededSum(others) >= paid) return { status: 'paid_by_other', payment: latest };
  return {
    status: 'refused',
    reason: 'paid_unexplained',
    detail: 'The invoice is paid, without our reference and without a payment that explains it: marked as paid by hand, or by a credit.',
  };
};

/** The record we reported before, else a new one; undefined where Stripe takes none from this account or key. */
const recordFor = async (payment: PaymentToRecord, { invoice }: InvoiceReading, context: ConnectorCall): Promise<string | undefined> => {
  try {
    return (await findReported(payment, context)) ?? (await reportPayment(payment, invoice.customer ?? undefined, context));
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    // 404: the address is unknown to accounts that are not enabled for it.
    if (thrown.code !== 'missing_permission' && thrown.code !== 'not_found' && thrown.code !== 'invalid_request') throw thrown;
    context.log.warn('stripe takes no payment record of this payment; the invoice is marked as paid out of band', { code: thrown.code });
    return undefined;
  }
};

/** Our reference first: once the invoice is paid, nothing else would tell whose payment it was. */
const tellOutOfBand = async (payment: PaymentToRecord, context: ConnectorCall): Promise<SettlementResult> => {
  const { invoice, once, gatewayRefs } = payment;
  const key = `${once.key}-out-of-band`;
  const metadata = { [OUR_REFERENCE]: once.ourReference, [CHARGED_AS]: gatewayRefs[0], [MARKED_BY]: key };
  await ask(context, invoiceShape, (options) => context.session.invoices.update(invoice.ref, { metadata }, options));
  try {
    const paid = await ask(context, invoiceShape, (options) =>
      context.session.invoices.pay(invoice.ref, { paid_out_of_band: true }, { ...options, idempotencyKey: key }),
    );
    if (paid.status === 'paid') return { status: 'recorded', platformPaymentRef: paid.id };
    throw new PlatformError('Stripe answered the marking with an invoice that is not paid.', { code: 'unexpected_answer', reached: 'unknown' });
  } catch (thrown) {
    if (!(thrown instanceof PlatformError) || thrown.code !== 'invalid_request') throw thrown;
    const now = await lookAt(payment, context);
    return now.settled ?? { status: 'refused', reason: 'not_allowed', detail: `Stripe does not let the invoice be marked as paid; it is ${now.reading.invoice.status}.` };
  }
};

/**
 * Reports that money of a recorded payment went back. The invoice stays paid: what it becomes is a credit note, which is the merchant's.
 * The reference is the reversal's key, which Stripe takes once.
 */
export const reverse = async (
  payment: PaymentToRecord,
  why: 'refund' | 'dispute' | 'late_failure',
  once: WriteOnce,
  context: ConnectorCall,
): Promise<SettlementResult> => {
  const found = await recordedAs(payment.invoice, payment, context);
  if (found === undefined) {
    const detail = 'Stripe has no payment record of this charge (it was marked as paid out of band, or never recorded): make a credit note by hand.';
    return { status: 'refused', reason: 'not_allowed', detail };
  }
  const { amount, currency } = toStripeAmount(payment.amount);
  const left = found.amount_guaranteed.value - found.amount_refunded.value;
  if (left <= 0) return { status: 'already_recorded', platformPaymentRef: found.id };
  try {
    await ask(context, paymentRecordShape, (options) =>
      context.session.paymentRecords.reportRefund(
        found.id,
        {
          outcome: 'refunded',
          amount: { currency, value: amount },
          processor_details: { type: 'custom', custom: { refund_reference: once.key } },
          metadata: { recovery_hub_reversed_by: why },
        },
        { ...options, idempotencyKey: once.key },
      ),
    );
    return { status: 'recorded', platformPaymentRef: found.id };
  } catch (thrown) {
    if (!(thrown instanceof PlatformError) || thrown.code !== 'invalid_request') throw thrown;
    const now = await recordedAs(payment.invoice, payment, context);
    if (now !== undefined && now.amount_refunded.value >= amount) return { status: 'already_recorded', platformPaymentRef: now.id };
    return { status: 'refused', reason: 'not_allowed', detail: 'Stripe does not take the refund of this payment record.' };
  }
};

const recordedAs = async (invoice: InvoiceRef, payment: PaymentToRecord, context: ConnectorCall) => {
  const reading = await fetchInvoice(invoice.ref, context);
  if (reading === undefined) return undefined;
  const ours = (await attributedPayments(reading, context)).find((each) => each.state === 'succeeded' && isOurs(each, payment));
  return ours === undefined ? undefined : reading.records.get(ours.ref);
};
