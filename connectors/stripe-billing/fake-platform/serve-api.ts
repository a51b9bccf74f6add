import { type Answer, type ApiRules, createApi, type Exchange, type Executed, type Form, ownFault, parseForm } from '../../../core/connector-kit/testing/index.js';
import { authenticate, authorize } from './authenticate.js';
import { expanded } from './expand.js';
import { fact } from './fact.js';
import { faultKinds } from './faults.js';
import { fingerprintOf, keyRules } from './idempotency.js';
import type { Move, Result } from './ledger.js';
import type { FakePlatform } from './platform.js';
import { matchRoute } from './routes.js';
import { invalidRequest, StripeFailure } from './stripe-failure.js';

const refused = (error: unknown, { switches }: FakePlatform): Executed => {
  if (!(error instanceof StripeFailure)) return { answer: { status: 500, body: { error: { type: 'api_error', message: ownFault(error) } } }, kept: false };
  const { status, error: body, fact: rests, executed } = error.details;
  // fact('idempotency.state_refusals')
  const kept = executed && (status === 402 || switches.keepsStateRefusals);
  return { answer: { status, body: { error: body }, headers: { 'x-fake-fact': rests } }, kept };
};

const resultOf = (status: number, code: string | null, state: unknown): Result => {
  if (status === 402) return code === 'invoice_payment_intent_requires_action' ? 'requires_action' : 'declined';
  if (status !== 200) return 'refused';
  return state === 'paid' || state === 'succeeded' ? 'succeeded' : 'requires_action';
};

const outcome = ({ status, body }: Answer): { readonly result: Result; readonly code: string | null } => {
  const members = (typeof body === 'object' && body !== null ? body : {}) as { readonly status?: unknown; readonly error?: { readonly code?: unknown } };
  const code = typeof members.error?.code === 'string' ? members.error.code : null;
  return { result: resultOf(status, code, members.status), code };
};

const expandOf = (form: Form): string[] => {
  const { expand } = form;
  return Array.isArray(expand) ? expand.filter((path) => typeof path === 'string') : [];
};

const checkKeyLength = (key: string | null): void => {
  if (key === null || key.length <= 255) return;
  throw invalidRequest({
    fact: fact('idempotency.key_length'),
    type: 'idempotency_error',
    message: `Keys for idempotent requests must be at most 255 characters, this one has ${key.length}.`,
  });
};

const rulesOf = (platform: FakePlatform): ApiRules<Move, Result> => ({
  admit: (exchange) => {
    const { method, path, requestId, idempotencyKey } = exchange;
    const key = authenticate(platform, exchange.headers);
    const { route, id } = matchRoute(method, path);
    authorize(platform, key, route);
    checkKeyLength(idempotencyKey);
    // metadata is the one hash whose names are free
    const form = parseForm(exchange.parameters, ['metadata']);
    const prepared = route.read(form);
    const cause = { requestId, idempotencyKey, by: 'request' } as const;
    return {
      fingerprint: fingerprintOf(method, path, form),
      begin: () => {
        const found = prepared.moves(platform, id);
        if (found === null) return { move: null, locks: null };
        const { locks, ...move } = found;
        return { move, locks };
      },
      run: () => ({ status: 200, body: expanded(platform.account, prepared.run(platform, { id, cause, key }), expandOf(form)) }),
    };
  },
  refused: (error) => refused(error, platform),
  locked: () => invalidRequest({
    fact: fact('request.lock_timeout'), status: 429, code: 'lock_timeout',
    message: 'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate.',
  }),
  // fact('idempotency.keeps_500'): a 500 of Stripe itself is kept like any executed answer
  keys: keyRules,
  outcome,
});

/** Serves Stripe's API. */
export const createStripeApi = (platform: FakePlatform): ((exchange: Exchange) => Promise<void>) => createApi(rulesOf(platform), faultKinds, platform);
