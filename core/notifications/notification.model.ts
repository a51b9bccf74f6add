import type { DueDocument } from '../scheduling/index.js';
import type { IndexPlan } from '../storage/index.js';
import type { TryFailure } from './post-once.js';
import type { EventName } from './wire-names.js';

/** One try, as it is kept in the delivery log. `at` is hub time. */
export interface DeliveryTry {
  readonly at: Date;
  readonly status: number | null;
  readonly durationMs: number;
  readonly answer: string;
  readonly failure: TryFailure | 'too_large' | 'processes_ended' | null;
  readonly code: string | null;
}

/** `due`: will be tried. `dead`: tries are used up. `withheld`: there was nowhere to send it to. The last three can be replayed. */
export type NotificationState = 'due' | 'delivered' | 'dead' | 'withheld';

export interface NotificationDocument extends DueDocument {
  v: 1;
  clientId: string;
  caseId: string;
  event: EventName;
  /** Sealed under {@link bodyContext}. */
  body: string;
  createdAt: Date;
  state: NotificationState;
  /** Set while the answer to the API call that caused it has not been written. */
  held?: true;
  tries: DeliveryTry[];
  /** Tries of the present round; a replay begins a new one. */
  triesInRound: number;
  /** Faults of our own in a row: they use up none of the merchant's tries. */
  ownFaults: number;
}

export const collectionName = 'notifications';
export const laneKind = 'notification';
export const laneOf = (clientId: string): string => `${laneKind}/${clientId}`;

/** What a body is sealed for: it opens under no other notification's id. */
export const bodyContext = (id: string): string => `event/${id}`;

const keptDays = 90;

export const notificationIndexes: IndexPlan = {
  collection: collectionName,
  indexes: [
    { key: { lane: 1, nextAt: 1 }, partialFilterExpression: { nextAt: { $exists: true } } },
    { key: { clientId: 1, createdAt: 1 } },
    // few documents at a time: those of calls being answered now; without it each answer would scan the collection
    { key: { caseId: 1 }, partialFilterExpression: { held: true } },
    // what reached nobody, few among very many, as operators list it
    { key: { state: 1, createdAt: 1 }, partialFilterExpression: { state: 'dead' } },
    { key: { createdAt: 1 }, expireAfterSeconds: keptDays * 24 * 3600 },
  ],
};
