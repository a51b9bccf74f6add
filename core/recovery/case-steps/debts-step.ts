import type { CaseDocument } from '../../cases/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { handBackStep } from './hand-back-step.js';
import { refundStep } from './refund-step.js';
import { reverseStep } from './reverse-step.js';
import { settleStep } from './settle-step.js';
import { confirm } from './signals-step.js';

/** What the case owes the platform and is due now: the payment's record and its confirmation, and the stop or return of its retries. */
export const debtsStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const now = tools.clock.hubNow();
  const { settlement } = document;
  const settles = (document.due.settle && document.due.settle <= now) || knowledge.recorded !== undefined;
  if (settles && knowledge.settled === undefined) {
    if (settlement?.reversal?.state === 'due') return reverseStep(document, settlement, settlement.reversal, knowledge, tools);
    return settlement?.state === 'due' ? settleStep(document, settlement, knowledge, tools) : confirm(document, knowledge, tools);
  }
  const refund = refundStep(document, knowledge, tools);
  if (refund) return refund;
  if ((document.due.handBack && document.due.handBack <= now) || knowledge.handBack === 'intended' || knowledge.handBack === 'done') return handBackStep(document, knowledge, tools, now);
  return undefined;
};
