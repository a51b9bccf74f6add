import { Stripe } from 'stripe';
import type { ChargeOutcome } from '../../core/connector-kit/index.js';
import { ask, type StripeCall } from './platform-api.js';
import { chargeShape, declineFacts, platformId, type StripeCharge } from './shapes.js';
import { toDecline } from './to-decline.js';
import { toPlatformError } from './to-platform-error.js';

/**
 * What a request that was to move money came to, if it threw.
 *
 * | thrown | outcome |
 * |---|---|
 * | 402 | declined (also when replayed: the same key can only repeat the answer of this attempt) |
 * | 429; connection refused; deadline before sending | not sent |
 * | 409, 5xx, unreadable answer, lost connection, deadline, key used for another request | unknown |
 * | 400, 401, 403, 404 | thrown on as a PlatformError with `reached: 'yes'`: nothing was charged, the set-up is wrong |
 */
export const outcomeOfError = async (thrown: unknown, context: StripeCall): Promise<ChargeOutcome> => {
  if (thrown instanceof Stripe.errors.StripeCardError) return declined(thrown, context);
  const error = toPlatformError(thrown);
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  switch (error.code) {
    case 'rate_limited':
      return { status: 'not_sent', cause: error.message, ...wait };
    case 'refused_key':
    case 'missing_permission':
    case 'invalid_request':
    case 'not_found':
      throw error;
    case 'platform_down':
    case 'unexpected_answer':
      break;
  }
  return error.reached === 'no'
    ? { status: 'not_sent', cause: error.message, ...wait }
    : { status: 'unknown', cause: error.message, gatewayRefs: [] };
};

const declined = async (error: InstanceType<typeof Stripe.errors.StripeCardError>, context: StripeCall): Promise<ChargeOutcome> => {
  if (error.headers?.['idempotent-replayed'] === 'true') context.log.debug('stripe repeated the stored answer to this attempt');
  const facts = declineFacts.safeParse(error);
  const chargeRef = platformId.safeParse(error.charge).data;
  const charge = chargeRef === undefined ? undefined : await readCharge(chargeRef, context);
  return {
    status: 'declined',
    decline: toDecline(facts.success ? facts.data : {}, charge),
    gatewayRefs: chargeRef === undefined ? [] : [chargeRef],
  };
};

/**
 * The thrown error does not say whether Stripe itself blocked the charge, nor on which network it ran; without the charge the decline is
 * merely less exact.
 */
const readCharge = async (chargeRef: string, context: StripeCall): Promise<StripeCharge | undefined> => {
  try {
    return await ask(context, chargeShape, (options) => context.session.charges.retrieve(chargeRef, {}, options));
  } catch {
    context.log.debug('the failed charge could not be read; its decline is less exact');
    return undefined;
  }
};
