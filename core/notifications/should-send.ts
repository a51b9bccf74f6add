import type { EventFacts } from './event-facts.js';
import { eventNames } from './wire-names.js';

/** What of a client's settings decides whether an event leaves. */
export interface EventSettings {
  /** `false` suppresses only the event of a failed case. */
  readonly dunningEnabled: boolean;
  /** Leaving out `WEBHOOK` suppresses only the event of a failed case. */
  readonly notificationChannels: readonly string[];
  /** Event types asked for beyond those always sent. */
  readonly webhookEvents: readonly string[];
}

/** Whether a client is told of this end of a case by webhook. */
export const shouldSend = (facts: EventFacts, settings: EventSettings): boolean => {
  let sent: boolean;
  switch (facts.event) {
    case eventNames.success:
    case eventNames.blocked:
      sent = true;
      break;
    case eventNames.failed:
      sent = settings.dunningEnabled && settings.notificationChannels.includes('WEBHOOK');
      break;
    case eventNames.cancelled:
      sent = facts.wasAnsweredOpen || settings.webhookEvents.includes(eventNames.cancelled);
      break;
  }
  return sent;
};
