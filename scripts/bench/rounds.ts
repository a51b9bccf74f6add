import { spreadOf, type Spread } from './statistics.js';

/** One thing that is measured: answers its figure. */
export interface Contender { readonly name: string; round(): Promise<number> }

/** How often everything is measured. Warm-up rounds are not counted. */
export interface RoundsPlan { readonly warmUp: number; readonly counted: number }

/** The figures of one contender, in the order of the rounds. */
export interface Measured { readonly values: readonly number[]; readonly spread: Spread }

/**
 * Measures all contenders in turn, round by round, so that a machine that is busy for a while slows all of them down. Every other round goes backwards: nobody
 * always comes after the same one.
 */
export const runRounds = async <N extends string>(
  contenders: readonly (Contender & { readonly name: N })[], plan: RoundsPlan, tell: (line: string) => void, unit: string,
): Promise<ReadonlyMap<N, Measured>> => {
  const values = new Map<N, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1 - plan.warmUp; round <= plan.counted; round += 1) {
    const label = round < 1 ? 'warm-up' : `round ${String(round)} of ${String(plan.counted)}`;
    const told: string[] = [];
    for (const contender of round % 2 === 0 ? contenders.toReversed() : contenders) {
      const value = await contender.round();
      if (round >= 1) values.get(contender.name)?.push(value);
      told.push(`${contender.name} ${value.toFixed(value < 100 ? 1 : 0)}${unit}`);
    }
    tell(`  ${label}: ${told.join(' · ')}`);
  }
  return new Map([...values].map(([name, list]) => [name, { values: list, spread: spreadOf(list) }]));
};

/** The ratio of two contenders, round by round: what slowed a round down slowed both. */
export const ratioOf = (one: Measured | undefined, other: Measured | undefined): Measured => {
  const values = (one?.values ?? []).map((value, round) => value / (other?.values[round] ?? Number.NaN));
  return { values, spread: spreadOf(values) };
};
