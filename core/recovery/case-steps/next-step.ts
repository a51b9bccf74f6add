import { isOpen, writes, type CaseDocument, type DueTimes } from '../../cases/index.js';
import { debtsStep } from './debts-step.js';
import { decideStep } from './decide-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { openAttemptStep } from './open-attempt-step.js';
import { signalsStep } from './signals-step.js';

const watchedMs = 60 * 86_400_000;

/**
 * What a case in hand needs next. The only place where the order stands: 1 late approvals and the open attempt, 2 the
 * outbox, 3 other signals, 4 debts, 5 the engine. Nothing left: release.
 */
export const nextStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect => {
  const late = lateApproval(document, knowledge);
  if (late) return late;
  const open = document.attempts.find((attempt) => !attempt.resolved);
  const asking = open && openAttemptStep(document, open, knowledge, tools);
  if (asking) return asking;
  if (knowledge.relayed) return { do: 'write', write: writes.relayed(document, knowledge.relayed), after: { relayed: undefined } };
  if (document.outbox.length > 0 && knowledge.relay !== 'failed') return { do: 'relay', entries: document.outbox };
  return signalsStep(document, knowledge, tools)
    ?? debtsStep(document, knowledge, tools)
    ?? (open ? undefined : decideStep(document, knowledge, tools))
    ?? releaseStep(document, knowledge, tools);
};

/** An approval another worker learnt after it had lost the case. */
const lateApproval = (document: CaseDocument, knowledge: Knowledge): Effect | undefined => {
  for (const signal of document.signals) {
    const { event } = signal;
    if (event.type !== 'attempt_approved' || knowledge.acted.includes(signal.id) || knowledge.outcome) continue;
    const attempt = document.attempts.find((one) => one.n === event.n);
    if (!attempt) continue;
    if (!attempt.resolved) return { do: 'know', after: { outcome: { n: event.n, outcome: event.outcome, ledger: 'open', found: 'by_asking', signalId: signal.id } } };
    if (attempt.outcome?.status === 'approved') continue;
    return { do: 'alert', fact: 'an attempt that was closed as not made has been approved after all', after: { acted: [...knowledge.acted, signal.id] } };
  }
  return undefined;
};

const releaseStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  const open = isOpen(document.status);
  const watchUntil = new Date(document.createdAt.getTime() + watchedMs);
  const step = open ? knowledge.stepAt ?? (knowledge.decided ? undefined : document.due.step) : undefined;
  const retrySignals = !open && knowledge.deferred.length > 0 && knowledge.stepAt ? knowledge.stepAt : undefined;
  const due: DueTimes = {
    ...(step ? { step } : retrySignals ? { step: retrySignals } : {}),
    ...(document.due.settle ? { settle: document.due.settle } : {}),
    ...(document.due.handBack ? { handBack: document.due.handBack } : {}),
    ...(document.outbox.length > 0 ? { relay: new Date(now.getTime() + 60_000) } : {}),
    ...(!open && watchUntil > now ? { watch: watchUntil } : {}),
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
