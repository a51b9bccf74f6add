import type { Box, Law, SwitchedOff } from './box.js';
import { createCanonical } from './canonical.js';
import { brokenLaw, isAtRest } from './laws.js';
import { waysOf } from './ways.js';
import type { World } from './world.js';

/** What a search found. */
export interface Found {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly whole: 'yes' | 'no';
  /** One shortest trace for each way in which a law broke, the shortest first. */
  readonly broken: readonly { readonly law: string; readonly trace: readonly string[] }[];
}

/** How far a search goes. What it leaves out by that it says: `whole: 'no'`. */
export interface SearchLimits { readonly mostStates?: number; readonly mostSeconds?: number; /** Ends once one of these laws is broken. */ readonly until?: readonly Law[] }

/** 53 bits of a text. */
const hashOf = (text: string): number => {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2_654_435_761);
    other = Math.imul(other ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & other) + (one >>> 0);
};

/** Numbers that grow. */
const growing = () => {
  let list = new Int32Array(1 << 16);
  let length = 0;
  return {
    push: (value: number) => {
      if (length === list.length) { const more = new Int32Array(length * 2); more.set(list); list = more; }
      list[length] = value;
      length += 1;
    },
    at: (index: number) => list[index] ?? -1,
    length: () => length,
  };
};

/** Every world a box can come to, breadth first, each law asked of each. */
export const search = async (box: Box, off?: SwitchedOff, options: SearchLimits = {}): Promise<Found> => {
  const started = performance.now();
  const ways = waysOf(box, off);
  const canonical = createCanonical(box);
  // worlds are told apart by 53 bits of their names: among ten million two fall together with a chance of one in two hundred
  const numbers = new Map<number, number>();
  const parents = growing();
  const names = growing();
  const [from, to] = [growing(), growing()];
  const nameIds = new Map<string, number>();
  const atRest: number[] = [];
  const broken = new Map<string, number>();
  let next: { readonly id: number; readonly world: World }[] = [];
  let transitions = 0;

  const nameId = (name: string): number => {
    const known = nameIds.get(name);
    if (known !== undefined) return known;
    nameIds.set(name, nameIds.size);
    return nameIds.size - 1;
  };
  const reach = (world: World, parent: number, name: string): number => {
    const key = hashOf(canonical.keyOf(world));
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const id = numbers.size;
    numbers.set(key, id);
    parents.push(parent);
    names.push(nameId(name));
    const law = brokenLaw(world, box);
    if (law === undefined) {
      if (isAtRest(world, box)) atRest.push(id);
      next.push({ id, world });
    } else {
      atRest.push(id);
      if (!broken.has(law)) broken.set(law, id);
    }
    return id;
  };
  const traceTo = (end: number): readonly string[] => {
    const spoken = [...nameIds.keys()];
    const trace: string[] = [];
    for (let id = end; id > 0; id = parents.at(id)) trace.push(spoken[names.at(id)] ?? '');
    return trace.toReversed();
  };

  reach(ways.first, -1, 'start');
  const most = options.mostStates ?? 12_000_000;
  const mostMs = (options.mostSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  let cut: 'no' | 'yes' = 'no';
  while (next.length > 0 && cut === 'no' && !options.until?.some((law) => [...broken.keys()].some((said) => said.startsWith(`${law}:`)))) {
    const frontier = next;
    next = [];
    for (const { id, world } of frontier) {
      if (performance.now() - started > mostMs || numbers.size >= most) { cut = 'yes'; break; }
      for (const transition of await ways.from(world)) {
        transitions += 1;
        const reached = reach(await transition.to, id, transition.name);
        if (transition.kind === 'step' && reached !== id) { from.push(id); to.push(reached); }
      }
    }
  }
  const whole = next.length === 0 && cut === 'no';
  if (whole) {
    const stuck = firstStuck(numbers.size, from, to, atRest);
    if (stuck !== undefined) broken.set('liveness: something owed can never be paid any more', stuck);
  }
  return {
    states: numbers.size, transitions, seconds: (performance.now() - started) / 1000, whole: whole ? 'yes' : 'no',
    broken: [...broken].map(([law, id]) => ({ law, trace: traceTo(id) })).sort((a, b) => a.trace.length - b.trace.length),
  };
};

type Numbers = ReturnType<typeof growing>;

/** The first state from which no state at rest can be reached by steps alone. */
const firstStuck = (states: number, from: Numbers, to: Numbers, atRest: readonly number[]): number | undefined => {
  const first = new Int32Array(states).fill(-1);
  const following = new Int32Array(to.length());
  for (let edge = 0; edge < to.length(); edge += 1) {
    following[edge] = first[to.at(edge)] ?? -1;
    first[to.at(edge)] = edge;
  }
  const fine = new Uint8Array(states);
  const queue = [...atRest];
  for (const id of queue) fine[id] = 1;
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (let edge = first[id] ?? -1; edge >= 0; edge = following[edge] ?? -1) {
      const before = from.at(edge);
      if (fine[before] === 0) { fine[before] = 1; queue.push(before); }
    }
  }
  const stuck = fine.indexOf(0);
  return stuck === -1 ? undefined : stuck;
};
