import { createHash } from 'node:crypto';
import { fact } from './fact.js';
import type { FakeClock } from './fake-clock.js';
import type { Form } from './form.js';
import { invalidRequest, type StripeFailure } from './stripe-failure.js';

const KEPT_FOR_MS = 24 * 3_600_000;

export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly requestId: string;
}

interface Entry {
  readonly fingerprint: string;
  readonly firstAt: number;
  readonly answer: StoredAnswer | null;
}

export interface IdempotencyStore {
  /** The stored answer of this key, or null and the key is taken until `keep` or `release`. Throws Stripe's refusals. */
  take(key: string, fingerprint: string): StoredAnswer | null;
  keep(key: string, answer: StoredAnswer): void;
  release(key: string): void;
}

const inUse = (key: string): StripeFailure =>
  invalidRequest({
    fact: fact('idempotency.in_use'),
    status: 409,
    code: 'idempotency_key_in_use',
    type: 'idempotency_error',
    message: `There is currently another in-progress request using this Idempotent Key (
      that probably means you submitted twice,
      and the other request is still going through,
    ): ${key}. Please try again later.`,
  });

const otherParameters = (key: string): StripeFailure =>
  invalidRequest({
    fact: fact('idempotency.other_parameters'),
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });

/** fact('idempotency.replay') fact('idempotency.forgotten'): 24 h of hub time after the first use, a key is new again. */
export const createIdempotencyStore = (clock: FakeClock): IdempotencyStore => {
  const entries = new Map<string, Entry>();
  const isForgotten = (entry: Entry) => entry.answer !== null && clock.hubNow().getTime() - entry.firstAt >= KEPT_FOR_MS;
  return {
    take: (key, fingerprint) => {
      const entry = entries.get(key);
      if (entry === undefined || isForgotten(entry)) {
        entries.set(key, { fingerprint, firstAt: clock.hubNow().getTime(), answer: null });
        return null;
      }
      if (entry.fingerprint !== fingerprint) throw otherParameters(key);
      if (entry.answer === null) throw inUse(key);
      return entry.answer;
    },
    keep: (key, answer) => {
      const entry = entries.get(key);
      if (entry !== undefined) entries.set(key, { ...entry, answer });
    },
    release: (key) => void entries.delete(key),
  };
};

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)]);
};

/** What must be equal for a key to be the same request: method, path and parameters, in any order. */
export const fingerprintOf = (method: string, path: string, form: Form): string =>
  createHash('sha256').update(JSON.stringify([method, path, canonical(form)])).digest('hex');
