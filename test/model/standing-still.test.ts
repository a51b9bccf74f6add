import { describe, expect, it } from '@jest/globals';
import type { Box, SwitchedOff } from './box.js';
import { boxOf } from './boxes.js';
import { createCanonical } from './canonical.js';
import { isAtRest } from './laws.js';
import { waysOf } from './ways.js';
import type { World } from './world.js';

/** A rule whose lack changes nothing: steps that would be taken at once, or wait, are then taken one by one at any time. */
const oneByOne = (box: Box): SwitchedOff => ({ rule: 'none', in: box, breaks: [], write: (write) => write });

/** All worlds at rest that a box comes to, whatever is left of its budget. */
const endsOf = async (box: Box, off?: SwitchedOff): Promise<{ readonly ends: readonly string[]; readonly states: number }> => {
  const ways = waysOf(box, off);
  const canonical = createCanonical(box);
  const nameOf = (world: World) => `${canonical.keyOf(world)} ${String(canonical.leaveOf(world))} ${Object.values(world.left).join(',')}`;
  const seen = new Set([nameOf(ways.first)]);
  const ends = new Set<string>();
  const queue: World[] = [ways.first];
  for (let world = queue.pop(); world !== undefined; world = queue.pop()) {
    for (const transition of await ways.from(world)) {
      const after = await transition.to;
      const key = nameOf(after);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(after);
      if (isAtRest(after, box)) ends.add(spoken(after));
    }
  }
  return { ends: [...ends].toSorted(), states: seen.size };
};

const spoken = ({ cases, charges, debts, ledgers, accepted, alerts }: World): string => JSON.stringify({
  cases: cases.map(({ status, attempts, settlement, refunds, ended }) => [status, attempts.map(({ key, outcome }) => [key, outcome?.status]), settlement?.state, refunds.length, ended?.reason]),
  charges: charges.map(({ key, state, taken, returned, part }) => [key, state, taken, returned, part]), debts, accepted, alerts,
  tries: Object.values(ledgers).map((ledger) => (Reflect.get(ledger, 'tries') as readonly { readonly key: string; readonly state: string }[]).map(({ key, state }) => [key, state])),
});

describe('steps under a hold that is gone', () => {
  it.each([
    boxOf('single_use_object', { expiries: 1 }), boxOf('search_only', { expiries: 1 }), boxOf('key', { expiries: 1, signals: 1 }),
    boxOf('collection', { expiries: 1 }), boxOf('mapped', { expiries: 1 }),
  ])('come to the same ends, at once or one by one: $name', async (box) => {
    const [short, long] = [await endsOf(box), await endsOf(box, oneByOne(box))];
    expect(short.ends).toEqual(long.ends);
    expect(short.states).toBeLessThan(long.states);
  }, 120_000);
});
