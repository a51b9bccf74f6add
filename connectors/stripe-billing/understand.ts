import {
  PlatformError,
  type InvoiceRef,
  type NormalizedEvent,
  type Pointer,
  type RawDecline,
  type Unresolved,
} from '../../core/connector-kit/index.js';
import { fromStripeAmount } from './amounts.js';
import { listPaymentMethods } from './payment-methods.js';
import { ask, type ConnectorCall } from './platform-api.js';
import { subscriptionEnded } from './read-event.js';
import { attributedPayments, fetchInvoice, paymentsOf, type InvoiceReading } from './read-invoice.js';
import {
  chargeShape,
  disputeShape,
  invoicePaymentShape,
  pageOf,
  paymentMethodShape,
  subscriptionShape,
  toDate,
  type StripeIntent,
} from './shapes.js';
import { declineOfIntent, declineOfRecord, failedElsewhere, nothingToCharge } from './to-decline.js';
import { toInvoiceRef } from './to-invoice-ref.js';
import { toToken } from './to-token.js';

type Understood = readonly (NormalizedEvent | Unresolved)[];

/** Asks Stripe what a pointer is about. What stands on the platform now is said, not what stood there when the event was made. */
export const understand = async (pointer: Pointer, context: ConnectorCall): Promise<Understood> => {
  if (pointer.kind === 'mode_mismatch') {
    const { mode } = context.connection;
    const made = `The event ${ref(pointer, 'event')} was made in ${ref(pointer, 'eventMode')} mode and this connection is in ${mode} mode.`;
    const detail = `${made} Register the endpoint in ${mode} mode only.`;
    return [{ type: 'unresolved', reason: 'mode_mismatch', detail }];
  }
  try {
    return await lookUp(pointer, context);
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    if (thrown.code === 'not_found')
      return [{ type: 'unresolved', reason: 'gone', detail: `Stripe does not know the ${pointer.kind} this event is about.` }];
    if (thrown.code === 'missing_permission') {
      return [
        {
          type: 'unresolved',
          reason: 'insufficient_permissions',
          detail: `The API key may not read what a ${pointer.kind} event is about. The README lists the permissions; replay the delivery afterwards.`,
        },
      ];
    }
    throw thrown;
  }
};

const lookUp = async (pointer: Pointer, context: ConnectorCall): Promise<Understood> => {
  const { occurredAt } = pointer;
  const { session } = context;
  switch (pointer.kind) {
    case 'invoice':
      return aboutInvoice(pointer, context);
    case 'refund': {
      const charge = await ask(context, chargeShape, (options) => session.charges.retrieve(ref(pointer, 'charge'), {}, options));
      return reversed(
        charge.id,
        charge.payment_intent,
        charge.customer,
        { why: 'refund', amount: fromStripeAmount(charge.amount_refunded, charge.currency), soFar: true, occurredAt },
        context,
      );
    }
    case 'dispute': {
      const dispute = await ask(context, disputeShape, (options) => session.disputes.retrieve(ref(pointer, 'dispute'), {}, options));
      if (dispute.status !== 'lost') return [ignored(pointer)];
      return reversed(
        dispute.charge,
        dispute.payment_intent,
        undefined,
        { why: 'dispute', amount: fromStripeAmount(dispute.amount, dispute.currency), occurredAt },
        context,
      );
    }
    case 'subscription': {
      const subscription = await ask(context, subscriptionShape, (options) =>
        session.subscriptions.retrieve(ref(pointer, 'subscription'), {}, options),
      );
      const ended = subscription.status === 'canceled' || subscription.status === 'incomplete_expired';
      return [
        ended
          ? { ...subscriptionEnded(subscription), occurredAt }
          : { type: 'payment_method_updated', subject: { subscriptionRef: subscription.id }, occurredAt },
      ];
    }
    case 'payment_method': {
      const method = await ask(context, paymentMethodShape, (options) =>
        session.paymentMethods.retrieve(ref(pointer, 'payment_method'), {}, options),
      );
      if (!method.customer) return [ignored(pointer)];
      return [
        {
          type: 'payment_method_updated',
          subject: { customerRef: method.customer },
          ...(method.type === 'custom' ? {} : { token: toToken(method.id, method.customer, method.card) }),
          occurredAt,
        },
      ];
    }
    case 'customer':
      return [{ type: 'payment_method_updated', subject: { customerRef: ref(pointer, 'customer') }, occurredAt }];
    default:
      return [ignored(pointer)];
  }
};

const aboutInvoice = async (pointer: Pointer, context: ConnectorCall): Promise<Understood> => {
  const { occurredAt } = pointer;
  const reading = await fetchInvoice(ref(pointer, 'invoice'), context);
  if (reading === undefined)
    return [{ type: 'unresolved', reason: 'gone', detail: 'Stripe does not know the invoice this event is about.' }];
  const { invoice } = reading;
  const said = toInvoiceRef(invoice);
  switch (invoice.status ?? 'draft') {
    case 'paid': {
      const payment = (await attributedPayments(reading, context)).findLast((each) => each.state === 'succeeded');
      return [
        {
          type: 'invoice_paid',
          invoice: said,
          ...(payment === undefined ? {} : { payment }),
          occurredAt,
        },
      ];
    }
    case 'void':
      return [{ type: 'invoice_closed', invoice: said, reason: 'voided', occurredAt }];
    case 'uncollectible':
      return [{ type: 'invoice_closed', invoice: said, reason: 'written_off', occurredAt }];
    case 'open':
      break;
    default:
      return [ignored(pointer)];
  }
  // The first invoice of a subscription dies within a day with it, while the customer is still at the checkout; an invoice that is sent is
  // paid by hand.
  if (invoice.billing_reason === 'subscription_create' || invoice.collection_method === 'send_invoice') return [ignored(pointer)];
  return [await openInvoice(reading, pointer, context)];
};

const openInvoice = async (reading: InvoiceReading, pointer: Pointer, context: ConnectorCall): Promise<NormalizedEvent> => {
  const { invoice } = reading;
  const { occurredAt } = pointer;
  const running = paymentsOf(reading).find((payment) => payment.state === 'in_progress');
  if (running !== undefined)
    return { type: 'payment_pending', invoice: toInvoiceRef(invoice), gatewayRefs: running.gatewayRefs, occurredAt };
  const intent = currentIntent(reading);
  const charge = typeof intent?.latest_charge === 'object' ? (intent.latest_charge ?? undefined) : undefined;
  const method = intent?.last_payment_error?.payment_method;
  const methodRef = method?.id ?? charge?.payment_method ?? intent?.payment_method;
  const ofStripe = intent === undefined ? undefined : declineOfIntent(intent);
  const elsewhere = ofStripe === undefined ? latestFailureElsewhere(reading) : undefined;
  const next = invoice.next_payment_attempt;
  const requestKey = pointer.refs['requestKey'];
  return {
    type: 'payment_failed',
    invoice: toInvoiceRef(invoice),
    amount: fromStripeAmount(invoice.amount_remaining, invoice.currency),
    decline: ofStripe ?? elsewhere?.decline ?? (await declineOfNothing(toInvoiceRef(invoice), context)),
    ...(methodRef ? { token: toToken(methodRef, invoice.customer, method?.card ?? charge?.payment_method_details?.card) } : {}),
    platformAttempt: invoice.attempt_count,
    ...(next ? { nextPlatformAttemptAt: toDate(next) } : { platformIsDone: true }),
    // The request's own key is a reference too: it is how the hub knows the failure of its own attempt when it comes back. The
    // PaymentIntent is none, because Stripe's tries and ours share it.
    gatewayRefs: [charge?.id, ...(elsewhere?.gatewayRefs ?? []), requestKey].filter((each) => each !== undefined),
    occurredAt,
  };
};

/** Stripe has tried nothing. Where another gateway holds a payment method, that one can be charged, and nobody knows more than that. */
const declineOfNothing = async (invoice: InvoiceRef, context: ConnectorCall): Promise<RawDecline> => {
  const listed = await listPaymentMethods(invoice, context);
  return listed.found && listed.tokens.some((token) => token.gatewayType !== 'stripe') ? failedElsewhere : nothingToCharge;
};

/** The newest charge that the merchant tried at another processor and reported as failed. */
const latestFailureElsewhere = (reading: InvoiceReading) => {
  const failed = paymentsOf(reading).findLast((payment) => payment.state === 'failed' && reading.records.has(payment.ref));
  const record = failed === undefined ? undefined : reading.records.get(failed.ref);
  return failed === undefined || record === undefined ? undefined : { decline: declineOfRecord(record), gatewayRefs: failed.gatewayRefs };
};

/** The invoice's own PaymentIntent; a partial payment by other means has one beside it. */
const currentIntent = ({ payments }: InvoiceReading): StripeIntent | undefined => {
  const payment = payments.find((each) => each.is_default) ?? payments[0];
  const intent = payment?.payment.payment_intent;
  return typeof intent === 'object' && intent !== null ? intent : undefined;
};

const reversed = async (
  charge: string | null | undefined,
  intent: string | null | undefined,
  customer: string | null | undefined,
  what: Pick<Extract<NormalizedEvent, { type: 'payment_reversed' }>, 'why' | 'amount' | 'soFar' | 'occurredAt'>,
  context: ConnectorCall,
): Promise<Understood> => {
  const gatewayRefs = [intent, charge].filter((each) => typeof each === 'string');
  const invoiceRef = intent ? await invoiceOf(intent, context) : undefined;
  const subject = invoiceRef ? { invoiceRef } : customer ? { customerRef: customer } : undefined;
  return [
    subject === undefined
      ? { type: 'ignored', platformType: `charge reversed by ${what.why}, of no invoice or customer`, occurredAt: what.occurredAt }
      : { type: 'payment_reversed', subject, gatewayRefs, ...what },
  ];
};

const invoiceOf = async (intent: string, context: ConnectorCall): Promise<string | undefined> => {
  const params = { payment: { type: 'payment_intent', payment_intent: intent }, limit: 1 } as const;
  const page = await ask(context, pageOf(invoicePaymentShape), (options) => context.session.invoicePayments.list(params, options));
  return page.data[0]?.invoice ?? undefined;
};

const ignored = (pointer: Pointer): NormalizedEvent => ({
  type: 'ignored',
  platformType: `pointer to ${pointer.kind}`,
  occurredAt: pointer.occurredAt,
});

const ref = (pointer: Pointer, name: string): string => {
  const found = pointer.refs[name];
  if (found === undefined)
    throw new PlatformError(`The pointer to a ${pointer.kind} does not name its ${name}.`, { code: 'invalid_request', reached: 'no' });
  return found;
};
