import { writes, type Attempt, type CaseDocument } from '../../cases/index.js';
import { ownPayment } from '../../settlement/index.js';
import { countsAt, isAbsent, isAbsentForADay, keyIsRemembered, longOpen, nextAskAt } from './ask-times.js';
import type { RepeatProtection } from '../../connector-kit/index.js';
import type { CaseFacts, Effect, Knowledge, Tools } from './effects.js';
import { needsRenewal, sendBeforeOf } from './lease.js';
import { marksOf } from './our-payment.js';
import { outcomeStep } from './outcome-step.js';
import { openRefund } from './refund-step.js';
import { routeOf } from './route.js';

/** What an open attempt needs next; undefined: nothing now, the rest of the case goes on around it. */
export const openAttemptStep = (document: CaseDocument, attempt: Attempt, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const { facts } = knowledge;
  const now = tools.clock.hubNow();
  if (knowledge.outcome?.n === attempt.n) return outcomeStep(document, attempt, knowledge.outcome, knowledge, tools);
  if (knowledge.alreadyPaid?.n === attempt.n) return afterAlreadyPaid(document, attempt, knowledge);
  if (knowledge.prepared?.n === attempt.n) {
    // making the object may have taken long: whether it may be charged is read again
    const after = { prepared: undefined, sending: { n: attempt.n, phase: 'written' as const } };
    return { do: 'write', write: writes.chargeRef(document, attempt.n, knowledge.prepared.chargeRef), after };
  }
  if (knowledge.sending?.n === attempt.n) return sendStep(attempt, knowledge);
  if (knowledge.revokeNext?.n === attempt.n) return { do: 'revoke', attempt };
  if (knowledge.absent?.n === attempt.n) return afterAbsence(document, attempt, knowledge, tools);
  if (attempt.outcome?.status === 'not_sent') return isDue(document, now) ? resendStep(document, attempt, knowledge, tools) : undefined;
  if (knowledge.asked.includes(attempt.n)) return undefined;
  if (attempt.outcome !== null && !isDue(document, now)) return undefined;
  if (attempt.route === 'gateway' && routeOf(attempt, facts).prepares === 'yes' && attempt.chargeRef === undefined) {
    // nothing was prepared, so there is nothing that could have been charged
    return know({ outcome: { n: attempt.n, outcome: { status: 'not_sent', cause: 'never prepared' }, ledger: 'open', found: 'by_asking' } });
  }
  return { do: 'ask', attempt };
};

const know = (after: Partial<Knowledge>): Effect => ({ do: 'know', after });

const told = (alert: string | undefined) => (alert === undefined ? {} : { alert });

const isDue = (document: CaseDocument, now: Date) => document.due.step === undefined || document.due.step <= now;

const sendStep = (attempt: Attempt, knowledge: Knowledge): Effect => {
  const { facts, sending } = knowledge;
  if (sending?.phase === 'written') {
    return { do: 'check_permission', n: attempt.n, ...(attempt.asks > 0 && protectionOf(attempt, facts).kind === 'key' ? { earlier: 'perhaps_sent' as const } : {}) };
  }
  const prepares = attempt.route === 'gateway' && routeOf(attempt, facts).prepares === 'yes';
  return prepares && attempt.chargeRef === undefined ? { do: 'prepare', attempt } : { do: 'charge', attempt };
};

/** The platform answered that nothing is due: whose payment it was is read, never assumed. */
const afterAlreadyPaid = (document: CaseDocument, attempt: Attempt, knowledge: Knowledge): Effect => {
  if (knowledge.invoice === undefined) return { do: 'read_invoice' };
  if (knowledge.invoice.status === 'unavailable') {
    return know({ outcome: { n: attempt.n, outcome: { status: 'unknown', cause: 'already paid, and the invoice cannot be read', gatewayRefs: [] }, ledger: 'open', found: 'by_charging' } });
  }
  const ours = ownPayment(knowledge.invoice.state.payments, marksOf(document));
  if (!ours && knowledge.invoice.state.state === 'open') {
    return know({ outcome: { n: attempt.n, outcome: { status: 'unknown', cause: 'already paid, and the invoice reads open', gatewayRefs: [] }, ledger: 'open', found: 'by_charging' } });
  }
  return know({
    outcome: {
      n: attempt.n, ledger: 'open', found: 'by_charging',
      outcome: ours ? { status: 'approved', gatewayRefs: [ours.ref, ...ours.gatewayRefs], amount: ours.amount, provisional: false } : { status: 'already_paid' },
    },
  });
};

/** What keeps the attempt from charging twice. An object nobody can take back protects nothing: it can only be searched. */
const protectionOf = (attempt: Attempt, facts: CaseFacts): RepeatProtection => {
  const { protection, revokes } = routeOf(attempt, facts);
  return protection.kind === 'single_use_object' && attempt.route === 'gateway' && (revokes === 'no' || attempt.chargeRef === undefined)
    ? { kind: 'search_only', absentIsFinalAfterMs: protection.absentIsFinalAfterMs } : protection;
};

/** Asked, and not found. What that means depends on what the gateway protects. */
const afterAbsence = (document: CaseDocument, attempt: Attempt, knowledge: Knowledge, tools: Tools): Effect => {
  const { facts } = knowledge;
  const { clock } = tools;
  const protection = protectionOf(attempt, facts);
  const wall = clock.wallNow();
  const reads = [...attempt.absentReads, wall];
  const asked = { asked: [...knowledge.asked, attempt.n] };
  if (isAbsent(attempt, reads, protection, clock, facts.leaseMs) === 'absent') {
    const closing: Partial<Knowledge> = { outcome: { n: attempt.n, outcome: { status: 'absent' }, ledger: 'open', found: 'by_asking' } };
    switch (protection.kind) {
      case 'single_use_object':
        return know(attempt.route === 'gateway' ? { ...asked, revokeNext: { n: attempt.n } } : closing);
      case 'key':
        if (keyIsRemembered(attempt, protection.keptForMs, clock.hubNow()) === 'yes') return resendStep(document, attempt, knowledge, tools);
        if (isAbsentForADay(attempt, wall, clock, facts.leaseMs) === 'absent') return know(closing);
        break;
      case 'search_only':
        if (isAbsentForADay(attempt, wall, clock, facts.leaseMs) === 'absent') return know(closing);
        break;
    }
  }
  const now = clock.hubNow();
  const scheduled = nextAskAt(attempt, 'unknown', now, document.due.step) ?? new Date(now.getTime() + 86_400_000);
  const counts = countsAt(attempt, reads, protection, clock, facts.leaseMs);
  const stepAt = counts !== undefined && counts < scheduled ? counts : scheduled;
  return {
    do: 'write',
    write: writes.ask(document, attempt.n, { asks: attempt.asks + 1, absentReads: reads, stepAt, status: document.status === 'succeeded' ? 'succeeded' : 'unknown' }),
    ...told(longOpen(attempt, 'unknown', now, document.due.step)),
    // one answer is one read: it is used up here
    after: { ...asked, absent: undefined },
  };
};

/** The same attempt again: the invoice is read and the card reserved first, then a new moment before which it must leave. */
const resendStep = (document: CaseDocument, attempt: Attempt, knowledge: Knowledge, tools: Tools): Effect => {
  const { facts } = knowledge;
  const giveUp: Partial<Knowledge> = { outcome: { n: attempt.n, outcome: { status: 'absent' }, ledger: 'open', found: 'by_asking' } };
  // the debt was paid meanwhile, by an approval that came late; or nobody may charge this card any more
  if (document.status === 'succeeded' || hasNoConsent(document)) return know(giveUp);
  if (openRefund(document)) return postpone(document, attempt, tools);
  if (facts.source === 'connector') {
    if (knowledge.invoice === undefined) return { do: 'read_invoice' };
    if (knowledge.invoice.status === 'unavailable') return postpone(document, attempt, tools);
    const { state } = knowledge.invoice;
    const same = state.state === 'open' && state.due.minor === attempt.amount.minor && state.due.currency === attempt.amount.currency;
    if (!same || state.payments.some((payment) => payment.state === 'in_progress')) return know(giveUp);
  }
  const reserved = knowledge.reserved?.n === attempt.n ? knowledge.reserved : undefined;
  if (!reserved) {
    if (needsRenewal(document, facts.leaseMs, tools)) return { do: 'renew' };
    return { do: 'reserve', n: attempt.n, amount: attempt.amount, token: undefined, sendBefore: sendBeforeOf(document, facts.leaseMs) };
  }
  if (reserved.result === 'busy') return postpone(document, attempt, tools);
  if (reserved.result === 'stopped') return know(giveUp);
  return { do: 'write', write: writes.resend(document, attempt.n, reserved.sendBefore), after: { sending: { n: attempt.n, phase: 'written' } } };
};

const hasNoConsent = (document: CaseDocument): boolean => document.consentRevokedAt !== undefined || document.signals.some(({ event }) => event.type === 'consent_revoked');

const postpone = (document: CaseDocument, attempt: Attempt, tools: Tools): Effect => ({
  do: 'write',
  write: writes.ask(document, attempt.n, { asks: attempt.asks, absentReads: attempt.absentReads, stepAt: new Date(tools.clock.hubNow().getTime() + 300_000), status: document.status }),
  after: { asked: [attempt.n], absent: undefined, reserved: undefined, invoice: undefined },
});
