import { PlatformError, platformErrorWithin, type PlatformErrorDetails } from '../../core/connector-kit/index.js';
import { refusalShape, type Refusal } from './shapes.js';

/** What Chargebee's API refused with, if that is what was thrown: the SDK rejects with the plain body, which is no `Error`. */
export const refusalOf = (thrown: unknown): Refusal | undefined => {
  if (platformErrorWithin(thrown) !== undefined) return undefined;
  const parsed = refusalShape.safeParse(thrown);
  return parsed.success ? parsed.data : undefined;
};

/** Whether a 503 says beyond doubt that nothing was executed. */
export const saysNotExecuted = ({ http_status_code: status, api_error_code: code }: Refusal): boolean =>
  status === 503 && (code === 'site_read_only_mode' || code === 'site_not_ready');

/** How long one request holds an invoice against others, at most; and the minute in which requests are counted. */
const LOCKED_MS = 5_000;
const COUNTED_MS = 60_000;

/**
 * Translates anything a call threw. The message is built here from status and code: Chargebee's own text may name customers and cards.
 */
export const toPlatformError = (thrown: unknown): PlatformError => {
  const raised = platformErrorWithin(thrown);
  if (raised !== undefined) return raised;
  const refusal = refusalOf(thrown);
  if (refusal === undefined) {
    return new PlatformError('The answer could not be read as one of Chargebee.', { code: 'unexpected_answer', reached: 'unknown' });
  }
  const { http_status_code: status, api_error_code: code } = refusal;
  const error = (fact: string, details: PlatformErrorDetails): PlatformError =>
    new PlatformError(`Chargebee ${fact} (${code}${refusal.param === undefined ? '' : `, ${refusal.param}`}).`, details);
  switch (status) {
    case 400:
      return error('refused the request as invalid', { code: 'invalid_request', reached: 'yes' });
    case 401:
      return error('refused the API key', { code: 'refused_key', reached: 'yes' });
    case 403:
      return error('says the API key lacks a permission', { code: 'missing_permission', reached: 'yes' });
    case 404:
      return error('does not know the object', { code: 'not_found', reached: 'yes' });
    case 405:
      return error('does not offer this request to the site', { code: 'invalid_request', reached: 'yes' });
    case 409:
      return error('refused the request in this state', { code: 'invalid_request', reached: 'yes' });
    case 422:
      return error('knows this key from a different request', { code: 'unexpected_answer', reached: 'unknown' });
    case 429: {
      const usual = code === 'lock_timeout' ? LOCKED_MS : COUNTED_MS;
      return error('asked us to slow down', { code: 'rate_limited', reached: 'yes', retryAfterMs: usual, ...retryAfterMs(refusal.headers?.['retry-after']) });
    }
    default:
      break;
  }
  const reached = saysNotExecuted(refusal) ? 'yes' : 'unknown';
  return error(`answered ${status}`, { code: status >= 500 ? 'platform_down' : 'unexpected_answer', reached });
};

/** Seconds of a `retry-after`, within an hour. */
export const retryAfterMs = (header: string | null | undefined): { readonly retryAfterMs?: number } => {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 3600) * 1000 } : {};
};
