import type { Attempt, CaseDocument, Refund, Settlement } from '../../cases/index.js';
import type { Money } from '../../connector-kit/index.js';

/** The attempt whose money goes back. */
export const refundedAttempt = (document: CaseDocument, refund: Refund): Attempt | undefined =>
  document.attempts.find((attempt) => (refund.attempt === undefined ? attempt.key === refund.once.ourReference : attempt.n === refund.attempt));

/** How much goes back. */
export const refundedSum = (document: CaseDocument, refund: Refund): Money | undefined => {
  const attempt = refundedAttempt(document, refund);
  return refund.amount ?? (attempt && takenBy(attempt));
};

/** What an attempt took. */
export const takenBy = (attempt: Attempt): Money | undefined => (attempt.outcome?.status === 'approved' ? attempt.outcome.amount : undefined);

/** Whether the money of a refund is back. */
export const isOver = (refund: Refund): boolean => refund.state === 'refunded' || refund.state === 'voided';

/**
 * The attempt whose payment a recovered case stands on: the only one whose return undoes anything. Undefined: another's payment has paid the debt, and what
 * we took besides is nothing but owed back.
 */
export const standingAttempt = (document: CaseDocument): Attempt | undefined => {
  const ours = ownSettlement(document);
  return ours && document.attempts.find((attempt) => attempt.key === ours.once.ourReference);
};

const ownSettlement = ({ settlement }: CaseDocument): Settlement | undefined =>
  (settlement?.state === 'refused' && settlement.reason === 'already_paid_by_other' ? undefined : settlement);

/** How much of what an attempt took went back, in minor units. What others gave back of the payment that stands is counted with its settlement. */
export const returnedMinor = (document: CaseDocument, attempt: Attempt): number => (standingAttempt(document)?.n === attempt.n
  ? document.settlement?.reversedMinor ?? 0
  : document.refunds.filter((refund) => isOver(refund) && refundedAttempt(document, refund)?.n === attempt.n)
    .reduce((sum, refund) => sum + (refundedSum(document, refund)?.minor ?? 0), 0));

/** Whether all the money of an attempt is back. */
export const isReturned = (document: CaseDocument, attempt: Attempt): boolean => returnedMinor(document, attempt) >= (takenBy(attempt) ?? attempt.amount).minor;

const marksOfAttempt = ({ key, chargeRef, outcome }: Attempt): readonly string[] =>
  [key, ...(chargeRef === undefined ? [] : [chargeRef]), ...(outcome && 'gatewayRefs' in outcome ? outcome.gatewayRefs : [])];

/**
 * Whose money an event about one of our references speaks of: the payment the case stands on, another attempt's, or one that cannot be told apart from it.
 */
export const paymentNamedBy = (document: CaseDocument, gatewayRefs: readonly string[]): 'standing' | 'unclear' | Attempt => {
  const standing = standingAttempt(document);
  const recorded = ownSettlement(document)?.platformPaymentRef;
  const marks = [...(standing ? marksOfAttempt(standing) : []), ...(recorded === undefined ? [] : [recorded])];
  if (gatewayRefs.some((ref) => marks.includes(ref))) return 'standing';
  const other = document.attempts.find((attempt) => attempt.n !== standing?.n && marksOfAttempt(attempt).some((ref) => gatewayRefs.includes(ref)));
  if (other) return other;
  // a reference of ours that no attempt keeps any more
  return standing && document.attempts.every((attempt) => attempt.n === standing.n || takenBy(attempt) === undefined) ? 'standing' : 'unclear';
};
