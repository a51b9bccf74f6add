import type { ChargeOutcome, CollectRequest } from '../../core/connector-kit/index.js';
import { fromChargebeeAmount } from './amounts.js';
import type { ChargebeeCall } from './platform-api.js';
import { fetchInvoice, refsOf, stateOf, type InvoiceReading } from './read-invoice.js';
import type { Refusal, Transaction } from './shapes.js';
import { declineByCode, toDecline } from './to-decline.js';
import { refusalOf, saysNotExecuted, toPlatformError } from './to-platform-error.js';

/**
 * What a collection came to that was refused.
 *
 * | refused with | outcome |
 * |---|---|
 * | 400 of type `payment` | declined; which transaction it was is only on the invoice |
 * | 400, 404, 405, 409 otherwise | what the invoice then says: already paid, closed; else thrown on, nothing was charged |
 * | 429; connection refused; deadline before sending; 503 of a site in read-only mode | not sent |
 * | other 5xx, 422, unreadable answer, lost connection, deadline | unknown |
 * | 401, 403 | thrown on as a PlatformError with `reached: 'yes'` |
 */
export const outcomeOfError = async (
  thrown: unknown,
  request: CollectRequest,
  context: ChargebeeCall,
): Promise<ChargeOutcome | { readonly status: 'already_paid' }> => {
  const refusal = refusalOf(thrown);
  if (refusal?.http_status_code === 400 && refusal.type === 'payment') return declined(refusal, request, context);
  const error = toPlatformError(thrown);
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  switch (error.code) {
    case 'rate_limited':
      return { status: 'not_sent', cause: error.message, ...wait };
    case 'refused_key':
    case 'missing_permission':
      throw error;
    case 'invalid_request':
    case 'not_found': {
      const byState = error.reached === 'yes' ? await refusedByState(request, context) : undefined;
      if (byState !== undefined) return byState;
      throw error;
    }
    case 'platform_down':
      if (refusal !== undefined && saysNotExecuted(refusal)) return { status: 'not_sent', cause: error.message, ...wait };
      break;
    case 'unexpected_answer':
      break;
  }
  return error.reached === 'no'
    ? { status: 'not_sent', cause: error.message, ...wait }
    : { status: 'unknown', cause: error.message, gatewayRefs: [] };
};

/** The codes for "no longer open" differ, so the invoice itself is asked. Undefined: it is as it was. */
const refusedByState = async (request: CollectRequest, context: ChargebeeCall): Promise<ChargeOutcome | { readonly status: 'already_paid' } | undefined> => {
  const reading = await readAgain(request, context);
  if (reading === undefined) return undefined;
  const state = stateOf(reading.invoice);
  if (state === 'paid') return { status: 'already_paid' };
  if (state !== 'open') return { status: 'not_sent', cause: `The invoice is ${state}; Chargebee collected nothing.` };
  const { amount_due: due, currency_code: currency } = reading.invoice;
  if (fromChargebeeAmount(due, currency).minor < request.amount.minor) return { status: 'not_sent', cause: 'Less is due by now; Chargebee collected nothing.' };
  const isRunning = reading.transactions.some((each) => each.status === 'in_progress' || each.status === 'needs_attention' || each.status === 'timeout');
  return isRunning ? { status: 'not_sent', cause: 'Another payment of the invoice is in progress; Chargebee collected nothing.' } : undefined;
};

/** The refusal holds no transaction: ours is the newest failure on the invoice that was not there before and is no retry of Chargebee's own. */
const declined = async (refusal: Refusal, request: CollectRequest, context: ChargebeeCall): Promise<ChargeOutcome> => {
  const reading = await readAgain(request, context);
  const ours = reading === undefined ? undefined : newFailure(reading, request);
  if (ours === undefined) return { status: 'declined', decline: declineByCode(refusal.api_error_code), gatewayRefs: [] };
  return { status: 'declined', decline: toDecline(ours), gatewayRefs: refsOf(ours) };
};

const newFailure = ({ invoice, transactions }: InvoiceReading, { before }: CollectRequest): Transaction | undefined => {
  const known = new Set(before.payments.map((payment) => payment.ref));
  const byChargebee = new Set(invoice.dunning_attempts.flatMap((attempt) => attempt.transaction_id ?? []));
  return transactions.findLast((each) => each.status === 'failure' && !known.has(each.id) && !byChargebee.has(each.id) && each.initiator_type !== 'customer');
};

/** Without it the outcome is merely less exact. */
const readAgain = async (request: CollectRequest, context: ChargebeeCall): Promise<InvoiceReading | undefined> => {
  try {
    return await fetchInvoice(request.invoice.ref, context);
  } catch {
    context.log.debug('the invoice could not be read after a refusal; its outcome is less exact');
    return undefined;
  }
};
