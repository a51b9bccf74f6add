import type { CardStop } from '../../cards/index.js';
import { writes, type Attempt, type CaseDocument } from '../../cases/index.js';
import type { InvoiceState, Money } from '../../connector-kit/index.js';
import { ownCodes } from '../../gateways/index.js';
import type { Decision, PastAttempt, Snapshot } from '../engine.js';
import { cancelEffect, paidByCaseEffect, paidEffect, planOf, stopEffect } from './close-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { needsRenewal, sendBeforeOf } from './lease.js';
import { unreturned } from './refund-step.js';
import { chosenRoute } from './route.js';
import { takeOverStep } from './take-over-step.js';

const minute = 60_000;

type Charge = Extract<Decision, { do: 'charge' }>;

/** What the engine wants of a queued case, up to the attempt's row. Undefined: nothing more in this hold. */
export const decideStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const now = tools.clock.hubNow();
  if (document.status !== 'queued' || knowledge.decided) return undefined;
  if (document.due.step !== undefined && document.due.step > now) return undefined;
  // what it was told and cannot be read yet may be that it is paid: nothing is decided before
  if (knowledge.deferred.length > 0) return undefined;
  const money = unreturned(document);
  if (money) return { do: 'know', after: { decided: 'yes', plan: { step: 'wait', rule: 'refund', numbers: { refund: money.why }, because: money.sentence, at: now } } };
  const ended = knowledge.invoice?.status === 'read' ? endedInvoice(document, knowledge.invoice.state, knowledge, tools) : undefined;
  if (ended) return ended;
  const decision = tools.engine.decide(snapshotOf(document, knowledge, tools), now);
  switch (decision.do) {
    case 'read_card': return knowledge.tokens?.status === 'unavailable'
      ? rest(knowledge, decision, tools, new Date(now.getTime() + 10 * minute), 'The payment methods cannot be read now.') : { do: 'read_tokens' };
    case 'wait': return { do: 'know', after: { decided: 'yes', stepAt: decision.until, plan: planOf(decision, now) } };
    case 'ask': return { do: 'alert', fact: 'an earlier charge is not settled: an operator decides', after: { decided: 'yes', plan: planOf(decision, now) } };
    case 'stop': return stopEffect(document, decision, knowledge, tools);
    case 'charge': return chargeStep(document, decision, knowledge, tools);
  }
};

const rest = (knowledge: Knowledge, decision: Decision, tools: Tools, stepAt: Date, why: string): Effect => ({
  do: 'know', after: { decided: 'yes', stepAt, plan: { ...planOf(decision, tools.clock.hubNow()), until: stepAt, because: `${decision.because.sentence} ${why}` } },
});

/** Everything that must be true before the attempt is written: standing, the right, the card, the open invoice, the ledger. */
const chargeStep = (document: CaseDocument, decision: Charge, knowledge: Knowledge, tools: Tools): Effect => {
  const { facts } = knowledge;
  const in10Minutes = new Date(tools.clock.hubNow().getTime() + 10 * minute);
  const wait = (why: string, at: Date = in10Minutes) => rest(knowledge, decision, tools, at, why);
  if (document.mode === 'observe') return cancelEffect(document, knowledge, tools, 'observed', [], planOf(decision, tools.clock.hubNow()));
  if (document.mode !== 'active') return wait(`The connection is in mode ${document.mode}: nothing is charged.`, new Date(in10Minutes.getTime() + 24 * 60 * minute));
  if (facts.standstill !== undefined) return wait(facts.standstill);
  if (facts.source === 'connector') {
    const connector = connectorReady(document, decision, knowledge, tools, wait);
    if (connector) return connector;
  }
  const token = knowledge.tokens?.status === 'found' ? knowledge.tokens.first : undefined;
  if (facts.source === 'direct' && knowledge.tokens === undefined) return { do: 'read_tokens' };
  const amount = amountOf(document, knowledge);
  const n = (document.attempts.at(-1)?.n ?? 0) + 1;
  const reserved = knowledge.reserved?.n === n ? knowledge.reserved : undefined;
  if (!reserved) {
    if (needsRenewal(document, facts.leaseMs, tools)) return { do: 'renew' };
    return { do: 'reserve', n, amount, token, sendBefore: sendBeforeOf(document, facts.leaseMs) };
  }
  if (reserved.result === 'busy') {
    const until = tools.clock.hubAt(reserved.until);
    // a charge in flight is mostly answered long before it is given up
    return wait(busyBecause[reserved.why], reserved.why === 'in_flight' && until > in10Minutes ? in10Minutes : until);
  }
  if (reserved.result === 'stopped') return stopEffect(document, stoppedCard(reserved.stop), knowledge, tools);
  const invoice = knowledge.invoice?.status === 'read' ? knowledge.invoice : undefined;
  const route = chosenRoute(document.attempts, knowledge);
  const row: Attempt = {
    n, key: `${document._id}-${n}`, route: route.kind, accountId: route.accountId, amount,
    ...(token ? { token: token.sealed } : {}), ...(invoice ? { before: invoice.state } : {}),
    startedAt: tools.clock.hubNow(), sendBefore: reserved.sendBefore, asks: 0, absentReads: [], notSent: 0, outcome: null, resolved: false,
    grounds: {
      strategy: decision.strategy, rule: decision.because.rule, numbers: decision.because.numbers, because: decision.because.sentence, engine: tools.engine.name,
      ...(invoice ? { invoiceReadAt: invoice.at, invoiceState: invoice.state.state } : {}),
    },
  };
  return { do: 'write', write: writes.attempt(document, row, token?.tried), after: { sending: { n, phase: 'written' }, plan: planOf(decision, tools.clock.hubNow()) } };
};

const busyBecause = {
  in_flight: 'Another charge of this card is in flight.',
  recent_call: 'The same amount was asked of this card a moment ago.',
  full: 'This card has been tried more often than is kept; it rests until the oldest try is forgotten.',
} as const;

/** An earlier case has learnt that this card may not be charged. */
const stoppedCard = (stop: CardStop): Parameters<typeof stopEffect>[1] => ({
  do: 'stop', outcome: 'blocked', action: 'blocked', recommendedAction: 'manual_review', decline: { system: ownCodes, code: stop.because, reachedNetwork: false },
  because: {
    rule: 'card-stop', numbers: { kind: stop.kind, scope: stop.scope, reason: stop.because },
    sentence: stop.kind === 'fraud' ? 'An earlier charge of this card was refused for fraud.' : 'The holder of this card has withdrawn consent.',
  },
});

const connectorReady = (document: CaseDocument, decision: Charge, knowledge: Knowledge, tools: Tools, wait: (why: string, at?: Date) => Effect): Effect | undefined => {
  if (document.openKeys === undefined && knowledge.facts.openKeys.length > 0) {
    if (knowledge.right === 'refused') return rivalStep(document, decision, knowledge, tools, wait);
    return { do: 'write', write: writes.takeRight(document, knowledge.facts.openKeys) };
  }
  if (knowledge.tokens === undefined) return { do: 'read_tokens' };
  if (knowledge.tokens.status === 'unavailable') return wait('The payment methods cannot be read now.');
  if (knowledge.tokens.status === 'none') {
    return stopEffect(document, {
      do: 'stop', outcome: 'failed', action: undefined, recommendedAction: knowledge.tokens.why === 'no_payment_source' ? 'request_card_update' : 'manual_review',
      because: { rule: 'no-token', numbers: { why: knowledge.tokens.why }, sentence: knowledge.tokens.why === 'no_payment_source' ? 'The platform has no card to charge.' : `The platform shows no card that we may charge (${knowledge.tokens.why}).` },
    }, knowledge, tools);
  }
  const stilling = takeOverStep(document, chosenRoute(document.attempts, knowledge), knowledge, tools, wait);
  if (stilling) return stilling;
  if (knowledge.invoice === undefined) return { do: 'read_invoice' };
  if (knowledge.invoice.status === 'unavailable') return wait('The invoice cannot be read now.');
  return endedInvoice(document, knowledge.invoice.state, knowledge, tools) ?? unlessChargeable(knowledge.invoice.state, wait);
};

/** Another case has the right to charge this debt: waited for while it works, believed when it has recovered the same amount, without asking the platform. */
const rivalStep = (document: CaseDocument, decision: Charge, knowledge: Knowledge, tools: Tools, wait: (why: string, at?: Date) => Effect): Effect => {
  const { rival } = knowledge;
  if (rival?.status !== 'succeeded') return wait('Another case has the right to charge this debt.');
  const same = rival.opened.minor === document.opened.minor && rival.opened.currency === document.opened.currency;
  if (same && knowledge.toldOfRival) return paidByCaseEffect(document, rival._id, knowledge, tools);
  const now = tools.clock.hubNow();
  return same
    ? { do: 'alert', fact: `this debt has been recovered by the case ${rival._id}; nobody may have told the platform`, after: { toldOfRival: 'yes' } }
    : {
      do: 'alert', fact: `the case ${rival._id} has recovered another amount under the same invoice: an operator decides whether it is the same debt`,
      after: { decided: 'yes', stepAt: new Date(now.getTime() + 24 * 60 * minute), plan: { ...planOf(decision, now), because: `The case ${rival._id} has recovered another amount under the same invoice; nothing is charged.` } },
    };
};

/** An invoice that is paid or gone ends the case, whatever the engine would want. */
const endedInvoice = (document: CaseDocument, state: InvoiceState, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  switch (state.state) {
    case 'paid': return paidEffect(document, state, knowledge, tools, []);
    case 'voided':
    case 'written_off':
    case 'not_found': return cancelEffect(document, knowledge, tools, 'invoice_voided', []);
    case 'open': return undefined;
  }
};

const unlessChargeable = (state: InvoiceState, wait: (why: string, at?: Date) => Effect): Effect | undefined => {
  if (state.payments.some((payment) => payment.state === 'in_progress')) return wait('The platform has a payment of this invoice in progress.');
  return state.due.minor > 0 ? undefined : wait('Nothing is due on the invoice now.');
};

const amountOf = (document: CaseDocument, knowledge: Knowledge): Money =>
  (knowledge.invoice?.status === 'read' ? knowledge.invoice.state.due : document.opened);

const resultOf = (document: CaseDocument, attempt: Attempt): PastAttempt['result'] => {
  if (!attempt.resolved) return 'open';
  switch (attempt.outcome?.status) {
    // of an open case: less than asked was taken, which is given back and counts as a decline
    case 'approved': return document.status === 'succeeded' ? 'approved' : 'declined';
    case 'declined': return 'declined';
    case 'not_sent': return 'unsent';
    case 'absent':
    case 'revoked':
    case 'already_paid':
    case 'pending':
    case 'unknown':
    case undefined: return 'uncounted';
  }
};

/** What the engine is told of a case. */
export const snapshotOf = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Snapshot => {
  const { facts, tokens } = knowledge;
  const route = chosenRoute(document.attempts, knowledge);
  return {
    source: facts.source,
    openedAt: document.revivedAt ?? document.createdAt,
    decline: document.lastDecline ? tools.classify(document.lastDecline) : undefined,
    attempts: document.attempts.map((attempt) => ({
      at: attempt.startedAt,
      result: resultOf(document, attempt),
      kind: attempt.outcome?.status === 'declined' && tools.classify(attempt.outcome.decline).retry === 'soon' ? 'technical' : 'other',
      strategy: attempt.grounds.strategy,
    })),
    route: route.kind,
    gatewayMode: route.gatewayMode,
    prompt: document.prompt ?? (document.laterRetry?.state === 'now' ? 'retry_later' : undefined),
    ...(document.earlierCharge === undefined ? {} : { earlierCharge: document.earlierCharge }),
    card: tokens === undefined || tokens.status === 'unavailable' ? 'unread' : tokens.status === 'none' ? 'none' : tokens.status === 'found' ? tokens.change : 'same',
    policy: facts.policy,
  };
};
