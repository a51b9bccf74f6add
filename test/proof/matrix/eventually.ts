import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 30;

/** Looks until there is something to see; undefined when time is up. What throws meanwhile is looked at again. */
export const eventually = async <T>(look: () => Promise<T | undefined>, withinMs: number): Promise<T | undefined> => {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await sleep(lookEveryMs);
  }
  return undefined;
};
