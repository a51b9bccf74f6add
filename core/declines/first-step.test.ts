import { describe, expect, test } from '@jest/globals';
import { classify, classifyOriginalCode, firstStep, isBlockedSet, loadDeclineCatalogue, type FirstStep } from './index.js';

const catalogue = loadDeclineCatalogue();

/** Specification 5.3, row by row; the code is what a merchant sends, the gateway Stripe. */
const originalCodes: readonly (readonly [code: string | undefined, step: FirstStep, row: string])[] = [
  ['fraudulent', 'block', 'blocked set: category fraud'],
  ['lost_card', 'block', 'blocked set: category fraud'],
  ['suspected_fraud', 'block', 'blocked set: category fraud, although a customer could act'],
  ['highest_risk_level', 'block', 'blocked set: category fraud, by the gateway itself'],
  ['stop_payment_order', 'block', 'blocked set: stop_mandate'],
  ['revocation_of_authorization', 'block', 'blocked set: stop_mandate'],
  ['revocation_of_all_authorizations', 'block', 'blocked set: stop_mandate'],
  ['R1', 'block', 'blocked set: stop_mandate'],
  ['restricted_card', 'block', 'blocked set: restricted_card'],
  ['do_not_try_again', 'block', 'blocked set: do_not_try_again'],
  ['authentication_required', 'step_up', 'category authentication'],
  ['authentication_failed', 'step_up', 'category authentication'],
  ['incorrect_pin', 'step_up', 'category authentication'],
  ['retry_limit_blocked', 'fail', 'any other never'],
  ['14', 'fail', 'any other never'],
  ['insufficient_funds', 'schedule', 'insufficient_funds'],
  ['51', 'schedule', 'insufficient_funds'],
  ['card_velocity_exceeded', 'schedule', 'limit_exceeded'],
  ['call_issuer', 'schedule', 'call_issuer'],
  ['01', 'schedule', 'call_issuer'],
  ['do_not_honor', 'charge_now', 'other schedule'],
  ['card_declined', 'charge_now', 'other schedule'],
  ['processing_error', 'charge_now', 'soon'],
  ['91', 'charge_now', 'soon'],
  ['some_new_code', 'charge_now', 'unknown'],
  ['unknown', 'charge_now', 'unknown'],
  ['', 'charge_now', 'absent'],
  [undefined, 'charge_now', 'absent'],
  ['expired_card', 'refresh_token', 'update_card'],
  ['54', 'refresh_token', 'update_card'],
  ['card_not_activated', 'refresh_token', 'customer_action'],
  ['blocked_by_cardholder', 'refresh_token', 'customer_action'],
  ['invalid_token', 'refresh_token', 'refresh_token'],
  ['testmode_decline', 'fail', 'fix_merchant'],
  ['invalid_amount', 'fail', 'fix_merchant'],
  ['gateway_timeout', 'reconcile', 'reconcile'],
  ['duplicate_transaction', 'reconcile', 'reconcile'],
];

describe('the first step by the original code (specification 5.3)', () => {
  test.each(originalCodes)('%s: %s (%s)', (code, step) => {
    const classification = classifyOriginalCode(code, 'stripe', catalogue);
    expect(firstStep(classification)).toBe(step);
    expect(isBlockedSet(classification)).toBe(step === 'block' || step === 'step_up');
  });
});

const gatewayDeclines: readonly (readonly [name: string, decline: Partial<Parameters<typeof classify>[0]>, step: FirstStep])[] = [
  ['fraud said by the gateway only still blocks (README 3)', { code: 'fraudulent', network: 'visa', networkCode: '05' }, 'block'],
  [
    'a restricted card known by its raw code only (README 7)',
    { code: 'generic_decline', network: 'mastercard', networkCode: '62' },
    'block',
  ],
  ['authentication said by the gateway only', { code: 'authentication_required', network: 'visa', networkCode: '05' }, 'step_up'],
  [
    'advice not to try again (README 3: never)',
    { code: 'do_not_honor', adviceSystem: 'stripe_advice', adviceCode: 'do_not_try_again' },
    'block',
  ],
  ['consent withdrawn by advice 21 (README 3)', { code: 'insufficient_funds', adviceSystem: 'mastercard_mac', adviceCode: '21' }, 'block'],
  ['an exact wait is no charge at once (README 6)', { code: 'do_not_honor', adviceSystem: 'mastercard_mac', adviceCode: '25' }, 'schedule'],
  ['advice 02 is not before 72 h (README 5)', { code: 'do_not_honor', adviceSystem: 'mastercard_mac', adviceCode: '02' }, 'schedule'],
  [
    'advice of a new card outweighs payday (README 2)',
    { code: 'insufficient_funds', adviceSystem: 'mastercard_mac', adviceCode: '01' },
    'refresh_token',
  ],
  ['not a payment failure opens no case (README 2)', { system: 'recharge', code: 'UNEXPECTED_INVENTORY_LEVEL' }, 'no_case'],
];

describe('the first step by what a gateway said', () => {
  test.each(gatewayDeclines)('%s', (_name, decline, step) => {
    expect(firstStep(classify({ system: 'stripe', code: '', reachedNetwork: true, ...decline }, catalogue))).toBe(step);
  });
});
