import { describe, expect, test } from '@jest/globals';
import { classify, classifyOriginalCode, loadDeclineCatalogue, recommendedAction, recommendedActionReason, type RecommendedAction } from './index.js';

const catalogue = loadDeclineCatalogue();

const table: readonly (readonly [code: string, action: RecommendedAction, why: string])[] = [
  ['account_closed', 'request_card_update', '9.8 hard'],
  ['expired_card', 'request_card_update', '9.8 hard'],
  ['do_not_try_again', 'request_card_update', '9.8 hard'],
  ['retry_limit_blocked', 'request_card_update', '9.8 hard'],
  ['restricted_card', 'request_card_update', 'README 7'],
  ['authentication_required', 'request_card_update', '9.8 authentication'],
  ['pin_required', 'request_card_update', '9.8 authentication'],
  ['invalid_token', 'request_card_update', '9.8 no payment source'],
  ['insufficient_funds', 'request_card_update', '9.8 spent soft'],
  ['do_not_honor', 'request_card_update', '9.8 spent soft'],
  ['blocked_by_cardholder', 'request_card_update', '9.8 spent soft'],
  ['unknown', 'request_card_update', 'README 1: unknown is treated as soft'],
  ['processing_error', 'retry_later', '9.8 technical exhaustion'],
  ['issuer_unavailable', 'retry_later', '9.8 technical exhaustion'],
  ['rate_limited', 'retry_later', '9.8 technical exhaustion'],
  ['lost_card', 'manual_review', '9.8 fraud'],
  ['fraudulent', 'manual_review', '9.8 fraud'],
  ['suspected_fraud', 'manual_review', 'README 7: fraud here'],
  ['gateway_risk_rejected', 'manual_review', '9.8 fraud'],
  ['stop_payment_order', 'manual_review', '9.8 consent'],
  ['revocation_of_all_authorizations', 'manual_review', '9.8 consent'],
  ['merchant_configuration', 'manual_review', '9.8 merchant fault'],
  ['invalid_amount', 'manual_review', '9.8 merchant fault'],
  ['timeout', 'monitor', '9.8 unresolved'],
  ['duplicate_transaction', 'monitor', '9.8 unresolved'],
  ['pending', 'monitor', '9.8 unresolved'],
];

describe('the recommended action (specification 9.8)', () => {
  test.each(table)('%s: %s (%s)', (code, action) => {
    expect(recommendedAction(classifyOriginalCode(code, undefined, catalogue))).toBe(action);
  });

  test('fraud that did not name the reason still asks for a person', () => {
    const classification = classify({ system: 'stripe', code: 'stolen_card', network: 'visa', networkCode: '05', reachedNetwork: true }, catalogue);
    expect(classification.reason).toBe('do_not_honor');
    expect(recommendedAction(classification)).toBe('manual_review');
  });

  test('is explained in one sentence', () => {
    const reason = (code: string): string => recommendedActionReason(classifyOriginalCode(code, undefined, catalogue), catalogue);
    expect(reason('expired_card')).toBe('Card has expired; ask the customer to update the card or provide another one.');
    expect(reason('lost_card')).toBe('The card was reported lost; fraud was signalled, so review the account before taking any further payment.');
    expect(reason('authentication_required')).toBe(
      'The customer must authenticate the payment; ask the customer to settle it with their bank or to provide another card.',
    );
  });

  test('never repeats what the issuer or gateway wrote', () => {
    const text = 'CALL 555-0100 REF 8812';
    for (const code of catalogue.reasons.keys()) {
      const decline = { system: 'test', code, text, network: text, networkCode: text, adviceSystem: 'mastercard_mac', adviceCode: text, reachedNetwork: true };
      const reason = recommendedActionReason(classify(decline, catalogue), catalogue);
      expect(reason).not.toContain('8812');
      expect(reason).toMatch(/^[A-Z][^.]+\.$/);
    }
  });
});
