import type { Attempt, CaseDocument } from '../../cases/index.js';

/** A payment is ours if it carries the key or a reference of any attempt of the case. */
export const isOurs = (document: CaseDocument, payment: { readonly ref: string; readonly gatewayRefs: readonly string[]; readonly ourReference?: string }): boolean =>
  document.attempts.some((attempt) => attempt.key === payment.ourReference)
  || [payment.ref, ...payment.gatewayRefs].some((ref) => document.attempts.some((attempt) => attempt.chargeRef === ref || refsOf(attempt).includes(ref)));

const refsOf = (attempt: Attempt): readonly string[] => (attempt.outcome && 'gatewayRefs' in attempt.outcome ? attempt.outcome.gatewayRefs : []);
