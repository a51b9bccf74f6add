import { type Answer, defineFaults, type Fault as FaultOf, type FaultAction as ActionOf } from '../../../core/connector-kit/testing/index.js';

const WITHOUT_ERROR_KEY: Answer = { status: 503, body: { message: 'Service Unavailable', status: 'maintenance' } };
const RUBBISH: Answer = { status: 200, body: { hello: 'world', object: 'captive_portal' } };

/** fact('request.rate_limited') */
const TOO_MANY: Answer = {
  status: 429,
  body: {
    error: {
      code: 'rate_limit',
      message: 'Too many requests hit the API too quickly. We recommend an exponential backoff of your requests.',
      type: 'invalid_request_error',
    },
  },
};

/** What Stripe, or what stands in between, answers when a fault strikes. */
export type FaultName = 'rubbish_200' | 'error_without_error_key_503' | '429';
export type FaultAction = ActionOf<FaultName>;
export type Fault = FaultOf<FaultName>;

export const faultKinds = defineFaults<FaultName>({ rubbish_200: RUBBISH, error_without_error_key_503: WITHOUT_ERROR_KEY, 429: TOO_MANY });
