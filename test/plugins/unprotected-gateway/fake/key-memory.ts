import type { FakeClock } from './fake-clock.js';

/** An answer of the fake. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** `new`: the key is taken now. `kept`: the answer it had. `in_use`: its request is still under way. `other`: it was another request. */
export type KeyState = { readonly state: 'new' | 'in_use' | 'other' } | { readonly state: 'kept'; readonly answer: Answer };

/** Remembers answers under idempotency keys, on hub time. */
export interface KeyMemory {
  take(key: string, content: string, keptForMs: number): KeyState;
  keep(key: string, answer: Answer): void;
  release(key: string): void;
}

export const createKeyMemory = (clock: FakeClock): KeyMemory => {
  const entries = new Map<string, { readonly content: string; readonly firstAt: number; readonly answer: Answer | null }>();
  return {
    take: (key, content, keptForMs) => {
      const entry = entries.get(key);
      const now = clock.hubNow().getTime();
      if (entry === undefined || (entry.answer !== null && now - entry.firstAt >= keptForMs)) {
        entries.set(key, { content, firstAt: now, answer: null });
        return { state: 'new' };
      }
      if (entry.content !== content) return { state: 'other' };
      return entry.answer === null ? { state: 'in_use' } : { state: 'kept', answer: entry.answer };
    },
    keep: (key, answer) => {
      const entry = entries.get(key);
      if (entry !== undefined) entries.set(key, { ...entry, answer });
    },
    release: (key) => void entries.delete(key),
  };
};
