import { writes, type CaseDocument } from '../../cases/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { sendBeforeOf, needsRenewal } from './lease.js';
import { confirm } from './signals-step.js';

const minute = 60_000;
const hour = 60 * minute;
const handBackWaits = [minute, 5 * minute, 30 * minute, 2 * hour];

/** What the case owes the platform and is due now: the settlement's confirmation, and the stop or return of its retries. */
export const debtsStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const now = tools.clock.hubNow();
  if (document.due.settle && document.due.settle <= now && knowledge.settled === undefined) return confirm(document, knowledge, tools);
  if (document.due.handBack && document.due.handBack <= now) return handBackStep(document, knowledge, tools, now);
  return undefined;
};

const handBackStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools, now: Date): Effect | undefined => {
  const { facts } = knowledge;
  const tries = document.takeOver?.tries ?? 0;
  const ending = {
    outcome: endingOf(document), startDunning: document.status === 'failed',
    ...(document.ended?.recommendedAction === undefined ? {} : { recommendedAction: document.ended.recommendedAction }),
  };
  switch (knowledge.handBack) {
    case undefined: {
      if (needsRenewal(document, facts.leaseMs, tools)) return { do: 'renew' };
      // the next try is owed before this one leaves
      const again = new Date(now.getTime() + (handBackWaits[tries] ?? 6 * hour));
      return {
        do: 'write',
        write: writes.intendTakeOver(document, { state: 'intended', until: again, sendBefore: sendBeforeOf(document, facts.leaseMs), tries: tries + 1, ending }, now),
        after: { handBack: 'intended' },
      };
    }
    case 'intended': return { do: 'hand_back', ending };
    case 'done': return { do: 'write', write: writes.handedBack(document), after: { handBack: undefined } };
    case 'failed': return { do: 'write', write: writes.handBackLater(document, document.takeOver?.until ?? new Date(now.getTime() + 6 * hour)), after: {} };
  }
};

const endingOf = (document: CaseDocument): 'failed' | 'blocked' | 'cancelled' | 'succeeded' => {
  switch (document.status) {
    case 'blocked': return 'blocked';
    case 'cancelled': return 'cancelled';
    case 'succeeded': return 'succeeded';
    case 'failed':
    case 'queued':
    case 'attempting':
    case 'unknown': return 'failed';
  }
};
