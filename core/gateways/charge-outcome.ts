import type { ChargeOutcome, FindOutcome, PlatformError } from '../connector-kit/index.js';
import type { CallResult } from '../plugin-registry/index.js';

/** The gateway system under which codes of our own are classified: see `classifyCase`. */
export const ownCodes = 'merchant/';

/** What a failed money call means: not sent, a fault of the set-up, or unknown. Never a decline of the card. */
export const outcomeOfError = (error: PlatformError): ChargeOutcome => {
  if (error.reached === 'no') return { status: 'not_sent', cause: error.code, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) };
  if (error.reached === 'yes') {
    switch (error.code) {
      case 'refused_key':
      case 'missing_permission':
      case 'invalid_request':
      case 'not_found':
        return { status: 'declined', decline: { system: ownCodes, code: 'merchant_configuration', text: error.code, reachedNetwork: false }, gatewayRefs: [] };
      case 'rate_limited':
        return { status: 'not_sent', cause: error.code, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) };
      case 'platform_down':
      case 'unexpected_answer': break;
    }
  }
  return { status: 'unknown', cause: error.code, gatewayRefs: [] };
};

/** The outcome of a money call, answered or failed. */
export const chargeOutcome = <T extends { readonly status: string }>(result: CallResult<T>): T | ChargeOutcome => (result.ok ? result.value : outcomeOfError(result.error));

/** What asking found; undefined: the platform could not be asked now. */
export const findOutcome = (result: CallResult<FindOutcome>): FindOutcome | undefined => (result.ok ? result.value : undefined);
