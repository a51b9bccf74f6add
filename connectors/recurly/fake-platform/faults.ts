import { type Answer, defineFaults, type Fault as FaultOf, type FaultAction as ActionOf } from '../../../core/connector-kit/testing/index.js';
import { errorBodyOf } from './recurly-failure.js';

const html = { 'content-type': 'text/html' };

const answers = {
  rubbish_200: { status: 200, body: { hello: 'world' } },
  // fact('request.unknown_object')
  unknown_object_200: { status: 200, body: { object: 'something_new', id: 'rsomething' } },
  html_200: { status: 200, body: '<html><body>Sign in to the network</body></html>', headers: html },
  empty_200: { status: 200, body: '' },
  truncated_200: { status: 200, body: '{"id":"r1","object":"invoice","sta' },
  error_inside_200: { status: 200, body: errorBodyOf({ type: 'internal_server_error', message: 'An internal error occurred' }) },
  json_without_error_422: { status: 422, body: { errors: ['no'] } },
  html_502: { status: 502, body: '<html><body>502 Bad Gateway</body></html>', headers: html },
  '500': { status: 500, body: errorBodyOf({ type: 'internal_server_error', message: 'An internal error occurred' }) },
  // fact('request.unavailable')
  '503': { status: 503, body: errorBodyOf({ type: 'service_not_available', message: 'Recurly is down for maintenance' }) },
  // fact('request.rate_limited')
  '429': {
    status: 429,
    body: errorBodyOf({ type: 'rate_limited', message: 'Too many requests.' }),
    headers: { 'x-ratelimit-remaining': '0' },
  },
} as const satisfies Readonly<Record<string, Answer>>;

/** What Recurly, or what stands in between, answers when a fault strikes. */
export type FaultName = keyof typeof answers;
export type FaultAction = ActionOf<FaultName>;
export type Fault = FaultOf<FaultName>;

export const faultKinds = defineFaults<FaultName>(answers);
