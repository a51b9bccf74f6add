/** How a card or a payment method behaves, charge by charge: each takes the next result, the last one stays. */
export interface Script<Result> {
  readonly results: readonly Result[];
  used: number;
}

/** The result the next charge would have; undefined for a script without any. */
export const upcomingResult = <Result>({ results, used }: Script<Result>): Result | undefined => results[Math.min(used, results.length - 1)];

/** The result of a charge, counted. */
export const nextResult = <Result>(script: Script<Result>): Result | undefined => {
  const result = upcomingResult(script);
  script.used += 1;
  return result;
};
