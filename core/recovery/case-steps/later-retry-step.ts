import { writes, type CaseDocument } from '../../cases/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';

const day = 86_400_000;

/** When a case that closes with the advice to retry later reopens itself: once, a day later, inside its horizon. Undefined: it does not. Hub time. */
export const laterRetryAt = (document: CaseDocument, { facts }: Knowledge, now: Date): Date | undefined => {
  if (document.laterRetry !== undefined && document.laterRetry.state !== 'owed') return undefined;
  if (document.mode !== 'active' || document.simulated || document.consentRevokedAt !== undefined) return undefined;
  const at = new Date(now.getTime() + day);
  const opened = document.revivedAt ?? document.createdAt;
  return at.getTime() <= opened.getTime() + facts.policy.horizonDays * day ? at : undefined;
};

/** When a closed case reopens itself, if it does. */
export const reopensAt = (document: CaseDocument): Date | undefined =>
  (document.status === 'failed' && document.ended?.recommendedAction === 'retry_later' && document.laterRetry?.state === 'owed' ? document.laterRetry.dueAt : undefined);

/** A case that closed with the advice to retry later is worked on once more, if the debt is still its own to charge. */
export const laterRetryStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const now = tools.clock.hubNow();
  const at = reopensAt(document);
  if (at === undefined || at > now || knowledge.deferred.length > 0) return undefined;
  if (knowledge.right === 'refused') return { do: 'write', write: writes.laterRetryOver(document), after: {} };
  return { do: 'write', write: writes.reopen(document, { openKeys: knowledge.facts.openKeys, stepAt: now, signalIds: knowledge.acted, laterRetry: 'now' }), after: { acted: [], decided: undefined, stepAt: undefined } };
};
