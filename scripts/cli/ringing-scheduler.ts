import type { Bells, Scheduler } from '../../core/scheduling/index.js';

/** A scheduler that works on nothing itself: what is due is rung for the processes of the hub, which take it up at once. */
export interface RingingScheduler extends Scheduler {
  /** Until all that was rung is stored. A bell that could not be stored is made good by the sweep of a running hub. */
  stop(): Promise<void>;
}

const againMs = 500;

/** Rings each lane at most twice a second. `make` is called with the first bell: most commands ring none. */
export const createRingingScheduler = (make: () => Bells): RingingScheduler => {
  let bells: Bells | undefined;
  const rung = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  return {
    define: () => undefined,
    due: (lane, at) => {
      const now = performance.now();
      if (now - (rung.get(lane) ?? Number.NEGATIVE_INFINITY) < againMs) return;
      rung.set(lane, now);
      bells ??= make();
      const ringing = bells.ring(lane, at).catch(() => undefined).finally(() => { underWay.delete(ringing); });
      underWay.add(ringing);
    },
    start: async () => undefined,
    stop: async () => {
      await Promise.all(underWay);
      await bells?.stop();
    },
  };
};
