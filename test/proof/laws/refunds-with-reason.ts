import type { Evidence, Law, MoneyReturned, Violation } from './evidence.js';
import { createDebtNames } from './read-keys.js';

const ofReturn = (evidence: Evidence, returned: MoneyReturned): readonly Violation[] => {
  const charge = evidence.taken.find((one) => one.ledger === returned.ledger && one.chargeRef === returned.chargeRef);
  const row = evidence.cases.flatMap(({ refunds }) => refunds).find(({ once }) => returned.key !== null && [once.key, once.ourReference].includes(returned.key));
  if (!charge || !row) return [{ law: 6, what: `Money was given back at ${returned.ledger} that ${charge ? 'no case owed' : 'was never taken'}.`, shownBy: { returned, charge, row } }];
  if (row.why !== 'duplicate') return [];
  const debtOf = createDebtNames(evidence);
  const payments = evidence.taken.filter((one) => one.by !== 'recorded' && debtOf(one) === debtOf(charge));
  return payments.length >= 2 ? [] : [{ law: 6, what: `${debtOf(charge)}: refunded as a duplicate, and it was paid ${payments.length} time(s).`, shownBy: { returned, row, payments } }];
};

/** Law 6. */
export const refundsWithReason: Law = {
  number: 6,
  says: 'no duplicate refund without two payments seen',
  judge: (evidence) => {
    const unseen = evidence.cases.flatMap((stored) => stored.refunds.filter(({ why, evidence: seen }) => why === 'duplicate' && (seen?.ours === undefined || seen.other === undefined))
      .map((refund): Violation => ({ law: 6, what: `Case ${stored._id} owes a refund of a duplicate without naming two payments.`, shownBy: refund })));
    const tooMuch = evidence.taken.flatMap((taken): readonly Violation[] => {
      const back = evidence.returned.filter(({ ledger, chargeRef }) => ledger === taken.ledger && chargeRef === taken.chargeRef);
      const sum = back.reduce((total, { amount }) => total + amount, 0);
      return sum <= taken.amount ? [] : [{ law: 6, what: `Of ${taken.amount} taken, ${sum} were given back.`, shownBy: { taken, back } }];
    });
    return [...unseen, ...tooMuch, ...evidence.returned.flatMap((returned) => ofReturn(evidence, returned))];
  },
};
