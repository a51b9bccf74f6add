import type { Bells } from './bells.js';
import type { Clock } from './clock.js';

const soonMs = 60_000;
const maxTimerMs = 0x7fff_ffff;

/** Knows until when which lane sleeps: soon by a timer of this process, later by a bell. */
export interface Wakes {
  due(lane: string, at: Date): void;
  close(): void;
}

/** How much hub time before it is due a document is left to a timer. */
export const soon = soonMs;

/** One timer per lane, for the earliest time said; whoever wakes looks for the next one itself. */
export const createWakes = (options: {
  readonly clock: Clock; readonly bells: Pick<Bells, 'ring'>; readonly works: 'here' | 'elsewhere';
  readonly wake: (lane: string) => void; readonly ringing: (ring: Promise<void>, lane: string) => void;
}): Wakes => {
  const { clock } = options;
  const timers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  let closed: 'no' | 'yes' = 'no';

  const arm = (lane: string, at: Date) => {
    const known = timers.get(lane);
    if (known && known.at <= at.getTime()) return;
    if (known) clearTimeout(known.timer);
    const wait = Math.min(Math.max(0, clock.wallAt(at).getTime() - clock.wallNow().getTime()), maxTimerMs);
    timers.set(lane, { at: at.getTime(), timer: setTimeout(() => { timers.delete(lane); options.wake(lane); }, wait) });
  };

  return {
    due: (lane, at) => {
      if (closed === 'yes') return;
      if (options.works === 'here' && at.getTime() - clock.hubNow().getTime() <= soonMs) arm(lane, at);
      else options.ringing(options.bells.ring(lane, at), lane);
    },
    close: () => {
      closed = 'yes';
      for (const { timer } of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
};
