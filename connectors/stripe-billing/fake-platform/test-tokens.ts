import type { ChargeResult } from './declines.js';

export interface TestToken {
  readonly brand: string;
  /** What attaching it to a customer gives. */
  readonly attach: ChargeResult;
  readonly results: readonly ChargeResult[];
}

const visa = (attach: ChargeResult, ...results: ChargeResult[]): TestToken => ({ brand: 'visa', attach, results });

/** Stripe's own test cards: fact('test_tokens') */
export const TEST_TOKENS: Readonly<Record<string, TestToken>> = {
  pm_card_visa: visa('success', 'success'),
  pm_card_mastercard: { brand: 'mastercard', attach: 'success', results: ['success'] },
  pm_card_amex: { brand: 'amex', attach: 'success', results: ['success'] },
  pm_card_chargeDeclined: visa('generic_decline', 'generic_decline'),
  pm_card_visa_chargeDeclined: visa('generic_decline', 'generic_decline'),
  pm_card_visa_chargeDeclinedInsufficientFunds: visa('insufficient_funds', 'insufficient_funds'),
  pm_card_visa_chargeDeclinedLostCard: visa('lost_card', 'lost_card'),
  pm_card_visa_chargeDeclinedStolenCard: visa('stolen_card', 'stolen_card'),
  pm_card_chargeDeclinedExpiredCard: visa('expired_card', 'expired_card'),
  pm_card_chargeDeclinedIncorrectCvc: visa('incorrect_cvc', 'incorrect_cvc'),
  pm_card_chargeDeclinedProcessingError: visa('processing_error', 'processing_error'),
  pm_card_chargeDeclinedFraudulent: visa('fraudulent', 'fraudulent'),
  pm_card_chargeCustomerFail: visa('success', 'generic_decline'),
  pm_card_radarBlock: visa('success', 'radar_block'),
  pm_card_authenticationRequired: visa('success', 'authentication_required'),
};

/** What a test token becomes when it is attached; null for an id that is none. */
export const cardBehaviourOfToken = (id: string): TestToken | null => TEST_TOKENS[id] ?? null;
