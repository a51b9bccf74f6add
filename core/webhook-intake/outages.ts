import type { Clock } from '../scheduling/index.js';

const firstWaitMs = 1000;
const longestWaitMs = 120_000;
/** How much later than the others a delivery comes that has just looked in vain: another one looks next. */
const afterOthersMs = 1000;
/** So many different deliveries in a row fail before the others are held back: one that fails by itself is no outage. */
const failuresOfOutage = 2;

const longestAskedMs = 3_600_000;

/** How long a platform is believed that asks us to wait, in wall ms: an hour, so that one wrong answer stops nothing for days. */
export const askedWaitMs = (retryAfterMs: number): number => Math.min(retryAfterMs, longestAskedMs);

/** 1 s, doubling to 2 min. Hub time. */
export const outageWaitMs = (failures: number): number => Math.min(firstWaitMs * 2 ** Math.min(failures, 20), longestWaitMs);

/** Whether a delivery may ask the platform, and if not, at which hub time it comes again. */
export type Turn = { readonly may: 'ask' } | { readonly may: 'wait'; readonly until: Date };

/** What this process knows of platforms that do not answer, by lane. While one is away a single delivery at a time looks whether it is back. */
export interface Outages {
  turn(lane: string, eventId: string): Turn;
  /** It did not answer this delivery. During an outage: when the delivery comes again at the earliest. */
  failed(lane: string, eventId: string, retryAfterMs: number | undefined): Date | undefined;
  answered(lane: string): void;
  isAway(lane: string): 'yes' | 'no';
}

interface Lane { readonly failedOnes: Set<string>; failures: number; lookAt: Date; looking: string | undefined }

/** Knows nothing at first. `told` hears of the beginning and the end of an outage. */
export const createOutages = (options: { readonly clock: Clock; readonly told: (lane: string, state: 'away' | 'back') => void }): Outages => {
  const { clock } = options;
  const lanes = new Map<string, Lane>();
  const later = (ms: number) => new Date(clock.hubNow().getTime() + ms);
  const away = (lane: Lane | undefined): boolean => lane !== undefined && lane.failedOnes.size >= failuresOfOutage;

  const lookAgain = (lane: Lane, retryAfterMs: number | undefined) => {
    const own = later(outageWaitMs(lane.failures));
    const asked = retryAfterMs === undefined ? own : clock.hubAt(new Date(clock.wallNow().getTime() + askedWaitMs(retryAfterMs)));
    lane.lookAt = asked > own ? asked : own;
    lane.looking = undefined;
  };

  return {
    turn: (name, eventId) => {
      const lane = lanes.get(name);
      if (lane === undefined || !away(lane)) return { may: 'ask' };
      if (lane.looking !== undefined) return { may: 'wait', until: later(outageWaitMs(lane.failures)) };
      if (clock.hubNow() < lane.lookAt) return { may: 'wait', until: lane.lookAt };
      lane.looking = eventId;
      return { may: 'ask' };
    },
    failed: (name, eventId, retryAfterMs) => {
      const lane = lanes.get(name) ?? { failedOnes: new Set(), failures: 0, lookAt: clock.hubNow(), looking: undefined };
      lanes.set(name, lane);
      const before = away(lane);
      if (before && lane.looking === eventId) {
        lane.failures += 1;
        lookAgain(lane, retryAfterMs);
      }
      if (!before) {
        lane.failedOnes.add(eventId);
        if (away(lane)) {
          lookAgain(lane, retryAfterMs);
          options.told(name, 'away');
        }
      }
      return away(lane) ? new Date(lane.lookAt.getTime() + afterOthersMs) : undefined;
    },
    answered: (name) => {
      const before = away(lanes.get(name));
      lanes.delete(name);
      if (before) options.told(name, 'back');
    },
    isAway: (name) => (away(lanes.get(name)) ? 'yes' : 'no'),
  };
};
