import { refundWrites, writes, type Attempt, type CaseDocument, type Ended, type Refund, type Signal, type SignalEvent } from '../../cases/index.js';
import type { Money } from '../../connector-kit/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { doneWith, givenBack } from './refund-step.js';
import { paymentNamedBy, refundedAttempt, refundedSum, returnedMinor } from './standing-payment.js';

type Reversal = Extract<SignalEvent, { type: 'payment_reversed' }>;

const refsOf = (document: CaseDocument, refund: Refund): readonly string[] => {
  const outcome = refundedAttempt(document, refund)?.outcome;
  return outcome && 'gatewayRefs' in outcome ? outcome.gatewayRefs : [];
};

/** What an event adds to what is known to have gone back of the payment it names. */
const newlyBack = (document: CaseDocument, { amount, soFar }: Reversal, payment: ReturnType<typeof paymentNamedBy>): Money => {
  const known = typeof payment === 'string' ? document.settlement?.reversedMinor ?? 0 : returnedMinor(document, payment);
  return soFar === undefined ? amount : { ...amount, minor: Math.max(0, amount.minor - known) };
};

/** The refund of ours that an event tells of: by its reference, or by the payment and the sum of one not told of yet. */
const ownRefund = (document: CaseDocument, event: Reversal, amount: Money): Refund | undefined => {
  if (event.why !== 'refund') return undefined;
  const byRef = document.refunds.find((refund) => refund.refundRef !== undefined && event.gatewayRefs.includes(refund.refundRef));
  return byRef ?? document.refunds.find((refund) => {
    const sum = refundedSum(document, refund);
    const begun = refund.state !== 'refused' && refund.state !== 'gave_up' && (refund.tries ?? 0) > 0;
    return begun && refund.echoed === undefined && sum?.minor === amount.minor && sum.currency === amount.currency
      && refsOf(document, refund).some((ref) => event.gatewayRefs.includes(ref));
  });
};

/**
 * Money went back: our own refund is only heard; another keeps the case succeeded, a late failure or lost dispute undoes it. Only the payment the case stands on
 * undoes anything: any other is noted as returned. Undefined: it is not about our payment.
 */
export const reversalStep = (document: CaseDocument, signal: Signal, event: Reversal, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const payment = paymentNamedBy(document, event.gatewayRefs);
  const amount = newlyBack(document, event, payment);
  const own = ownRefund(document, event, amount);
  if (own) {
    if (own.state === 'due' || own.state === 'pending') {
      // the money is back, whatever our own request heard
      const { write } = doneWith(document, own, { state: 'refunded', echo: signal.id, ...(own.refundRef === undefined ? {} : { refundRef: own.refundRef }) }, tools);
      return { do: 'write', write, after: { refund: undefined, decided: undefined } };
    }
    return { do: 'write', write: refundWrites.refundEchoed(document, own, signal.id), after: {} };
  }
  if (document.status !== 'succeeded' || !event.gatewayRefs.some((ref) => document.refs.includes(ref))) return undefined;
  // told again of what went back already
  if (event.why === 'refund' && amount.minor === 0) return { do: 'know', after: { acted: [...knowledge.acted, signal.id] } };
  const now = tools.clock.hubNow();
  if (payment === 'unclear') {
    const fact = `money went back (${event.why}) of a payment that cannot be told from the one that stands: nothing is changed, an operator must look`;
    return { do: 'alert', fact, after: { acted: [...knowledge.acted, signal.id] } };
  }
  if (payment !== 'standing') return besides(document, payment, signal, event.why, amount, now);
  const { settlement, right } = givenBack(document, amount, event.why, now);
  if (event.why === 'refund') {
    return settlement ? { do: 'write', write: refundWrites.reversed(document, { settlement, right, signalId: signal.id }), after: {} } : { do: 'know', after: { acted: [...knowledge.acted, signal.id] } };
  }
  const ended: Ended = {
    at: now, strategyUsed: document.ended?.strategyUsed ?? 'none', trigger: 'reversal', message: 'The recovered payment was taken back.',
    declineCode: document.lastReason ?? 'unknown', recommendedAction: 'manual_review', recommendedActionReason: 'The payment was reversed after it had succeeded; a person must look at it.',
  };
  return {
    do: 'write',
    write: writes.close(document, {
      status: 'failed', ended, signalIds: [...knowledge.acted, signal.id], ...(settlement ? { settlement } : {}),
      owed: { outbox: tools.announce(document, { event: 'recovery.failed', ended, attemptCount: document.attempts.length }, knowledge.facts), now, ...(document.takeOver ? { handBackAt: now } : {}) },
    }),
    after: { acted: [] },
  };
};

/** A payment that was taken beside the one that stands, or beside another's: it gets a row of its own, and the debt stays paid. */
const besides = (document: CaseDocument, attempt: Attempt, signal: Signal, why: Reversal['why'], amount: Money, now: Date): Effect => {
  const n = document.refunds.length + 1;
  const key = `${attempt.key}-returned-${String(n)}`;
  const row: Refund = {
    n, why: 'duplicate', state: 'refunded', attempt: attempt.n, amount, once: { key, firstTriedAt: now, ourReference: key }, updatedAt: now, reason: `not by us: ${why}`, echoed: 'yes',
  };
  return {
    do: 'write', write: refundWrites.returned(document, row, signal.id), after: {},
    alert: `money of attempt ${String(attempt.n)} went back (${why}), which is not the payment this case stands on: nothing else is changed`,
  };
};
