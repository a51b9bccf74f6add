import type { CaseDocument } from '../../cases/index.js';
import type { OurMarks } from '../../settlement/index.js';

/** What the payments of a case carry: of any attempt, also one closed as absent or revoked; and what the platform called the one it was told of. */
export const marksOf = (document: CaseDocument): OurMarks => {
  const ofAttempts = document.attempts.flatMap((attempt) => [
    ...(attempt.chargeRef === undefined ? [] : [attempt.chargeRef]),
    ...(attempt.outcome && 'gatewayRefs' in attempt.outcome ? attempt.outcome.gatewayRefs : []),
  ]);
  const recorded = document.settlement?.platformPaymentRef;
  return { keys: document.attempts.map((attempt) => attempt.key), refs: recorded === undefined ? ofAttempts : [...ofAttempts, recorded] };
};
