import { describe, expect, it } from '@jest/globals';
import { boxOf, kinds } from './boxes.js';
import { createCanonical } from './canonical.js';
import { createKnownWorlds } from './known-worlds.js';
import { waysOf } from './ways.js';
import type { Budget, Transition, World } from './world.js';

const budget = { crashes: 1, expiries: 1, signals: 1, operators: 1, declines: 1 };
const most = 600;

describe('a world with less left to befall it', () => {
  it.each(kinds)('does nothing that the same world with more left cannot do: %s', async (kind) => {
    const box = boxOf(kind, budget);
    const ways = waysOf(box);
    const canonical = createCanonical(box);
    const seen = new Set([canonical.keyOf(ways.first)]);
    const queue: World[] = [ways.first];
    const after = async (world: World, which: Transition['kind'] | 'any') => {
      const worlds: World[] = [];
      for (const { kind: one, to } of await ways.from(world)) if (which === 'any' || one === which) worlds.push(await to);
      return worlds;
    };
    let compared = 0;
    let turn = 1;
    while (queue.length > 0 && seen.size < most) {
      turn = (turn * 48_271) % 2_147_483_647;
      const [world] = queue.splice(turn % queue.length, 1);
      if (!world) break;
      const following = await after(world, 'any');
      for (const one of following) {
        const key = canonical.keyOf(one);
        if (!seen.has(key)) { seen.add(key); queue.push(one); }
      }
      if (turn % 4 !== 0) continue;
      // a worker between the clock and the socket is met only while somebody may stand still there
      const further = new Set(following.map((one) => canonical.keyOf(one)));
      for (const one of following) for (const next of await after(one, 'step')) further.add(canonical.keyOf(next));
      for (const name of ['crashes', 'expiries', 'signals', 'operators', 'declines'] as const) {
        if (world.left[name] === 0 || (name === 'signals' && box.collects === 'platform')) continue;
        const poorer = { ...world, left: { ...world.left, [name]: 0 } };
        for (const one of await after(poorer, 'any')) expect(further).toContain(canonical.keyOf(one));
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(60);
  }, 120_000);
});

describe('the worlds that are known', () => {
  const left = (crashes: number, signals: number): Budget => ({ crashes, expiries: 0, signals, operators: 0, declines: 0 });

  it('has one number for a world and the same with less left, and another for the same with more of anything', () => {
    const known = createKnownWorlds();
    expect(known.numberOf('a', left(1, 1), 0)).toBe(0);
    expect([known.numberOf('a', left(1, 0), 0), known.numberOf('a', left(0, 1), 0), known.numberOf('a', left(1, 1), 0)]).toEqual([0, 0, 0]);
    expect(known.numberOf('a', left(2, 0), 0)).toBe(1);
    expect(known.numberOf('b', left(1, 0), 0)).toBe(2);
    expect([known.numberOf('a', left(0, 2), 0), known.numberOf('a', left(2, 0), 0), known.size()]).toEqual([3, 1, 4]);
  });

  it('has one number for a world and the same with more leave', () => {
    const known = createKnownWorlds();
    expect([known.numberOf('a', left(1, 1), 0b101), known.numberOf('a', left(1, 0), 0b111), known.numberOf('a', left(1, 0), 0b110), known.numberOf('a', left(0, 0), 0b110)]).toEqual([0, 0, 1, 1]);
  });

  it('keeps the numbers of very many', () => {
    const known = createKnownWorlds();
    const many = 200_000;
    for (let at = 0; at < many; at += 1) expect(known.numberOf(`world ${String(at)}`, left(0, 0), 0)).toBe(at);
    for (let at = 0; at < many; at += 997) expect(known.numberOf(`world ${String(at)}`, left(0, 0), 0)).toBe(at);
    expect(known.size()).toBe(many);
  });
});
