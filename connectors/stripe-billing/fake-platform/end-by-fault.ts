import type { Answer, Exchange } from './exchange.js';
import type { FaultAction } from './faults.js';

const WITHOUT_ERROR_KEY: Answer = { status: 503, body: { message: 'Service Unavailable', status: 'maintenance' }, headers: {} };
const RUBBISH: Answer = { status: 200, body: { hello: 'world', object: 'captive_portal' }, headers: {} };

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
  headers: {},
};

type NamedAction = Extract<FaultAction, string>;

const ENDINGS: Readonly<Record<NamedAction, Answer | 'drop' | 'hang'>> = {
  drop_reply_after_applying: 'drop',
  close_before_applying: 'drop',
  hang: 'hang',
  hang_after_applying: 'hang',
  rubbish_200: RUBBISH,
  rubbish_200_after_applying: RUBBISH,
  error_without_error_key_503: WITHOUT_ERROR_KEY,
  error_without_error_key_503_after_applying: WITHOUT_ERROR_KEY,
  429: TOO_MANY,
};

/** Whether the request is executed before the fault strikes its answer. */
export const appliesFirst = (action: FaultAction | null): boolean => {
  if (action === null) return true;
  return typeof action === 'object' ? action.afterApplying === true : action.endsWith('_after_applying');
};

/** Ends a request that a fault struck: another answer, a destroyed socket, or nothing at all. */
export const endByFault = (exchange: Exchange, action: FaultAction): void => {
  const ending = typeof action === 'object' ? { status: action.status, body: action.body, headers: {} } : ENDINGS[action];
  if (ending === 'drop') exchange.drop();
  else if (ending !== 'hang') exchange.answer(ending);
};
