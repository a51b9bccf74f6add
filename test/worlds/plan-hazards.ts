import type { Chance } from './chance.js';

const day = 86_400_000;

/** What befalls a world besides its faults, each drawn from a stream of its own. `at` and `forMs` of the clock are wall ms, the others hub ms. */
export interface Hazards {
  /** Signed bodies that nobody can read. */
  readonly unreadable: readonly { readonly at: number }[];
  /** The nth delivery that is understood ends whoever works on it, until an operator has seen to it. */
  readonly poison: { readonly nth: number; readonly forMs: number } | undefined;
  /** When the connection to the platform is given up. */
  readonly disconnectAt: number | undefined;
  /** Whether bills are charged at the gateway, whose tokens the platform knows, and told to the platform. */
  readonly mapped: 'no' | 'yes';
  /** The database's clock is wrong for a while. */
  readonly clock: { readonly at: number; readonly forMs: number; readonly skewMs: number } | undefined;
}

/** A world without them. */
export const noHazards: Hazards = { unreadable: [], poison: undefined, disconnectAt: undefined, mapped: 'no', clock: undefined };

/** The hazards of a world. */
export const planHazards = (chance: Chance, terms: { readonly scale: number; readonly leaseSeconds: number; readonly bills: number }): Hazards => {
  const [bodies, poison, disconnect, clock] = [chance.stream('unreadable'), chance.stream('poison'), chance.stream('disconnect'), chance.stream('clock')];
  const withBills = (share: number, of: Chance) => terms.bills > 0 && of.percent(share);
  return {
    unreadable: Array.from({ length: bodies.percent(15) ? bodies.between(1, 2) : 0 }, () => ({ at: Math.floor(bodies.fraction() * 4 * day) })),
    poison: withBills(12, poison) ? { nth: poison.between(1, 4), forMs: poison.between(1, terms.leaseSeconds * 2000) } : undefined,
    disconnectAt: withBills(15, disconnect) ? Math.floor(disconnect.fraction() * 8 * day) : undefined,
    mapped: withBills(20, chance.stream('mapped')) ? 'yes' : 'no',
    clock: clock.percent(15) ? {
      at: Math.floor((clock.fraction() * 4 * day) / terms.scale), forMs: 70_000 + clock.between(0, 60_000), skewMs: clock.pick([3000, -3000, 12_000, -12_000]),
    } : undefined,
  };
};
