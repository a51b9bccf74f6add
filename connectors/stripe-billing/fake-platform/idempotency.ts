import { createHash } from 'node:crypto';
import type { Form, KeyRules } from '../../../core/connector-kit/testing/index.js';
import { fact } from './fact.js';
import { invalidRequest } from './stripe-failure.js';

const KEPT_FOR_MS = 24 * 3_600_000;

/** fact('idempotency.replay') fact('idempotency.forgotten'): 24 h of hub time after the first use, a key is new again. */
export const keyRules: KeyRules = {
  keptForMs: () => KEPT_FOR_MS,
  inUse: (key) => invalidRequest({
    fact: fact('idempotency.in_use'),
    status: 409,
    code: 'idempotency_key_in_use',
    type: 'idempotency_error',
    message: `There is currently another in-progress request using this Idempotent Key (
      that probably means you submitted twice,
      and the other request is still going through,
    ): ${key}. Please try again later.`,
  }),
  otherRequest: (key) => invalidRequest({
    fact: fact('idempotency.other_parameters'),
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  }),
  replayed: ({ status, body, requestId }) => ({
    status, body, headers: { 'idempotent-replayed': 'true', 'original-request': requestId, 'stripe-should-retry': 'false' },
  }),
  first: (answer, { requestId }) => ({ ...answer, headers: { ...answer.headers, 'original-request': requestId, 'stripe-should-retry': 'false' } }),
};

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)]);
};

/** What must be equal for a key to be the same request: method, path and parameters, in any order. */
export const fingerprintOf = (method: string, path: string, form: Form): string =>
  createHash('sha256').update(JSON.stringify([method, path, canonical(form)])).digest('hex');
