import type { Bells } from './bells.js';
import type { Clock } from './clock.js';

const soonMs = 60_000;
const maxTimerMs = 0x7fff_ffff;
/** A lane is rung at most so often by one process, in wall ms; what is due meanwhile is rung with the next. */
const ringsApartMs = 100;

/** Knows until when which lane sleeps: soon by a timer of this process, later by a bell. */
export interface Wakes {
  due(lane: string, at: Date): void;
  close(): void;
}

/** How much hub time before it is due a document is left to a timer. */
export const soon = soonMs;

interface Rung { readonly at: number; next: number; timer?: NodeJS.Timeout }

/** One timer per lane, for the earliest time said; whoever wakes looks for the next one itself. */
export const createWakes = (options: {
  readonly clock: Clock; readonly bells: Pick<Bells, 'ring'>; readonly works: 'here' | 'elsewhere';
  readonly wake: (lane: string) => void; readonly ringing: (ring: Promise<void>, lane: string) => void;
}): Wakes => {
  const { clock } = options;
  const timers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  /** The earliest bell asked for that has not rung yet, by lane. */
  const ahead = new Map<string, number>();
  const rung = new Map<string, Rung>();
  let closed: 'no' | 'yes' = 'no';

  const arm = (lane: string, at: Date) => {
    const known = timers.get(lane);
    if (known && known.at <= at.getTime()) return;
    if (known) clearTimeout(known.timer);
    const wait = Math.min(Math.max(0, clock.wallAt(at).getTime() - clock.wallNow().getTime()), maxTimerMs);
    timers.set(lane, { at: at.getTime(), timer: setTimeout(() => { timers.delete(lane); options.wake(lane); }, wait) });
  };

  const ringNow = (lane: string, at: number) => {
    ahead.set(lane, at);
    const ring = options.bells.ring(lane, new Date(at));
    ring.catch(() => { ahead.delete(lane); });
    options.ringing(ring, lane);
    const last: Rung = { at, next: Number.POSITIVE_INFINITY };
    last.timer = setTimeout(() => {
      rung.delete(lane);
      if (Number.isFinite(last.next)) ringNow(lane, last.next);
    }, ringsApartMs);
    rung.set(lane, last);
  };

  const ring = (lane: string, at: number) => {
    // whoever answers an earlier bell looks for what is due next and rings for it
    const earliest = ahead.get(lane);
    if (earliest !== undefined && earliest <= at && earliest > clock.hubNow().getTime()) return;
    const last = rung.get(lane);
    if (last) last.next = Math.min(last.next, at);
    else ringNow(lane, at);
  };

  return {
    due: (lane, at) => {
      if (closed === 'yes') return;
      if (options.works === 'here' && at.getTime() - clock.hubNow().getTime() <= soonMs) arm(lane, at);
      else ring(lane, at.getTime());
    },
    close: () => {
      closed = 'yes';
      for (const { timer } of timers.values()) clearTimeout(timer);
      timers.clear();
      for (const [lane, { next, timer }] of rung) {
        clearTimeout(timer);
        if (Number.isFinite(next)) options.ringing(options.bells.ring(lane, new Date(next)), lane);
      }
      rung.clear();
    },
  };
};
