import type { CheckpointName } from '../../core/observability/index.js';
import type { ProtectionSwitch } from '../plugins/unprotected-gateway/fake/settings.js';
import { chanceOf, type Chance } from './chance.js';
import { noHazards, planHazards, type Hazards } from './plan-hazards.js';
import { planFaults, type PlannedFault } from './planned-faults.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A call of the merchant at the gateway that protects nothing. Times are hub ms after the start. */
export interface DirectCall {
  readonly at: number;
  readonly card: string;
  readonly amount: number;
  readonly declineCode: string | undefined;
  readonly idempotencyKey: string;
  /** How often the merchant sends the very same call at once. */
  readonly times: number;
  /** When it is cancelled, asked again by an operator, or decided by one. */
  readonly after: readonly { readonly at: number; readonly what: 'cancel' | 'retry' | 'resolve_failed' | 'resolve_succeeded' }[];
}

/** A subscription whose renewal fails at the platform. */
export interface Bill {
  readonly at: number;
  readonly amount: number;
  readonly results: readonly string[];
  readonly smartRetryDays: readonly number[];
  readonly after: readonly { readonly at: number; readonly what: 'pay_elsewhere' | 'out_of_band' | 'void' | 'uncollectible' | 'update_card' | 'cancel_subscription' | 'smart_retry' | 'race_with_next_pay' | 'race_with_next_read' | 'cancel' | 'retry' }[];
}

/** Everything a world will do, decided beforehand by its seed. */
export interface Scenario {
  readonly seed: number;
  readonly scale: number;
  readonly leaseSeconds: number;
  readonly hubs: number;
  readonly protection: ProtectionSwitch;
  readonly absentIsFinalAfterMs: number;
  /** How long after a charge the gateway's search is blind, hub ms. */
  readonly lagMs: number;
  readonly cards: Readonly<Record<string, readonly string[]>>;
  readonly calls: readonly DirectCall[];
  readonly bills: readonly Bill[];
  /** Whether each webhook is sent to two addresses. */
  readonly webhooks: { readonly endpoints: number; readonly duplicates: number; readonly disorder: number; readonly twins: number };
  readonly oddBells: number;
  readonly faults: readonly PlannedFault[];
  readonly hazards: Hazards;
}

export type Place = CheckpointName;

const declines = ['insufficient_funds', 'do_not_honor', 'processing_error', 'generic_decline', 'expired_card', 'lost_card', 'issuer_unavailable'] as const;
const stripeDeclines = ['insufficient_funds', 'do_not_honor', 'processing_error', 'generic_decline', 'expired_card', 'lost_card', 'authentication_required'] as const;

const resultsOf = (chance: Chance, codes: readonly [string, ...string[]], first: 'any' | 'decline'): readonly string[] => {
  const declined = Array.from({ length: chance.between(first === 'decline' ? 1 : 0, 4) }, () => chance.pick(codes));
  return [...declined, ...(chance.percent(75) || declined.length === 0 ? ['success'] : [])];
};

const callOf = (chance: Chance, n: number, cards: readonly [string, ...string[]]): DirectCall => {
  const at = Math.floor(chance.fraction() * 3 * day);
  const after = (['cancel', 'retry', 'resolve_failed', 'resolve_succeeded'] as const)
    .filter((what) => chance.percent(what === 'retry' ? 12 : what === 'cancel' ? 10 : 4))
    .map((what) => ({ at: at + Math.floor(chance.fraction() * 10 * day), what }));
  return {
    at, card: chance.pick(cards), amount: 1000 + 10 * n,
    declineCode: chance.pick([undefined, 'insufficient_funds', 'do_not_honor', 'processing_error', 'generic_decline', 'timeout']),
    idempotencyKey: `order-${String(n)}`, times: chance.percent(20) ? 2 : 1, after,
  };
};

const billOf = (chance: Chance, n: number): Bill => {
  const at = Math.floor(chance.fraction() * 2 * day);
  const after = (['pay_elsewhere', 'out_of_band', 'void', 'uncollectible', 'update_card', 'cancel_subscription', 'smart_retry', 'race_with_next_pay', 'race_with_next_read', 'cancel', 'retry'] as const)
    .filter((what) => chance.percent(what === 'update_card' ? 25 : 8))
    .map((what) => ({ at: at + Math.floor(chance.fraction() * 12 * day), what }));
  return {
    at, amount: 5000 + 10 * n, results: resultsOf(chance, stripeDeclines, 'decline'),
    smartRetryDays: chance.percent(30) ? [1, 3, 5].map((d) => d + chance.fraction()) : [], after,
  };
};

/** Worlds of the first edition know no hazards: a seed that was found in one stays what it was. */
export type Edition = 'first' | 'newest';

/** What the world of this seed does. */
export const scenarioOf = (seed: number, edition: Edition = 'newest'): Scenario => {
  const chance = chanceOf(`world ${String(seed)}`);
  const clock = chance.pick([{ scale: 3600, leaseSeconds: 3 }, { scale: 3600, leaseSeconds: 5 }, { scale: 600, leaseSeconds: 5 }, { scale: 1, leaseSeconds: 30 }]);
  const protection = chance.pick(['single_use_object', 'key', 'search_only']);
  const cards = ['um_a', 'um_b', 'um_c'].slice(0, chance.between(1, 3)) as [string, ...string[]];
  const cast = chance.stream('cast');
  const hubs = chance.pick([1, 2, 2, 2, 3]);
  const calls = Array.from({ length: chance.between(0, 4) }, (_, n) => callOf(cast.stream(`call ${String(n)}`), n, cards));
  const bills = Array.from({ length: chance.between(calls.length === 0 ? 1 : 0, 3) }, (_, n) => billOf(cast.stream(`bill ${String(n)}`), n));
  return {
    seed, ...clock, hubs, protection,
    absentIsFinalAfterMs: chance.pick([5 * minute, 30 * minute, 2 * hour]),
    lagMs: chance.percent(40) ? chance.between(1, 4) * minute : 0,
    cards: Object.fromEntries(cards.map((card) => [card, resultsOf(cast.stream(card), declines, 'any')])),
    calls, bills,
    webhooks: { endpoints: chance.percent(35) ? 2 : 1, duplicates: chance.percent(30) ? 0.4 : 0, disorder: chance.percent(30) ? 0.4 : 0, twins: 0 },
    oddBells: chance.pick([0, 15, 40]),
    faults: planFaults(chance.stream('faults'), { ...clock, hubs, calls: calls.length, bills: bills.length, protection }),
    hazards: edition === 'first' ? noHazards : planHazards(chance.stream('hazards'), { ...clock, bills: bills.length }),
  };
};
