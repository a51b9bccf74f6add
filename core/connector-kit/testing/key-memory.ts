import type { FakeClock } from './fake-clock.js';

/** An answer kept under an idempotency key, and the request it was given to. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly requestId: string;
}

/** `new`: the key is taken now. `kept`: the answer it had. `in_use`: its request is still under way. `other`: it was another request. */
export type KeyState = { readonly state: 'new' | 'in_use' | 'other' } | { readonly state: 'kept'; readonly answer: KeptAnswer };

/** Remembers answers under idempotency keys, on hub time. */
export interface KeyMemory {
  /**
   * @param fingerprint - What must be equal for a key to mean the same request.
   * @param keptForMs - Hub time from its first use after which a key is new again.
   */
  take(key: string, fingerprint: string, keptForMs: number): KeyState;
  keep(key: string, answer: KeptAnswer): void;
  /** Forgets a key whose request was not executed. */
  release(key: string): void;
}

interface Entry {
  readonly fingerprint: string;
  readonly firstAt: number;
  readonly answer: KeptAnswer | null;
}

/** An empty memory. */
export const createKeyMemory = (clock: FakeClock): KeyMemory => {
  const entries = new Map<string, Entry>();
  return {
    take: (key, fingerprint, keptForMs) => {
      const entry = entries.get(key);
      const now = clock.hubNow().getTime();
      if (entry === undefined || (entry.answer !== null && now - entry.firstAt >= keptForMs)) {
        entries.set(key, { fingerprint, firstAt: now, answer: null });
        return { state: 'new' };
      }
      if (entry.fingerprint !== fingerprint) return { state: 'other' };
      return entry.answer === null ? { state: 'in_use' } : { state: 'kept', answer: entry.answer };
    },
    keep: (key, answer) => {
      const entry = entries.get(key);
      if (entry !== undefined) entries.set(key, { ...entry, answer });
    },
    release: (key) => void entries.delete(key),
  };
};
