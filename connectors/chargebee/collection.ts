import { z } from 'zod';
import type { ChargeOutcome, CollectRequest, FindOutcome, RepeatProtection } from '../../core/connector-kit/index.js';
import { OWN_ACCOUNT } from '../../core/connector-kit/index.js';
import { fromChargebeeAmount, toChargebeeAmount } from './amounts.js';
import { attribute } from './attribute-payment.js';
import { outcomeOfError } from './outcome-of-error.js';
import { tell, type ChargebeeCall } from './platform-api.js';
import { fetchInvoice, refsOf, stateOfTransaction } from './read-invoice.js';
import { invoiceShape, transactionShape, type Transaction } from './shapes.js';
import { toDecline } from './to-decline.js';

const answer = z.object({ invoice: invoiceShape, transaction: transactionShape });

/**
 * Asks Chargebee to collect an open invoice now, exactly what was read as due, on the source that the token names. A paid invoice refuses, so
 * that Chargebee's own retry at the same moment and ours cannot both take money.
 */
export const collectNow = async (request: CollectRequest, context: ChargebeeCall): Promise<ChargeOutcome | { readonly status: 'already_paid' }> => {
  const { invoice, once, token } = request;
  const params = {
    amount: toChargebeeAmount(request.amount),
    payment_initiator: 'merchant' as const,
    comment: `Recovery Hub ${once.ourReference}`.slice(0, 300),
    // A token of a gateway says nothing to Chargebee, which then charges what it would charge by itself.
    ...(token?.gatewayAccountRef === OWN_ACCOUNT ? { payment_source_id: token.methodRef } : {}),
  };
  try {
    const { transaction } = await tell(context, answer, (session) =>
      session.invoice.collectPayment(invoice.ref, params, { 'chargebee-idempotency-key': once.key }),
    );
    return outcomeOf(transaction);
  } catch (thrown) {
    return outcomeOfError(thrown, request, context);
  }
};

/** What a transaction of ours came to. */
export const outcomeOf = (transaction: Transaction): ChargeOutcome => {
  const gatewayRefs = refsOf(transaction);
  const state = stateOfTransaction(transaction);
  switch (state) {
    case 'succeeded':
      return { status: 'approved', gatewayRefs, amount: fromChargebeeAmount(transaction.amount, transaction.currency_code), provisional: isProvisional(transaction) };
    case 'in_progress':
      return { status: 'pending', gatewayRefs };
    case 'failed':
      return { status: 'declined', decline: toDecline(transaction), gatewayRefs };
  }
};

/** Direct debits succeed first and may fail at settlement, as `late_failure`. */
const isProvisional = ({ payment_method: method }: Transaction): boolean =>
  method === 'direct_debit' || method === 'ach_credit' || method === 'sepa_credit' || method === 'boleto';

/**
 * Finds out, reading only, what became of a collection whose answer was lost. A new payment on the invoice is ours if it was made by a request
 * to the API; Chargebee's own retries, the customer and the merchant's people leave other traces.
 */
export const findCollection = async (request: CollectRequest, context: ChargebeeCall): Promise<FindOutcome> => {
  const reading = await fetchInvoice(request.invoice.ref, context);
  if (reading === undefined) return { status: 'absent' };
  const known = new Set(request.before.payments.map((payment) => payment.ref));
  const fresh = reading.transactions.filter((transaction) => !known.has(transaction.id)).toReversed();
  let unattributed: Transaction | undefined;
  // What took or may take money is looked at first: a decline of the same minute must not hide it.
  for (const transaction of fresh.toSorted((a, b) => rank(a) - rank(b))) {
    const madeBy = await attribute(transaction, reading.invoice, context);
    if (madeBy === 'request') return outcomeOf(transaction);
    if (madeBy === 'unknown' && stateOfTransaction(transaction) !== 'failed') unattributed ??= transaction;
  }
  const running = fresh.find((transaction) => stateOfTransaction(transaction) === 'in_progress');
  if (running !== undefined) return { status: 'pending', gatewayRefs: refsOf(running) };
  if (unattributed === undefined) return { status: 'absent' };
  return { status: 'unknown', cause: 'A new payment is on the invoice and Chargebee shows no event that says who made it.', gatewayRefs: refsOf(unattributed) };
};

const rank = (transaction: Transaction): number => ({ succeeded: 0, in_progress: 1, failed: 2 })[stateOfTransaction(transaction)];

/**
 * The invoice is the single-use object: `collect_payment` is refused once it is paid. The SDK waits 80 s for a gateway by default; twice that
 * and the time until an event can be listed lie well inside five minutes. Chargebee forgets keys after 30 minutes, so they protect nothing.
 */
export const protection = (): RepeatProtection => ({ kind: 'single_use_object', absentIsFinalAfterMs: 300_000 });
