import { settlementWrites, type Attempt, type CaseDocument, type Settlement, type SettlementReversal } from '../../cases/index.js';
import { isLate, nextSettlementAt } from '../../settlement/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { needsRenewal, sendBeforeOf } from './lease.js';

const sixHours = 6 * 3_600_000;
const done: Partial<Knowledge> = { settled: 'tried', recorded: undefined };

/**
 * What the platform is still to be told of money that went back: only of a payment it was told of, and only once all of it is gone. Undefined: nothing.
 * `before`: the settlement as it stood.
 */
export const reversalOwed = (before: Settlement, why: SettlementReversal['why'], left: 'all_gone' | 'some_left', now: Date): SettlementReversal | undefined => {
  const inPart = before.state === 'reversed' && before.reversal === undefined && before.platformPaymentRef !== undefined;
  const told = before.route === 'gateway' && (before.state === 'recorded' || before.state === 'confirmed' || (before.state === 'due' && before.tries > 0) || inPart);
  if (!told || left === 'some_left') return undefined;
  return { state: 'due', why, tries: 0, once: { key: `${before.once.ourReference}-reverse`, firstTriedAt: now, ourReference: before.once.ourReference } };
};

/** Takes the record of a payment back on the platform, tried as it was made: at once, then for a week. */
export const reverseStep = (document: CaseDocument, settlement: Settlement, reversal: SettlementReversal, knowledge: Knowledge, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  const { recorded, facts } = knowledge;
  const attempt = document.attempts.find((one) => one.key === settlement.once.ourReference && one.outcome?.status === 'approved');
  if (!attempt) return over(document, settlement, reversal, 'the payment is not among the attempts of its case', tools);
  if (recorded === undefined) {
    if (needsRenewal(document, facts.leaseMs, tools)) return { do: 'renew' };
    const tries = reversal.tries + 1;
    const againAt = nextSettlementAt(tries, now) ?? new Date(now.getTime() + sixHours);
    return { do: 'write', write: settlementWrites.settling(document, { ...settlement, reversal: { ...reversal, tries } }, againAt), after: { recorded: 'asked' } };
  }
  if (recorded === 'asked') return { do: 'record', attempt, once: reversal.once, sendBefore: sendBeforeOf(document, facts.leaseMs), reverses: reversal.why };
  switch (recorded.status) {
    case 'recorded':
    case 'already_recorded': return { do: 'write', write: settlementWrites.refused(document, { ...settlement, updatedAt: now, reversal: { ...reversal, state: 'written_back' } }), after: done };
    case 'paid_by_other': return over(document, settlement, reversal, 'the invoice is paid by another', tools);
    case 'refused': return over(document, settlement, reversal, recorded.reason, tools);
    case 'failed': return failed(document, settlement, attempt, reversal, recorded.answered, tools);
  }
};

const over = (document: CaseDocument, settlement: Settlement, reversal: SettlementReversal, reason: string, tools: Tools): Effect => ({
  do: 'write',
  write: settlementWrites.refused(document, { ...settlement, updatedAt: tools.clock.hubNow(), reversal: { ...reversal, state: 'refused', reason } }),
  after: done,
  alert: `money went back, and the platform's invoice still shows our payment (${reason}): an operator must look`,
});

const failed = (document: CaseDocument, settlement: Settlement, attempt: Attempt, reversal: SettlementReversal, heard: 'yes' | 'no', tools: Tools): Effect => {
  const againAt = nextSettlementAt(reversal.tries, tools.clock.hubNow());
  if (againAt === undefined) return over(document, settlement, reversal, 'it was tried for a week', tools);
  const alert = isLate(reversal.tries) ? { alert: 'the platform has not taken our payment back for two hours: it is tried again for a week' } : {};
  if (heard === 'no') return 'alert' in alert ? { do: 'alert', fact: alert.alert, after: done } : { do: 'know', after: done };
  const once = { ...reversal.once, key: `${attempt.key}-reverse-${String(reversal.tries + 1)}`, firstTriedAt: againAt };
  return { do: 'write', write: settlementWrites.settling(document, { ...settlement, reversal: { ...reversal, once } }, againAt), after: done, ...alert };
};
