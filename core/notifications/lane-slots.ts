import type { Clock } from '../scheduling/index.js';

interface Lane { inFlight: number; averageMs: number; tail: number }

/** How many requests are under way, per lane and in all. */
export interface LaneSlots {
  /** Takes a place; false when the lane or the process has none left. */
  take(lane: string): boolean;
  /** Gives a place back after a request that took `durationMs`. */
  give(lane: string, durationMs: number): void;
  /** The wall time at which a document that found no place should come again: each asker a little after the one before. */
  turn(lane: string): Date;
}

/**
 * Places for requests. A backlog of a slow endpoint is spread over the time it needs at its own pace, instead of being claimed
 * and given back again and again.
 */
export const createLaneSlots = (options: { readonly perLane: number; readonly inAll: number; readonly clock: Clock }): LaneSlots => {
  const lanes = new Map<string, Lane>();
  let inAll = 0;
  const laneOf = (name: string): Lane => {
    const known = lanes.get(name) ?? { inFlight: 0, averageMs: 250, tail: 0 };
    lanes.set(name, known);
    return known;
  };
  return {
    take: (name) => {
      const lane = laneOf(name);
      if (lane.inFlight >= options.perLane || inAll >= options.inAll) return false;
      lane.inFlight += 1;
      inAll += 1;
      return true;
    },
    give: (name, durationMs) => {
      const lane = laneOf(name);
      lane.inFlight -= 1;
      inAll -= 1;
      lane.averageMs = lane.averageMs * 0.7 + durationMs * 0.3;
      if (lane.inFlight === 0 && lane.tail <= options.clock.wallNow().getTime()) lanes.delete(name);
    },
    turn: (name) => {
      const lane = laneOf(name);
      lane.tail = Math.max(lane.tail, options.clock.wallNow().getTime()) + Math.max(5, lane.averageMs / options.perLane);
      return new Date(lane.tail);
    },
  };
};
