import { commandWrites, isCounted, writes, type Attempt, type CaseDocument, type Command, type Ended } from '../../cases/index.js';
import { answerTo, refusalByStatus, refuse, type Asked } from './command-answer.js';
import { snapshotOf } from './decide-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { routeOf } from './route.js';

type Resolve = Asked<Extract<Command, { type: 'resolve' }>>;

const callMs = 25_000;

/**
 * What an operator found out about a charge. The gateway is asked once more first: what it says itself is believed before any person. "Failed" is taken only
 * when the charge can no longer be on its way, and an object that could still be charged is revoked.
 */
export const resolveStep = (document: CaseDocument, asked: Resolve, knowledge: Knowledge, tools: Tools): Effect => {
  const open = document.attempts.find((attempt) => !attempt.resolved);
  if (open) return openAttempt(document, open, asked, knowledge, tools);
  if (asksAnOperator(document, knowledge, tools)) return earlierCharge(document, asked, knowledge, tools);
  const last = document.attempts.at(-1);
  if (knowledge.resolving !== undefined && last?.n === knowledge.resolving.n) {
    return { do: 'write', write: commandWrites.answered(document, answerTo(asked, 'done', `The gateway was asked and took the charge back: ${last.outcome?.status ?? 'ended'}.`, tools)), after: { resolving: undefined } };
  }
  const [why, message] = refusalByStatus(document) ?? ['nothing_open', 'No charge of this case is without an outcome.'];
  return refuse(document, asked, why, message, tools);
};

const asksAnOperator = (document: CaseDocument, knowledge: Knowledge, tools: Tools): boolean => document.status === 'unknown'
  || (document.status === 'queued' && tools.engine.decide(snapshotOf(document, knowledge, tools), tools.clock.hubNow()).do === 'ask');

const openAttempt = (document: CaseDocument, attempt: Attempt, asked: Resolve, knowledge: Knowledge, tools: Tools): Effect => {
  const route = routeOf(attempt, knowledge.facts);
  const unprepared = attempt.route === 'gateway' && route.prepares === 'yes' && attempt.chargeRef === undefined;
  if (!knowledge.asked.includes(attempt.n) && !unprepared) return { do: 'ask', attempt };
  const { command, signal } = asked;
  const known = attempt.outcome && 'gatewayRefs' in attempt.outcome ? attempt.outcome.gatewayRefs : [];
  const learnt = (outcome: NonNullable<Knowledge['outcome']>['outcome'], message: string): Effect => ({
    do: 'know', after: { outcome: { n: attempt.n, outcome, ledger: 'open', found: 'by_asking', signalId: signal.id, answer: answerTo(asked, 'done', message, tools) }, sending: undefined },
  });
  if (command.outcome === 'succeeded') {
    const [ref, ...others] = [...new Set([...(command.gatewayRef === undefined ? [] : [command.gatewayRef]), ...known])];
    if (ref === undefined) return refuse(document, asked, 'outcome_unknown', 'No reference of the payment is known; name the one you found at the gateway.', tools);
    return learnt({ status: 'approved', gatewayRefs: [ref, ...others], amount: attempt.amount, provisional: false }, 'The charge counts as approved, and its case as recovered.');
  }
  const until = new Date(attempt.sendBefore.getTime() + callMs + route.protection.absentIsFinalAfterMs);
  if (tools.clock.wallNow() < until) {
    return refuse(document, asked, 'in_progress', `The charge may still be on its way until ${until.toISOString()}; look at the gateway again after that.`, tools);
  }
  if (attempt.outcome?.status === 'pending' || known.length > 0) {
    const decline = document.lastDecline ?? { system: 'operator', code: 'failed', reachedNetwork: 'unknown' as const };
    return learnt({ status: 'declined', decline, gatewayRefs: known }, 'The charge counts as declined; the case goes on.');
  }
  if (attempt.route === 'gateway' && route.revokes === 'yes' && attempt.chargeRef !== undefined) {
    if (knowledge.resolving?.n === attempt.n) return refuse(document, asked, 'outcome_unknown', 'The gateway does not say whether it took the charge back; try again later.', tools);
    return { do: 'know', after: { revokeNext: { n: attempt.n }, resolving: { n: attempt.n } } };
  }
  return learnt({ status: 'absent' }, 'The charge counts as never made; the case goes on.');
};

/** The charge the case was opened with, made before us. */
const earlierCharge = (document: CaseDocument, asked: Resolve, knowledge: Knowledge, tools: Tools): Effect => {
  const { command } = asked;
  if (command.outcome === 'failed') {
    const write = commandWrites.earlierChargeAbsent(document, answerTo(asked, 'done', 'The earlier charge counts as never made; the case goes on.', tools));
    return { do: 'write', write, after: { decided: undefined, stepAt: undefined } };
  }
  const now = tools.clock.hubNow();
  const ended: Ended = {
    at: now, strategyUsed: 'none', trigger: 'reconciliation', recoveredBy: 'external', message: 'An earlier payment of this debt was found; nothing was charged by us.',
  };
  const event = { event: 'recovery.success' as const, ended, gatewayRef: command.gatewayRef ?? null, attemptCount: document.attempts.filter(isCounted).length };
  const write = writes.close(document, {
    status: 'succeeded', ended, signalIds: [...knowledge.acted, asked.signal.id],
    settlement: {
      state: 'not_needed', route: knowledge.facts.route.kind, updatedAt: now, tries: 0,
      once: { key: `${document._id}-settle`, firstTriedAt: now, ourReference: document._id }, ...(command.gatewayRef === undefined ? {} : { platformPaymentRef: command.gatewayRef }),
    },
    owed: { outbox: tools.announce(document, event, knowledge.facts), now, ...(document.takeOver ? { handBackAt: now } : {}) },
  });
  return { do: 'write', write: commandWrites.withAnswer(write, answerTo(asked, 'done', 'The earlier charge counts as approved; nothing was charged by us.', tools)), after: { acted: [] } };
};
