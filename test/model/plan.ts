import type { Box } from './box.js';
import { boxOf, kinds, twinBox } from './boxes.js';
import { rules } from './rules.js';
import type { Found, SearchLimits } from './search.js';

/** One search: a box with every rule on, or with one taken away. */
export interface Job { readonly box: Box; readonly rule?: string; readonly limits: SearchLimits }

/** What was searched, with what was found. */
export interface Searched { readonly job: Job; readonly found: Found }

/** `ci`: what every change has time for. `full`: the boxes that the protocol names, each as far as its time goes. */
export type Part = 'ci' | 'full';

const budget = ([crashes, expiries, signals, operators]: readonly [number, number, number, number]) => ({ crashes, expiries, signals, operators });

/** Small enough for every change, and together every pair of happenings. */
const small: readonly Box[] = [
  ...kinds.map((kind) => boxOf(kind, budget([1, 1, 0, 0]))),
  ...kinds.map((kind) => boxOf(kind, budget([0, 0, 1, 1]))),
  boxOf('single_use_object', budget([1, 0, 1, 1])),
  boxOf('single_use_object', { crashes: 1, declines: 1 }),
  boxOf('mapped', { crashes: 1, declines: 1 }),
  boxOf('collection', { signals: 1, declines: 1 }, { intake: 'dies' }),
  boxOf('search_only', { crashes: 1 }, { cases: 2, name: 'two cases of one card (1,0,0,0)' }),
  twinBox({ crashes: 1 }),
  twinBox({ declines: 1 }),
];

/** What takes too long for every change, the boxes that the protocol names last, and how many times the time of a box each may take. */
const large: readonly { readonly counts: readonly [number, number, number, number]; readonly shares: number }[] = [
  { counts: [1, 0, 1, 1], shares: 1 }, { counts: [1, 1, 1, 0], shares: 2 }, { counts: [1, 1, 2, 1], shares: 10 }, { counts: [2, 2, 1, 0], shares: 10 }, { counts: [2, 2, 2, 1], shares: 10 },
];

/** More worlds than this are not kept in memory beside another search. */
const mostStates = 4_000_000;

/** Of the large boxes those that are searched whole in about a minute: every change runs one of them, by its commit. */
const oneByOne: readonly Box[] = [
  boxOf('single_use_object', budget([1, 1, 2, 1])), boxOf('collection', budget([1, 1, 1, 0])), boxOf('mapped', budget([1, 1, 1, 0])),
  boxOf('single_use_object', budget([1, 1, 1, 1])), boxOf('search_only', budget([1, 1, 1, 1])),
];

/** The large box that a change runs, chosen by the hash of its commit; without one, the first. */
const ofCommit = (commit: string): Box | undefined => oneByOne[(Number.parseInt(commit.slice(0, 8), 16) || 0) % oneByOne.length];

/** The boxes with every rule on. `commit`: whose large box the part of every change searches; left out, none. */
export const boxesOf = (part: Part, secondsEach: number, commit?: string): readonly Job[] => {
  const chosen = part === 'ci' && commit !== undefined ? ofCommit(commit) : undefined;
  return [
    ...(chosen ? [{ box: chosen, limits: {} }] : []),
    ...small.map((box): Job => ({ box, limits: {} })),
    ...(part === 'ci' ? [] : large.flatMap(({ counts, shares }) => kinds.map((kind): Job => ({ box: boxOf(kind, budget(counts)), limits: { mostSeconds: shares * secondsEach, mostStates } })))),
  ];
};

/** Every rule, taken away in the box that shows it. */
export const rulesTakenAway: readonly Job[] = rules.map(({ rule, in: box, breaks }) => ({ box, rule, limits: { until: breaks } }));
