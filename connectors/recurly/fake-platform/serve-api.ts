import { type Answer, type ApiRules, createApi, type Exchange, type Executed, ownFault } from '../../../core/connector-kit/testing/index.js';
import { authenticate, authorize, checkContentType, checkVersion } from './authenticate.js';
import { fact } from './fact.js';
import { faultKinds } from './faults.js';
import { invoiceIdOf } from './find.js';
import { checkKeyLength, fingerprintOf, keyRulesOf } from './idempotency.js';
import type { Move, Result } from './ledger.js';
import { givenOf } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { checkRate } from './rate-limit.js';
import { errorBodyOf, RecurlyFailure, refusal } from './recurly-failure.js';
import { withoutAbsent } from './render.js';
import { matchRoute } from './routes.js';

const refused = (error: unknown, { switches }: FakePlatform): Executed => {
  if (!(error instanceof RecurlyFailure)) {
    return { answer: { status: 500, body: errorBodyOf({ type: 'internal_server_error', message: ownFault(error) }) }, kept: false };
  }
  const { status, fact: rests, executed, headers } = error.details;
  // fact('idempotency.keeps_refusals') fact('idempotency.not_kept')
  return { answer: { status, body: errorBodyOf(error.details), headers: { ...headers, 'x-fake-fact': rests } }, kept: executed === true && switches.keepsRefusals };
};

const outcome = ({ status, body }: Answer): { readonly result: Result; readonly code: string | null } => {
  const members = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly state?: unknown; readonly error?: { readonly type?: unknown; readonly transaction_error?: { readonly code?: unknown } };
  };
  if (status === 200) return { result: members.state === 'paid' ? 'succeeded' : 'pending', code: null };
  const code = members.error?.transaction_error?.code ?? members.error?.type;
  return { result: members.error?.type === 'transaction' ? 'declined' : 'refused', code: typeof code === 'string' ? code : null };
};

const rulesOf = (platform: FakePlatform): ApiRules<Move, Result> => ({
  admit: (exchange) => {
    const { requestId, method, path, query, idempotencyKey, headers, body } = exchange;
    platform.requests.push({ requestId, method, path, idempotencyKey, at: new Date().toISOString() });
    const key = authenticate(platform, headers);
    checkRate(platform);
    checkVersion(platform, headers);
    const { route, id, otherId } = matchRoute(method, path);
    authorize(key);
    checkKeyLength(idempotencyKey);
    checkContentType(headers, body);
    const prepared = route.read(givenOf(method, query, body), platform.switches);
    return {
      fingerprint: fingerprintOf(exchange, platform.switches),
      begin: () => ({ move: prepared.moves(platform, id), locks: route.locks ? invoiceIdOf(platform.site, id) : null }),
      run: () => {
        // what is answered is what was true then: a later change must not be in it
        const answered = structuredClone(prepared.run(platform, { id, otherId, path, query, idempotencyKey }));
        return { status: route.status, body: platform.switches.absentMembers === 'null' ? answered : withoutAbsent(answered) };
      },
    };
  },
  refused: (error) => refused(error, platform),
  locked: () => refusal({
    fact: fact('request.simultaneous'), status: 409, type: 'simultaneous_request', message: 'Another request for this resource is being processed.',
  }),
  keys: keyRulesOf(platform.switches),
  outcome,
});

/** Serves the API of a Recurly site. */
export const createRecurlyApi = (platform: FakePlatform): ((exchange: Exchange) => Promise<void>) => createApi(rulesOf(platform), faultKinds, platform);
