/** What may be done after a decline. The first eleven are plans; `advice_only` is information on an advice row and changes no plan. */
export const retryAdvices = [
  'schedule',
  'soon',
  'wait',
  'update_card',
  'customer_action',
  'stop_mandate',
  'never',
  'refresh_token',
  'fix_merchant',
  'reconcile',
  'ignore',
  'advice_only',
] as const;

export type RetryAdvice = (typeof retryAdvices)[number];

/**
 * The advice a plan follows: days (`schedule`), hours (`soon`), an exact wait (`wait`), one more read of the token (`refresh_token`), a new card
 * (`update_card`), an act of the cardholder (`customer_action`), asking first (`reconcile`), the operator (`fix_merchant`), no further try
 * (`never`), no further try of anything this consent covers (`stop_mandate`), or no case at all (`ignore`).
 */
export type PlannedRetry = Exclude<RetryAdvice, 'advice_only'>;

/**
 * Higher is stricter: how far off the next charge of the same card is. `reconcile` stands above a new card because a charge of any card must wait
 * until it is known that the first one took nothing.
 */
const strictness: Record<PlannedRetry, number> = {
  ignore: 0,
  soon: 1,
  schedule: 2,
  wait: 3,
  refresh_token: 4,
  update_card: 5,
  customer_action: 6,
  reconcile: 7,
  fix_merchant: 8,
  never: 9,
  stop_mandate: 10,
};

/** Negative if `a` is laxer than `b`, positive if stricter, 0 if the same. */
export const compareStrictness = (a: PlannedRetry, b: PlannedRetry): number => strictness[a] - strictness[b];

export const strictestRetry = (first: PlannedRetry, others: readonly PlannedRetry[]): PlannedRetry =>
  others.reduce((strictest, retry) => (compareStrictness(retry, strictest) > 0 ? retry : strictest), first);
