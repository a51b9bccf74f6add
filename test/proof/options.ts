import { randomInt } from 'node:crypto';
import { parseArgs, types } from 'node:util';

/** How `prove` ends. */
export const exitCodes = { holds: 0, missed: 1, usage: 2, interrupted: 130 } as const;

/** The parts of the proof. `matrix` begins with the laws against planted violations. */
export type Section = 'matrix' | 'worlds' | 'model';

const sections: readonly Section[] = ['matrix', 'worlds', 'model'];

/** What it was asked for. */
export interface ProveOptions {
  readonly do: 'prove' | 'list';
  readonly sections: readonly Section[];
  /** `ci`: what every change is tried with. */
  readonly part: 'all' | 'ci';
  /** Only runs whose id has every one of these words. */
  readonly only: readonly string[];
  readonly seed: string;
  /** Worlds under way at once. */
  readonly lanes: number;
  /** No new run is begun after so many seconds. */
  readonly seconds: number;
}

export const help = `The proof: no debt is charged twice, nothing acknowledged is lost, everybody is told, whatever is killed when.

Usage: npm run prove [-- section] [-- options]

Sections (all of them when none is named)
  matrix            every law against planted violations; then hubs killed and stopped at every place, seen from outside
  worlds            seeded worlds in one process, on simulated time
  model             every interleaving of small boxes, and each rule taken away

Options
  --part ci         what every change is tried with: as much of the matrix as fits in a minute, chosen by the commit; 50 worlds, 3 of processes; small boxes

Options of the matrix
  --only <words>    only the runs whose name has all of these words, for example "platform kill"
  --seconds <n>     begin no new run after so many seconds
  --seed <text>     the order of the runs; printed, so that it can be repeated
  --lanes <n>       worlds at once (default 3)
  --list            name the runs and do nothing
  --help            print this

Hubs, database, the stand-ins for Stripe and for a gateway, and the merchant are processes of their own on 127.0.0.1; faults come from outside.

Exit codes
  ${exitCodes.holds}    every law objected to its planted violations, and held in every run
  ${exitCodes.missed}    some law did not, or a run was void: its fault did not fire
  ${exitCodes.usage}    the command line was wrong
  ${exitCodes.interrupted}  interrupted
`;

const isSection = (text: string): text is Section => sections.some((section) => section === text);

const number = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text));

/** Reads the command line; a text is what is wrong with it. `commit` chooses the part for CI. */
export const readOptions = (args: readonly string[], commit: () => string): ProveOptions | 'help' | { readonly wrong: string } => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args], strict: true, allowPositionals: true,
      options: {
        only: { type: 'string' }, part: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' }, lanes: { type: 'string' },
        list: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    const named = positionals.filter((name) => name !== 'all');
    const unknown = named.find((name) => !isSection(name));
    if (unknown !== undefined) return { wrong: `"${unknown}" is no section; expected ${sections.join(', ')} or all.` };
    if (values.part !== undefined && values.part !== 'ci') return { wrong: `--part is "${values.part}"; expected ci.` };
    const lanes = number(values.lanes, 3);
    const seconds = number(values.seconds, values.part === 'ci' ? 60 : Number.POSITIVE_INFINITY);
    if (!Number.isInteger(lanes) || lanes < 1 || lanes > 32) return { wrong: `--lanes is "${String(values.lanes)}"; expected a whole number from 1 to 32.` };
    if (Number.isNaN(seconds) || seconds <= 0) return { wrong: `--seconds is "${String(values.seconds)}"; expected a number over 0.` };
    return {
      do: values.list ? 'list' : 'prove', part: values.part === 'ci' ? 'ci' : 'all', lanes, seconds,
      sections: named.length === 0 ? sections : named.filter(isSection),
      only: (values.only ?? '').split(/\s+/).filter((word) => word !== ''),
      seed: values.seed ?? (values.part === 'ci' ? commit() : String(randomInt(1, 1_000_000))),
    };
  } catch (error) {
    return { wrong: types.isNativeError(error) ? error.message : 'The command line cannot be read.' };
  }
};
