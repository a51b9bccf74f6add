import { refundWrites, type Attempt, type CaseDocument, type Refund, type Settlement, type SettlementReversal } from '../../cases/index.js';
import type { Money } from '../../connector-kit/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { needsRenewal, sendBeforeOf } from './lease.js';
import { reversalOwed } from './reverse-step.js';
import { routeOf } from './route.js';
import { isOver, isReturned, refundedAttempt, refundedSum, standingAttempt, takenBy } from './standing-payment.js';

const minute = 60_000;
const hour = 60 * minute;
const callMs = 25_000;
const firstWaits = [minute, 5 * minute, 30 * minute, 2 * hour];
const sixHourly = 28;
/** From this try on it is late. */
const lateTry = firstWaits.length;

type Answer = Exclude<NonNullable<Knowledge['refund']>, { readonly status: 'asked' }>;

/** The refund that is worked on, if there is one: what still waits for its gateway's word comes after what nobody has asked for. */
export const openRefund = ({ refunds }: CaseDocument): Refund | undefined => refunds.find(({ state }) => state === 'due') ?? refunds.find(({ state }) => state === 'pending');

/** When another refund of the case is tried, once this one needs nothing for now: at once. One that was asked about for more than a week is left to an operator. */
const nextOwed = ({ refunds }: CaseDocument, ended: Refund, now: Date): Date | undefined => (refunds.some((refund) => refund.n !== ended.n
  && (refund.state === 'due' || (refund.state === 'pending' && nextRefundAt(refund.tries ?? 0, now) !== undefined))) ? now : undefined);

/** One that nobody has asked for yet waits for no other to be answered. */
const nextDue = ({ refunds }: CaseDocument, pending: Refund, now: Date): Date | undefined => (refunds.some(({ n, state }) => n !== pending.n && state === 'due') ? now : undefined);

const againAt = (at: Date | undefined) => (at ? { againAt: at } : {});

/** Why nothing may be charged for the money's sake: it is on its way back, or it should be and is not. */
export const unreturned = (document: CaseDocument): { readonly why: 'under_way' | 'stuck'; readonly sentence: string } | undefined => {
  if (openRefund(document)) return { why: 'under_way', sentence: 'A refund of this case is owed; nothing is charged before it is done.' };
  const stuck = document.refunds.find((refund) => refund.why === 'partial_approval' && !isOver(refund)
    && !document.refunds.some((other) => isOver(other) && refundedAttempt(document, other)?.n === refundedAttempt(document, refund)?.n));
  return stuck && { why: 'stuck', sentence: `Less than asked was taken and could not be given back (${stuck.reason ?? stuck.state}): an operator decides.` };
};

/** When a refund is tried again after so many tries; undefined: no more. Hub time. */
export const nextRefundAt = (tries: number, now: Date): Date | undefined => {
  if (tries > firstWaits.length + sixHourly) return undefined;
  return new Date(now.getTime() + (firstWaits[tries - 1] ?? 6 * hour));
};

/** Gives money back that is owed: under a key that never changes, and never beside an earlier request that may still be under way. */
export const refundStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const refund = openRefund(document);
  const now = tools.clock.hubNow();
  if (!refund) return undefined;
  const answer = knowledge.refund?.n === refund.n ? knowledge.refund : undefined;
  if (answer === undefined && (document.due.refund === undefined || document.due.refund > now)) return undefined;
  const attempt = refundedAttempt(document, refund);
  const amount = attempt && refundedSum(document, refund);
  if (!attempt || !amount) return ended(document, refund, 'refused', 'the payment it gives back is not among the attempts of its case', tools);
  if (answer !== undefined && answer.status !== 'asked') return answered(document, refund, attempt, amount, answer, knowledge, tools);
  if (answer === undefined) {
    const { facts } = knowledge;
    if (needsRenewal(document, facts.leaseMs, tools)) return { do: 'renew' };
    const sendBefore = sendBeforeOf(document, facts.leaseMs);
    const quiet = tools.clock.hubAt(new Date(sendBefore.getTime() + callMs + tools.clock.notBeforeMs(routeOf(attempt, facts).protection.absentIsFinalAfterMs, 2000)));
    const scheduled = nextRefundAt((refund.tries ?? 0) + 1, now) ?? quiet;
    return { do: 'write', write: refundWrites.refunding(document, refund, { sendBefore, againAt: scheduled > quiet ? scheduled : quiet }), after: { refund: { n: refund.n, status: 'asked' } } };
  }
  return { do: 'refund', refund, attempt, amount };
};

const forgotten: Partial<Knowledge> = { refund: undefined };

/** Nothing more is done about it by itself. */
const ended = (document: CaseDocument, refund: Refund, state: 'refused' | 'gave_up', reason: string, tools: Tools): Effect => ({
  do: 'write', write: refundWrites.refunded(document, refund, { state, reason, now: tools.clock.hubNow(), right: 'kept', ...againAt(nextOwed(document, refund, tools.clock.hubNow())) }), after: forgotten,
  alert: `a refund (${refund.why}) was not made (${state}: ${reason}): an operator must look`,
});

const answered = (document: CaseDocument, refund: Refund, attempt: Attempt, amount: Money, answer: Answer, knowledge: Knowledge, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  const tries = refund.tries ?? 0;
  switch (answer.status) {
    case 'refunded':
    case 'voided': return { do: 'write', ...doneWith(document, refund, { state: answer.status, refundRef: answer.refundRef }, tools), after: { ...forgotten, decided: undefined } };
    case 'pending': {
      const askAt = nextRefundAt(tries, now);
      const write = refundWrites.refunded(document, refund, { state: 'pending', refundRef: answer.refundRef, now, right: 'kept', ...againAt(nextDue(document, refund, now) ?? askAt) });
      return { do: 'write', write, after: forgotten, ...(askAt ? {} : { alert: 'a refund stays pending for more than a week: it is not asked about any more, an operator must look' }) };
    }
    case 'refused': return ended(document, refund, 'refused', answer.detail, tools);
    case 'not_offered': return ended(document, refund, 'refused', `there is no way to give back ${String(amount.minor)} ${amount.currency} by ourselves on the route of attempt ${String(attempt.n)}`, tools);
    case 'unknown':
    case 'failed': {
      const laterAt = nextRefundAt(tries, now);
      if (laterAt === undefined) return ended(document, refund, 'gave_up', 'it was tried for a week', tools);
      const alert = tries === lateTry ? { alert: 'a refund has not been made for two hours: it is tried for a week' } : {};
      // what may be under way waits as was written before it left
      if (answer.status === 'unknown') return 'alert' in alert ? { do: 'alert', fact: alert.alert, after: forgotten } : { do: 'know', after: forgotten };
      return { do: 'write', write: refundWrites.refundLater(document, laterAt), after: forgotten, ...alert };
    }
  }
};

/** The money is back. A case that had only a part goes on; one that stood on this payment is shown as reversed. What was taken besides undoes nothing. */
export const doneWith = (document: CaseDocument, refund: Refund, facts: { readonly state: 'refunded' | 'voided'; readonly refundRef?: string; readonly echo?: string }, tools: Tools) => {
  const now = tools.clock.hubNow();
  const back = refundedSum(document, refund);
  const attempt = refundedAttempt(document, refund);
  const stood = document.status === 'succeeded' && attempt !== undefined && attempt.n === standingAttempt(document)?.n;
  const reversal = stood && back ? givenBack(document, back, 'refund', now) : undefined;
  return {
    write: refundWrites.refunded(document, refund, {
      ...facts, now, right: reversal?.right ?? 'kept', ...(reversal?.settlement ? { settlement: reversal.settlement } : {}), ...(document.status === 'queued' ? { stepAt: now } : {}),
      ...againAt(nextOwed(document, refund, now)),
    }),
    alert: `a refund was made (${refund.why})`,
  };
};

/** What a case still has of the payment it stands on: what came in, what went back, and whether that is all of it. The right goes with the last money we have of the debt. */
export const givenBack = (document: CaseDocument, back: Money, reason: SettlementReversal['why'], now: Date): { readonly settlement: Settlement | undefined; readonly right: 'kept' | 'given_up' } => {
  const standing = standingAttempt(document);
  const taken = (standing && takenBy(standing)) ?? document.opened;
  const sum = (document.settlement?.reversedMinor ?? 0) + (back.currency === taken.currency ? back.minor : 0);
  const reversal = document.settlement && reversalOwed(document.settlement, reason, reason !== 'refund' || sum >= taken.minor ? 'all_gone' : 'some_left', now);
  const another = document.attempts.some((attempt) => attempt.n !== standing?.n && takenBy(attempt) !== undefined && !isReturned(document, attempt));
  return {
    settlement: document.settlement ? { ...document.settlement, state: 'reversed', updatedAt: now, reason, reversedMinor: sum, ...(reversal ? { reversal } : {}) } : undefined,
    right: sum >= taken.minor && !another ? 'given_up' : 'kept',
  };
};
