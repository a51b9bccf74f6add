import { createHash } from 'node:crypto';
import type { Exchange, KeyRules } from '../../../core/connector-kit/testing/index.js';
import { fact } from './fact.js';
import { refusal } from './recurly-failure.js';
import type { Switches } from './switches.js';

/** fact('idempotency.replay') fact('idempotency.forgotten'): an hour of hub time after the first use, a key is new again. */
export const keyRulesOf = (switches: Switches): KeyRules => ({
  keptForMs: () => switches.keyKeptForMinutes * 60_000,
  // fact('idempotency.in_use')
  inUse: () => refusal({
    fact: fact('idempotency.in_use'), status: 409, type: 'idempotency_conflict', message: 'A request with this idempotency key is being processed.',
    headers: { 'recurly-should-retry': 'true', 'retry-after': '1' },
  }),
  otherRequest: () => refusal({
    fact: fact('idempotency.other_request'), status: 422, type: 'validation', param: 'idempotency_key', message: 'The idempotency key was used with another request.',
  }),
  replayed: ({ status, body }) => ({ status, body, headers: { 'idempotency-prior': 'true' } }),
});

/** What must be equal for a key to be the same request; where Recurly does not compare, nothing must. fact('idempotency.other_request') */
export const fingerprintOf = ({ method, path, body }: Exchange, { keyOtherRequest }: Switches): string =>
  (keyOtherRequest === 'replayed' ? '' : createHash('sha256').update(JSON.stringify([method, path, body])).digest('hex'));

/** fact('idempotency.key_length') */
export const checkKeyLength = (key: string | null): void => {
  if (key === null || key.length <= 255) return;
  throw refusal({ fact: fact('idempotency.key_length'), status: 400, type: 'bad_request', message: 'The idempotency key has more than 255 characters.' });
};
