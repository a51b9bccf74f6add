import { takeOverWrites, writes, type CaseDocument } from '../../cases/index.js';
import type { Ending } from '../../connector-kit/index.js';
import type { CaseFacts, Effect, Knowledge, Tools } from './effects.js';
import { sendBeforeOf, needsRenewal } from './lease.js';
import { afterOpposite } from './take-over-step.js';

const minute = 60_000;
const hour = 60 * minute;
const waits = [minute, 5 * minute, 30 * minute, 2 * hour];
const sixHourly = 28;

/** Returns the platform's own retries to it, or stops them for good: what every end of a case that took over, and every block, owes. */
export const handBackStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools, now: Date): Effect => {
  const { facts } = knowledge;
  const ending = endingOf(document, facts);
  switch (knowledge.handBack) {
    case undefined: {
      const later = notBefore(document, knowledge, tools, now);
      if (later) return { do: 'write', write: writes.handBackLater(document, later), after: {} };
      if (needsRenewal(document, facts.leaseMs, tools)) return { do: 'renew' };
      // the next try is owed before this one leaves
      const againAt = new Date(now.getTime() + (waits[document.takeOver?.tries ?? 0] ?? 6 * hour));
      return {
        do: 'write', write: takeOverWrites.intendHandBack(document, { ending, sendBefore: sendBeforeOf(document, facts.leaseMs), againAt }), after: { handBack: 'intended' },
      };
    }
    case 'intended': return { do: 'hand_back', ending };
    case 'done': return { do: 'write', write: writes.handedBack(document), after: { handBack: undefined } };
    case 'failed': {
      const againAt = document.due.handBack && document.due.handBack > now ? document.due.handBack : new Date(now.getTime() + 6 * hour);
      return { do: 'write', write: writes.handBackLater(document, againAt), after: {}, ...late(document.takeOver?.tries ?? 0) };
    }
  }
};

/** It stays owed for as long as the platform does not take it; people hear of it after two hours, and after a week. */
const late = (tries: number): { readonly alert?: string } => {
  if (tries === waits.length + 1) return { alert: 'the platform has not taken the end of our work for two hours: it is tried again until it does' };
  return tries === waits.length + sixHourly ? { alert: 'the platform has not taken the end of our work for a week: an operator must look' } : {};
};

/** What must come first: the end of a charge that may still take money, the record of one that did, and whatever may be left of a take-over. */
const notBefore = (document: CaseDocument, knowledge: Knowledge, tools: Tools, now: Date): Date | undefined => {
  const { takeOver, settlement, due } = document;
  if (takeOver && takeOver.state !== 'handed_back' && document.attempts.some((attempt) => !attempt.resolved)) return new Date(now.getTime() + 10 * minute);
  if (takeOver && settlement?.state === 'due') return due.settle && due.settle > now ? due.settle : new Date(now.getTime() + minute);
  return afterOpposite(document, 'hand_back', knowledge, tools);
};

/** How the case ended, for the platform. An invoice whose debt we have recovered is never charged again, whatever it says of itself. */
const endingOf = (document: CaseDocument, facts: CaseFacts): Ending => {
  const advice = document.ended?.recommendedAction === undefined ? {} : { recommendedAction: document.ended.recommendedAction };
  switch (document.status) {
    case 'blocked': return { outcome: 'blocked', startDunning: facts.onBlocked === 'hand_back', ...advice };
    case 'succeeded': return document.settlement?.state === 'refused' ? { outcome: 'blocked', startDunning: false } : { outcome: 'succeeded', startDunning: false };
    case 'cancelled': return { outcome: 'cancelled', startDunning: document.ended?.reason !== 'invoice_voided', ...advice };
    case 'failed': return { outcome: 'failed', startDunning: true, ...advice };
    case 'queued':
    case 'attempting':
    case 'unknown': return { outcome: 'failed', startDunning: true };
  }
};
