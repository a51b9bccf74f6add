import type { CaseDocument, OutboxEntry } from '../cases/index.js';
import { eventNames } from '../notifications/index.js';
import type { AnswerTo } from './case-steps/learn.js';
import type { Knowledge } from './case-steps/effects.js';
import type { RecoveryPorts } from './ports.js';

const known: readonly unknown[] = Object.values(eventNames);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** What no version of the hub could hand over: it is put aside, where people see it, and holds nothing else up. */
const isBroken = ({ id, kind, event, body }: { readonly [K in keyof OutboxEntry]: unknown }): boolean =>
  !isText(id) || (kind !== 'notification' && kind !== 'alert') || !known.includes(event) || (kind === 'notification' && !isText(body));

/** Hands each event over under its id. A database that is away keeps the rest owed. */
export const relay = async (document: CaseDocument, entries: readonly OutboxEntry[], ports: RecoveryPorts, knowledge: Knowledge): Promise<AnswerTo['relay']> => {
  const broken = entries.filter(isBroken);
  const alert = { caseId: document._id, clientId: document.clientId };
  for (const { id, event } of broken) ports.logger.error({ ...alert, event, notificationId: id, alert: 'event_broken' }, 'an event that is owed cannot be read: it is put aside with its case, an operator must look');
  const handedOver: string[] = [];
  try {
    for (const entry of entries) {
      if (broken.includes(entry)) continue;
      if (entry.kind === 'alert') ports.logger.warn({ caseId: document._id, event: entry.event }, 'alert');
      else {
        await ports.notifications.accept({
          id: entry.id, clientId: document.clientId, caseId: document._id, event: entry.event, sealedBody: entry.body,
          ...(knowledge.facts.respondsToCall === 'yes' ? { hold: 'until_response' as const } : {}),
        });
      }
      handedOver.push(entry.id);
    }
  } catch (error) {
    ports.logger.error({ ...alert, err: error }, 'events could not be handed over; they stay owed');
    if (handedOver.length === 0 && broken.length === 0) return 'failed';
  }
  return { handedOver, broken };
};
