import type { CaseDocument, Signal } from '../../cases/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** From then on the platform is asked daily, and people are told. */
const promptlyForMs = 7 * day;

/** The signal needs nothing more: it is pulled with the next close or release. */
export const acted = (signal: Signal, knowledge: Knowledge): Effect => ({ do: 'know', after: { acted: [...knowledge.acted, signal.id] } });

/** The signal waits for what cannot be read or settled now: it is kept, and comes back with the earliest that does. */
export const later = (signal: Signal, knowledge: Knowledge, stepAt: Date | undefined): Effect => ({ do: 'know', after: kept(signal, knowledge, stepAt) });

const kept = (signal: Signal, knowledge: Knowledge, stepAt: Date | undefined): Partial<Knowledge> => ({
  deferred: [...knowledge.deferred, signal.id],
  ...(stepAt ? { stepAt: knowledge.deferred.length > 0 && knowledge.stepAt && knowledge.stepAt < stepAt ? knowledge.stepAt : stepAt } : {}),
});

/**
 * What the signal speaks of cannot be read: it is kept for as long as that takes, as it may say that the debt is paid. Read again after a minute, then after
 * half of the time it has waited, at most an hour; after a week daily, and people are told.
 */
export const unread = (signal: Signal, knowledge: Knowledge, tools: Tools, what: string): Effect => {
  const now = tools.clock.hubNow().getTime();
  const waited = now - signal.at.getTime();
  if (waited <= promptlyForMs) return later(signal, knowledge, new Date(now + Math.min(hour, Math.max(minute, waited / 2))));
  return { do: 'alert', fact: `${what} cannot be read for a week, and the case was told of it: read daily from now on, an operator should look`, after: kept(signal, knowledge, new Date(now + day)) };
};

/** A charge in flight or unconfirmed is settled first: the signal is kept until then. */
export const unlessOpen = (document: CaseDocument, signal: Signal, knowledge: Knowledge): Effect =>
  (document.status === 'attempting' || document.status === 'unknown' ? later(signal, knowledge, undefined) : acted(signal, knowledge));
