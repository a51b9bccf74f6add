import { isOpen, writes, type CaseDocument, type DueTimes } from '../../cases/index.js';
import { debtsStep } from './debts-step.js';
import { decideStep } from './decide-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { laterRetryStep, reopensAt } from './later-retry-step.js';
import { openAttemptStep } from './open-attempt-step.js';
import { outcomeStep } from './outcome-step.js';
import { signalsStep } from './signals-step.js';
import { watchStep } from './watch-step.js';

const watchedMs = 60 * 86_400_000;
const restMs = 60_000;

/**
 * What a case in hand needs next. The only place where the order stands: 1 late approvals and the open attempt, 2 the
 * outbox, 3 other signals, 4 debts, 5 the engine. Nothing left: release.
 */
export const nextStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect => {
  const stale = readings(document, knowledge);
  if (stale) return stale;
  const late = lateApproval(document, knowledge, tools);
  if (late) return late;
  const open = document.attempts.find((attempt) => !attempt.resolved);
  const asking = open && openAttemptStep(document, open, knowledge, tools);
  if (asking) return asking;
  if (knowledge.relayed) return { do: 'write', write: writes.relayed(document, knowledge.relayed, knowledge.brokenEvents), after: { relayed: undefined, brokenEvents: undefined } };
  if (document.outbox.length > 0 && knowledge.relay !== 'failed') return { do: 'relay', entries: document.outbox };
  return signalsStep(document, knowledge, tools)
    ?? debtsStep(document, knowledge, tools)
    ?? watchStep(document, knowledge, tools)
    ?? laterRetryStep(document, knowledge, tools)
    ?? (open ? undefined : decideStep(document, knowledge, tools))
    ?? releaseStep(document, knowledge, tools);
};

/** What was read answers no signal that came after it: the reading is dated by the signals then in hand, and dropped with the next one. */
const readings = (document: CaseDocument, knowledge: Knowledge): Effect | undefined => {
  if (knowledge.readAt === undefined) return knowledge.invoice || knowledge.tokens ? { do: 'know', after: { readAt: document.signalSeq } } : undefined;
  return knowledge.readAt === document.signalSeq ? undefined : { do: 'know', after: { invoice: undefined, tokens: undefined, reserved: undefined, readAt: undefined } };
};

/** An approval another worker learnt after it had lost the case: also for an attempt closed meanwhile, whose money was taken after all. */
const lateApproval = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const known = knowledge.outcome;
  const closed = known && document.attempts.find((one) => one.n === known.n && one.resolved);
  if (known && closed) return outcomeStep(document, closed, known, knowledge, tools);
  for (const signal of document.signals) {
    const { event } = signal;
    if (event.type !== 'attempt_approved' || knowledge.acted.includes(signal.id) || knowledge.outcome) continue;
    const attempt = document.attempts.find((one) => one.n === event.n);
    if (!attempt) continue;
    if (attempt.outcome?.status === 'approved') continue;
    return { do: 'know', after: { outcome: { n: event.n, outcome: event.outcome, ledger: 'open', found: 'by_asking', signalId: signal.id } } };
  }
  return undefined;
};

const earlier = (one: Date | undefined, other: Date | undefined): Date | undefined => (one && other ? (one < other ? one : other) : one ?? other);

const releaseStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  const open = isOpen(document.status) || document.attempts.some((attempt) => !attempt.resolved);
  // what was due and not taken in this hold is not due again at once
  const rested = (at: Date) => (at > now ? at : new Date(now.getTime() + restMs));
  const watchUntil = new Date(document.createdAt.getTime() + watchedMs);
  const step = open ? knowledge.stepAt ?? (knowledge.decided ? undefined : document.due.step) : undefined;
  const retrySignals = !open && knowledge.deferred.length > 0 && knowledge.stepAt ? knowledge.stepAt : undefined;
  const wake = step ?? earlier(retrySignals, reopensAt(document));
  const watch = [...document.attempts.flatMap(({ watchAt }) => (watchAt ? [rested(watchAt)] : [])), !open && watchUntil > now ? watchUntil : undefined].reduce<Date | undefined>(earlier, undefined);
  const due: DueTimes = {
    ...(wake ? { step: rested(wake) } : {}),
    ...(document.due.settle ? { settle: rested(document.due.settle) } : {}),
    ...(document.due.refund ? { refund: rested(document.due.refund) } : {}),
    ...(document.due.handBack ? { handBack: rested(document.due.handBack) } : {}),
    ...(document.outbox.length > 0 ? { relay: new Date(now.getTime() + restMs) } : {}),
    ...(watch ? { watch } : {}),
  };
  const reason = document.lastReason ?? (document.lastDecline ? tools.classify(document.lastDecline).reason : undefined);
  return {
    do: 'release',
    write: writes.release(document, {
      due,
      ...(knowledge.plan ? { plan: knowledge.plan } : {}),
      ...(reason === undefined ? {} : { reason }),
      signalIds: knowledge.acted,
      watched: open || watchUntil > now,
    }),
  };
};
