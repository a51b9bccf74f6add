import { writes, type Attempt, type AttemptOutcome, type CaseDocument, type Ended, type Settlement } from '../../cases/index.js';
import { nextAskAt, resendAt } from './ask-times.js';
import type { Effect, Knowledge, Tools } from './effects.js';

const mostNotSent = 5;
const minute = 60_000;

const forgotten: Partial<Knowledge> = { outcome: undefined, sending: undefined, absent: undefined, alreadyPaid: undefined, revokeNext: undefined, reserved: undefined };

type Known = NonNullable<Knowledge['outcome']>;

const ledgerResult = (outcome: AttemptOutcome): 'sent' | 'not_sent' | 'stays_open' => {
  switch (outcome.status) {
    case 'approved':
    case 'declined': return 'sent';
    case 'unknown':
    case 'pending': return 'stays_open';
    case 'not_sent':
    case 'revoked':
    case 'absent':
    case 'already_paid': return 'not_sent';
  }
};

/** An outcome is known: the ledger is closed first, then it is written with everything it owes. */
export const outcomeStep = (document: CaseDocument, attempt: Attempt, known: Known, knowledge: Knowledge, tools: Tools): Effect => {
  const result = ledgerResult(known.outcome);
  if (result !== 'stays_open' && known.ledger === 'open') return { do: 'close_ledger', attempt, result };
  const now = tools.clock.hubNow();
  const signals = known.signalId === undefined ? {} : { signalIds: [known.signalId] };
  const base = { n: attempt.n, outcome: known.outcome, notSent: attempt.notSent, refs: refsOf(known.outcome), owed: { outbox: [], now }, ...signals };
  const write = (facts: Partial<writes.OutcomeFacts> & Pick<writes.OutcomeFacts, 'status' | 'resolution'>): Effect => ({
    do: 'write',
    write: writes.outcome(document, { ...base, ...facts }),
    // what was read before the charge is old now
    after: { ...forgotten, asked: [...knowledge.asked, attempt.n], decided: undefined, ...(known.outcome.status === 'already_paid' ? {} : { invoice: undefined }), tokens: undefined },
    repeat: 'until_durable',
  });
  const waiting = document.status === 'unknown' ? 'unknown' : 'attempting';
  const { outcome } = known;
  switch (outcome.status) {
    case 'approved':
      if (outcome.amount.minor !== attempt.amount.minor || outcome.amount.currency !== attempt.amount.currency) return partial(document, attempt, knowledge, tools);
      return write({ status: 'succeeded', resolution: 'resolved', ...approval(document, attempt, outcome.gatewayRefs, known, knowledge, tools) });
    case 'declined':
      return write({
        status: 'queued', resolution: 'resolved', stepAt: now,
        lastDecline: { decline: outcome.decline, reason: tools.classify(outcome.decline).reason },
      });
    case 'pending':
      return write({ status: waiting, resolution: 'open', ...timed(nextAskAt(attempt, 'pending', now)) });
    case 'unknown':
      return write({ status: 'unknown', resolution: 'open', ...timed(nextAskAt(attempt, 'unknown', now)) });
    case 'not_sent': {
      const notSent = attempt.notSent + 1;
      return notSent >= mostNotSent
        ? write({ status: 'queued', resolution: 'resolved', notSent, stepAt: now })
        : write({ status: waiting, resolution: 'open', notSent, stepAt: resendAt(notSent, now) });
    }
    case 'revoked':
    case 'absent':
    case 'already_paid':
      return write({ status: 'queued', resolution: 'resolved', stepAt: now });
  }
};

const timed = (stepAt: Date | undefined) => (stepAt ? { stepAt } : {});

const refsOf = (outcome: AttemptOutcome): readonly string[] => ('gatewayRefs' in outcome ? outcome.gatewayRefs : []);

const approval = (document: CaseDocument, attempt: Attempt, gatewayRefs: readonly string[], known: Known, knowledge: Knowledge, tools: Tools) => {
  const now = tools.clock.hubNow();
  const { facts } = knowledge;
  const prompted = document.prompt === 'card_update';
  const strategy = attempt.grounds.strategy;
  const ended: Ended = {
    at: now,
    strategyUsed: strategy,
    trigger: known.found === 'by_asking' ? 'reconciliation' : prompted ? 'card_update' : strategy === 'primary' && attempt.n === 1 ? 'direct' : 'scheduled_retry',
    recoveredBy: prompted ? 'card_update' : 'retry',
    message: 'Payment recovered.',
  };
  const settlement: Settlement = {
    state: facts.source === 'direct' ? 'not_needed' : 'recorded',
    route: attempt.route,
    updatedAt: now,
    once: { key: `${attempt.key}-settle`, firstTriedAt: now, ourReference: attempt.key },
    tries: 0,
  };
  const attemptCount = document.attempts.filter((one) => one.n === attempt.n || counted(one)).length;
  const outbox = tools.announce(document, { event: 'recovery.success', ended, gatewayRef: gatewayRefs[0] ?? null, attemptCount }, facts);
  return {
    approval: { ended, settlement, ...(settlement.state === 'recorded' ? { settleAt: new Date(now.getTime() + minute) } : {}) },
    owed: { outbox, now, ...(document.takeOver ? { handBackAt: now } : {}) },
  };
};

/** An attempt that may have reached a gateway or platform. */
export const counted = (attempt: Attempt): boolean => attempt.outcome?.status !== 'absent' && attempt.outcome?.status !== 'revoked';

/** Less than asked was taken: nothing further is charged and an operator is told; the refund is theirs to order. */
const partial = (document: CaseDocument, attempt: Attempt, knowledge: Knowledge, tools: Tools): Effect => ({
  do: 'write',
  write: writes.ask(document, attempt.n, {
    asks: attempt.asks + 1, absentReads: [], stepAt: new Date(tools.clock.hubNow().getTime() + 86_400_000), status: 'unknown',
  }),
  after: { ...forgotten, asked: [...knowledge.asked, attempt.n] },
});
