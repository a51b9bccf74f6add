import { writes, type CaseDocument, type Signal, type SignalEvent } from '../../cases/index.js';
import { ownCodes } from '../../gateways/index.js';
import { stopEffect } from './close-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { later } from './heard.js';
import { seriesOf } from './series.js';

const reason = 'revocation_of_authorization';

/** The holder of the card withdrew consent: kept on the case and against its card, and an open case is blocked. A charge in flight is settled first. */
export const consentStep = (document: CaseDocument, signal: Signal, event: Extract<SignalEvent, { type: 'consent_revoked' }>, knowledge: Knowledge, tools: Tools): Effect => {
  if (document.consentRevokedAt === undefined) return { do: 'write', write: writes.consentRevoked(document, event.occurredAt), after: {} };
  if (document.status === 'attempting' || document.status === 'unknown') return later(signal, knowledge, undefined);
  const [card, ...others] = document.tried;
  // which of several cards is meant cannot be told from here: the case itself is stopped either way
  const only = card && others.every((one) => one.methodDigest === card.methodDigest) ? card : undefined;
  if (only && knowledge.cardStopped === undefined) {
    return { do: 'stop_card', card: only, stop: { kind: 'consent', scope: 'series', series: seriesOf(document), because: reason } };
  }
  const heard = [...knowledge.acted, signal.id];
  if (document.status !== 'queued') return { do: 'know', after: { acted: heard } };
  // what it was told and cannot be read yet may be that it is paid: nothing is charged meanwhile
  if (knowledge.deferred.length > 0) return later(signal, knowledge, undefined);
  return stopEffect(document, {
    do: 'stop', outcome: 'blocked', action: 'blocked', recommendedAction: 'manual_review', decline: { system: ownCodes, code: reason, reachedNetwork: false },
    because: { rule: 'consent-revoked', numbers: { occurredAt: event.occurredAt.toISOString() }, sentence: 'The holder of this card has withdrawn consent.' },
  }, { ...knowledge, acted: heard }, tools);
};
