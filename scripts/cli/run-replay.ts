import { NotFound } from '../../core/clients/index.js';
import { oneOf } from './choices.js';
import { Refused, UsageError } from './failures.js';
import { invocation } from './invocation.js';
import { type OpenDesks, withDesks } from './open-desks.js';
import { showResult } from './show-result.js';

/** The words in which a `replay` command speaks of what it makes due again. */
export interface ReplayWords {
  /** `deliveries` of `deliveries replay`. */
  readonly command: string;
  readonly one: string;
  readonly many: string;
  /** How the id of one is called. */
  readonly id: string;
  /** A state worth naming where none was named. */
  readonly example: string;
  /** What the options that choose among all of a state are told beside the id of one. */
  readonly filterNeedsState: string;
  /** Why one cannot be replayed now. */
  readonly busy: string;
  /** What a running hub does, once it is due. */
  readonly hubDoes: (what: 'it' | 'them') => string;
}

/** A `replay` command: one by its id, or all of a state. */
export interface Replay<State extends string> {
  readonly words: ReplayWords;
  /** What may be replayed all at once. */
  readonly states: readonly State[];
  /** What was chosen among all of a state. */
  readonly filter: Readonly<Record<string, string>>;
  one(desks: OpenDesks, id: string): Promise<'due' | 'missing' | 'in_progress'>;
  /** @returns How many are due again. */
  all(desks: OpenDesks, state: State): Promise<number>;
}

interface Asked {
  readonly state?: string;
  readonly json?: true;
}

const due = ({ one, many, hubDoes }: ReplayWords, count: number): string => {
  if (count === 0) return `\nNo ${one} is like that.\n\n`;
  const subject = count === 1 ? `One ${one} is` : `${String(count)} ${many} are`;
  return `\n${subject} due again; a running hub ${hubDoes(count === 1 ? 'it' : 'them')} at once.\n\n`;
};

/** @throws UsageError, NotFound, Refused for what cannot be replayed */
export const runReplay = async <State extends string>(replay: Replay<State>, id: string | undefined, asked: Asked): Promise<void> => {
  const { words, states, filter } = replay;
  const command = `${invocation()} ${words.command} replay`;
  if ((id === undefined) === (asked.state === undefined)) throw new UsageError(`Name one ${words.one}, or all of a state: ${command} <${words.id}>, or ${command} --state ${words.example}`);
  if (id !== undefined && Object.keys(filter).length > 0) throw new UsageError(`${words.filterNeedsState} for one ${words.one}.`);
  const state = asked.state === undefined ? undefined : oneOf('--state', asked.state, states);
  await withDesks(async (desks) => {
    const count = state === undefined ? 1 : await replay.all(desks, state);
    const result = id === undefined ? 'due' : await replay.one(desks, id);
    if (result === 'missing') throw new NotFound(`There is no ${words.one} ${String(id)} in this database.`);
    if (result === 'in_progress') throw new Refused('in_progress', `The ${words.one} is ${words.busy} at this moment; look at it again in a few seconds.`);
    await desks.audit({ what: `${words.command} replay`, target: id ?? `all ${String(state)}`, change: { ...filter, count } });
    showResult({ json: { count }, text: due(words, count) }, asked);
  });
};
