import { isCounted, writes, type CaseDocument, type Ended } from '../../cases/index.js';
import { stopOf, type Classification } from '../../declines/index.js';
import type { InvoiceState, RawDecline } from '../../connector-kit/index.js';
import { ownPayment } from '../../settlement/index.js';
import type { Decision } from '../engine.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { laterRetryAt } from './later-retry-step.js';
import { marksOf } from './our-payment.js';
import { seriesOf } from './series.js';

/** `decline`: what the end is told with, where it is not the newest decline of the case. */
type Stop = Extract<Decision, { do: 'stop' }> & { readonly decline?: RawDecline };

const attemptsOf = (document: CaseDocument) => document.attempts.filter(isCounted).length;

/** The end a person or the platform brings about without a payment. */
export const cancelEffect = (document: CaseDocument, knowledge: Knowledge, tools: Tools, why: NonNullable<Ended['reason']>, signalIds: readonly string[], plan?: Knowledge['plan']): Effect => {
  const now = tools.clock.hubNow();
  // a case that is only observed tells nobody and ends as such, whatever ends it
  const reason = document.mode === 'observe' ? 'observed' : why;
  const ended: Ended = { at: now, strategyUsed: 'none', trigger: 'external', message: `Recovery was cancelled: ${reason}.`, reason };
  return {
    do: 'write',
    write: writes.close(document, { status: 'cancelled', ended, signalIds: [...knowledge.acted, ...signalIds],
      owed: { outbox: tools.announce(document, { event: 'recovery.cancelled', ended }, knowledge.facts), now, ...(document.takeOver ? { handBackAt: now } : {}) } }),
    after: { acted: [], ...(plan ? { plan } : {}) },
  };
};

/** The invoice is paid, by us (an attempt we had given up) or by somebody else. */
export const paidEffect = (document: CaseDocument, state: InvoiceState, knowledge: Knowledge, tools: Tools, signalIds: readonly string[]): Effect => {
  if (document.mode === 'observe') return cancelEffect(document, knowledge, tools, 'observed', signalIds);
  const now = tools.clock.hubNow();
  const ours = ownPayment(state.payments, marksOf(document));
  const ended: Ended = {
    at: now,
    strategyUsed: ours ? 'platform_collect' : 'none',
    trigger: ours ? 'reconciliation' : 'external',
    recoveredBy: ours ? 'retry' : 'external',
    message: ours ? 'Payment recovered.' : 'The invoice was paid by another payment; nothing was charged by us.',
  };
  // a debt paid once is not opened again, also where the case had been closed before
  const { openKeys: rightOfDebt } = knowledge.facts;
  const openKeys = document.openKeys === undefined && knowledge.right === undefined && rightOfDebt.length > 0 ? rightOfDebt : undefined;
  const outbox = tools.announce(document, { event: 'recovery.success', ended, gatewayRef: ours?.gatewayRefs[0] ?? ours?.ref ?? null, attemptCount: attemptsOf(document) }, knowledge.facts);
  return {
    do: 'write',
    write: writes.close(document, {
      status: 'succeeded', ended, signalIds: [...knowledge.acted, ...signalIds], ...(openKeys ? { openKeys } : {}),
      settlement: {
        state: ours ? 'confirmed' : 'not_needed', route: knowledge.facts.route.kind, updatedAt: now, tries: 0,
        once: { key: `${document._id}-settle`, firstTriedAt: now, ourReference: document._id }, ...(ours ? { platformPaymentRef: ours.ref } : {}),
      },
      owed: { outbox, now, ...(document.takeOver ? { handBackAt: now } : {}) },
    }),
    after: { acted: [] },
  };
};

/** Another case of the client has recovered this very debt. */
export const paidByCaseEffect = (document: CaseDocument, caseId: string, knowledge: Knowledge, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  const ended: Ended = { at: now, strategyUsed: 'none', trigger: 'external', recoveredBy: 'external', message: `The debt was recovered by the case ${caseId}; nothing was charged by this one.` };
  const outbox = tools.announce(document, { event: 'recovery.success', ended, gatewayRef: null, attemptCount: attemptsOf(document) }, knowledge.facts);
  return {
    do: 'write',
    write: writes.close(document, { status: 'succeeded', ended, signalIds: knowledge.acted, owed: { outbox, now, ...(document.takeOver ? { handBackAt: now } : {}) } }),
    after: { acted: [] },
  };
};

/** The engine gives up, or may not begin: failed or blocked, with what the merchant should do. */
export const stopEffect = (document: CaseDocument, decision: Stop, knowledge: Knowledge, tools: Tools): Effect => {
  const now = tools.clock.hubNow();
  if (document.mode === 'observe') return cancelEffect(document, knowledge, tools, 'observed', [], planOf(decision, now));
  const { facts } = knowledge;
  const classification = tools.classify(decision.decline ?? document.lastDecline);
  const kept = decision.outcome === 'blocked' && decision.decline === undefined ? keepStop(document, classification, knowledge) : undefined;
  if (kept) return kept;
  const { reason } = classification;
  const retriesAt = decision.recommendedAction === 'retry_later' ? laterRetryAt(document, knowledge, now) : undefined;
  // it would be the second time, or past the horizon
  const decided: Stop = decision.recommendedAction === 'retry_later' && retriesAt === undefined ? { ...decision, recommendedAction: 'request_card_update' } : decision;
  const ended: Ended = {
    at: now,
    strategyUsed: document.attempts.at(-1)?.grounds.strategy ?? 'none',
    trigger: knowledge.cause ?? document.prompt ?? facts.trigger,
    message: decision.action === 'authentication_required' ? 'Customer authentication required' : tools.explain.message(reason),
    declineCode: reason,
    recommendedAction: decided.recommendedAction,
    recommendedActionReason: `${tools.explain.recommendation(classification, decided)}${decision.outcome === 'blocked' && facts.retriesStay === 'yes' ? ` ${retriesStay}` : ''}`,
    ...(decision.action === undefined ? {} : { action: decision.action }),
  };
  const event = decision.outcome === 'blocked'
    ? { event: 'recovery.blocked' as const, ended }
    : { event: 'recovery.failed' as const, ended, attemptCount: attemptsOf(document) };
  const stopsRetries = decision.outcome === 'blocked' && facts.dunning === 'controllable' && facts.onBlocked !== 'hand_back';
  return {
    do: 'write',
    write: writes.close(document, {
      status: decision.outcome, ended, reason, signalIds: knowledge.acted, ...(retriesAt ? { laterRetryAt: retriesAt } : {}),
      owed: { outbox: tools.announce(document, event, facts), now, ...(stopsRetries || document.takeOver ? { handBackAt: now } : {}) },
    }),
    after: { acted: [], plan: planOf(decision, now) },
  };
};

/** What a merchant is told where the stop that a block owes the platform cannot be made. */
const retriesStay = 'The platform\'s own retries cannot be stopped by us: stop them there.';

/** What the opening decline forbids for ever is kept against its card before the case ends. A charge of ours has told the ledger itself. */
const keepStop = (document: CaseDocument, classification: Classification, knowledge: Knowledge): Effect | undefined => {
  const stop = stopOf(classification);
  const [card] = document.tried;
  return stop && card && document.attempts.length === 0 && knowledge.cardStopped === undefined
    ? { do: 'stop_card', card, stop: { ...stop, series: seriesOf(document) } } : undefined;
};

/** A decision as the case keeps it for people. */
export const planOf = (decision: Decision, now: Date): NonNullable<Knowledge['plan']> => ({
  step: 'strategy' in decision ? decision.strategy : decision.do,
  because: decision.because.sentence,
  rule: decision.because.rule,
  numbers: { ...decision.because.numbers },
  at: now,
  ...(decision.do === 'wait' ? { until: decision.until } : {}),
});
