import { laws, type Law } from './box.js';
import type { Searched } from './plan.js';
import { rules } from './rules.js';
import type { Found } from './search.js';

const says: Readonly<Record<Law, string>> = {
  1: 'at most one successful charge per debt, and no second try',
  2: 'no charge without an attempt row before it',
  3: 'every approval is settled or visibly owed',
  4: 'one notification document per final transition',
  5: 'nothing told is pulled or ended over unread',
  6: 'no refund without two payments seen, and none twice',
  7: 'nothing taken over without a return owed, no charge while the platform retries',
  8: 'a card is charged once at a time, and counts what it was charged',
  liveness: 'what is owed can be paid from every state, by steps that are nobody\'s fault',
};

const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
const seconds = (value: number): string => value.toFixed(1);

const columns = (cells: readonly (readonly [text: string, width: number, side: 'left' | 'right'])[]): string =>
  cells.map(([text, width, side]) => (side === 'left' ? text.padEnd(width) : text.padStart(width))).join('  ').trimEnd();

const boxLine = (box: string, states: string, transitions: string, time: string, verdict: string): string =>
  columns([[box, 46, 'left'], [states, 11, 'right'], [transitions, 12, 'right'], [time, 9, 'right'], [verdict, 0, 'left']]);

const ruleLine = (rule: string, law: string, box: string, steps: string, states: string, time: string): string =>
  columns([[rule, 68, 'left'], [law, 9, 'left'], [box, 38, 'left'], [steps, 6, 'right'], [states, 9, 'right'], [time, 9, 'right']]);

/** Above the boxes. */
export const boxTable: readonly string[] = [
  'Every interleaving of two workers with so many (crashes or lost answers, standstills past a lease, signals, operators\' actions); the product\'s own step machine', '',
  boxLine('box', 'states', 'transitions', 'seconds', ''),
];

/** Above the rules. */
export const ruleTable: readonly string[] = ['', 'Each rule taken away, and what breaks first', '', ruleLine('without the rule that', 'law', 'in the box', 'steps', 'states', 'seconds')];

/** A row per box, written when its search is over. */
export const boxRow = ({ job, found }: Searched): string =>
  boxLine(job.box.name, number(found.states), number(found.transitions), seconds(found.seconds), `${found.broken.length === 0 ? 'holds' : 'BROKEN'}${found.whole === 'yes' ? '' : notWhole(found)}`);

const notWhole = ({ left, reached: { spent, depth } }: Found): string =>
  `, NOT WHOLE: ${number(left)} worlds left, of ${String(spent)} faults ${String(depth)} steps deep`;

/** What broke, step by step, for a person to read. */
export const brokenLines = ({ broken }: Found): readonly string[] => broken.flatMap(({ law, trace }) => [
  `  law ${law}`, ...trace.map((step, index) => `    ${String(index + 1).padStart(3)}  ${step}`),
]);

const lawOf = (said: string): Law | undefined => laws.find((law) => said.startsWith(`${law}:`));

/** Which of the laws a rule stands for broke first. */
const first = ({ job, found }: Searched): Found['broken'][number] | undefined => {
  const breaks = rules.find(({ rule }) => rule === job.rule)?.breaks ?? [];
  return found.broken.find(({ law }) => breaks.some((one) => one === lawOf(law)));
};

/** A row per rule. */
export const ruleRow = (searched: Searched): string => {
  const { job, found } = searched;
  const broken = first(searched);
  return ruleLine(job.rule ?? '', broken ? lawOf(broken.law) ?? '' : 'NOTHING', job.box.name, broken ? String(broken.trace.length) : '', number(found.states), seconds(found.seconds));
};

/** The laws: over how many states each was asked, and which rules' lack it showed; then the verdict. */
export const totals = (boxes: readonly Searched[], off: readonly Searched[]): { readonly lines: readonly string[]; readonly verdict: 'held' | 'missed' } => {
  const sum = (all: readonly Searched[], of: (found: Found) => number) => all.reduce((total, { found }) => total + of(found), 0);
  const states = sum(boxes, (found) => found.states);
  const rows = laws.map((law) => {
    const shown = off.filter((one) => lawOf(first(one)?.law ?? '') === law);
    const broken = boxes.filter(({ found }) => found.broken.some((one) => lawOf(one.law) === law)).length;
    return { law, shown, line: columns([
      [law, 9, 'left'], [says[law], 78, 'left'], [broken === 0 ? 'holds' : `broken in ${String(broken)}`, 12, 'left'], [number(states), 11, 'right'],
      [`${String(shown.length)} rule${shown.length === 1 ? '' : 's'}`, 8, 'right'], [number(sum(shown, (found) => found.states)), 9, 'right'], [seconds(sum(shown, (found) => found.seconds)), 9, 'right'],
    ]) };
  });
  const missed = [
    ...boxes.filter(({ found }) => found.broken.length > 0).map(({ job }) => `broken: ${job.box.name}`),
    ...boxes.filter(({ found }) => found.whole === 'no').map(({ job }) => `not whole: ${job.box.name}`),
    ...off.filter((one) => first(one) === undefined).map(({ job }) => `nothing broke without the rule that ${job.rule ?? ''}`),
    ...rows.filter(({ shown }) => shown.length === 0).map(({ law }) => `no rule shows law ${law}`),
  ];
  return {
    verdict: missed.length === 0 ? 'held' : 'missed',
    lines: [
      '', 'The laws', '',
      columns([['law', 9, 'left'], ['says', 78, 'left'], ['', 12, 'left'], ['asked of', 11, 'right'], ['shown by', 8, 'right'], ['states', 9, 'right'], ['seconds', 9, 'right']]),
      ...rows.map(({ line }) => line),
      '', `${String(boxes.length)} boxes, ${number(states)} states, ${number(sum(boxes, (found) => found.transitions))} transitions, ${seconds(sum(boxes, (found) => found.seconds))} s of search; ${String(off.length)} rules taken away, ${number(sum(off, (found) => found.states))} states, ${seconds(sum(off, (found) => found.seconds))} s`,
      ...missed, missed.length === 0 ? 'met' : `missed: ${String(missed.length)}`,
    ],
  };
};
