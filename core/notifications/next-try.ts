import type { Clock } from '../scheduling/index.js';

const minute = 60_000;
const hour = 60 * minute;

/** Waits after the end of the first and second try, in wall ms. */
export const fastWaitsMs: readonly number[] = [2000, 8000];

/** Waits after the end of the third and each later try, in hub ms. */
export const durableWaitsMs: readonly number[] = [minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour, 15 * hour];

/** When the next try is due (hub time) after `triesDone` failed ones, or undefined when none is left. */
export const nextTry = (triesDone: number, redelivery: 'fast' | 'durable', clock: Clock): Date | undefined => {
  const fast = fastWaitsMs[triesDone - 1];
  if (fast !== undefined) return clock.hubAt(new Date(clock.wallNow().getTime() + fast));
  const durable = redelivery === 'durable' ? durableWaitsMs[triesDone - 1 - fastWaitsMs.length] : undefined;
  return durable === undefined ? undefined : new Date(clock.hubNow().getTime() + durable);
};
