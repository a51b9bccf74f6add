import type Stripe from 'stripe';

/** What a charge of a test card may end in: a decline code of Stripe, `radar_block`, or success. */
export type ChargeResult = 'success' | 'radar_block' | (string & {});

type AdviceCode = 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';

export interface Decline {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
  readonly adviceCode: AdviceCode | null;
  readonly networkDeclineCode: string | null;
  readonly outcome: Stripe.Charge.Outcome;
}

/** Decline codes that Stripe repeats as the error code itself; all others come as `card_declined`. */
const CODES_OF_THEIR_OWN: ReadonlySet<string> = new Set([
  'authentication_required', 'expired_card', 'incorrect_cvc', 'incorrect_number', 'incorrect_zip', 'invalid_cvc', 'invalid_expiry_month',
  'invalid_expiry_year', 'processing_error',
]);

const MESSAGES: Readonly<Record<string, string>> = {
  authentication_required: 'Your card was declined. This transaction requires authentication.',
  card_not_supported: 'Your card does not support this type of purchase.',
  currency_not_supported: 'Your card does not support this currency.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  incorrect_number: 'Your card number is incorrect.',
  insufficient_funds: 'Your card has insufficient funds.',
  invalid_cvc: "Your card's security code is invalid.",
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
};

const STOPS: ReadonlySet<string> = new Set([
  'do_not_try_again', 'fraudulent', 'lost_card', 'merchant_blacklist', 'pickup_card', 'restricted_card', 'revocation_of_all_authorizations',
  'revocation_of_authorization', 'security_violation', 'stolen_card', 'stop_payment_order', 'transaction_not_allowed',
]);

const WRONG_DATA: ReadonlySet<string> = new Set([
  'expired_card', 'incorrect_address', 'incorrect_cvc', 'incorrect_number', 'incorrect_zip', 'invalid_account', 'invalid_cvc',
  'invalid_expiry_month', 'invalid_expiry_year', 'invalid_number', 'new_account_information_available',
]);

const NETWORK_CODES: Readonly<Record<string, string>> = {
  call_issuer: '01', do_not_honor: '05', expired_card: '54', fraudulent: '59', generic_decline: '01', insufficient_funds: '51',
  issuer_not_available: '91', lost_card: '41', pickup_card: '04', pin_try_exceeded: '75', stolen_card: '43', transaction_not_allowed: '57',
};

const adviceOf = (declineCode: string): AdviceCode | null => {
  if (declineCode === 'authentication_required') return null;
  if (STOPS.has(declineCode)) return 'do_not_try_again';
  return WRONG_DATA.has(declineCode) ? 'confirm_card_data' : 'try_again_later';
};

/** fact('decline.advice_and_network_code') fact('decline.own_codes') */
export const declineOf = (result: ChargeResult): Decline => {
  if (result === 'radar_block') return radarBlock();
  const adviceCode = adviceOf(result);
  const networkDeclineCode = NETWORK_CODES[result] ?? null;
  return {
    code: CODES_OF_THEIR_OWN.has(result) ? result : 'card_declined',
    declineCode: result,
    message: MESSAGES[result] ?? 'Your card was declined.',
    adviceCode,
    networkDeclineCode,
    outcome: {
      advice_code: adviceCode,
      network_advice_code: null,
      network_decline_code: networkDeclineCode,
      network_status: 'declined_by_network',
      reason: result,
      risk_level: 'normal',
      risk_score: 40,
      seller_message: 'The bank returned the decline code `' + result + '`.',
      type: 'issuer_declined',
    },
  };
};

/** fact('decline.radar_block') */
const radarBlock = (): Decline => ({
  code: 'card_declined',
  declineCode: 'fraudulent',
  message: 'Your card was declined.',
  adviceCode: null,
  networkDeclineCode: null,
  outcome: {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: 'not_sent_to_network',
    reason: 'highest_risk_level',
    risk_level: 'highest',
    risk_score: 92,
    seller_message: 'Stripe blocked this payment as too risky.',
    type: 'blocked',
  },
});
