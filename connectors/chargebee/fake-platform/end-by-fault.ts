import { errorBodyOf } from './chargebee-failure.js';
import type { Answer, Exchange } from './exchange.js';
import type { FaultAction } from './faults.js';

const json = { 'content-type': 'application/json;charset=utf-8' };
const html = { 'content-type': 'text/html' };
const RUBBISH: Answer = { status: 200, body: { hello: 'world' }, headers: json };
const HTML: Answer = { status: 200, body: '<html><body>Sign in to the network</body></html>', headers: html };
const EMPTY: Answer = { status: 200, body: '', headers: json };
const TRUNCATED: Answer = { status: 200, body: '{"invoice":{"id":"1","sta', headers: json };

/** fact('request.rate_limited') */
const tooMany: Answer = {
  status: 429, headers: json,
  body: errorBodyOf({ status: 429, code: 'api_request_limit_exceeded', message: 'API request limit exceeded.', type: 'operation_failed' }),
};
/** fact('request.unavailable') */
const unavailable: Answer = {
  status: 503, headers: json,
  body: errorBodyOf({ status: 503, code: 'internal_temporary_error', message: 'Temporary error.', type: 'operation_failed' }),
};
const readOnly: Answer = {
  status: 503, headers: json,
  body: errorBodyOf({ status: 503, code: 'site_read_only_mode', message: 'The site is in read-only mode.', type: 'operation_failed' }),
};
const errorWith200: Answer = { status: 200, headers: json, body: errorBodyOf({ status: 500, code: 'internal_error', message: 'Internal error.' }) };
const badGateway: Answer = { status: 502, body: '<html><body>502 Bad Gateway</body></html>', headers: html };

type NamedAction = Extract<FaultAction, string>;

const ENDINGS: Readonly<Record<NamedAction, Answer | 'drop' | 'hang' | 'stall'>> = {
  drop_reply_after_applying: 'drop',
  close_before_applying: 'drop',
  hang: 'hang',
  hang_after_applying: 'hang',
  stall_body: 'stall',
  stall_body_after_applying: 'stall',
  rubbish_200: RUBBISH,
  rubbish_200_after_applying: RUBBISH,
  html_200: HTML,
  html_200_after_applying: HTML,
  empty_200: EMPTY,
  empty_200_after_applying: EMPTY,
  truncated_200: TRUNCATED,
  truncated_200_after_applying: TRUNCATED,
  error_inside_200: errorWith200,
  html_502: badGateway,
  html_502_after_applying: badGateway,
  503: unavailable,
  '503_after_applying': unavailable,
  read_only_503: readOnly,
  429: tooMany,
};

/** Whether the request is executed before the fault strikes its answer. */
export const appliesFirst = (action: FaultAction | null): boolean => {
  if (action === null) return true;
  return typeof action === 'object' ? action.afterApplying === true : action.endsWith('_after_applying');
};

/** Ends a request that a fault struck: another answer, a destroyed socket, headers without a body, or nothing at all. */
export const endByFault = (exchange: Exchange, action: FaultAction): void => {
  const ending = typeof action === 'object' ? { status: action.status, body: action.body, headers: { ...json, ...action.headers } } : ENDINGS[action];
  if (ending === 'drop') exchange.drop();
  else if (ending === 'stall') exchange.stall();
  else if (ending !== 'hang') exchange.answer(ending);
};
