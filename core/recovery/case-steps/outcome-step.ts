import { commandWrites, isCounted, writes, type Attempt, type AttemptOutcome, type CaseDocument, type Ended, type Settlement } from '../../cases/index.js';
import type { CardStop } from '../../cards/index.js';
import { stopOf } from '../../declines/index.js';
import type { Money } from '../../connector-kit/index.js';
import { askAgainAt, askedToWait, longOpen, nextAskAt, resendAt } from './ask-times.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { seriesOf } from './series.js';
import { firstWatchAt } from './watch-step.js';

const mostNotSent = 5;
const minute = 60_000;

const forgotten: Partial<Knowledge> = { outcome: undefined, sending: undefined, absent: undefined, alreadyPaid: undefined, revokeNext: undefined, reserved: undefined };

type Known = NonNullable<Knowledge['outcome']>;
type Approved = Extract<AttemptOutcome, { status: 'approved' }>;

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
  if (result !== 'stays_open' && known.ledger === 'open') return { do: 'close_ledger', attempt, result, ...learntStop(document, known, tools) };
  const now = tools.clock.hubNow();
  const signals = known.signalId === undefined ? {} : { signalIds: [known.signalId] };
  // an approval that came late ends the case, not the asking about a newer attempt
  const other = document.attempts.some((one) => !one.resolved && one.n !== attempt.n) ? { stepAt: document.due.step ?? now } : {};
  const base = { n: attempt.n, outcome: known.outcome, notSent: attempt.notSent, refs: refsOf(known.outcome), owed: { outbox: [], now }, ...other, ...signals };
  const write = (facts: Written, told: string | undefined = alertOf(document, attempt, known, tools)): Effect => ({
    do: 'write',
    write: known.answer ? commandWrites.withAnswer(writes.outcome(document, { ...base, ...facts }), known.answer) : writes.outcome(document, { ...base, ...facts }),
    // what was read before the charge is old now, and what waited for its end is heard
    after: {
      ...forgotten, asked: [...knowledge.asked, attempt.n], deferred: [], decided: undefined, cause: isReconciled(attempt, known) ? 'reconciliation' : document.prompt, tokens: undefined,
      ...(known.outcome.status === 'already_paid' ? {} : { invoice: undefined }),
    },
    repeat: 'until_durable',
    ...(told === undefined ? {} : { alert: told }),
  });
  const waiting = document.status === 'unknown' ? 'unknown' : 'attempting';
  const { outcome } = known;
  if (document.status === 'succeeded') return write({ ...afterSuccess(document, attempt, known, now), ...watching(attempt, outcome, tools) });
  switch (outcome.status) {
    case 'approved':
      if (isPartial(outcome.amount, attempt)) return write(partial(document, attempt, now));
      return write(
        { status: 'succeeded', resolution: 'resolved', ...approval(document, attempt, outcome, known, knowledge, tools) },
        settlementOf(attempt, knowledge.facts).state === 'refused' ? untold : alertOf(document, attempt, known, tools),
      );
    case 'declined':
      return write({
        status: 'queued', resolution: 'resolved', stepAt: now,
        lastDecline: { decline: outcome.decline, reason: tools.classify(outcome.decline).reason },
      });
    case 'pending':
      return write({ status: waiting, resolution: 'open', ...timed(nextAskAt(attempt, 'pending', now, document.due.step)) });
    case 'unknown':
      return write({ status: 'unknown', resolution: 'open', ...timed(known.asked === 'in_vain' ? askAgainAt(attempt, now, document.due.step) : nextAskAt(attempt, 'unknown', now, document.due.step)) });
    case 'not_sent': {
      const notSent = attempt.notSent + 1;
      return notSent >= mostNotSent
        ? write({ status: 'queued', resolution: 'resolved', notSent, stepAt: askedToWait(outcome.retryAfterMs, now, tools) })
        : write({ status: waiting, resolution: 'open', notSent, stepAt: askedToWait(outcome.retryAfterMs, resendAt(notSent, now), tools) });
    }
    case 'absent':
      return write({ status: 'queued', resolution: 'resolved', stepAt: now, ...watching(attempt, outcome, tools) });
    case 'revoked':
    case 'already_paid':
      return write({ status: 'queued', resolution: 'resolved', stepAt: now });
  }
};

/** What a decline forbids for ever is kept in the write that closes its try. */
const learntStop = (document: CaseDocument, { outcome }: Known, tools: Tools): { readonly stop?: CardStop } => {
  const stop = outcome.status === 'declined' ? stopOf(tools.classify(outcome.decline)) : undefined;
  return stop ? { stop: { ...stop, series: seriesOf(document) } } : {};
};

const watching = (attempt: Attempt, outcome: AttemptOutcome, { clock }: Tools): { readonly watchAt?: Date } => {
  const watchAt = firstWatchAt(attempt, outcome, clock);
  return watchAt ? { watchAt } : {};
};

const untold = 'a charge has been approved whose platform is disconnected: it has not been told of it, an operator must look';

const timed = (stepAt: Date | undefined) => (stepAt ? { stepAt } : {});

const refsOf = (outcome: AttemptOutcome): readonly string[] => ('gatewayRefs' in outcome ? outcome.gatewayRefs : []);

const approval = (document: CaseDocument, attempt: Attempt, { amount, gatewayRefs }: Approved, known: Known, knowledge: Knowledge, tools: Tools) => {
  const now = tools.clock.hubNow();
  const { facts } = knowledge;
  const strategy = attempt.grounds.strategy;
  const ended: Ended = {
    at: now,
    strategyUsed: strategy,
    trigger: isReconciled(attempt, known) ? 'reconciliation' : document.prompt ?? (strategy === 'primary' && attempt.n === 1 ? 'direct' : 'scheduled_retry'),
    recoveredBy: document.prompt ?? 'retry',
    message: 'Payment recovered.',
  };
  const settlement: Settlement = {
    ...settlementOf(attempt, facts),
    route: attempt.route,
    updatedAt: now,
    once: { key: `${attempt.key}-settle`, firstTriedAt: now, ourReference: attempt.key },
    tries: 0,
  };
  const attemptCount = document.attempts.filter((one) => one.n === attempt.n || isCounted(one)).length;
  // a success keeps the right to charge the debt; of a case closed meanwhile it takes it back, unless another case has it
  const openKeys = document.openKeys === undefined && knowledge.right === undefined && facts.openKeys.length > 0 ? facts.openKeys : undefined;
  const outbox = tools.announce(document, { event: 'recovery.success', ended, amount, gatewayRef: gatewayRefs[0] ?? null, attemptCount }, facts);
  return {
    approval: { ended, settlement, ...(openKeys ? { openKeys } : {}), ...settleAt(settlement, now) },
    owed: { outbox, now, ...(document.takeOver ? { handBackAt: now } : {}) },
  };
};

/** What was taken at a gateway the platform is told of, unless it sees that by itself. One that is disconnected has not been told, and that is said. */
const settlementOf = (attempt: Attempt, { source, settlement }: Knowledge['facts']): Pick<Settlement, 'state' | 'reason'> => {
  if (source === 'direct') return { state: 'not_needed' };
  if (attempt.route === 'platform' || settlement === 'platform_detects') return { state: 'recorded' };
  return settlement === 'disconnected' ? { state: 'refused', reason: 'not_allowed' } : { state: 'due' };
};

const settleAt = ({ state }: Settlement, now: Date) =>
  (state === 'due' ? { settleAt: now } : state === 'recorded' ? { settleAt: new Date(now.getTime() + minute) } : {});

type Written = Partial<writes.OutcomeFacts> & Pick<writes.OutcomeFacts, 'status' | 'resolution'>;

const isPartial = (amount: Money, attempt: Attempt): boolean => amount.minor < attempt.amount.minor || amount.currency !== attempt.amount.currency;

/** Less than asked was taken: it is owed back, and nothing further is charged until it is. */
const partial = (document: CaseDocument, attempt: Attempt, now: Date): Written => ({
  status: attempt.resolved ? document.status : 'queued',
  resolution: 'resolved',
  refund: {
    n: document.refunds.length + 1, why: 'partial_approval', state: 'due', attempt: attempt.n,
    once: { key: `${attempt.key}-refund`, firstTriedAt: now, ourReference: `${attempt.key}-refund` },
  },
});

/** The debt is paid already: whatever is learnt of another attempt is kept with it and changes nothing else. */
const afterSuccess = (document: CaseDocument, attempt: Attempt, known: Known, now: Date): Written => {
  const waits = known.outcome.status === 'pending' || known.outcome.status === 'unknown' ? known.outcome.status : undefined;
  return { status: document.status, ...(waits === undefined ? { resolution: 'resolved' } : { resolution: 'open', ...timed(nextAskAt(attempt, waits, now, document.due.step)) }) };
};

/** Learnt by asking, or by sending again under the same key what had been asked about in vain. */
const isReconciled = (attempt: Attempt, known: Known): boolean => known.found === 'by_asking' || attempt.asks > 0;

/** What people must hear of besides the case itself. */
const alertOf = (document: CaseDocument, attempt: Attempt, { outcome }: Known, tools: Tools): string | undefined => {
  switch (outcome.status) {
    case 'approved':
      if (document.status === 'succeeded') return 'a debt has been paid twice: another attempt of a recovered case was approved as well';
      if (isPartial(outcome.amount, attempt)) return 'less than asked was approved: it is owed back, and nothing further is charged until then';
      return attempt.resolved ? 'an attempt that was closed as not made has been approved after all' : undefined;
    case 'pending':
    case 'unknown': return longOpen(attempt, outcome.status, tools.clock.hubNow(), document.due.step);
    case 'declined':
    case 'not_sent':
    case 'revoked':
    case 'absent':
    case 'already_paid': return undefined;
  }
};
