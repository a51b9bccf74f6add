import { ulid } from 'ulid';
import { viewCase, type CaseDocument, type Ended } from '../cases/index.js';
import { directCase, leaseFrom, type Opening } from './direct-case.js';
import type { RecoveryPorts } from './ports.js';
import type { ExecuteResult } from './recovery.js';
import { runCase } from './run-case.js';
import { toolsOf, classifyCase } from './tools.js';

/** A simulated case of a test client: closed at once, with its event, without any gateway. Idempotency holds, velocity does not. */
export const simulate = async (opening: Opening, outcome: 'success' | 'failed' | 'blocked', ports: RecoveryPorts): Promise<ExecuteResult> => {
  const client = await ports.clients.find(opening.request.clientId);
  if (!client) return { status: 'paused' };
  const tools = toolsOf(client.settings, ports);
  const base = directCase(ulid(), opening, leaseFrom(ports), ports, undefined);
  const now = ports.clock.hubNow();
  const reason = outcome === 'blocked' ? 'fraudulent' : opening.decline ? classifyCase(opening.decline, ports).reason : 'generic_decline';
  const ended: Ended = { at: now, strategyUsed: outcome === 'success' ? 'primary' : 'none', trigger: 'direct', ...endings(outcome, reason, tools.explain.message(reason)) };
  const status = outcome === 'success' ? 'succeeded' : outcome;
  const facts = {
    source: 'direct' as const, dunning: 'not_controllable' as const, leaseMs: ports.leaseMs, openKeys: [], standstill: undefined, toldOpen: 'no' as const, respondsToCall: 'yes' as const, trigger: 'direct' as const,
    policy: { timezone: 'UTC', billingCycleDay: undefined, maxRetries: 1, horizonDays: 1, daysBetween: undefined },
    route: { kind: 'gateway' as const, accountId: opening.issuing.account.gatewayAccountId, gatewayMode: 'test' as const, protection: opening.issuing.gateway.protection(), prepares: 'no' as const, revokes: 'no' as const },
  };
  const draft: CaseDocument = { ...base, status, ended, due: {}, ...(outcome === 'success' ? {} : { lastReason: reason }) };
  const outbox = tools.announce(draft, outcome === 'success'
    ? { event: 'recovery.success', ended, gatewayRef: null, attemptCount: 1 }
    : outcome === 'failed' ? { event: 'recovery.failed', ended, attemptCount: 1 } : { event: 'recovery.blocked', ended }, facts);
  const opened = await ports.cases.open({ ...draft, outbox: [...outbox], due: outbox.length > 0 ? { relay: now } : {} });
  if (opened.status === 'exists') return { status: 'duplicate', reason: 'idempotency_key', existing: opened.document && viewCase(opened.document) };
  const end = await runCase(opened.document, ports, { call: { respondsToCall: 'yes', opens: 'yes' } });
  return { status: 'opened', view: viewCase(end.document) };
};

const endings = (outcome: 'success' | 'failed' | 'blocked', reason: string, message: string): Omit<Ended, 'at' | 'strategyUsed' | 'trigger'> => {
  switch (outcome) {
    case 'success': return { message: 'Payment recovered.', recoveredBy: 'retry' };
    case 'failed': return { message, declineCode: reason, recommendedAction: 'request_card_update', recommendedActionReason: 'Simulated failure; ask the customer for another card.' };
    case 'blocked': return { message, declineCode: reason, action: 'blocked', recommendedAction: 'manual_review', recommendedActionReason: 'Simulated block; review the account before taking any further payment.' };
  }
};
