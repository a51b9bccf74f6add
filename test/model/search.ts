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

interface Options { readonly mostStates?: number; /** Ends once one of these laws is broken. */ readonly until?: readonly Law[] }

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
export const search = async (box: Box, off?: SwitchedOff, options: Options = {}): Promise<Found> => {
  const started = performance.now();
  const ways = waysOf(box, off);
  const canonical = createCanonical(box);
  const numbers = new Map<string, number>();
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
    const key = canonical.keyOf(world);
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
  const most = options.mostStates ?? 5_000_000;
  while (next.length > 0 && numbers.size < most && !options.until?.some((law) => [...broken.keys()].some((said) => said.startsWith(`${law}:`)))) {
    const frontier = next;
    next = [];
    for (const { id, world } of frontier) {
      for (const transition of await ways.from(world)) {
        transitions += 1;
        const reached = reach(await transition.to, id, transition.name);
        if (transition.kind === 'step' && reached !== id) { from.push(id); to.push(reached); }
      }
    }
  }
  const whole = next.length === 0;
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
