import type { Budget } from './world.js';

/** Two words of 32 bits of a text, for as long as nobody asks for another. */
const hashed = new Uint32Array(2);

const hash = (text: string): void => {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2_654_435_761);
    other = Math.imul(other ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  hashed[0] = one;
  hashed[1] = other;
};

/** The longer array that takes the place of a full one. */
const doubled = <T extends Uint32Array | Int32Array>(full: T, empty: T): T => { empty.set(full); return empty; };

/** A budget in one number, four bits each of which the highest stays free. */
const packed = ({ crashes, expiries, signals, operators, declines }: Budget): number =>
  crashes | (expiries << 4) | (signals << 8) | (operators << 12) | (declines << 16);

const highest = 0x88888;

/** Whether every count of one budget is at least that of another. */
const covers = (one: number, other: number): boolean => (((one | highest) - other) & highest) === highest;

/** All worlds met, by name and by what is left of their budget. */
export interface KnownWorlds {
  /**
   * The number of a world. A world that is known with as much left, or more, is that world: whatever may befall this one may befall that one too,
   * and nothing happens by itself for lack of a budget. So is one that is known with less `leave`, a set of bits: the laws ask more of it. Under a number
   * as large as `size()` was before, it is new.
   */
  numberOf(name: string, left: Budget, leave: number): number;
  size(): number;
}

/** Worlds are told apart by 64 bits of their names: among ten million, two fall together with a chance of one in 300,000. */
export const createKnownWorlds = (): KnownWorlds => {
  let [size, room] = [0, 1 << 16];
  let [low, high, budgets, leaves, following] = [new Uint32Array(room), new Uint32Array(room), new Uint32Array(room), new Uint32Array(room), new Int32Array(room)];
  // the number of the newest world of a name, at the place its hash points to, or after it
  let slots = new Int32Array(room * 2).fill(-1);

  const placeOf = (one: number, other: number): number => {
    const mask = slots.length - 1;
    for (let at = (one ^ (other >>> 7)) & mask; ; at = (at + 1) & mask) {
      const first = slots[at] ?? -1;
      if (first === -1 || (low[first] === one && high[first] === other)) return at;
    }
  };
  const grow = (): void => {
    room *= 2;
    [low, high, budgets] = [doubled(low, new Uint32Array(room)), doubled(high, new Uint32Array(room)), doubled(budgets, new Uint32Array(room))];
    [leaves, following] = [doubled(leaves, new Uint32Array(room)), doubled(following, new Int32Array(room))];
    const before = slots;
    slots = new Int32Array(room * 2).fill(-1);
    for (const first of before) if (first !== -1) slots[placeOf(low[first] ?? 0, high[first] ?? 0)] = first;
  };

  return {
    numberOf: (name, left, leave) => {
      hash(name);
      const [one = 0, other = 0] = hashed;
      const budget = packed(left);
      const place = placeOf(one, other);
      const first = slots[place] ?? -1;
      for (let known = first; known !== -1; known = following[known] ?? -1) {
        if (covers(budgets[known] ?? 0, budget) && ((leaves[known] ?? 0) & ~leave) === 0) return known;
      }
      const number = size;
      [low[number], high[number], budgets[number], leaves[number], following[number]] = [one, other, budget, leave, first];
      slots[place] = number;
      size += 1;
      if (size === room) grow();
      return number;
    },
    size: () => size,
  };
};
