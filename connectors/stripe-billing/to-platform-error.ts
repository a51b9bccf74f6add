import { Stripe } from 'stripe';
import { PlatformError, platformErrorWithin, type PlatformErrorDetails, type Reached } from '../../core/connector-kit/index.js';

type AnyStripeError = InstanceType<typeof Stripe.errors.StripeError>;

/** Nothing left this process: the name did not resolve or nobody listened. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Translates anything a call threw. The message is built here from status and code: an SDK error carries headers, the payment method and a
 * client secret, so neither it nor its own text travels on.
 */
export const toPlatformError = (thrown: unknown): PlatformError => {
  // `io` knows whether bytes left, and says so in its own error, which the SDK wraps.
  const raised = platformErrorWithin(thrown);
  if (raised !== undefined) return raised;
  if (!(thrown instanceof Stripe.errors.StripeError)) {
    return new PlatformError('The answer could not be read as a Stripe object.', { code: 'unexpected_answer', reached: reachedBy(thrown) });
  }
  const { statusCode, code } = thrown;
  const error = (fact: string, details: PlatformErrorDetails) =>
    new PlatformError(`Stripe ${fact}${code ? ` (${code.slice(0, 80)})` : ''}.`, { ...details, ...retryAfter(thrown) });
  if (isRateLimit(thrown)) return error('asked us to slow down', { code: 'rate_limited', reached: 'yes' });
  if (thrown instanceof Stripe.errors.StripeIdempotencyError)
    return error('knows this key from a different request', { code: 'unexpected_answer', reached: 'unknown' });
  switch (statusCode) {
    case 400:
      return error('refused the request as invalid', { code: 'invalid_request', reached: 'yes' });
    case 401:
      return error('refused the API key', { code: 'refused_key', reached: 'yes' });
    case 402:
      return error('declined the payment', { code: 'unexpected_answer', reached: 'yes' });
    case 403:
      return error('says the API key lacks a permission', { code: 'missing_permission', reached: 'yes' });
    case 404:
      return error('does not know the object', { code: 'not_found', reached: 'yes' });
    case 409:
      return error('is still working on a request with this key', { code: 'unexpected_answer', reached: 'unknown' });
    case undefined:
      return error('could not be reached or gave no readable answer', { code: 'platform_down', reached: reachedBy(thrown) });
    default:
      return error(`answered ${statusCode}`, { code: statusCode >= 500 ? 'platform_down' : 'unexpected_answer', reached: 'unknown' });
  }
};

/** 429 (too many requests, or an object another request has locked) and the older 400 `rate_limit`: in each case nothing was executed. */
export const isRateLimit = (error: AnyStripeError): boolean => error instanceof Stripe.errors.StripeRateLimitError;

export const retryAfter = (error: AnyStripeError): { readonly retryAfterMs?: number } => {
  const seconds = Number(error.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 3600) * 1000 } : {};
};

const reachedBy = (thrown: unknown): Reached => {
  const neverSent = causes(thrown).some(
    (cause) =>
      cause !== null && typeof cause === 'object' && 'code' in cause && typeof cause.code === 'string' && NEVER_SENT.has(cause.code),
  );
  return neverSent ? 'no' : 'unknown';
};

const causes = (thrown: unknown): readonly unknown[] => {
  const found: unknown[] = [];
  let next: unknown = thrown;
  while (next !== null && typeof next === 'object' && found.length < 8) {
    found.push(next);
    next = 'detail' in next && next.detail !== undefined ? next.detail : 'cause' in next ? next.cause : undefined;
  }
  return found;
};
