import type { DueDocument } from '../scheduling/index.js';
import type { IndexPlan } from '../storage/index.js';

/**
 * `received`: acknowledged, not yet understood. `understood`: every event it holds is with its case. `ignored`: it concerns no case of ours. `deferred`:
 * waits until the platform answers or something is mended. `parked`: waits for a person. `not_understood`: genuine and unreadable, kept for replay.
 */
export type DeliveryState = 'received' | 'understood' | 'ignored' | 'deferred' | 'parked' | 'not_understood';

/** One acknowledged webhook. What the platform said rests sealed. */
export interface DeliveryDocument extends DueDocument {
  /** ULID, the `eventId` of the acknowledgement. */
  _id: string;
  v: 1;
  clientId: string;
  connectionId: string;
  platform: string;
  lane: string;
  /** As the proof step named it; unique with the connection. */
  deliveryId: string;
  /** A second name, where one change makes two events; unique with the connection. */
  alsoKnownAs?: string;
  state: DeliveryState;
  /** Why it is deferred, parked or not understood: a word. */
  reason?: string;
  /** The same as a sentence, sealed: an error of a parser may quote what it could not read. */
  sealedDetail?: string;
  /** What ends a deferral: the platform's answer, or somebody's repair. */
  waitsFor?: 'platform' | 'repair';
  deferrals: number;
  /** When another delivery's success last pulled this one forward. Hub time. */
  pulledAt?: Date;
  /** Wall time, as the proof step saw it. */
  receivedAt: Date;
  /** Hub time. */
  acceptedAt: Date;
  finishedAt?: Date;
  /** Wall time at which the database removes it: 30 days of hub time after it came. */
  expiresAt: Date;
  bytes: number;
  /** Method, topic, query, headers and body. */
  sealed: string;
}

/** The indexes of `deliveries`. */
export const deliveryIndexes: IndexPlan = {
  collection: 'deliveries',
  indexes: [
    { key: { connectionId: 1, deliveryId: 1 }, unique: true },
    // one change that makes two events is one delivery
    { key: { connectionId: 1, alsoKnownAs: 1 }, unique: true, partialFilterExpression: { alsoKnownAs: { $exists: true } } },
    { key: { lane: 1, nextAt: 1 }, partialFilterExpression: { nextAt: { $exists: true } } },
    // the sweep asks for late documents of all lanes
    { key: { nextAt: 1, lane: 1 }, partialFilterExpression: { nextAt: { $exists: true } } },
    // what waits for a person, few among very many: of the states in their alphabet these are not_understood and parked
    { key: { state: 1, _id: 1 }, partialFilterExpression: { state: { $gte: 'not_understood', $lte: 'parked' } } },
    { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  ],
};

/** The lane of a connection's deliveries. */
export const deliveryLane = (connectionId: string): string => `delivery/${connectionId}`;
