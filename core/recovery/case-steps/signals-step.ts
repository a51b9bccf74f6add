import { writes, type CaseDocument, type Signal, type SignalEvent } from '../../cases/index.js';
import { firstStep } from '../../declines/index.js';
import { confirmPayment, nextConfirmationAt } from '../../settlement/index.js';
import { cancelEffect, paidEffect } from './close-step.js';
import { commandStep } from './command-step.js';
import { consentStep } from './consent-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { acted, later, unlessOpen, unread } from './heard.js';
import { marksOf } from './our-payment.js';
import { pendingStep } from './pending-step.js';
import { reversalStep } from './reversal-step.js';
import { reviveStep } from './revive-step.js';
import { revokedStep } from './revoked-step.js';

const hour = 3_600_000;
const promptDays = 60;
const mostPrompts = 3;

/** What the next unread signal asks for; undefined when all are read. Our own open attempt has been asked about before. */
export const signalsStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const unheard = document.signals.filter((one) => !knowledge.acted.includes(one.id) && !knowledge.deferred.includes(one.id));
  // that the debt may be paid is looked at before anything that would end the case without a payment
  const signal = unheard.find(({ event }) => event.type === 'invoice_paid' || event.type === 'invoice_closed') ?? unheard[0];
  if (!signal) return undefined;
  const { event } = signal;
  switch (event.type) {
    case 'attempt_approved': return document.attempts.some((attempt) => attempt.n === event.n) ? acted(signal, knowledge) : {
      do: 'alert', fact: `an approval names the attempt ${String(event.n)}, which this case does not have: an operator must look at the gateway`, after: { acted: [...knowledge.acted, signal.id] },
    };
    case 'retry':
    case 'resolve':
    case 'refund':
    case 'settle':
    case 'hand_back': return commandStep(document, signal, event, knowledge, tools);
    case 'cancel': return event.by === 'operator' ? commandStep(document, signal, event, knowledge, tools) : cancelStep(document, signal, knowledge, tools);
    case 'invoice_paid':
    case 'invoice_closed': return invoiceStep(document, signal, knowledge, tools);
    case 'payment_failed': return failureStep(document, signal, event, knowledge, tools);
    case 'payment_method_updated': return cardStep(document, signal, knowledge, tools);
    case 'subscription_ended': return document.status === 'queued' || document.status === 'failed' || document.status === 'blocked'
      ? cancelEffect(document, knowledge, tools, 'subscription_ended', [signal.id]) : unlessOpen(document, signal, knowledge);
    case 'payment_reversed': return reversalStep(document, signal, event, knowledge, tools) ?? unlessOpen(document, signal, knowledge);
    case 'connection_revoked': return revokedStep(document, signal, knowledge, tools);
    case 'payment_pending': return pendingStep(document, signal, event, knowledge, tools);
    case 'consent_revoked': return consentStep(document, signal, event, knowledge, tools);
    case 'connection_activated': return reviveStep(document, signal, undefined, knowledge, tools);
    case 'ignored': return acted(signal, knowledge);
  }
};

/** The merchant's word, which also ends what has failed. */
const cancelStep = (document: CaseDocument, signal: Signal, knowledge: Knowledge, tools: Tools): Effect =>
  (document.status === 'queued' || document.status === 'failed' || document.status === 'blocked' ? cancelEffect(document, knowledge, tools, 'merchant', [signal.id]) : acted(signal, knowledge));

/** The platform's own try failed: only a new sign of fraud or withdrawn consent changes a plan, and only one newer than our last charge. */
const failureStep = (document: CaseDocument, signal: Signal, event: Extract<SignalEvent, { type: 'payment_failed' }>, knowledge: Knowledge, tools: Tools): Effect => {
  if (document.status === 'cancelled') return reviveStep(document, signal, { decline: event.decline, reason: tools.classify(event.decline).reason }, knowledge, tools);
  if (document.status !== 'queued') return unlessOpen(document, signal, knowledge);
  const foreign = isForeign(document, event) ? { alert: foreignAlert } : {};
  const classification = tools.classify(event.decline);
  const newer = document.attempts.every((attempt) => tools.clock.wallAt(attempt.startedAt) <= event.occurredAt);
  if (!newer || firstStep(classification) !== 'block') {
    const after = { acted: [...knowledge.acted, signal.id] };
    return 'alert' in foreign ? { do: 'alert', fact: foreign.alert, after } : { do: 'know', after };
  }
  const write = writes.platformDecline(document, { decline: event.decline, reason: classification.reason }, tools.clock.hubNow());
  return { do: 'write', write, after: { acted: [...knowledge.acted, signal.id], decided: undefined }, ...foreign };
};

const foreignAlert = 'the platform, or somebody else, has tried to collect an invoice whose retries we have taken over';

/** A try that is not ours, made after the platform's retries were to be still. */
const isForeign = ({ takeOver, refs }: CaseDocument, event: Extract<SignalEvent, { type: 'payment_failed' }>): boolean =>
  takeOver?.state === 'taken' && takeOver.ending === undefined && event.occurredAt > takeOver.sendBefore && !event.gatewayRefs.some((ref) => refs.includes(ref));

/** Signals are never decisions: the invoice is read, and what it says is done. */
const invoiceStep = (document: CaseDocument, signal: Signal, knowledge: Knowledge, tools: Tools): Effect => {
  switch (document.status) {
    case 'cancelled': return acted(signal, knowledge);
    case 'attempting':
    case 'unknown': return later(signal, knowledge, undefined);
    case 'succeeded': return document.settlement?.state === 'recorded' && knowledge.settled === undefined
      ? confirm(document, knowledge, tools) : acted(signal, knowledge);
    case 'queued':
    case 'failed':
    case 'blocked': {
      if (knowledge.invoice === undefined) return { do: 'read_invoice' };
      if (knowledge.invoice.status === 'unavailable') return unread(signal, knowledge, tools, 'the invoice');
      const { state } = knowledge.invoice;
      if (state.state === 'paid') return paidEffect(document, state, knowledge, tools, [signal.id]);
      if (state.state !== 'open') return cancelEffect(document, knowledge, tools, 'invoice_voided', [signal.id]);
      // one reading answers all that was told before it; a charge reads again for itself
      const answered = document.signals.filter((one) => one.event.type === 'invoice_paid' || one.event.type === 'invoice_closed').map((one) => one.id);
      return { do: 'know', after: { acted: [...knowledge.acted, ...answered], invoice: undefined } };
    }
  }
};

/** The platform shows the payment we know we made: settled. Otherwise it is looked at again later. */
export const confirm = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect => {
  const settlement = document.settlement;
  if (!settlement) return { do: 'know', after: { settled: 'tried' } };
  // taken back or seen already: nothing is looked for any more
  if (settlement.state !== 'recorded') return { do: 'write', write: writes.settled(document, settlement, undefined), after: { settled: 'tried' } };
  if (knowledge.invoice === undefined) return { do: 'read_invoice' };
  const now = tools.clock.hubNow();
  const found = knowledge.invoice.status === 'read' ? confirmPayment(knowledge.invoice.state, marksOf(document)) : undefined;
  const tries = settlement.tries + 1;
  return {
    do: 'write',
    write: found?.status === 'confirmed'
      ? writes.settled(document, { ...settlement, state: 'confirmed', tries, updatedAt: now, platformPaymentRef: found.payment.ref }, undefined)
      : writes.settled(document, { ...settlement, tries, updatedAt: now }, nextConfirmationAt(tries, now)),
    after: { settled: 'tried' },
  };
};

/** A changed card: an open case charges it next, a closed one is reopened for it. */
const cardStep = (document: CaseDocument, signal: Signal, knowledge: Knowledge, tools: Tools): Effect => {
  if (document.status === 'attempting' || document.status === 'unknown') return later(signal, knowledge, undefined);
  const stoppedForGood = document.consentRevokedAt !== undefined || document.status === 'blocked' && document.ended?.action !== 'authentication_required';
  const over = document.status === 'succeeded' || document.status === 'cancelled' || stoppedForGood || document.prompt === 'card_update'
    || document.promptRetries >= mostPrompts || tools.clock.hubNow().getTime() > document.createdAt.getTime() + promptDays * 24 * hour;
  // of a closed case: another one has taken the right to charge this debt meanwhile
  if (over || knowledge.right === 'refused') return acted(signal, knowledge);
  if (knowledge.tokens === undefined) return { do: 'read_tokens' };
  const now = tools.clock.hubNow();
  if (knowledge.tokens.status === 'unavailable') return unread(signal, knowledge, tools, 'the payment methods');
  if (knowledge.tokens.status !== 'found' || knowledge.tokens.change === 'same') return acted(signal, knowledge);
  const lastPrompt = document.attempts.filter((attempt) => attempt.grounds.strategy === 'card_update').at(-1);
  const rested = lastPrompt ? new Date(lastPrompt.startedAt.getTime() + hour) : now;
  if (rested > now) return later(signal, knowledge, rested);
  const signalIds = [...knowledge.acted, signal.id];
  const after = { acted: [], decided: undefined };
  if (document.status === 'queued') return { do: 'write', write: writes.promptRetry(document, signalIds, now), after };
  return { do: 'write', write: writes.reopen(document, { openKeys: knowledge.facts.openKeys, prompt: 'card_update', stepAt: now, signalIds }), after };
};
