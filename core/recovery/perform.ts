import type { Attempt, CaseDocument } from '../cases/index.js';
import type { FindOutcome } from '../connector-kit/index.js';
import type { CaseWorld } from './case-facts.js';
import { chargeOutcome, findOutcome, outcomeOfError } from '../gateways/index.js';
import type { Knowledge } from './case-steps/effects.js';
import { chosenRoute, routeOf } from './case-steps/route.js';
import { seriesOf } from './case-steps/series.js';
import { learnFrom, type AnswerTo, type Call } from './case-steps/learn.js';
import type { GatewayUse } from '../plugin-registry/index.js';
import type { RecoveryPorts } from './ports.js';
import { readTokens } from './read-tokens.js';
import { relay } from './relay.js';
import { recordPayment, takeOver } from './perform-platform.js';
import { chargeRequest, collectRequest, invoiceOf } from './requests.js';
import { watchPermission } from './watch-permission.js';

const callMs = 25_000;

/** Performs one call of the step machine and says what is known after it. Never throws for what a plugin or platform does. */
export const perform = async (effect: Call, document: CaseDocument, knowledge: Knowledge, world: CaseWorld, ports: RecoveryPorts): Promise<Partial<Knowledge>> => {
  const { clock, cards } = ports;
  const read = () => ({ deadline: new Date(clock.wallNow().getTime() + callMs) });
  const writing = (sendBefore: Date) => ({ ...read(), sendBefore });
  const card = (attempt: { readonly token?: { readonly cardKey: string } }) => (attempt.token ? { clientId: document.clientId, cardKey: attempt.token.cardKey } : undefined);

  switch (effect.do) {
    case 'relay': return learnFrom.relay(effect, await relay(document, effect.entries, ports, knowledge), knowledge);
    case 'read_tokens': return learnFrom.read_tokens(effect, await readTokens(document, world, ports, read()), knowledge);
    case 'read_invoice': {
      if (!world.connector) return learnFrom.read_invoice(effect, { unavailable: 'no platform' }, knowledge);
      const result = await world.connector.invoices.read(invoiceOf(document), read());
      return learnFrom.read_invoice(effect, result.ok ? { state: result.value, at: clock.hubNow() } : { unavailable: result.error.code }, knowledge);
    }
    case 'reserve': {
      const row = document.attempts.find((attempt) => attempt.n === effect.n);
      const route = row ? routeOf(row, world.facts) : chosenRoute(document.attempts, knowledge);
      const sealed = effect.token?.sealed ?? row?.token;
      const held = card(sealed ? { token: sealed } : {});
      if (!held) return learnFrom.reserve(effect, { status: 'reserved' }, knowledge);
      const tokenKey = effect.token?.tried.methodDigest;
      const result = await cards.reserve({ ...held, ...(tokenKey === undefined ? {} : { tokenKey }) }, {
        ...(document.connectionId === undefined ? { velocity: 'exempt' as const } : {}), series: seriesOf(document), attemptKey: `${document._id}-${effect.n}`, amount: effect.amount, sendBefore: effect.sendBefore,
        absentIsFinalAfterMs: route.protection.absentIsFinalAfterMs, ...(sealed?.network === undefined ? {} : { network: sealed.network }),
      });
      await ports.checkpoint('reserved', document._id);
      return learnFrom.reserve(effect, result, knowledge);
    }
    case 'check_permission': {
      const refusal = await standstillNow(document, ports);
      return learnFrom.check_permission(effect, refusal === undefined ? 'permitted' : { refusal }, knowledge);
    }
    case 'prepare': {
      const { attempt } = effect;
      const gateway = gatewayOf(attempt, world);
      if (!gateway?.prepare) return learnFrom.prepare(effect, 'not_offered', knowledge);
      const result = await gateway.prepare(chargeRequest(document, attempt, ports), writing(attempt.sendBefore));
      return learnFrom.prepare(effect, result.ok ? result.value : outcomeOfError(result.error), knowledge);
    }
    case 'charge': {
      const answer = await sendCharge(document, effect.attempt, world, ports, writing(effect.attempt.sendBefore));
      await ports.checkpoint('charge answered', document._id);
      return learnFrom.charge(effect, answer, knowledge);
    }
    case 'ask': {
      const found = await find(document, effect.attempt, world, ports, read());
      return learnFrom.ask(effect, found ?? 'not_answered', knowledge);
    }
    case 'revoke': {
      const { attempt } = effect;
      const gateway = gatewayOf(attempt, world);
      if (!gateway?.revoke) return learnFrom.revoke(effect, 'not_offered', knowledge);
      const sendBefore = new Date((document.leaseUntil?.getTime() ?? 0) - ports.leaseMs / 2);
      const result = await gateway.revoke(chargeRequest(document, attempt, ports), writing(sendBefore));
      return learnFrom.revoke(effect, result.ok ? result.value : 'not_answered', knowledge);
    }
    case 'close_ledger': {
      const held = card(effect.attempt);
      if (held) await cards.close(held, { attemptKey: effect.attempt.key, sendBefore: effect.attempt.sendBefore, result: effect.result, ...(effect.stop ? { stop: effect.stop } : {}) });
      return learnFrom.close_ledger(effect, 'closed', knowledge);
    }
    case 'stop_card': {
      const { fingerprintDigest, methodDigest } = effect.card;
      await cards.stop({ clientId: document.clientId, cardKey: fingerprintDigest ?? methodDigest, tokenKey: methodDigest }, effect.stop);
      return learnFrom.stop_card(effect, 'kept', knowledge);
    }
    case 'refund': return learnFrom.refund(effect, await giveBack(effect, world, writing(effect.refund.sendBefore ?? new Date(0))), knowledge);
    case 'hand_back': {
      const dunning = world.connector?.dunning;
      if (dunning?.mode !== 'controllable' || !document.takeOver) return learnFrom.hand_back(effect, 'done', knowledge);
      const result = await dunning.handBack(invoiceOf(document), effect.ending, writing(document.takeOver.sendBefore));
      if (!result.ok) ports.logger.warn({ caseId: document._id, code: result.error.code }, 'the platform did not take the end of our work; tried again later');
      return learnFrom.hand_back(effect, result.ok ? 'done' : 'failed', knowledge);
    }
    case 'take_over': return learnFrom.take_over(effect, await takeOver(document, effect.until, await standstillNow(document, ports), world, ports, writing(effect.sendBefore)), knowledge);
    case 'record': {
      const answer = await recordPayment(document, effect, world, ports, writing(effect.sendBefore));
      if (effect.reverses === undefined) await ports.checkpoint('recorded on the platform', document._id);
      return learnFrom.record(effect, answer, knowledge);
    }
    case 'find_payment': return learnFrom.find_payment(effect, await find(document, effect.attempt, world, ports, read()) ?? 'not_answered', knowledge);
  }
};

/** The gateway an attempt goes to. @throws Error when its account is gone: nobody else can answer for it */
const gatewayOf = (attempt: Attempt, world: CaseWorld): GatewayUse | undefined => {
  if (attempt.route === 'platform') return undefined;
  const gateway = world.gateways.get(attempt.accountId);
  if (!gateway) throw new Error(`Attempt ${attempt.key} was made at the gateway account ${attempt.accountId}, which does not exist any more`);
  return gateway;
};

/** A platform that collected by itself gives nothing back for us. */
const giveBack = async ({ refund, attempt, amount }: Extract<Call, { do: 'refund' }>, world: CaseWorld, time: { readonly deadline: Date; readonly sendBefore: Date }): Promise<AnswerTo['refund']> => {
  const gateway = gatewayOf(attempt, world);
  if (!gateway) return 'not_offered';
  const gatewayRefs = attempt.outcome?.status === 'approved' ? attempt.outcome.gatewayRefs : [];
  const result = await gateway.refund({ once: refund.once, gatewayRefs, amount, why: refund.why }, time);
  if (result.ok) return result.value;
  return result.error.reached === 'unknown' ? { status: 'unknown', cause: result.error.code } : 'failed';
};

/** Sends a charge that was permitted just now. A stop that comes while it waits for its turn holds it back. */
const sendCharge = async (document: CaseDocument, attempt: Attempt, world: CaseWorld, ports: RecoveryPorts, time: { readonly deadline: Date; readonly sendBefore: Date }) => {
  const permission = watchPermission(() => standstillNow(document, ports));
  const watched = { ...time, heldBack: () => permission.heldBack() };
  try {
    const gateway = gatewayOf(attempt, world);
    return gateway
      ? chargeOutcome(await gateway.charge(chargeRequest(document, attempt, ports), watched))
      : await collect(document, attempt, world, ports, watched);
  } finally { permission.end(); }
};

const collect = async (document: CaseDocument, attempt: Attempt, world: CaseWorld, ports: RecoveryPorts, time: { readonly deadline: Date; readonly sendBefore: Date }) => {
  if (!world.connector?.collection) return { status: 'not_sent' as const, cause: 'the platform collects nothing for us' };
  return chargeOutcome(await world.connector.collection.collectNow(collectRequest(document, attempt, ports), time));
};

const find = async (document: CaseDocument, attempt: Attempt, world: CaseWorld, ports: RecoveryPorts, time: { readonly deadline: Date }): Promise<FindOutcome | undefined> => {
  const gateway = gatewayOf(attempt, world);
  if (gateway) return findOutcome(await gateway.find(chargeRequest(document, attempt, ports), time));
  if (!world.connector?.collection) return undefined;
  return findOutcome(await world.connector.collection.findCollection(collectRequest(document, attempt, ports), time));
};

const standstillNow = async (document: CaseDocument, ports: RecoveryPorts): Promise<string | undefined> => {
  const [hub, client, connection] = await Promise.all([
    ports.standstill(),
    ports.clients.findFresh(document.clientId),
    document.connectionId === undefined ? undefined : ports.clients.connectionFresh(document.connectionId),
  ]);
  if (hub !== undefined) return hub;
  if (!client || client.status === 'suspended') return 'The client is suspended.';
  if (client.settings.paused) return 'Charges of this client are paused.';
  if (document.connectionId !== undefined && (connection?.state !== 'active' || connection.mode !== 'active')) return 'The connection is not active.';
  return undefined;
};
