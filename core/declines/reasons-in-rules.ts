/** The reasons that a rule of the product is written for by name; the catalogue must know them. All others are data only. */
export const reasonsInRules = [
  'unknown',
  'not_a_payment_failure',
  'restricted_card',
  'do_not_try_again',
  'stop_payment_order',
  'revocation_of_all_authorizations',
  'insufficient_funds',
  'limit_exceeded',
  'call_issuer',
] as const;

export type ReasonInRules = (typeof reasonsInRules)[number];
