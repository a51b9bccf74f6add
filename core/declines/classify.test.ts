import { describe, expect, test } from '@jest/globals';
import type { RawDecline } from '../connector-kit/index.js';
import { classify, loadDeclineCatalogue, type Classification } from './index.js';

const catalogue = loadDeclineCatalogue();
const read = (decline: Partial<RawDecline>): Classification => classify({ system: 'stripe', code: '', reachedNetwork: true, ...decline }, catalogue);

type Raw = Partial<RawDecline>;
const visa = (networkCode: string, code: string): Raw => ({ code, network: 'visa', networkCode });
const mastercard = (networkCode: string, code: string): Raw => ({ code, network: 'mastercard', networkCode });
const mac = (adviceCode: string, decline: Raw): Raw => ({ ...decline, adviceSystem: 'mastercard_mac', adviceCode });
const advice = (adviceCode: string, decline: Raw): Raw => ({ ...decline, adviceSystem: 'stripe_advice', adviceCode });
const radar = (code: string, others: Raw = {}): Raw => ({ ...others, system: 'stripe_outcome_reason', code, reachedNetwork: false });

type Expected = Partial<Pick<Classification, 'reason' | 'category' | 'retry' | 'waitHours' | 'notBeforeHours' | 'networkCategory'>>;

/** Each row: the signals, what they mean, and the section of the catalogue's README (or the row's own note) that says so. */
const table: readonly (readonly [name: string, decline: Raw, expected: Expected, section: string])[] = [
  [
    'block before any decline code',
    radar('highest_risk_level', visa('05', '')),
    { reason: 'gateway_risk_rejected', category: 'fraud', retry: 'never' },
    '2.1',
  ],
  ['a merchant rule blocked it', radar('rule'), { reason: 'gateway_risk_rejected', retry: 'never' }, '2.1'],
  [
    'blocked for its low chance',
    radar('low_probability_of_authorization'),
    { reason: 'retry_limit_blocked', category: 'hard', retry: 'never' },
    '2.1',
  ],
  ['blocked after earlier advice', radar('previously_declined_do_not_retry'), { reason: 'retry_limit_blocked', retry: 'never' }, '2.1'],
  ['blocked for the security code', radar('requested_block_on_incorrect_cvc'), { reason: 'incorrect_cvc', retry: 'update_card' }, '2.1'],
  [
    'a block reason that is new',
    radar('some_new_reason'),
    { reason: 'unknown', category: 'unknown', retry: 'schedule' },
    '2.5, 8 unknown codes are normal',
  ],

  ['Visa 05 names the reason', visa('05', 'generic_decline'), { reason: 'do_not_honor', retry: 'schedule', networkCategory: 4 }, '2.2'],
  ['Visa 01 names the reason', visa('01', 'generic_decline'), { reason: 'call_issuer', retry: 'schedule', networkCategory: 4 }, '2.2'],
  ['Visa 51 names the reason', visa('51', 'generic_decline'), { reason: 'insufficient_funds', networkCategory: 2 }, '2.2'],
  [
    'Visa 54 names the reason',
    visa('54', 'card_velocity_exceeded'),
    { reason: 'expired_card', retry: 'update_card', networkCategory: 3 },
    '2.2, 4',
  ],
  [
    'Visa category 1 is never, although 14 says update',
    visa('14', 'incorrect_number'),
    { reason: 'invalid_number', category: 'hard', retry: 'never', networkCategory: 1 },
    '3 never, 4',
  ],
  ['Visa 46', visa('46', 'invalid_account'), { reason: 'account_closed', retry: 'never', networkCategory: 1 }, '3 never, 4'],
  ['Visa 57', visa('57', 'transaction_not_allowed'), { reason: 'transaction_not_permitted', retry: 'never', networkCategory: 1 }, '4'],
  [
    'Visa R0 stops the series',
    visa('R0', 'do_not_honor'),
    { reason: 'stop_payment_order', retry: 'stop_mandate', networkCategory: 1 },
    '3 consent',
  ],
  [
    'Visa R1 stops the merchant',
    visa('R1', 'generic_decline'),
    { reason: 'revocation_of_authorization', retry: 'stop_mandate' },
    '3 consent',
  ],
  ['Visa R3 stops all', visa('R3', 'generic_decline'), { reason: 'revocation_of_all_authorizations', retry: 'stop_mandate' }, '3 consent'],
  ['Visa 59 is fraud here', visa('59', 'generic_decline'), { reason: 'suspected_fraud', category: 'fraud', retry: 'customer_action' }, '7'],
  ['Visa 62 is restricted', visa('62', 'generic_decline'), { reason: 'restricted_card', retry: 'update_card', networkCategory: 2 }, '7'],
  ['Visa 83 is fraud, category 2', visa('83', 'generic_decline'), { reason: 'suspected_fraud', networkCategory: 2 }, '7'],
  [
    'Visa 1A asks for a step-up',
    visa('1A', 'generic_decline'),
    { reason: 'authentication_required', category: 'authentication', networkCategory: 4 },
    '4',
  ],
  [
    'Visa 91 is retried soon',
    visa('91', 'issuer_not_available'),
    { reason: 'issuer_unavailable', category: 'technical', retry: 'soon' },
    '6 soon',
  ],
  [
    'Visa 03 by its own table, not the general one',
    visa('03', 'generic_decline'),
    { reason: 'transaction_not_permitted', retry: 'update_card', networkCategory: 2 },
    '2.4',
  ],
  ['Visa code in small letters', visa('n7', 'generic_decline'), { reason: 'incorrect_cvc', networkCategory: 3 }, '2.2'],
  [
    'the brand as another gateway spells it',
    { code: 'generic_decline', network: 'VISA', networkCode: '54' },
    { reason: 'expired_card' },
    '2.2',
  ],
  [
    'a Visa code nobody lists: category 4, the gateway names',
    visa('ZZ', 'expired_card'),
    { reason: 'expired_card', retry: 'update_card', networkCategory: 4 },
    '2.3, 4',
  ],
  [
    'a Visa code only the general table lists',
    visa('06', 'some_new_code'),
    { reason: 'processing_error', retry: 'soon', networkCategory: 4 },
    '2.4',
  ],
  [
    'a Visa code and a gateway code nobody lists',
    visa('ZZ', 'some_new_code'),
    { reason: 'unknown', retry: 'schedule', networkCategory: 4 },
    '2.5',
  ],

  ['a stricter gateway code further down holds', visa('05', 'stolen_card'), { reason: 'do_not_honor', retry: 'never' }, '2 stricter holds'],
  [
    'a stricter mandate stop further down holds',
    visa('51', 'stop_payment_order'),
    { reason: 'insufficient_funds', retry: 'stop_mandate' },
    '2 stricter holds',
  ],
  [
    'a laxer gateway code changes nothing',
    visa('41', 'try_again_later'),
    { reason: 'lost_card', category: 'fraud', retry: 'never' },
    '2 stricter holds',
  ],
  [
    'a stricter general code holds under the gateway code',
    mastercard('41', 'generic_decline'),
    { reason: 'generic_decline', retry: 'never' },
    '2.4, 2 stricter holds',
  ],

  ['Mastercard 46', mastercard('46', 'generic_decline'), { reason: 'account_closed', retry: 'update_card' }, '2.2'],
  ['Mastercard 72', mastercard('72', 'generic_decline'), { reason: 'card_not_activated', retry: 'customer_action' }, '2.2'],
  ['Mastercard 65 stays a limit', mastercard('65', 'generic_decline'), { reason: 'limit_exceeded', retry: 'schedule' }, '7'],
  [
    'Mastercard 51 by the gateway and the general table',
    mastercard('51', 'insufficient_funds'),
    { reason: 'insufficient_funds', retry: 'schedule' },
    '2.3, 2.4',
  ],
  ['79 without advice', mastercard('79', 'generic_decline'), { reason: 'lifecycle_decline', retry: 'update_card' }, '5'],
  ['79 with 01: update', mac('01', mastercard('79', 'generic_decline')), { reason: 'lifecycle_decline', retry: 'update_card' }, '5'],
  [
    '79 with 02: later, not before 72 h',
    mac('02', mastercard('79', 'generic_decline')),
    { reason: 'lifecycle_decline', retry: 'schedule', notBeforeHours: 72 },
    '5',
  ],
  ['79 with 03: stop', mac('03', mastercard('79', 'generic_decline')), { reason: 'do_not_try_again', retry: 'never' }, '5, 3 never'],
  [
    '79 with 02 under a stricter gateway code',
    mac('02', mastercard('79', 'expired_card')),
    { reason: 'lifecycle_decline', retry: 'update_card' },
    '2 stricter holds',
  ],
  ['82 with 01: update', mac('01', mastercard('82', 'do_not_honor')), { reason: 'policy_decline', retry: 'update_card' }, '5'],
  [
    '82 with 02: later',
    mac('02', mastercard('82', 'do_not_honor')),
    { reason: 'policy_decline', retry: 'schedule', notBeforeHours: 72 },
    '5',
  ],
  ['82 with 03: stop', mac('03', mastercard('82', 'do_not_honor')), { reason: 'do_not_try_again', retry: 'never' }, '5'],
  [
    '83 stays a security violation',
    mac('01', mastercard('83', 'generic_decline')),
    { reason: 'security_violation', category: 'fraud', retry: 'never' },
    '3: never before advice',
  ],

  ['advice 01 asks for new details', mac('01', mastercard('05', 'do_not_honor')), { reason: 'do_not_honor', retry: 'update_card' }, '5'],
  [
    'advice 02 waits 72 h',
    mac('02', mastercard('05', 'do_not_honor')),
    { reason: 'do_not_honor', retry: 'schedule', notBeforeHours: 72 },
    '5',
  ],
  [
    'advice 03 stops, and says so',
    mac('03', mastercard('51', 'insufficient_funds')),
    { reason: 'do_not_try_again', retry: 'never' },
    '5, 3 never',
  ],
  [
    'advice 21 stops the mandate',
    mac('21', mastercard('51', 'insufficient_funds')),
    { reason: 'revocation_of_authorization', retry: 'stop_mandate' },
    '5, 3 consent',
  ],
  ['advice 03 hides no fraud', mac('03', mastercard('63', 'fraudulent')), { reason: 'fraudulent', category: 'fraud', retry: 'never' }, '3'],
  ['advice 04 refreshes the token', mac('04', mastercard('05', 'do_not_honor')), { reason: 'do_not_honor', retry: 'refresh_token' }, '5'],
  ['advice 22 is the merchant to fix', mac('22', mastercard('05', 'do_not_honor')), { reason: 'do_not_honor', retry: 'fix_merchant' }, '5'],
  ['advice 24: 1 h', mac('24', mastercard('51', 'insufficient_funds')), { reason: 'insufficient_funds', retry: 'wait', waitHours: 1 }, '5'],
  ['advice 25: 24 h', mac('25', mastercard('51', 'insufficient_funds')), { retry: 'wait', waitHours: 24 }, '5'],
  ['advice 26: 2 days', mac('26', mastercard('51', 'insufficient_funds')), { retry: 'wait', waitHours: 48 }, '5'],
  ['advice 27: 4 days', mac('27', mastercard('51', 'insufficient_funds')), { retry: 'wait', waitHours: 96 }, '5'],
  ['advice 28: 6 days', mac('28', mastercard('51', 'insufficient_funds')), { retry: 'wait', waitHours: 144 }, '5'],
  ['advice 29: 8 days', mac('29', mastercard('51', 'insufficient_funds')), { retry: 'wait', waitHours: 192 }, '5'],
  ['advice 30: 10 days', mac('30', mastercard('51', 'insufficient_funds')), { retry: 'wait', waitHours: 240 }, '5'],
  [
    'a wait does not soften an expired card',
    mac('24', mastercard('54', 'expired_card')),
    { reason: 'expired_card', retry: 'update_card' },
    '3',
  ],
  [
    'advice 40 is information',
    mac('40', mastercard('05', 'processing_error')),
    { reason: 'processing_error', retry: 'schedule' },
    '5 (the general table says 05)',
  ],
  ['advice 43 alone changes no plan', mac('43', { code: 'processing_error' }), { reason: 'processing_error', retry: 'soon' }, '5'],
  ['advice nobody lists changes nothing', mac('99', mastercard('05', 'do_not_honor')), { reason: 'do_not_honor', retry: 'schedule' }, '8'],

  [
    'Stripe: do not try again overrides',
    advice('do_not_try_again', visa('05', 'generic_decline')),
    { reason: 'do_not_try_again', retry: 'never' },
    'row note',
  ],
  [
    'Stripe: try again later keeps the reason',
    advice('try_again_later', visa('05', 'generic_decline')),
    { reason: 'do_not_honor', retry: 'schedule' },
    'row note',
  ],
  ['Stripe: try again later delays nothing', advice('try_again_later', { code: 'processing_error' }), { retry: 'soon' }, 'row note'],
  [
    'Stripe: try again later softens nothing',
    advice('try_again_later', { code: 'expired_card' }),
    { reason: 'expired_card', retry: 'update_card' },
    '3',
  ],
  [
    'Stripe: confirm card data',
    advice('confirm_card_data', { code: 'generic_decline' }),
    { reason: 'generic_decline', retry: 'update_card' },
    'row note',
  ],

  [
    'brand unknown: gateway code first',
    { code: 'generic_decline', networkCode: '51' },
    { reason: 'generic_decline', retry: 'schedule' },
    '2.3',
  ],
  [
    'brand unknown, code unknown: general table',
    { code: 'new', networkCode: '51' },
    { reason: 'insufficient_funds', retry: 'schedule' },
    '2.4',
  ],
  [
    'brand without a table: general table',
    { code: 'new', network: 'amex', networkCode: '91' },
    { reason: 'issuer_unavailable', retry: 'soon' },
    '2.4',
  ],
  ['75 by the general table', { code: 'new', networkCode: '75' }, { reason: 'pin_tries_exceeded', category: 'authentication' }, '2.4'],
  ['82 never by the general table', { code: 'new', networkCode: '82' }, { reason: 'unknown' }, '2.4: never 76–89'],
  [
    'a gateway without a table',
    { system: 'somebody', code: 'insufficient_funds' },
    { reason: 'unknown', retry: 'schedule' },
    '2 by platform',
  ],
  [
    'its text is searched for nothing',
    { system: 'somebody', code: '', text: 'insufficient_funds' },
    { reason: 'unknown' },
    '2 by platform',
  ],
  [
    'not a payment failure',
    { system: 'recharge', code: 'UNEXPECTED_INVENTORY_LEVEL' },
    { reason: 'not_a_payment_failure', retry: 'ignore' },
    '2 by platform',
  ],
  [
    'a refusal by the network outweighs ignore',
    { ...visa('51', ''), system: 'recharge', code: 'UNEXPECTED_INVENTORY_LEVEL' },
    { reason: 'insufficient_funds', retry: 'schedule' },
    '2.2',
  ],
];

describe('declines with several signals', () => {
  test.each(table)('%s', (_name, decline, expected, _section) => {
    expect(read(decline)).toMatchObject(expected);
  });
});
