import type { Vault } from '../../core/clients/index.js';
import { createNotifications } from '../../core/notifications/index.js';
import { createLogger } from '../../core/observability/index.js';
import type { Clock, Scheduler } from '../../core/scheduling/index.js';
import type { Storage } from '../../core/storage/index.js';
import { createDeliveryDesk } from '../../core/webhook-intake/index.js';
import type { Trace } from './trace.js';

/** The operators of a world. */
export interface Mend {
  /** Answers how much was mended. */
  readonly mend: () => Promise<number>;
  /** Deliveries that were replayed, as the platform names them. */
  readonly replayed: readonly string[];
}

/**
 * What operators do once the faults are over: dead notifications and parked deliveries are replayed by their desks, and charges that nobody asks about any
 * more are looked up at the gateway. Answers how many.
 */
export const createMend = (parts: {
  readonly storage: Storage; readonly clock: Clock; readonly leaseMs: number; readonly vault: Vault; readonly scheduler: Scheduler; readonly trace: Trace;
  readonly resolve: (caseId: string) => Promise<void>;
  /** Takes away what a poison delivery kills by. */
  readonly cure: () => void;
  readonly replays: 'all' | 'nothing';
}): Mend => {
  const { storage } = parts;
  const notifications = createNotifications({ ...parts, logger: createLogger({ level: 'silent' }), recipients: { webhookTarget: async () => undefined } });
  const deliveries = createDeliveryDesk(parts);
  const replayed: string[] = [];
  const mend = async () => {
    const dead = await notifications.replayAll({ state: 'dead' });
    const aside = await storage.collection<{ _id: string; state: string; deliveryId: string }>('deliveries').find({ state: { $in: ['parked', 'not_understood'] } }).toArray();
    // what is not understood a second time stays so
    const parked = aside.filter(({ deliveryId, state }) => parts.replays === 'all' && (state === 'parked' || !replayed.includes(deliveryId)));
    if (parked.length > 0) parts.cure();
    for (const { _id, deliveryId } of parked) {
      replayed.push(deliveryId);
      await deliveries.replay(_id);
    }
    const left = await storage.collection<{ _id: string; status: string; nextAt?: Date }>('cases').find({ status: 'unknown', nextAt: { $exists: false } }).toArray();
    // the answer comes while time goes on
    for (const { _id } of left) void parts.resolve(_id).catch((error: unknown) => { parts.trace.note(`not resolved: ${String(error)}`); });
    if (left.length > 0) parts.trace.note(`operators look up ${String(left.length)} charges`);
    if (dead + parked.length > 0) parts.trace.note(`operators replay ${String(dead)} notifications and ${String(parked.length)} deliveries`);
    return dead + parked.length + left.length;
  };
  return { mend, replayed };
};
