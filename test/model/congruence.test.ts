import { describe, expect, it } from '@jest/globals';
import { boxOf, kinds } from './boxes.js';
import { createCanonical } from './canonical.js';
import { waysOf } from './ways.js';
import type { World } from './world.js';

const most = 2500;
const pairs = 250;

describe('worlds of one name', () => {
  it.each(kinds)('go on alike: %s', async (kind) => {
    const box = boxOf(kind, { crashes: 1, expiries: 1, signals: 1, operators: 1, declines: 1 });
    const ways = waysOf(box);
    const canonical = createCanonical(box);
    const nameOf = (world: World) => `${canonical.keyOf(world)} ${String(canonical.leaveOf(world))} ${Object.values(world.left).join(',')}`;
    const seen = new Map<string, World>([[nameOf(ways.first), ways.first]]);
    const met: (readonly [World, World])[] = [];
    const queue: World[] = [ways.first];
    // from here and there, to meet worlds that have lived long and short
    let turn = 1;
    while (queue.length > 0 && seen.size < most) {
      turn = (turn * 48_271) % 2_147_483_647;
      const [world] = queue.splice(turn % queue.length, 1);
      if (!world) break;
      for (const transition of await ways.from(world)) {
        const after = await transition.to;
        const key = nameOf(after);
        const known = seen.get(key);
        if (known === undefined) { seen.set(key, after); queue.push(after); } else if (met.length < pairs || (known.now !== after.now && met.length < 2 * pairs)) met.push([known, after]);
      }
    }
    const following = async (world: World) => {
      const all = await ways.from(world);
      return (await Promise.all(all.map(async ({ to }) => nameOf(await to)))).toSorted();
    };
    for (const [one, other] of met) expect(await following(one)).toEqual(await following(other));
    expect(met.length).toBeGreaterThan(150);
  }, 180_000);
});
