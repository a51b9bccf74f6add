import { settlementWrites, type Attempt, type CaseDocument, type Settlement } from '../../cases/index.js';
import { isLate, nextSettlementAt, paidBy } from '../../settlement/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { needsRenewal, sendBeforeOf } from './lease.js';
import { marksOf } from './our-payment.js';
import { refundedAttempt } from './standing-payment.js';

const minute = 60_000;
const sixHours = 6 * 3_600_000;

type Answer = Exclude<NonNullable<Knowledge['recorded']>, 'asked'>;

const done: Partial<Knowledge> = { settled: 'tried', recorded: undefined, ourPayment: undefined };

/** The payment that the platform is to be told of. */
const paymentOf = (document: CaseDocument, { once }: Settlement): Attempt | undefined =>
  document.attempts.find((attempt) => attempt.key === once.ourReference && attempt.outcome?.status === 'approved');

/** Tells the platform of a payment taken at a gateway, until it is recorded or refused. Each try looks first, which is the connector's part. */
export const settleStep = (document: CaseDocument, settlement: Settlement, knowledge: Knowledge, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  const { recorded, facts } = knowledge;
  const attempt = paymentOf(document, settlement);
  if (!attempt) return { do: 'alert', fact: 'a payment that the platform should be told of is not among the attempts of its case: an operator must look', after: done };
  if (facts.settlement === 'disconnected') return refuse(document, settlement, 'not_allowed', tools);
  if (recorded === undefined) {
    if (needsRenewal(document, facts.leaseMs, tools)) return { do: 'renew' };
    const tries = settlement.tries + 1;
    const againAt = nextSettlementAt(tries, now) ?? new Date(now.getTime() + sixHours);
    return { do: 'write', write: settlementWrites.settling(document, { ...settlement, tries, updatedAt: now }, againAt), after: { recorded: 'asked' } };
  }
  if (recorded === 'asked') return { do: 'record', attempt, once: settlement.once, sendBefore: sendBeforeOf(document, facts.leaseMs) };
  return answered(document, settlement, attempt, recorded, knowledge, tools);
};

const answered = (document: CaseDocument, settlement: Settlement, attempt: Attempt, answer: Answer, knowledge: Knowledge, tools: Tools): Effect => {
  switch (answer.status) {
    case 'recorded':
    case 'already_recorded': return recordedEffect(document, settlement, answer.platformPaymentRef, tools);
    case 'paid_by_other': return paidByOther(document, settlement, attempt, knowledge, tools);
    case 'refused': return refuse(document, settlement, answer.reason, tools);
    case 'failed': return failed(document, settlement, attempt, answer.answered, tools);
  }
};

const recordedEffect = (document: CaseDocument, settlement: Settlement, platformPaymentRef: string | undefined, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  const after: Settlement = { ...settlement, state: 'recorded', updatedAt: now, tries: 0, ...(platformPaymentRef === undefined ? {} : { platformPaymentRef }) };
  return { do: 'write', write: settlementWrites.recorded(document, after, new Date(now.getTime() + minute)), after: done };
};

type Refusal = 'invoice_voided' | 'amount_mismatch' | 'already_paid_by_other' | 'paid_unexplained' | 'not_allowed' | 'gave_up';

const refusedAs = (settlement: Settlement, reason: Refusal, tools: Tools): Settlement => ({ ...settlement, state: 'refused', reason, updatedAt: tools.clock.hubNow() });

const refuse = (document: CaseDocument, settlement: Settlement, reason: Refusal, tools: Tools): Effect => ({
  do: 'write', write: settlementWrites.refused(document, refusedAs(settlement, reason, tools)), after: done,
  alert: `our payment is not on the platform's invoice (${reason}): an operator decides`,
});

/** Tried again at the time that was written before. A platform that answered with an error has used up the key; while no answer came, the same key asks again. */
const failed = (document: CaseDocument, settlement: Settlement, attempt: Attempt, heard: 'yes' | 'no', tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  const againAt = nextSettlementAt(settlement.tries, now);
  if (againAt === undefined) return refuse(document, settlement, 'gave_up', tools);
  const alert = isLate(settlement.tries) ? { alert: 'the platform has not taken our payment for two hours: it is tried again for a week' } : {};
  if (heard === 'no') return 'alert' in alert ? { do: 'alert', fact: alert.alert, after: done } : { do: 'know', after: done };
  const once = { ...settlement.once, key: `${attempt.key}-settle-${String(settlement.tries + 1)}`, firstTriedAt: againAt };
  return { do: 'write', write: settlementWrites.settling(document, { ...settlement, once, updatedAt: now }, againAt), after: done, ...alert };
};

/** Ours is given back only on evidence, seen in this one hold: our payment stands at its gateway, and the invoice names another that succeeded. */
const paidByOther = (document: CaseDocument, settlement: Settlement, attempt: Attempt, knowledge: Knowledge, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  if (knowledge.ourPayment === undefined) return { do: 'find_payment', attempt };
  if (knowledge.invoice === undefined) return { do: 'read_invoice' };
  if (knowledge.ourPayment === 'not_answered' || knowledge.invoice.status === 'unavailable') return failed(document, settlement, attempt, 'no', tools);
  const seen = paidBy(knowledge.invoice.state, marksOf(document));
  switch (seen.by) {
    case 'us': return recordedEffect(document, settlement, seen.payment.ref, tools);
    case 'nobody_named': return refuse(document, settlement, 'paid_unexplained', tools);
    case 'another': break;
  }
  const after = refusedAs(settlement, 'already_paid_by_other', tools);
  if (knowledge.ourPayment === 'not_shown' || attempt.outcome?.status !== 'approved') {
    return { do: 'write', write: settlementWrites.refused(document, after), after: done, alert: 'the invoice was paid by another, and our own payment cannot be found: an operator decides' };
  }
  if (knowledge.facts.refundsDuplicates !== 'yes') {
    return { do: 'write', write: settlementWrites.refused(document, after, { now }), after: done, alert: 'a debt has been paid twice, by us and by another; this client gives duplicates back itself' };
  }
  if (document.refunds.some((refund) => refundedAttempt(document, refund)?.n === attempt.n)) {
    return { do: 'write', write: settlementWrites.refused(document, after, { now }), after: done, alert: 'a debt has been paid twice, by us and by another; a refund of ours was begun before: an operator must look' };
  }
  const n = document.refunds.length + 1;
  const refund = {
    n, why: 'duplicate' as const, state: 'due' as const, attempt: attempt.n, amount: attempt.outcome.amount, evidence: { ours: attempt.outcome.gatewayRefs[0], other: seen.payment },
    once: { key: `${attempt.key}-refund-${String(n)}`, firstTriedAt: now, ourReference: `${attempt.key}-refund-${String(n)}` },
  };
  return {
    do: 'write', write: settlementWrites.refused(document, after, { refund, now }), after: done,
    alert: 'a debt has been paid twice, by us and by another: our payment is given back',
  };
};
