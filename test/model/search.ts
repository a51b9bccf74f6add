import type { Box, Law, SwitchedOff } from './box.js';
import { createCanonical } from './canonical.js';
import { createKnownWorlds } from './known-worlds.js';
import { brokenLaw, isAtRest } from './laws.js';
import { waysOf } from './ways.js';
import type { Budget, World } from './world.js';

/** What a search found. */
export interface Found {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly whole: 'yes' | 'no';
  /** Worlds that were met and not gone on from. */
  readonly left: number;
  /** Of a search that was cut: how much had befallen the worlds it had come to, and how many steps in a row it had gone there. */
  readonly reached: { readonly spent: number; readonly depth: number };
  /** One shortest trace for each way in which a law broke, the shortest first. */
  readonly broken: readonly { readonly law: string; readonly trace: readonly string[] }[];
}

/** How far a search goes. What it leaves out by that it says: `whole: 'no'`. */
export interface SearchLimits { readonly mostStates?: number; readonly mostSeconds?: number; /** Ends once one of these laws is broken. */ readonly until?: readonly Law[] }

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

const spentOf = ({ crashes, expiries, signals, operators, declines }: Budget): number => crashes + expiries + signals + operators + declines;

/**
 * Every world a box can come to, each law asked of each: those with the most left to befall them first, and of these breadth first. So a world that
 * differs from a known one only in having less left is never gone on from.
 */
export const search = async (box: Box, off?: SwitchedOff, options: SearchLimits = {}): Promise<Found> => {
  const started = performance.now();
  const ways = waysOf(box, off);
  const canonical = createCanonical(box);
  const known = createKnownWorlds();
  const parents = growing();
  const names = growing();
  const [from, to] = [growing(), growing()];
  const nameIds = new Map<string, number>();
  const atRest: number[] = [];
  const broken = new Map<string, number>();
  const whole = spentOf(box.budget);
  // worlds to go on from, by what was spent until then
  const waiting: { readonly id: number; readonly world: World }[][] = Array.from({ length: whole + 1 }, () => []);
  let transitions = 0;

  const nameId = (name: string): number => {
    const before = nameIds.get(name);
    if (before !== undefined) return before;
    nameIds.set(name, nameIds.size);
    return nameIds.size - 1;
  };
  const reach = (world: World, parent: number, name: string): number => {
    const before = known.size();
    const id = known.numberOf(canonical.keyOf(world), world.left, canonical.leaveOf(world));
    if (id < before) return id;
    parents.push(parent);
    names.push(nameId(name));
    const law = brokenLaw(world, box);
    if (law === undefined) {
      if (isAtRest(world, box)) atRest.push(id);
      waiting[whole - spentOf(world.left)]?.push({ id, world });
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
  const isOver = (): boolean => performance.now() - started > mostMs || known.size() >= most;
  const isShown = (): boolean => options.until?.some((law) => [...broken.keys()].some((said) => said.startsWith(`${law}:`))) === true;
  let reached = { spent: 0, depth: 0 };
  for (let spent = 0; spent <= whole && !isOver() && !isShown(); spent += 1) {
    reached = { spent, depth: 0 };
    for (let frontier = waiting[spent] ?? []; frontier.length > 0 && !isOver() && !isShown(); frontier = waiting[spent] ?? []) {
      waiting[spent] = [];
      reached = { spent, depth: reached.depth + 1 };
      for (const [at, { id, world }] of frontier.entries()) {
        if (isOver()) { waiting[spent] = [...waiting[spent] ?? [], ...frontier.slice(at)]; break; }
        for (const transition of await ways.from(world)) {
          transitions += 1;
          const after = reach(await transition.to, id, transition.name);
          if (transition.kind === 'step' && after !== id) { from.push(id); to.push(after); }
        }
      }
    }
  }
  const left = waiting.reduce((sum, worlds) => sum + worlds.length, 0);
  if (left === 0) {
    const stuck = firstStuck(known.size(), from, to, atRest);
    if (stuck !== undefined) broken.set('liveness: something owed can never be paid any more', stuck);
  }
  return {
    states: known.size(), transitions, seconds: (performance.now() - started) / 1000, whole: left === 0 ? 'yes' : 'no', left, reached,
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
