import { writes, type CaseDocument, type RawDeclineSeen, type Signal } from '../../cases/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { acted, later, unread } from './heard.js';

/** Ended only because we might not charge: by observing, or by a connection that was given up. */
const isRevivable = (document: CaseDocument): boolean =>
  document.status === 'cancelled' && (document.ended?.reason === 'observed' || document.ended?.reason === 'disconnected') && document.consentRevokedAt === undefined;

/**
 * A case that ended only because we might not charge is worked on once we may and its invoice is still open: after the next failure, or when its connection
 * is made active. An open case takes the new mode over.
 */
export const reviveStep = (document: CaseDocument, signal: Signal, seen: RawDeclineSeen | undefined, knowledge: Knowledge, tools: Tools): Effect => {
  const { connectionMode: mode, openKeys } = knowledge.facts;
  if (mode === undefined || mode === 'observe') return acted(signal, knowledge);
  if (document.status === 'attempting' || document.status === 'unknown') return later(signal, knowledge, undefined);
  const now = tools.clock.hubNow();
  if (document.status === 'queued' && document.mode !== mode) return { do: 'write', write: writes.remode(document, mode, now, signal.id), after: { decided: undefined, stepAt: undefined } };
  if (!isRevivable(document) || knowledge.right === 'refused') return acted(signal, knowledge);
  if (knowledge.invoice === undefined) return { do: 'read_invoice' };
  if (knowledge.invoice.status === 'unavailable') return unread(signal, knowledge, tools, 'the invoice');
  if (knowledge.invoice.state.state !== 'open') return acted(signal, knowledge);
  const write = writes.reopen(document, { openKeys, stepAt: now, signalIds: [...knowledge.acted, signal.id], revived: { mode, at: now, ...(seen ? { seen } : {}) } });
  return { do: 'write', write, after: { acted: [], decided: undefined } };
};
