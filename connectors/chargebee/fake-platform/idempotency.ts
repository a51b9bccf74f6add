import { createHash } from 'node:crypto';
import { type ChargebeeFailure, refusal } from './chargebee-failure.js';
import { fact } from './fact.js';
import type { FakeClock } from './fake-clock.js';
import type { Switches } from './switches.js';

export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface Entry {
  readonly fingerprint: string;
  readonly firstAt: number;
  readonly answer: StoredAnswer | null;
}

export interface IdempotencyStore {
  /** The stored answer of this key, or null and the key is taken until `keep` or `release`. Throws Chargebee's refusals. */
  take(key: string, fingerprint: string): StoredAnswer | null;
  keep(key: string, answer: StoredAnswer): void;
  release(key: string): void;
}

/** fact('idempotency.in_use') */
const inUse = (how: Switches['keyInUse']): ChargebeeFailure =>
  how === 'lock_timeout'
    ? refusal({ fact: fact('idempotency.in_use'), status: 429, code: 'lock_timeout', message: 'Another request with this idempotency key is being processed.' })
    : refusal({ fact: fact('idempotency.in_use'), status: 409, code: 'invalid_state_for_request', message: 'Another request with this idempotency key is being processed.' });

/** fact('idempotency.replay') fact('idempotency.forgotten'): 30 minutes of hub time after the first use, a key is new again. */
export const createIdempotencyStore = (clock: FakeClock, switches: Switches): IdempotencyStore => {
  const entries = new Map<string, Entry>();
  const isForgotten = ({ answer, firstAt }: Entry): boolean =>
    answer !== null && clock.hubNow().getTime() - firstAt >= switches.keyKeptForMinutes * 60_000;
  return {
    take: (key, fingerprint) => {
      const entry = entries.get(key);
      if (entry === undefined || isForgotten(entry)) {
        entries.set(key, { fingerprint, firstAt: clock.hubNow().getTime(), answer: null });
        return null;
      }
      if (entry.fingerprint !== fingerprint) {
        throw refusal({
          fact: fact('idempotency.other_request'), status: 422, code: 'unable_to_process_request',
          message: 'The idempotency key was used with another request.',
        });
      }
      if (entry.answer === null) throw inUse(switches.keyInUse);
      return entry.answer;
    },
    keep: (key, answer) => {
      const entry = entries.get(key);
      if (entry !== undefined) entries.set(key, { ...entry, answer });
    },
    release: (key) => void entries.delete(key),
  };
};

/** What must be equal, byte for byte, for a key to be the same request: address, body and Chargebee's own headers. */
export const fingerprintOf = (method: string, path: string, body: string, headers: Readonly<Record<string, unknown>>): string =>
  createHash('sha256')
    .update(JSON.stringify([method, path, body, headers['chargebee-event-webhook'] ?? '', headers['chargebee-event-email'] ?? '']))
    .digest('hex');
