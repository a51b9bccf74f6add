import { describe, expect, test } from '@jest/globals';
import { classifyOriginalCode, loadDeclineCatalogue, type PlannedRetry } from './index.js';

const catalogue = loadDeclineCatalogue();

/** The last paragraph of the catalogue's README 2. */
const table: readonly (readonly [why: string, code: string | undefined, gateway: string | undefined, reason: string, retry: PlannedRetry])[] = [
  ['the gateway first', 'incorrect_number', 'stripe', 'invalid_number', 'update_card'],
  ['the gateway first: its number is not a raw code', '12', 'adyen', 'insufficient_funds', 'schedule'],
  ['a code its gateway calls unknown stays unknown', '15', 'adyen', 'unknown', 'schedule'],
  ['another gateway has no say', '2001', 'stripe', 'unknown', 'schedule'],
  ['the gateway it belongs to', '2001', 'braintree', 'insufficient_funds', 'schedule'],
  ['a range of the gateway', '2500', 'braintree', 'generic_decline', 'schedule'],
  ['the end of the range', '3000', 'braintree', 'network_unavailable', 'soon'],
  ['a refusal by the gateway itself', 'risk_threshold', 'braintree', 'gateway_risk_rejected', 'never'],
  ['a reason', 'account_closed', 'stripe', 'account_closed', 'update_card'],
  ['a reason, gateway unknown', 'lost_card', undefined, 'lost_card', 'never'],
  ['a reason, gateway without a table', 'lost_card', 'somebody', 'lost_card', 'never'],
  ['a reason, built-in gateway', 'timeout', 'test', 'timeout', 'reconcile'],
  ['alias card_declined', 'card_declined', 'stripe', 'generic_decline', 'schedule'],
  ['alias try_again_later', 'try_again_later', undefined, 'generic_decline', 'schedule'],
  ['alias fraud_suspected', 'fraud_suspected', undefined, 'suspected_fraud', 'customer_action'],
  ['alias gateway_timeout', 'gateway_timeout', undefined, 'timeout', 'reconcile'],
  ['raw code, same everywhere', '51', 'stripe', 'insufficient_funds', 'schedule'],
  ['raw code, Visa strictest (category 1)', '14', 'stripe', 'invalid_number', 'never'],
  ['raw code, Mastercard strictest', '83', 'stripe', 'security_violation', 'never'],
  ['raw code, Visa stricter than Mastercard', '82', 'stripe', 'incorrect_cvc', 'update_card'],
  ['raw code of one network only', 'R1', undefined, 'revocation_of_authorization', 'stop_mandate'],
  ['raw code in small letters', 'r1', undefined, 'revocation_of_authorization', 'stop_mandate'],
  ['raw code of the general table only', '06', undefined, 'processing_error', 'soon'],
  ['a raw code nobody lists', 'ZZ', undefined, 'unknown', 'schedule'],
  ['never by the general table', '77', undefined, 'unknown', 'schedule'],
  ['ignore rows are unknown here', 'UNEXPECTED_INVENTORY_LEVEL', 'recharge', 'unknown', 'schedule'],
  ['ignore rows are unknown here: the reason', 'not_a_payment_failure', undefined, 'unknown', 'schedule'],
  ['unknown', 'made_up', 'stripe', 'unknown', 'schedule'],
  ['empty', '', 'stripe', 'unknown', 'schedule'],
  ['absent', undefined, 'stripe', 'unknown', 'schedule'],
  ['a member every object has', '__proto__', 'constructor', 'unknown', 'schedule'],
  ['the wildcard is no code', '*', 'visa', 'unknown', 'schedule'],
];

describe('the originalDeclineCode of a direct call', () => {
  test.each(table)('%s', (_why, code, gateway, reason, retry) => {
    expect(classifyOriginalCode(code, gateway, catalogue)).toMatchObject({ reason, retry });
  });

  test('keeps what was sent and every network reading', () => {
    const { matched, signals } = classifyOriginalCode('82', 'stripe', catalogue);
    expect(signals).toEqual({ system: 'stripe', code: '82' });
    expect(matched.map(({ system, canonical }) => `${system} ${canonical}`)).toEqual(['visa incorrect_cvc', 'mastercard policy_decline']);
  });
});
