import type { CaseDocument } from '../../cases/index.js';
import type { OurMarks } from '../../settlement/index.js';

/** What the payments of a case carry: of any attempt, also one closed as absent or revoked. */
export const marksOf = (document: CaseDocument): OurMarks => ({
  keys: document.attempts.map((attempt) => attempt.key),
  refs: document.attempts.flatMap((attempt) => [
    ...(attempt.chargeRef === undefined ? [] : [attempt.chargeRef]),
    ...(attempt.outcome && 'gatewayRefs' in attempt.outcome ? attempt.outcome.gatewayRefs : []),
  ]),
});
