import { type Answer, defineFaults, type Fault as FaultOf, type FaultAction as ActionOf } from '../../../core/connector-kit/testing/index.js';
import { errorBodyOf } from './chargebee-failure.js';

const html = { 'content-type': 'text/html' };

const answers = {
  rubbish_200: { status: 200, body: { hello: 'world' } },
  html_200: { status: 200, body: '<html><body>Sign in to the network</body></html>', headers: html },
  empty_200: { status: 200, body: '' },
  truncated_200: { status: 200, body: '{"invoice":{"id":"1","sta' },
  error_inside_200: { status: 200, body: errorBodyOf({ status: 500, code: 'internal_error', message: 'Internal error.' }) },
  html_502: { status: 502, body: '<html><body>502 Bad Gateway</body></html>', headers: html },
  // fact('request.unavailable')
  '503': {
    status: 503,
    body: errorBodyOf({ status: 503, code: 'internal_temporary_error', message: 'Temporary error.', type: 'operation_failed' }),
  },
  read_only_503: {
    status: 503,
    body: errorBodyOf({ status: 503, code: 'site_read_only_mode', message: 'The site is in read-only mode.', type: 'operation_failed' }),
  },
  // fact('request.rate_limited')
  '429': {
    status: 429,
    body: errorBodyOf({ status: 429, code: 'api_request_limit_exceeded', message: 'API request limit exceeded.', type: 'operation_failed' }),
  },
} as const satisfies Readonly<Record<string, Answer>>;

/** What Chargebee, or what stands in between, answers when a fault strikes. */
export type FaultName = keyof typeof answers;
export type FaultAction = ActionOf<FaultName>;
export type Fault = FaultOf<FaultName>;

export const faultKinds = defineFaults<FaultName>(answers);
