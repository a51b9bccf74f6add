import type { CaseDocument, Signal } from '../../cases/index.js';
import type { Effect, Knowledge } from './effects.js';

/** The signal needs nothing more: it is pulled with the next close or release. */
export const acted = (signal: Signal, knowledge: Knowledge): Effect => ({ do: 'know', after: { acted: [...knowledge.acted, signal.id] } });

/** The signal waits for what cannot be read or settled now: it is kept. */
export const later = (signal: Signal, knowledge: Knowledge, stepAt: Date | undefined): Effect => ({
  do: 'know', after: { deferred: [...knowledge.deferred, signal.id], ...(stepAt ? { stepAt } : {}) },
});

/** A charge in flight or unconfirmed is settled first: the signal is kept until then. */
export const unlessOpen = (document: CaseDocument, signal: Signal, knowledge: Knowledge): Effect =>
  (document.status === 'attempting' || document.status === 'unknown' ? later(signal, knowledge, undefined) : acted(signal, knowledge));
