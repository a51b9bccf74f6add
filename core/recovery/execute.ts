import { ulid } from 'ulid';
import { openKeysOfDirectCase, viewCase, type Attempt, type CaseDocument, type CaseView } from '../cases/index.js';
import { issuingAccount, ownCodes } from '../gateways/index.js';
import { planOf } from './case-steps/close-step.js';
import { directCase, leaseFrom, type Opening } from './direct-case.js';
import type { Decision } from './engine.js';
import type { RecoveryPorts } from './ports.js';
import type { ExecuteRequest, ExecuteResult } from './recovery.js';
import { runHeld } from './run-held.js';
import { sealToken } from './sealed-token.js';
import { simulate } from './simulate.js';
import { classifyCase } from './tools.js';

const answerMs = 28_000;

/** Opens a direct case: idempotency, simulation, open case, velocity, then the engine's first step, all in one held insert. */
export const execute = async (request: ExecuteRequest, ports: RecoveryPorts): Promise<ExecuteResult> => {
  const client = await ports.clients.findFresh(request.clientId);
  if (!client || client.settings.paused || await ports.standstill() !== undefined) return { status: 'paused' };
  const issuing = await issuingAccount(request.clientId, request.tokenText, request.gateway, ports);
  if (issuing.status === 'invalid') return issuing;
  const known = await byIdempotencyKey(request, ports);
  if (known) return { status: 'duplicate', reason: 'idempotency_key', existing: known };

  const connectionIds = request.invoiceId === undefined ? [] : await ports.connectionIdsOf(request.clientId);
  const opening: Opening = {
    request,
    issuing,
    token: sealToken(issuing.token, request.clientId, ports.vault),
    decline: request.originalDeclineCode === undefined ? null : { system: `${ownCodes}${issuing.account.type}`, code: request.originalDeclineCode, reachedNetwork: 'unknown' },
    openKeys: request.invoiceId === undefined ? undefined : openKeysOfDirectCase(request.invoiceId, connectionIds),
  };
  if (request.simulateOutcome !== undefined) return simulate(opening, request.simulateOutcome, ports);
  const open = opening.openKeys && await ports.cases.findOne({ clientId: request.clientId, openKeys: { $in: [...opening.openKeys] } });
  if (open) return { status: 'duplicate', reason: 'open_case', existing: viewCase(open) };
  return enter(opening, ports);
};

const byIdempotencyKey = async (request: ExecuteRequest, ports: RecoveryPorts): Promise<CaseView | undefined> => {
  if (request.idempotencyKey === undefined) return undefined;
  const document = await ports.cases.findOne({ clientId: request.clientId, idempotencyKey: request.idempotencyKey });
  return document ? viewCase(document) : undefined;
};

const firstDecision = (opening: Opening, ports: RecoveryPorts): Decision => {
  const now = ports.clock.hubNow();
  return ports.engine.decide({
    source: 'direct', openedAt: now, decline: classifyCase(opening.decline, ports), attempts: [], route: 'gateway',
    gatewayMode: opening.issuing.account.mode, prompt: undefined, card: 'same',
    // the schedule is not asked for a first step
    policy: { timezone: 'UTC', billingCycleDay: undefined, maxRetries: 1, horizonDays: 60, daysBetween: undefined },
  }, now);
};

const enter = async (opening: Opening, ports: RecoveryPorts): Promise<ExecuteResult> => {
  const { request, issuing, token } = opening;
  const decision = firstDecision(opening, ports);
  const lease = leaseFrom(ports);
  const card = { clientId: request.clientId, cardKey: token.sealed.cardKey, tokenKey: token.tried.methodDigest };
  const reservationFor = (caseId: string) => (decision.do === 'charge'
    ? { attemptKey: `${caseId}-1`, amount: request.amount, series: request.invoiceId ?? caseId, sendBefore: lease.sendBefore, absentIsFinalAfterMs: issuing.gateway.protection().absentIsFinalAfterMs }
    : undefined);
  const minted = ulid();
  const entered = await ports.cards.enter(card, {
    transactionId: minted, amount: request.amount, reservation: reservationFor(minted),
    ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
  }, async (caseId) => (await ports.cases.find(caseId)) !== null);
  if (entered.status === 'velocity') {
    const existing = await ports.cases.find(entered.transactionId);
    return { status: 'duplicate', reason: 'velocity', existing: existing && viewCase(existing) };
  }
  const caseId = entered.status === 'own_entry' ? entered.transactionId : minted;
  const reservation = reservationFor(caseId);
  // two calls at once: whoever opens the case, its row and the ledger speak of one and the same sending
  const shared = entered.status === 'own_entry' && entered.reserved && entered.reserved.sendBefore > ports.clock.wallNow() ? entered.reserved : undefined;
  const reserved = shared ? { status: 'reserved' as const } : undefined;
  const charge = entered.status === 'own_entry' && reservation ? reserved ?? await ports.cards.reserve(card, reservation) : entered.status === 'entered' ? entered.charge : undefined;
  await ports.checkpoint('reserved', caseId);
  const attempt = decision.do === 'charge' && charge?.status === 'reserved' ? firstAttempt(caseId, opening, decision, shared?.sendBefore ?? lease.sendBefore, ports) : undefined;
  const document: CaseDocument = { ...directCase(caseId, opening, lease, ports, attempt), ...(decision.do === 'ask' ? { status: 'unknown' as const, due: {}, plan: planOf(decision, ports.clock.hubNow()) } : {}) };
  const opened = await ports.cases.open(document);
  if (opened.status === 'exists') {
    // a parallel call with the same key may have opened the case under this very id: the entry is its own then
    if (entered.status === 'entered' && opened.document?._id !== caseId) await ports.cards.takeBack(card, { transactionId: caseId, attemptKey: `${caseId}-1` });
    return { status: 'duplicate', reason: opened.by === 'openKeys' ? 'open_case' : 'idempotency_key', existing: opened.document && viewCase(opened.document) };
  }
  if (decision.do === 'ask') ports.logger.warn({ caseId, clientId: request.clientId }, 'an earlier charge is not settled: an operator decides');
  await ports.checkpoint('attempt written', caseId);
  return answered(opened.document, attempt, decision, ports);
};

const firstAttempt = (caseId: string, opening: Opening, decision: Extract<Decision, { do: 'charge' }>, sendBefore: Date, ports: RecoveryPorts): Attempt => ({
  n: 1, key: `${caseId}-1`, route: 'gateway', accountId: opening.issuing.account.gatewayAccountId, amount: opening.request.amount, token: opening.token.sealed,
  startedAt: ports.clock.hubNow(), sendBefore, asks: 0, absentReads: [], notSent: 0, outcome: null, resolved: false,
  grounds: { strategy: decision.strategy, rule: decision.because.rule, numbers: decision.because.numbers, because: decision.because.sentence, engine: ports.engine.name },
});

/** Runs the held case and answers with it, or after 28 s, or when this process has to end, with what is known then. */
const answered = async (document: CaseDocument, attempt: Attempt | undefined, decision: Decision, ports: RecoveryPorts): Promise<ExecuteResult> => {
  let last = document;
  const run = runHeld(document, ports, {
    call: { respondsToCall: 'yes', opens: 'yes' },
    knowledge: { plan: planOf(decision, ports.clock.hubNow()), ...(attempt ? { sending: { n: 1, phase: 'written' as const } } : {}), ...(decision.do === 'ask' ? { decided: 'yes' as const } : {}) },
    onStep: (seen) => { last = seen; },
  });
  ports.follow?.(run);
  let answerNow: () => void = () => undefined;
  const late = new Promise<'late'>((resolve) => { answerNow = () => { resolve('late'); }; });
  const timer = setTimeout(answerNow, answerMs);
  ports.hurry?.addEventListener('abort', answerNow);
  try {
    const end = await Promise.race([run, late]);
    if (end !== 'late') return { status: 'opened', view: unsettled(viewCase(end.document)) };
    run.catch((error: unknown) => { ports.logger.error({ caseId: document._id, err: error }, 'a case was left to its lease'); });
    return { status: 'opened', view: unsettled(viewCase(last)) };
  } catch (error) {
    ports.logger.error({ caseId: document._id, err: error }, 'a case was left to its lease');
    return { status: 'opened', view: unsettled(viewCase(last)) };
  } finally {
    clearTimeout(timer);
    ports.hurry?.removeEventListener('abort', answerNow);
  }
};

/** A charge whose answer is still out is told as unknown: the merchant must not try it again. */
const unsettled = (view: CaseView): CaseView => (view.status === 'attempting' && view.pending === 'no' && view.plan?.rule !== 'not-sent' ? { ...view, status: 'unknown' } : view);
