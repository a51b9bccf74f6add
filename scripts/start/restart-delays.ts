const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
const LONG_LIFE_MS = 60_000;

/** How long to wait before each new start of a process that ended after `livedMs`: 1 s doubling to 30 s, anew after a minute of life. */
export const createRestartDelays = (): { readonly after: (livedMs: number) => number } => {
  let next = FIRST_MS;
  return {
    after: (livedMs) => {
      if (livedMs >= LONG_LIFE_MS) next = FIRST_MS;
      const delay = next;
      next = Math.min(next * 2, LONGEST_MS);
      return delay;
    },
  };
};
