/** How an end is divided up, in ms: for the work in hand, and within that until whoever waits for it is answered with what is known. */
export interface DrainTimes { readonly patienceMs: number; readonly hurryMs: number }

/** Of a shutdown of so many seconds a tenth (0.3 to 1.5 s) is left for closing connections and the database, and as much before that for last answers. */
export const drainTimesOf = (shutdownSeconds: number): DrainTimes => {
  const reserveMs = Math.min(Math.max(shutdownSeconds * 100, 300), 1500);
  return { patienceMs: shutdownSeconds * 1000 - reserveMs, hurryMs: shutdownSeconds * 1000 - 2 * reserveMs };
};

/** Waits for everything that ends, at most `patienceMs`, and calls `hurry` when little of it is left. Answers the names of what did not end; an error counts as an end. */
export const drain = async (ends: Readonly<Record<string, Promise<unknown>>>, times: DrainTimes & { readonly hurry: () => void }): Promise<readonly string[]> => {
  const left = new Set(Object.keys(ends));
  const all = Promise.all(Object.entries(ends).map(async ([name, end]) => {
    await end.catch(() => undefined);
    left.delete(name);
  }));
  const hurry = setTimeout(times.hurry, times.hurryMs);
  let patience: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => { patience = setTimeout(resolve, times.patienceMs); });
  try {
    await Promise.race([all, over]);
  } finally {
    clearTimeout(hurry);
    clearTimeout(patience);
  }
  return [...left];
};

/** Work that nobody waits for but the end of the process. */
export interface Followed {
  follow(work: Promise<unknown>): void;
  /** When all of it has ended, also what is begun meanwhile. */
  ended(): Promise<void>;
}

/** Follows work to its end. */
export const followed = (): Followed => {
  const running = new Set<Promise<unknown>>();
  return {
    follow: (work) => {
      const one: Promise<unknown> = work.catch(() => undefined).finally(() => { running.delete(one); });
      running.add(one);
    },
    ended: async () => { while (running.size > 0) await Promise.all(running); },
  };
};
