import type Stripe from 'stripe';
import { paymentMethodFor } from './account.js';
import { collectInvoice } from './collect-invoice.js';
import type { FakePlatform } from './platform.js';
import { BY_STRIPE } from './smart-retry.js';

/** Codes after which Stripe counts but does not send before there is a new card: fact('smart_retry.hard_codes') */
const HARD_CODES: ReadonlySet<string> = new Set([
  'authentication_required', 'highest_risk_level', 'incorrect_number', 'lost_card', 'pickup_card', 'revocation_of_all_authorizations',
  'revocation_of_authorization', 'stolen_card', 'transaction_not_allowed',
]);

/** Stripe cannot charge a custom payment method: it counts the attempt and asks the merchant to make it. */
export const askForAttempt = (platform: FakePlatform, invoice: Stripe.Invoice): void => {
  invoice.attempt_count += 1;
  invoice.attempted = true;
  platform.events.emit('invoice.payment_attempt_required', invoice, BY_STRIPE);
};

/** One attempt by Stripe itself, with the request key null in its events. */
export const retryByStripe = (platform: FakePlatform, invoice: Stripe.Invoice): void => {
  if (invoice.status !== 'open' || invoice.auto_advance !== true) return;
  const paymentMethod = platform.account.paymentMethods.get(paymentMethodFor(platform.account, invoice) ?? '');
  // fact('event.payment_attempt_required')
  if (paymentMethod?.type === 'custom') {
    askForAttempt(platform, invoice);
    return;
  }
  const card = paymentMethod === undefined ? undefined : platform.account.cards.get(paymentMethod.id);
  const last = card?.results[Math.min(card.used, card.results.length) - 1];
  if (paymentMethod === undefined || (last !== undefined && HARD_CODES.has(last))) {
    invoice.attempt_count += 1;
    return;
  }
  collectInvoice(platform, { invoice, paymentMethod, offSession: true, cause: BY_STRIPE, automatic: true });
};
