import {
  type Answer, type ApiRules, countInLastMinute, createApi, type Exchange, type Executed, headerOf, ownFault, parseForm, seen,
} from '../../../core/connector-kit/testing/index.js';
import { authenticate, authorize, checkSite } from './authenticate.js';
import { ChargebeeFailure, errorBodyOf, refusal } from './chargebee-failure.js';
import type { Cause } from './event-log.js';
import { fact } from './fact.js';
import { faultKinds } from './faults.js';
import { fingerprintOf, keyRulesOf } from './idempotency.js';
import type { Move, Result } from './ledger.js';
import type { ApiKey, FakePlatform } from './platform.js';
import { matchRoute } from './routes.js';

const refused = (error: unknown, { switches }: FakePlatform): Executed => {
  if (!(error instanceof ChargebeeFailure)) {
    return { answer: { status: 500, body: errorBodyOf({ status: 500, code: 'internal_error', message: ownFault(error) }) }, kept: false };
  }
  const { status, fact: rests, executed } = error.details;
  // fact('request.retry_after')
  const wait = status === 429 && switches.retryAfterSeconds !== null ? { 'retry-after': String(switches.retryAfterSeconds) } : {};
  // fact('idempotency.keeps_refusals')
  const kept = executed === true && switches.keepsRefusals;
  return { answer: { status, body: errorBodyOf(error.details), headers: { ...wait, 'x-fake-fact': rests } }, kept };
};

const outcome = ({ status, body }: Answer): { readonly result: Result; readonly code: string | null } => {
  const members = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly type?: unknown; readonly api_error_code?: unknown; readonly transaction?: { readonly status?: unknown };
  };
  const code = typeof members.api_error_code === 'string' ? members.api_error_code : null;
  if (status === 200) return { result: members.transaction?.status === 'success' ? 'succeeded' : 'pending', code };
  return { result: members.type === 'payment' ? 'declined' : 'refused', code };
};

/** fact('request.rate_limited') */
const countRequest = ({ requests, switches }: FakePlatform): void => {
  if (switches.requestsPerMinute === null || countInLastMinute(requests) <= switches.requestsPerMinute) return;
  throw refusal({
    fact: fact('request.rate_limited'), status: 429, code: 'api_request_limit_exceeded', type: 'operation_failed', message: 'API request limit exceeded.',
  });
};

/** fact('idempotency.key_length') */
const checkKeyLength = (key: string | null): void => {
  if (key === null || key.length <= 100) return;
  throw refusal({ fact: fact('idempotency.key_length'), status: 400, code: 'invalid_request', message: 'The idempotency key has more than 100 characters.' });
};

const causeOf = ({ requestId, idempotencyKey, headers }: Exchange, key: ApiKey): Cause => ({
  source: 'api', user: key.name, idempotencyKey, requestId, mute: headerOf(headers['chargebee-event-webhook']) === 'all-disabled' ? 'webhooks' : null,
});

const rulesOf = (platform: FakePlatform): ApiRules<Move, Result> => ({
  admit: (exchange) => {
    const { method, path, idempotencyKey, headers } = exchange;
    platform.requests.push(seen(exchange));
    checkSite(platform, headers);
    const key = authenticate(platform, headers);
    countRequest(platform);
    const { route, id } = matchRoute(method, path);
    authorize(key, route);
    checkKeyLength(idempotencyKey);
    const prepared = route.read(parseForm(exchange.parameters), platform.switches);
    return {
      fingerprint: fingerprintOf(exchange),
      begin: () => ({ move: prepared.moves(platform, id), locks: route.locks ? id : null }),
      // what is answered is what was true then: a later change must not be in it
      run: () => ({ status: 200, body: structuredClone(prepared.run(platform, { id, cause: causeOf(exchange, key) })) }),
    };
  },
  refused: (error) => refused(error, platform),
  locked: () => refusal({
    fact: fact('request.lock_timeout'), status: 429, code: 'lock_timeout', type: 'operation_failed', message: 'The resource is locked by another request.',
  }),
  keys: keyRulesOf(platform.switches),
  outcome,
});

/** Serves the API of a Chargebee site. fact('idempotency.post_only') */
export const createChargebeeApi = (platform: FakePlatform): ((exchange: Exchange) => Promise<void>) => createApi(rulesOf(platform), faultKinds, platform);
