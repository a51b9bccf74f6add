import { Stripe } from 'stripe';
import type { ChargeOutcome, CollectRequest, FindOutcome, PlatformPayment, RepeatProtection } from '../../core/connector-kit/index.js';
import { fromStripeAmount, toStripeAmount } from './amounts.js';
import { attributePayment } from './attribute-payment.js';
import { outcomeOfError } from './outcome-of-error.js';
import { ask, tell, type StripeCall } from './platform-api.js';
import { fetchInvoice, intentsOf, paymentsOf, succeededSum } from './read-invoice.js';
import { chargeShape, invoiceShape, pageOf, toDate, type StripeCharge, type StripeInvoice } from './shapes.js';
import { stepUp, toDecline } from './to-decline.js';

/**
 * Asks Stripe to collect an open invoice now. It charges the invoice's own PaymentIntent, which can succeed once: a Smart Retry at the same
 * moment and ours cannot both take money.
 */
export const collectNow = async (
  request: CollectRequest,
  context: StripeCall,
): Promise<ChargeOutcome | { readonly status: 'already_paid' }> => {
  toStripeAmount(request.amount);
  try {
    const invoice = await tell(context, invoiceShape, (options) =>
      context.session.invoices.pay(
        request.invoice.ref,
        { off_session: true, ...paymentMethod(request), expand: ['payments.data.payment.payment_intent'] },
        { ...options, idempotencyKey: request.once.key },
      ),
    );
    return outcomeOfInvoice(invoice, request);
  } catch (thrown) {
    return (await refusedByState(thrown, request, context)) ?? outcomeOfError(thrown, context);
  }
};

/** A token of another gateway means nothing to Stripe, which then charges what it would charge by itself. */
const paymentMethod = ({ token }: CollectRequest): Stripe.InvoicePayParams => {
  if (token?.gatewayType !== 'stripe') return {};
  return token.methodRef.startsWith('pm_') ? { payment_method: token.methodRef } : { source: token.methodRef };
};

const outcomeOfInvoice = (invoice: StripeInvoice, request: CollectRequest): ChargeOutcome => {
  const before = new Set(request.before.payments.filter((payment) => payment.state === 'succeeded').map((payment) => payment.ref));
  const payments = paymentsOf({ invoice, payments: invoice.payments?.data ?? [], records: new Map(), allRead: true }).filter(
    (payment) => !before.has(payment.ref),
  );
  const made = payments.findLast((payment) => payment.state === 'succeeded');
  const running = payments.findLast((payment) => payment.state === 'in_progress');
  if (invoice.status === 'paid') {
    // Paid by a credit balance, or told without its payments: the invoice itself is then the reference.
    const refs = made ?? { gatewayRefs: [], amount: fromStripeAmount(invoice.amount_paid, invoice.currency) };
    const paidBefore = made === undefined ? succeededSum(request.before.payments) : 0;
    return {
      status: 'approved',
      gatewayRefs: refsOf(refs.gatewayRefs, invoice.id),
      amount: { ...refs.amount, minor: refs.amount.minor - paidBefore },
      provisional: false,
    };
  }
  if (running !== undefined) return { status: 'pending', gatewayRefs: refsOf(running.gatewayRefs, invoice.id) };
  const waiting = invoice.payments?.data.some(
    ({ payment }) => typeof payment.payment_intent === 'object' && payment.payment_intent?.status === 'requires_action',
  );
  if (waiting)
    return {
      status: 'declined',
      decline: stepUp('The bank asks the customer to authenticate.'),
      gatewayRefs: payments.flatMap((payment) => payment.gatewayRefs),
    };
  return {
    status: 'unknown',
    cause: `Stripe answered the collection with an invoice that is ${invoice.status ?? 'without a status'}.`,
    gatewayRefs: [],
  };
};

/** A 400 may mean that the invoice is no longer open. Stripe gives no code for it, so the invoice itself is asked. */
const refusedByState = async (
  thrown: unknown,
  request: CollectRequest,
  context: StripeCall,
): Promise<ChargeOutcome | { readonly status: 'already_paid' } | undefined> => {
  if (!(thrown instanceof Stripe.errors.StripeInvalidRequestError) || thrown.statusCode !== 400) return undefined;
  const invoice = await ask(context, invoiceShape, (options) => context.session.invoices.retrieve(request.invoice.ref, {}, options)).catch(
    () => undefined,
  );
  if (invoice?.status === 'paid' || (invoice === undefined && /already paid/i.test(thrown.message))) return { status: 'already_paid' };
  if (invoice?.status === 'void' || invoice?.status === 'uncollectible')
    return { status: 'not_sent', cause: `The invoice is ${invoice.status}; Stripe collected nothing.` };
  return undefined;
};

/**
 * Finds out, reading only, what became of a collection whose answer was lost. A payment is ours if the request that made it carried our
 * key; that the invoice is paid proves nothing, since a Smart Retry or the customer may have paid it.
 */
export const findCollection = async (request: CollectRequest, context: StripeCall): Promise<FindOutcome> => {
  const reading = await fetchInvoice(request.invoice.ref, context);
  if (reading === undefined) return { status: 'absent' };
  const known = new Set(request.before.payments.filter((payment) => payment.state === 'succeeded').map((payment) => payment.ref));
  const payments = paymentsOf(reading).filter((payment) => !known.has(payment.ref));

  let unattributed: PlatformPayment | undefined;
  for (const payment of payments.filter((each) => each.state === 'succeeded')) {
    const made = await attributePayment(payment, context);
    if (made.event === 'found' && made.key === request.once.key) {
      return { status: 'approved', gatewayRefs: refsOf(payment.gatewayRefs, payment.ref), amount: payment.amount, provisional: false };
    }
    if (made.event === 'not_found') unattributed = payment;
  }
  const running = payments.find((payment) => payment.state === 'in_progress');
  if (running !== undefined) return { status: 'pending', gatewayRefs: refsOf(running.gatewayRefs, running.ref) };
  const declined = await findOurDecline(intentsOf(reading), request, context);
  if (declined !== undefined) return declined;
  if (unattributed !== undefined) {
    return {
      status: 'unknown',
      cause: 'The invoice is paid and Stripe shows no event that says by which request.',
      gatewayRefs: unattributed.gatewayRefs,
    };
  }
  return { status: 'absent' };
};

/** A PaymentIntent shows its newest charge only; ours may lie under one of Stripe's own that came after it. */
const findOurDecline = async (
  intents: readonly string[],
  request: CollectRequest,
  context: StripeCall,
): Promise<ChargeOutcome | undefined> => {
  const seenBefore = new Set(request.before.payments.map((payment) => payment.ref));
  for (const intent of intents) {
    for (const charge of await newerCharges(intent, seenBefore, context)) {
      const gatewayRefs = [charge.id];
      const made = await attributePayment(
        { ref: charge.id, gatewayRefs, state: 'failed', amount: request.amount, at: toDate(charge.created) },
        context,
      );
      if (made.event === 'found' && made.key === request.once.key)
        return { status: 'declined', decline: toDecline({}, charge), gatewayRefs };
    }
  }
  return undefined;
};

/** Newest first, as Stripe lists them, up to the one that was the newest before our call. */
const newerCharges = async (intent: string, seenBefore: ReadonlySet<string>, context: StripeCall): Promise<readonly StripeCharge[]> => {
  const page = await ask(context, pageOf(chargeShape), (options) =>
    context.session.charges.list({ payment_intent: intent, limit: 20 }, options),
  );
  const known = page.data.findIndex((charge) => seenBefore.has(charge.id));
  return page.data.slice(0, known === -1 ? undefined : known).filter((charge) => charge.status === 'failed');
};

/**
 * The invoice is the single-use object: it can be paid once. Stripe answers a card within seconds, and its SDKs wait 80 s by default; twice
 * that, and the time until an event can be listed, lie well inside five minutes.
 */
export const protection = (): RepeatProtection => ({ kind: 'single_use_object', absentIsFinalAfterMs: 300_000 });

const refsOf = (refs: readonly string[], otherwise: string): [string, ...string[]] => {
  const [first = otherwise, ...others] = refs;
  return [first, ...others];
};
