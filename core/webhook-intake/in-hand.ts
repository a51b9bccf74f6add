import { randomUUID } from 'node:crypto';
import type { Logger } from '../observability/index.js';
import type { LeaseTerms, Scheduler } from '../scheduling/index.js';
import type { DeliveryDocument } from './delivery.model.js';
import type { Proven } from './understand-delivery.js';
import type { createWorkDelivery } from './work-delivery.js';

/** The members of a delivery that say who holds it. */
export type HoldMembers = Pick<DeliveryDocument, 'holder' | 'fence' | 'strikes' | 'leaseUntil' | 'nextAt'>;

/** The deliveries this process holds from their receipt on, so that most need no claim. */
export interface DeliveriesInHand {
  /** What a new delivery is stored with: held while there is room, else free for its lane. A held one is to be begun or dropped. */
  take(): HoldMembers;
  /** Works on a stored delivery, in the next turn of the event loop so that the acknowledgement leaves first; wakes the lane of a free one. */
  begin(document: DeliveryDocument, proven: Proven): void;
  /** A delivery that was not stored. */
  drop(document: DeliveryDocument): void;
  /** Takes no more and waits for what is in hand. */
  close(): Promise<void>;
}

/** Room for `most` deliveries. */
export const createDeliveriesInHand = (options: LeaseTerms & {
  readonly most: number; readonly work: ReturnType<typeof createWorkDelivery>; readonly scheduler: Pick<Scheduler, 'due'>; readonly logger: Logger;
}): DeliveriesInHand => {
  const { clock, scheduler, logger } = options;
  const holder = `intake-${randomUUID()}`;
  const running = new Set<Promise<void>>();
  let room = options.most;

  const drop = (document: DeliveryDocument) => { if (document.holder !== null) room += 1; };

  return {
    take: () => {
      if (room <= 0 || options.claims?.() === 'no') return { holder: null, fence: 0, strikes: 0, nextAt: clock.hubNow() };
      room -= 1;
      const leaseUntil = new Date(clock.wallNow().getTime() + options.leaseMs);
      return { holder, fence: 1, strikes: 1, leaseUntil, nextAt: clock.hubAt(leaseUntil) };
    },
    begin: (document, proven) => {
      const nextAt = document.nextAt ?? clock.hubNow();
      if (document.holder === null) { scheduler.due(document.lane, nextAt); return; }
      const task = new Promise<void>((resolve) => { setImmediate(resolve); })
        .then(() => options.work(document, proven))
        .catch((error: unknown) => {
          logger.error({ deliveryId: document._id, err: error }, 'a delivery is left to its lease');
          scheduler.due(document.lane, nextAt);
        })
        .finally(() => { drop(document); running.delete(task); });
      running.add(task);
    },
    drop,
    close: async () => {
      room = Number.NEGATIVE_INFINITY;
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
};
