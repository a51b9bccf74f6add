import { createHash } from 'node:crypto';
import type { Exchange, KeyRules } from '../../../core/connector-kit/testing/index.js';
import { type ChargebeeFailure, refusal } from './chargebee-failure.js';
import { fact } from './fact.js';
import type { Switches } from './switches.js';

/** fact('idempotency.in_use') */
const inUse = (how: Switches['keyInUse']): ChargebeeFailure =>
  how === 'lock_timeout'
    ? refusal({ fact: fact('idempotency.in_use'), status: 429, code: 'lock_timeout', message: 'Another request with this idempotency key is being processed.' })
    : refusal({ fact: fact('idempotency.in_use'), status: 409, code: 'invalid_state_for_request', message: 'Another request with this idempotency key is being processed.' });

/** fact('idempotency.replay') fact('idempotency.forgotten'): 30 minutes of hub time after the first use, a key is new again. */
export const keyRulesOf = (switches: Switches): KeyRules => ({
  keptForMs: () => switches.keyKeptForMinutes * 60_000,
  inUse: () => inUse(switches.keyInUse),
  otherRequest: () => refusal({
    fact: fact('idempotency.other_request'), status: 422, code: 'unable_to_process_request',
    message: 'The idempotency key was used with another request.',
  }),
  replayed: ({ status, body }) => ({ status, body, headers: { 'chargebee-idempotency-replayed': 'true' } }),
});

/** What must be equal, byte for byte, for a key to be the same request: address, body and Chargebee's own headers. */
export const fingerprintOf = ({ method, path, body, headers }: Exchange): string =>
  createHash('sha256')
    .update(JSON.stringify([method, path, body, headers['chargebee-event-webhook'] ?? '', headers['chargebee-event-email'] ?? '']))
    .digest('hex');
