import type { Bells } from '../../core/scheduling/index.js';
import type { Chance } from './chance.js';
import type { Owner, SimulatedTime } from './simulated-time.js';

const minuteMs = 60_000;

/** How a bell was rung. */
export type Ringing = 'bell once' | 'bell twice at one hub' | 'bell at every hub' | 'bell late' | 'bell lost';

/** The bells of all hubs of a world, rung by the world: as they should be, twice, at several hubs at once, late or not at all. */
export interface SimulatedBells {
  of(owner: Owner): Bells;
  /** When the next one rings, wall ms. */
  next(): number | undefined;
  /** Rings what is due, at hubs that listen. */
  ringDue(): void;
}

interface Hung { readonly lane: string; at: number; delayed: 'no' | 'yes' }

/** @param wallAt - the wall time of a hub time */
export const hangBells = (options: {
  readonly time: SimulatedTime; readonly chance: Chance; readonly wallAt: (hub: Date) => number; readonly rung: (how: Ringing) => void;
  /** How many of a hundred bells ring otherwise than once. */
  readonly odd: number;
}): SimulatedBells => {
  const { time, chance } = options;
  const bells = new Map<string, Hung>();
  const listeners = new Map<Owner, (lane: string) => Promise<void>>();

  const ring = (key: string, bell: Hung) => {
    const there = [...listeners.keys()].filter((owner) => owner.state === 'alive');
    const [first, ...others] = there;
    if (!first) { bell.at = time.now() + 1000; return; }
    const at = (owner: Owner) => {
      const answer = listeners.get(owner);
      if (answer) void time.as(owner, () => answer(bell.lane));
    };
    const one = chance.pick([first, ...others]);
    const how: Ringing = chance.percent(options.odd) ? chance.pick(['bell twice at one hub', 'bell at every hub', 'bell late', 'bell lost']) : 'bell once';
    if (how === 'bell late' && bell.delayed === 'no') {
      Object.assign(bell, { at: time.now() + chance.between(1, 40_000), delayed: 'yes' });
      options.rung(how);
      return;
    }
    bells.delete(key);
    options.rung(how);
    switch (how) {
      case 'bell lost': break;
      case 'bell once':
      case 'bell late': at(one); break;
      case 'bell twice at one hub': at(one); at(one); break;
      case 'bell at every hub': for (const owner of there) at(owner); break;
    }
  };

  return {
    of: (owner) => ({
      ring: async (lane, at) => {
        if (owner.state === 'dead') return;
        const minute = Math.floor(at.getTime() / minuteMs) * minuteMs;
        const key = `${lane} ${String(minute)}`;
        if (!bells.has(key)) bells.set(key, { lane, at: options.wallAt(new Date(minute)), delayed: 'no' });
      },
      start: async (onBell) => { listeners.set(owner, onBell); },
      stop: async () => { listeners.delete(owner); },
    }),
    next: () => (bells.size === 0 ? undefined : Math.min(...[...bells.values()].map(({ at }) => at))),
    ringDue: () => {
      for (const [key, bell] of [...bells].sort(([, a], [, b]) => a.at - b.at)) if (bell.at <= time.now()) ring(key, bell);
    },
  };
};
