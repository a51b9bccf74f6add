import type { Evidence, Law, MoneyRequest, MoneyTaken, Violation } from './evidence.js';
import { createDebtNames, groupBy } from './read-keys.js';

const returnedOf = (evidence: Evidence, taken: MoneyTaken, before: Date): number =>
  evidence.returned
    .filter(({ ledger, chargeRef, at }) => ledger === taken.ledger && chargeRef === taken.chargeRef && at <= before)
    .reduce((sum, { amount }) => sum + amount, 0);

/** Money that was taken for this debt and not wholly given back before a moment. */
const standsAt = (evidence: Evidence, taken: MoneyTaken, moment: Date): boolean => returnedOf(evidence, taken, moment) < taken.amount;

const sameByKey = (one: MoneyRequest, other: MoneyRequest): boolean => one.ledger === other.ledger && one.keyProtects && one.key !== null && one.key === other.key;

/** A payment by others that comes between our last look at the debt and the charge cannot be helped: the platform has to refuse the charge. */
const couldBeKnown = (taken: MoneyTaken, request: MoneyRequest, leaseMs: number): boolean =>
  taken.by === 'us' || request.begunAt.getTime() - taken.at.getTime() > leaseMs;

const secondTries = (evidence: Evidence, debt: string, requests: readonly MoneyRequest[], taken: readonly MoneyTaken[]): readonly Violation[] =>
  requests.filter((request) => !request.replayed).flatMap((request): readonly Violation[] => {
    const paid = taken.find((one) => one.by !== 'recorded' && one.requestId !== request.requestId && one.at < request.begunAt && standsAt(evidence, one, request.begunAt));
    if (paid && couldBeKnown(paid, request, evidence.world.leaseMs)) {
      return [{ law: 1, what: `${debt}: money was asked for after it had been paid.`, shownBy: { paid, request } }];
    }
    const open = requests.find((other) => other.requestId !== request.requestId && other.begunAt <= request.begunAt && !other.replayed && !sameByKey(other, request)
      && (other.decidedAt === null || other.decidedAt > request.begunAt) && requests.indexOf(other) < requests.indexOf(request));
    if (open) return [{ law: 1, what: `${debt}: money was asked for while another request for it was open.`, shownBy: { open, request } }];
    // what the fake cannot see: money that was given back, and a payment that came too late to be known
    const explained = request.objection === 'after_success' && taken.some((one) => one.by !== 'recorded' && one.at < request.begunAt);
    if (request.objection === null || explained) return [];
    return [{ law: 1, what: `${debt}: the fake itself objects: ${request.objection.replaceAll('_', ' ')}.`, shownBy: request }];
  });

/** Law 1. */
export const oneChargePerDebt: Law = {
  number: 1,
  says: 'one successful charge per debt at most, and no second try',
  judge: (evidence) => {
    const debtOf = createDebtNames(evidence);
    const taken = groupBy(evidence.taken, debtOf);
    const requests = groupBy(evidence.requests, debtOf);
    const twice = [...taken].flatMap(([debt, all]): readonly Violation[] => {
      const ours = all.filter((one) => one.by === 'us');
      const later = ours.filter((one) => ours.some((earlier) => earlier !== one && earlier.at <= one.at && ours.indexOf(earlier) < ours.indexOf(one) && standsAt(evidence, earlier, one.at)));
      return later.length === 0 ? [] : [{ law: 1, what: `${debt}: money was taken ${ours.length} times.`, shownBy: ours }];
    });
    return [...twice, ...[...requests].flatMap(([debt, all]) => secondTries(evidence, debt, all, taken.get(debt) ?? []))];
  },
};
