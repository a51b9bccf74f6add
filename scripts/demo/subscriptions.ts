import type { ChargeResult } from '../../connectors/stripe-billing/fake-platform.js';

/** How one subscription of the demo is billed: the first result is that of the platform's own charge, the rest those of later ones. */
export interface DemoSubscription {
  readonly row: number;
  readonly amount: number;
  readonly results: readonly ChargeResult[];
  /** Days after which the platform retries by itself; Smart Retry is off where left out. */
  readonly smartRetry?: readonly number[];
}

/** Mastercard, because Visa's own code for a generic decline means "call the issuer", which is another schedule. */
export const cardBrand = 'mastercard';

/** The customer of row 3 enters this card. */
export const newCard = { brand: cardBrand, results: ['success'] } as const;

/** The twelve subscriptions of the table. */
export const subscriptions: readonly DemoSubscription[] = [
  { row: 1, amount: 4900, results: ['generic_decline', 'generic_decline', 'success'] },
  { row: 2, amount: 1900, results: ['insufficient_funds', 'success'] },
  { row: 3, amount: 2900, results: ['expired_card'] },
  { row: 4, amount: 900, results: ['expired_card'] },
  { row: 5, amount: 9900, results: ['lost_card'] },
  { row: 6, amount: 14_900, results: ['fraudulent'] },
  { row: 7, amount: 3900, results: ['authentication_required'] },
  { row: 8, amount: 7900, results: ['processing_error', 'processing_error', 'success'] },
  { row: 9, amount: 5900, results: ['generic_decline', 'success'] },
  { row: 10, amount: 2400, results: ['generic_decline', 'success'] },
  { row: 11, amount: 1200, results: ['generic_decline', 'success'] },
  { row: 12, amount: 6900, results: ['generic_decline', 'success'], smartRetry: [20] },
];
