import type { Measured } from './rounds.js';
import type { Spread } from './statistics.js';

/** A goal of the benchmark and what was measured of it. */
export interface Verdict { readonly what: string; readonly found: string; readonly goal: string; readonly met: 'met' | 'missed' }

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));

/** Median with quartiles, as people read it. */
export const renderSpread = ({ low, median, high }: Spread, unit: string): string => `${figure(median)}${unit} (quartiles ${figure(low)} to ${figure(high)})`;

/** A ratio of two contenders that must not fall below `least`. */
export const judgeRatio = (what: string, ratio: Measured, least: number): Verdict => {
  const found = ratio.spread.median;
  return { what, found: `${figure(found)} ×`, goal: `at least ${String(least)} ×`, met: found >= least ? 'met' : 'missed' };
};

/** A figure that must not exceed `most`. */
export const judgeAtMost = (what: string, found: number, most: number, unit: string): Verdict =>
  ({ what, found: `${figure(found)}${unit}`, goal: `at most ${figure(most)}${unit}`, met: found <= most ? 'met' : 'missed' });

/** The last line of a command. */
export const lastLine = (command: string, verdicts: readonly Verdict[]): string =>
  `${command}: ${verdicts.map(({ what, found, goal, met }) => `${what} ${found} (${goal}) ${met}`).join(' · ')}`;
