/** A figure over several rounds. */
export interface Spread { readonly low: number; readonly median: number; readonly high: number }

const at = (sorted: readonly number[], share: number): number => {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
};

/** The value that a share of all values does not exceed. `share` from 0 to 1. */
export const quantile = (values: readonly number[], share: number): number => at(values.toSorted((a, b) => a - b), share);

/** Median and quartiles. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  return { low: at(sorted, 0.25), median: at(sorted, 0.5), high: at(sorted, 0.75) };
};
