import { saysFraud } from './blocked-set.js';
import type { Classification } from './classification.js';
import { declineMessage } from './decline-message.js';
import type { DeclineCatalogue } from './decline-catalogue.js';
import type { PlannedRetry } from './retry-advice.js';

/** What the merchant should do once a case has ended without the money. */
export type RecommendedAction = 'request_card_update' | 'manual_review' | 'retry_later' | 'monitor';

const actionOf: Record<PlannedRetry, RecommendedAction> = {
  stop_mandate: 'manual_review',
  fix_merchant: 'manual_review',
  reconcile: 'monitor',
  ignore: 'monitor',
  never: 'request_card_update',
  update_card: 'request_card_update',
  customer_action: 'request_card_update',
  refresh_token: 'request_card_update',
  soon: 'request_card_update',
  schedule: 'request_card_update',
  wait: 'request_card_update',
};

const spendable: readonly PlannedRetry[] = ['soon', 'schedule', 'wait'];

/**
 * What to do when a case closes because of this decline, its plan spent (specification 9.8). A case that closes for another cause (a network limit,
 * no payment source, a reversal, paid by another) has its own action, which does not come from the decline.
 */
export function recommendedAction(classification: Classification): RecommendedAction {
  if (saysFraud(classification)) return 'manual_review';
  if (classification.category === 'technical' && spendable.includes(classification.retry)) return 'retry_later';
  return actionOf[classification.retry];
}

/** One sentence for the merchant: what happened and what to do. Made of our words only, never of the issuer's or the gateway's text. */
export function recommendedActionReason(classification: Classification, catalogue: DeclineCatalogue): string {
  const advice: Record<RecommendedAction, string> = {
    request_card_update:
      classification.retry === 'customer_action'
        ? 'ask the customer to settle it with their bank or to provide another card'
        : 'ask the customer to update the card or provide another one',
    manual_review: whatToReview(classification),
    retry_later: 'the cause is technical, so a later try may succeed',
    monitor: 'no action is needed now, but watch this payment until its outcome is known',
  };
  return `${declineMessage(classification.reason, catalogue).replace(/\.$/, '')}; ${advice[recommendedAction(classification)]}.`;
}

function whatToReview(classification: Classification): string {
  if (saysFraud(classification)) return 'fraud was signalled, so review the account before taking any further payment';
  if (classification.retry === 'stop_mandate') return 'do not charge this card again without new permission from the customer';
  return 'review the setup with the gateway before trying again';
}
