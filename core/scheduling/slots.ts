interface Waiter { readonly lane: string; readonly wanted: number; readonly serve: (taken: number) => void }

/** Places for work of this process. */
export interface Slots {
  /** Waits for at least one place of the lane and takes up to `wanted`; 0 once closed. Each is given back by `give`. */
  take(lane: string, wanted: number): Promise<number>;
  give(lane: string, count: number): void;
  /** Runs while nothing else does: waits until every place is given back, and lets nobody take one meanwhile. `closed` without running once closed. */
  alone<T>(run: () => Promise<T>): Promise<T | 'closed'>;
  /** Nobody takes a place any more. */
  close(): void;
}

/**
 * `count` places. A lane holds at most as many as it leaves free, so that an account that answers slowly holds up itself and
 * leaves room for others; who waits is served in order.
 */
export const createSlots = (count: number): Slots => {
  const held = new Map<string, number>();
  const waiting: Waiter[] = [];
  const alone: ((turn: 'begin' | 'closed') => void)[] = [];
  const state = { taken: 0, exclusive: 'no' as 'no' | 'yes', closed: 'no' as 'no' | 'yes' };

  const worthwhile = Math.max(1, Math.floor(count / 8));

  const share = (lane: string): number => {
    const free = count - state.taken;
    const holds = held.get(lane) ?? 0;
    // with n free and h held, taking k keeps h + k <= n - k; the first place of a lane is never refused
    const most = Math.min(free, Math.max(Math.floor((free - holds) / 2), holds === 0 ? 1 : 0));
    // what a lane takes is claimed in one go: it waits for a fair part rather than taking each place as it comes free
    return holds === 0 || most >= worthwhile ? most : 0;
  };

  const takeNow = (lane: string, wanted: number): number => {
    const taken = Math.max(0, Math.min(wanted, share(lane)));
    if (taken > 0) {
      state.taken += taken;
      held.set(lane, (held.get(lane) ?? 0) + taken);
    }
    return taken;
  };

  const serve = () => {
    if (state.closed === 'yes') {
      for (const waiter of waiting.splice(0)) waiter.serve(0);
      for (const turn of alone.splice(0)) turn('closed');
      return;
    }
    if (state.exclusive === 'yes') return;
    if (alone.length > 0) {
      if (state.taken === 0) {
        state.exclusive = 'yes';
        alone.shift()?.('begin');
      }
      return;
    }
    const unserved = waiting.splice(0).filter((waiter) => {
      const taken = takeNow(waiter.lane, waiter.wanted);
      if (taken > 0) waiter.serve(taken);
      return taken === 0;
    });
    waiting.push(...unserved);
  };

  return {
    take: (lane, wanted) => new Promise((resolve) => {
      waiting.push({ lane, wanted, serve: resolve });
      serve();
    }),
    give: (lane, given) => {
      if (given === 0) return;
      state.taken -= given;
      const left = (held.get(lane) ?? 0) - given;
      if (left > 0) held.set(lane, left);
      else held.delete(lane);
      serve();
    },
    alone: async (run) => {
      const turn = await new Promise<'begin' | 'closed'>((resolve) => {
        alone.push(resolve);
        serve();
      });
      if (turn === 'closed') return turn;
      try {
        return await run();
      } finally {
        state.exclusive = 'no';
        serve();
      }
    },
    close: () => {
      state.closed = 'yes';
      serve();
    },
  };
};
