import { saysFraud } from './blocked-set.js';
import type { Classification } from './classification.js';
import type { ReasonInRules } from './reasons-in-rules.js';

/**
 * What a decline forbids beyond its own case: withdrawn consent for this payment series, for this merchant or for all recurring charges, or fraud.
 * Kept against the card for ever, so that no other case charges it. Source: the networks' rules on withdrawn consent, as the catalogue's rows name them.
 */
export interface LastingStop { readonly kind: 'consent' | 'fraud'; readonly scope: 'series' | 'merchant' | 'all'; readonly because: string }

const everything = 'revocation_of_all_authorizations' satisfies ReasonInRules;
const oneSeries = 'stop_payment_order' satisfies ReasonInRules;

/**
 * The widest lasting stop of all signals; undefined: the decline concerns its own case only. The code that a merchant sent with a direct call is the
 * merchant's word about one payment, and stops nothing else.
 */
export const stopOf = (classification: Classification): LastingStop | undefined => {
  if (classification.matched.every((signal) => signal.step === 'original')) return undefined;
  const consent = classification.matched.filter((signal) => signal.retry === 'stop_mandate');
  const [first] = consent;
  const all = consent.find((signal) => signal.canonical === everything);
  if (all) return { kind: 'consent', scope: 'all', because: all.canonical };
  const merchant = consent.find((signal) => signal.canonical !== oneSeries);
  if (merchant) return { kind: 'consent', scope: 'merchant', because: merchant.canonical };
  if (saysFraud(classification)) return { kind: 'fraud', scope: 'merchant', because: classification.reason };
  return first && { kind: 'consent', scope: 'series', because: first.canonical };
};
