import { writes, type CaseDocument, type Signal } from '../../cases/index.js';
import { cancelEffect } from './close-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';

/**
 * The connection is being given up, or no longer charges: an open case ends, and what is taken over is returned now. A charge that may still take money is
 * settled first: the signal is kept until then.
 */
export const revokedStep = (document: CaseDocument, signal: Signal, knowledge: Knowledge, tools: Tools): Effect => {
  const acted = [...knowledge.acted, signal.id];
  switch (document.status) {
    case 'queued': return cancelEffect(document, knowledge, tools, 'disconnected', [signal.id]);
    case 'attempting':
    case 'unknown': return { do: 'know', after: { deferred: [...knowledge.deferred, signal.id] } };
    case 'failed':
    case 'blocked':
    case 'cancelled':
    case 'succeeded': {
      const held = document.takeOver !== undefined && document.takeOver.state !== 'handed_back';
      return held ? { do: 'write', write: writes.handBackLater(document, tools.clock.hubNow()), after: { acted } } : { do: 'know', after: { acted } };
    }
  }
};
