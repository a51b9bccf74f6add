import type { TargetReach } from '../clients/index.js';
import type { Logger } from '../observability/index.js';
import type { Clock, Scheduler } from '../scheduling/index.js';
import { insertTogether, type IndexPlan, type Storage, type WithId } from '../storage/index.js';
import type { Dispatcher } from 'undici';
import { deliverNotification, idsOf, keptTries, release, type BodyOpener, type DeliveryMeans, type Recipients } from './deliver-notification.js';
import { createGuardedDispatcher, type ResolveAll } from './guarded-dispatcher.js';
import { createLaneSlots } from './lane-slots.js';
import { collectionName, laneKind, laneOf, notificationIndexes, type DeliveryTry, type NotificationDocument, type NotificationState } from './notification.model.js';
import type { EventName } from './wire-names.js';

/** Total time of one try, to the status line of the answer. */
export const deliveryTimeoutMs = 10_000;

const responseGraceMs = 30_000;
const soonMs = 60_000;
/** From this claim on a document is run alone in its process: it may be what ends it. Up to then a crash costs nobody else's time. */
const strikesToRunAlone = 3;

/** What a case's outbox hands over. `id` was minted by the write that ended the case, `sealedBody` was sealed for `event/<id>`. */
export interface NotificationEntry {
  readonly id: string;
  readonly clientId: string;
  readonly caseId: string;
  readonly event: EventName;
  readonly sealedBody: string;
  /** Not sent before {@link Notifications.releaseHeld}, or 30 s of wall time: an event a call caused follows that call's response. */
  readonly hold?: 'until_response';
}

/** One notification as it is shown: without its body. Dates are hub time. */
export interface NotificationView {
  readonly id: string;
  readonly clientId: string;
  readonly caseId: string;
  readonly event: EventName;
  readonly state: NotificationState;
  readonly createdAt: Date;
  readonly nextAt: Date | null;
  readonly tries: readonly DeliveryTry[];
}

/** Tells merchants by webhook. */
export interface Notifications {
  /** Takes an event over; taking it over again is a success that changes nothing. Durable when it returns. */
  accept(entry: NotificationEntry): Promise<void>;
  /** Lets what a call caused leave, once its response has been written. */
  releaseHeld(caseId: string): Promise<void>;
  /** Notifications, of one client or of all, newest first, at most `limit` (default 100) created before `before`. */
  list(wanted: { readonly clientId?: string; readonly state?: NotificationState; readonly caseId?: string; readonly before?: Date; readonly limit?: number }): Promise<NotificationView[]>;
  /** Begins a new round of tries with the same id and bytes. `in_progress`: a try is under way. */
  replay(id: string): Promise<'replayed' | 'not_found' | 'in_progress'>;
  /** The same for all dead or withheld ones, of one client or of all, but those a try is under way of. Answers how many there are. */
  replayAll(wanted: { readonly clientId?: string; readonly state: 'dead' | 'withheld' }): Promise<number>;
  /** Waits for the tries under way; call it after the scheduler has stopped. */
  stop(): Promise<void>;
  readonly indexes: readonly IndexPlan[];
}

/** What the room is made of. */
export interface NotificationsOptions {
  readonly storage: Storage;
  readonly scheduler: Pick<Scheduler, 'define' | 'due'>;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly vault: BodyOpener;
  readonly recipients: Recipients;
  readonly logger: Logger;
  readonly dispatcher?: {
    /** Default {@link deliveryTimeoutMs}. */
    readonly timeoutMs?: number;
    /** Requests under way at once to one client's endpoint, default 10. */
    readonly perClient?: number;
    /** Requests under way at once in this process, default 500. */
    readonly inAll?: number;
    /** Resolves names instead of the system's resolver. */
    readonly resolve?: ResolveAll;
  };
}

const viewOf = ({ _id: id, ...document }: WithId<NotificationDocument>): NotificationView => ({
  id,
  clientId: document.clientId,
  caseId: document.caseId,
  event: document.event,
  state: document.state,
  createdAt: document.createdAt,
  nextAt: document.nextAt ?? null,
  tries: document.tries,
});

/** Makes the room and registers its work with the scheduler. */
export const createNotifications = (options: NotificationsOptions): Notifications => {
  const { clock, scheduler, logger } = options;
  const collection = options.storage.collection<NotificationDocument>(collectionName);
  const insert = insertTogether(collection);
  const timeoutMs = options.dispatcher?.timeoutMs ?? deliveryTimeoutMs;
  const slots = createLaneSlots({ perLane: options.dispatcher?.perClient ?? 10, inAll: options.dispatcher?.inAll ?? 500, clock });
  const dispatcherOf = (reach: TargetReach) => createGuardedDispatcher({ reach, connectTimeoutMs: timeoutMs, resolve: options.dispatcher?.resolve });
  const dispatchers: Record<TargetReach, Dispatcher> = { public: dispatcherOf('public'), loopback: dispatcherOf('loopback') };
  const wake = (clientId: string, at: Date) => { scheduler.due(laneOf(clientId), at); };
  const means: DeliveryMeans = {
    collection, clock, leaseMs: options.leaseMs, vault: options.vault, recipients: options.recipients, logger, timeoutMs, wake,
    dispatcherFor: (reach) => dispatchers[reach],
  };
  const underWay = new Set<Promise<void>>();

  const giveBack = async (document: WithId<NotificationDocument>) => {
    const nextAt = clock.hubAt(slots.turn(laneOf(document.clientId)));
    // the lane's drain wakes itself for the later ones; a bell for each of a long backlog would cost more than it brings
    const soon = nextAt.getTime() - clock.hubNow().getTime() <= soonMs;
    await release({ collection, wake: soon ? wake : () => {} }, document, { state: 'due', nextAt });
  };

  const run = async (document: WithId<NotificationDocument>): Promise<void> => {
    const lane = laneOf(document.clientId);
    if (!slots.take(lane)) { await giveBack(document); return; }
    const from = performance.now();
    const task = deliverNotification(means, document)
      .catch((error: unknown) => { logger.error({ ...idsOf(document), err: error }, 'notification left to its lease'); })
      .finally(() => { slots.give(lane, performance.now() - from); underWay.delete(task); });
    underWay.add(task);
    // an endpoint may take its ten seconds: the scheduler's places are for work that is ours to do quickly
    if (document.strikes >= strikesToRunAlone) await task;
  };

  const park = async (document: WithId<NotificationDocument>): Promise<void> => {
    const put = { at: clock.hubNow(), status: null, durationMs: 0, answer: '', failure: 'processes_ended' as const, code: null };
    await release(means, document, { state: 'dead' }, { $push: { tries: { $each: [put], $slice: -keptTries } } });
    logger.error({ ...idsOf(document), alert: 'notification_dead' }, 'notification put aside: the process ended several times while it was tried');
  };

  const replay = async (document: Pick<WithId<NotificationDocument>, '_id' | 'clientId' | 'fence'>): Promise<'replayed' | 'in_progress'> => {
    const nextAt = clock.hubNow();
    const written = await collection.updateOne({ _id: document._id, fence: document.fence, holder: null }, {
      $set: { state: 'due', lane: laneOf(document.clientId), nextAt, strikes: 0, triesInRound: 0, ownFaults: 0 }, $unset: { held: '' },
    });
    if (written.matchedCount === 0) return 'in_progress';
    wake(document.clientId, nextAt);
    return 'replayed';
  };

  scheduler.define<NotificationDocument>({ kind: laneKind, collection, run, park });

  return {
    accept: async (entry) => {
      const wall = clock.wallNow().getTime();
      const nextAt = entry.hold ? clock.hubAt(new Date(wall + responseGraceMs)) : clock.hubNow();
      const stored = await insert({
        _id: entry.id, v: 1, clientId: entry.clientId, caseId: entry.caseId, event: entry.event, body: entry.sealedBody,
        createdAt: clock.hubNow(), state: 'due', lane: laneOf(entry.clientId), nextAt, ...(entry.hold ? { held: true as const } : {}),
        holder: null, fence: 0, strikes: 0, tries: [], triesInRound: 0, ownFaults: 0,
      });
      if (stored === 'duplicate') return;
      wake(entry.clientId, nextAt);
    },
    releaseHeld: async (caseId) => {
      const held = await collection.find({ v: 1, caseId, held: true, holder: null }).toArray();
      const nextAt = clock.hubNow();
      for (const { _id, clientId } of held) {
        await collection.updateOne({ _id, held: true, holder: null }, { $set: { nextAt }, $unset: { held: '' } });
        wake(clientId, nextAt);
      }
    },
    list: async ({ clientId, state, caseId, before, limit = 100 }) => {
      const found = await collection
        .find({ ...(clientId ? { clientId } : {}), ...(state ? { state } : {}), ...(caseId ? { caseId } : {}), ...(before ? { createdAt: { $lt: before } } : {}) })
        .sort({ createdAt: -1 }).limit(limit).toArray();
      return found.map(viewOf);
    },
    replay: async (id) => {
      const document = await collection.findOne({ _id: id, v: 1 });
      return document ? replay(document) : 'not_found';
    },
    replayAll: async ({ clientId, state }) => {
      let count = 0;
      // read whole before: one that dies again meanwhile is not begun twice
      const found = await collection.find({ v: 1, state, ...(clientId ? { clientId } : {}) }, { projection: { clientId: 1, fence: 1 } }).toArray();
      for (const document of found) if (await replay(document) === 'replayed') count += 1;
      return count;
    },
    stop: async () => {
      await Promise.allSettled(underWay);
      await Promise.all([dispatchers.public.close(), dispatchers.loopback.close()]);
    },
    indexes: [notificationIndexes],
  };
};
