import type { Evidence, Law, StoredAttempt, StoredCase, Violation } from './evidence.js';
import { attemptsByKey } from './read-keys.js';

const settledStates = ['recorded', 'confirmed', 'not_needed', 'reversed', 'refused'];

const isSettledOrOwed = ({ settlement, due }: StoredCase): boolean =>
  settlement !== undefined && (settledStates.includes(settlement.state) || due.settle !== undefined);

const isPartial = ({ outcome, amount }: StoredAttempt): boolean => outcome?.status === 'approved' && outcome.amount !== undefined && outcome.amount.minor < amount.minor;

const ofApproval = (stored: StoredCase, attempt: StoredAttempt): readonly Violation[] => {
  if (isPartial(attempt)) {
    return stored.refunds.some(({ why, state }) => why === 'partial_approval' && (state === 'refunded' || stored.due.refund !== undefined)) ? []
      : [{ law: 3, what: `Attempt ${attempt.key} was approved for a part, and no refund of it is made or owed.`, shownBy: stored }];
  }
  if (stored.status !== 'succeeded') return [{ law: 3, what: `Attempt ${attempt.key} is approved, and its case is ${stored.status}.`, shownBy: stored }];
  return isSettledOrOwed(stored) ? [] : [{ law: 3, what: `Attempt ${attempt.key} is approved, and its case neither settled nor owes the settlement.`, shownBy: stored }];
};

/** Whether the case itself says that it does not know yet and will find out. */
const isStillAsked = (stored: StoredCase, attempt: StoredAttempt): boolean =>
  (!attempt.resolved && stored.due.step !== undefined) || stored.signals.some(({ event }) => event.type === 'attempt_approved');

const ofMoney = (evidence: Evidence): readonly Violation[] => {
  const attempts = attemptsByKey(evidence);
  return evidence.taken.filter(({ by }) => by === 'us').flatMap((taken): readonly Violation[] => {
    const known = taken.key === null ? undefined : attempts.get(taken.key);
    if (!known) return [{ law: 3, what: `Money was taken at ${taken.ledger} that no case knows of.`, shownBy: taken }];
    const { stored, attempt } = known;
    if (attempt.outcome?.status === 'approved' || isStillAsked(stored, attempt) || stored.status === 'succeeded') return [];
    return [{ law: 3, what: `Money was taken for ${attempt.key}, and its case counts it as ${attempt.outcome?.status ?? 'nothing'}.`, shownBy: { taken, stored } }];
  });
};

/** Law 3. */
export const approvalsSettled: Law = {
  number: 3,
  says: 'every approval is settled or visibly owed',
  judge: (evidence) => [
    ...evidence.cases.flatMap((stored) => stored.attempts.filter(({ outcome }) => outcome?.status === 'approved').flatMap((attempt) => ofApproval(stored, attempt))),
    ...ofMoney(evidence),
  ],
};
