import { z } from 'zod';
import { PlatformError, type NormalizedEvent, type Pointer, type Unresolved } from '../../core/connector-kit/index.js';
import { fromChargebeeAmount } from './amounts.js';
import { topicOf } from './events.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { stateOf, stateOfTransaction, toPayment } from './read-invoice.js';
import {
  customerShape,
  eventShape,
  invoiceShape,
  subscriptionShape,
  toDate,
  transactionShape,
  type ChargebeeEvent,
  type Transaction,
} from './shapes.js';
import { toInvoiceRef } from './to-invoice-ref.js';
import { whatInvoiceSays } from './what-invoice-says.js';

export type Understood = readonly (NormalizedEvent | Unresolved)[];

/**
 * Reads the event itself, and what it is about as it is now. Events come in any order and more than once; so whatever decides something is read
 * now, and the event's own snapshot, in the version Chargebee counts up with every change, stands only for what cannot change any more.
 */
export const understand = async (pointer: Pointer, context: ChargebeeCall): Promise<Understood> => {
  if (pointer.kind === 'invoice') {
    const about = { invoiceRef: ref(pointer, 'invoice'), occurredAt: pointer.occurredAt };
    return whatInvoiceSays({ ...about, tells: 'failure' }, context);
  }
  const event = await eventNamed(ref(pointer, 'event'), context);
  if (event === undefined) return [{ type: 'unresolved', reason: 'forged', detail: forged }];
  const occurredAt = toDate(event.occurred_at);
  switch (topicOf(event.event_type)) {
    case 'failure': {
      const transaction = contentOf(event, 'transaction', transactionShape);
      const about = { invoiceRef: contentOf(event, 'invoice', invoiceShape).id, transactionRef: transaction.id, occurredAt };
      return whatInvoiceSays({ ...about, tells: event.event_type === 'payment_failed' ? 'failure' : 'state' }, context);
    }
    case 'payment':
      return [paymentMade(event, occurredAt)];
    case 'refund':
      return [await refunded(event, occurredAt, context)];
    case 'transaction':
      return transactionChanged(event, occurredAt, context);
    case 'invoice':
      return [invoiceChanged(event, occurredAt)];
    case 'subscription':
      return [await subscriptionChanged(event, occurredAt, context)];
    case 'payment_source':
      return [sourceChanged(event, occurredAt)];
    case undefined:
      return [ignored(event, occurredAt)];
  }
};

const forged =
  'The site does not know this event under the connection\'s key: it was not sent by Chargebee, comes from another site, or is too old to be read.';

const eventNamed = async (eventRef: string, context: ChargebeeCall): Promise<ChargebeeEvent | undefined> => {
  try {
    return (await ask(context, z.object({ event: eventShape }), (session) => session.event.retrieve(eventRef))).event;
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

/** A resource in the event's content, as it was when the event was made. */
const contentOf = <T extends z.ZodType>(event: ChargebeeEvent, name: string, shape: T): z.output<T> => {
  const parsed = shape.safeParse(event.content[name]);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const where = [name, ...(first?.path ?? [])].join('.');
  throw new PlatformError(`The content of a ${event.event_type} is not as expected: ${where}: ${first?.message ?? 'unknown difference'}.`, {
    code: 'unexpected_answer',
    reached: 'yes',
  });
};

/** A part that was paid closes nothing: what is still due is read before any charge. */
const paymentMade = (event: ChargebeeEvent, occurredAt: Date): NormalizedEvent => {
  const transaction = contentOf(event, 'transaction', transactionShape);
  if (event.content['invoice'] === undefined) return ignored(event, occurredAt);
  const invoice = contentOf(event, 'invoice', invoiceShape);
  if (stateOf(invoice) !== 'paid') return ignored(event, occurredAt);
  return { type: 'invoice_paid', invoice: toInvoiceRef(invoice), payment: toPayment(transaction, invoice.id), occurredAt, ...versionOf(invoice) };
};

const invoiceChanged = (event: ChargebeeEvent, occurredAt: Date): NormalizedEvent => {
  const changed = contentOf(event, 'invoice', invoiceShape);
  const said = { invoice: toInvoiceRef(changed), occurredAt, ...versionOf(changed) };
  if (event.event_type === 'invoice_deleted' || changed.deleted) return { type: 'invoice_closed', ...said, reason: 'deleted' };
  const state = stateOf(changed);
  switch (state) {
    case 'paid':
      return { type: 'invoice_paid', ...said };
    case 'voided':
    case 'written_off':
      return { type: 'invoice_closed', ...said, reason: state };
    case 'open':
    case 'not_found':
      return ignored(event, occurredAt);
  }
};

const versionOf = ({ resource_version: version }: { readonly resource_version?: number | undefined }): { readonly version?: string } =>
  version === undefined ? {} : { version: String(version) };

/** A success that is taken back, or a payment whose outcome is open; the ends of payments have events of their own. */
const transactionChanged = async (event: ChargebeeEvent, occurredAt: Date, context: ChargebeeCall): Promise<Understood> => {
  const transaction = contentOf(event, 'transaction', transactionShape);
  const invoiceRef = transaction.linked_invoices[0]?.invoice_id;
  if (transaction.type !== 'payment' || invoiceRef === undefined) return [ignored(event, occurredAt)];
  if (transaction.status === 'late_failure') {
    const amount = fromChargebeeAmount(transaction.amount, transaction.currency_code);
    return [{ type: 'payment_reversed', subject: { invoiceRef }, gatewayRefs: refsOfBoth(transaction), why: 'late_failure', amount, occurredAt, ...versionOf(transaction) }];
  }
  if (stateOfTransaction(transaction) !== 'in_progress') return [ignored(event, occurredAt)];
  return whatInvoiceSays({ invoiceRef, transactionRef: transaction.id, occurredAt, tells: 'state' }, context);
};

const refsOfBoth = ({ id, id_at_gateway: atGateway }: Transaction): readonly string[] => (atGateway ? [id, atGateway] : [id]);

/** The refund names the payment it gives back; that one is read, because it knows all that has gone back of it. */
const refunded = async (event: ChargebeeEvent, occurredAt: Date, context: ChargebeeCall): Promise<NormalizedEvent> => {
  const refund = contentOf(event, 'transaction', transactionShape);
  const invoiceRef = event.content['invoice'] === undefined ? undefined : contentOf(event, 'invoice', invoiceShape).id;
  const paymentRef = refund.refunded_txn_id;
  if (invoiceRef === undefined || !paymentRef) return ignored(event, occurredAt);
  const { transaction: payment } = await ask(context, z.object({ transaction: transactionShape }), (session) => session.transaction.retrieve(paymentRef));
  const back = payment.linked_refunds.filter((each) => each.txn_status === 'success').reduce((sum, each) => sum + each.txn_amount, 0);
  const amount = fromChargebeeAmount(Math.max(back, refund.amount), refund.currency_code);
  return { type: 'payment_reversed', subject: { invoiceRef }, gatewayRefs: refsOfBoth(payment), why: 'refund', amount, soFar: true, occurredAt, ...versionOf(payment) };
};

/** Chargebee cancels by itself when it gives up collecting. */
const GAVE_UP: ReadonlySet<string> = new Set(['not_paid', 'no_card', 'dunning_exhausted']);

/** Read now: a cancellation that was taken back since ends nothing. */
const subscriptionChanged = async (event: ChargebeeEvent, occurredAt: Date, context: ChargebeeCall): Promise<NormalizedEvent> => {
  const told = contentOf(event, 'subscription', subscriptionShape);
  const now = await subscriptionNow(told.id, context);
  if (now !== undefined && now.status !== 'cancelled') return ignored(event, occurredAt);
  const reason = GAVE_UP.has((now ?? told).cancel_reason ?? '') ? 'platform_gave_up' : 'cancelled';
  return { type: 'subscription_ended', subject: { subscriptionRef: told.id }, reason, occurredAt, ...versionOf(now ?? told) };
};

const subscriptionNow = async (subscriptionRef: string, context: ChargebeeCall) => {
  try {
    return (await ask(context, z.object({ subscription: subscriptionShape }), (session) => session.subscription.retrieve(subscriptionRef))).subscription;
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

/** Which of the customer's sources counts now, and its token, is asked by the core. */
const sourceChanged = (event: ChargebeeEvent, occurredAt: Date): NormalizedEvent => {
  const { id } = contentOf(event, 'customer', customerShape);
  return { type: 'payment_method_updated', subject: { customerRef: id }, occurredAt };
};

const ignored = (event: ChargebeeEvent, occurredAt: Date): NormalizedEvent => ({ type: 'ignored', platformType: event.event_type, occurredAt });

const ref = (pointer: Pointer, name: string): string => {
  const found = pointer.refs[name];
  if (found === undefined)
    throw new PlatformError(`The pointer to a ${pointer.kind} does not name its ${name}.`, { code: 'invalid_request', reached: 'no' });
  return found;
};
