import type { Decline, TransactionStatus } from './resources.js';
import type { ChargeResult } from './site.js';

export interface ChargeAnswer {
  readonly status: TransactionStatus;
  readonly decline: Decline | null;
}

const OPEN: Readonly<Record<string, TransactionStatus>> = { pending: 'pending', processing: 'processing', scheduled: 'scheduled' };

interface Known {
  readonly category: string;
  readonly declineCode?: string;
  readonly merchantAdvice?: string;
  readonly gatewayCode: string;
  readonly says: string;
}

/** fact('transaction.categories') */
export const KNOWN_DECLINES: Readonly<Record<string, Known>> = {
  insufficient_funds: { category: 'soft', declineCode: 'insufficient_funds', gatewayCode: '51', says: 'The card has insufficient funds to cover the cost of the transaction.' },
  declined: { category: 'soft', declineCode: 'do_not_honor', gatewayCode: '05', says: 'The transaction was declined by the issuing bank.' },
  temporary_hold: { category: 'soft', declineCode: 'generic_decline', gatewayCode: '92', says: 'The card has a temporary hold.' },
  try_again: { category: 'soft', declineCode: 'try_again', gatewayCode: '19', says: 'The transaction was declined. Try again later.' },
  call_issuer: { category: 'soft', declineCode: 'call_issuer', gatewayCode: '01', says: 'The issuing bank must be called.' },
  issuer_unavailable: { category: 'soft', declineCode: 'issuer_unavailable', gatewayCode: '91', says: 'The issuing bank could not be reached.' },
  expired_card: { category: 'hard', declineCode: 'expired_card', gatewayCode: '54', says: 'The card is expired.' },
  restricted_card: { category: 'hard', declineCode: 'restricted_card', gatewayCode: '62', says: 'The card cannot be used for this purchase.' },
  declined_card_number: { category: 'hard', declineCode: 'invalid_number', gatewayCode: '14', says: 'The card number is not valid.' },
  cardholder_requested_stop: {
    category: 'hard', declineCode: 'cardholder_requested_stop', merchantAdvice: '03', gatewayCode: 'R1', says: 'The cardholder has requested that this recurring payment stop.',
  },
  lifecycle_decline: { category: 'hard', declineCode: 'lifecycle_decline', merchantAdvice: '03', gatewayCode: '79', says: 'The account is closed or the card was replaced.' },
  fraud_stolen_card: { category: 'fraud', declineCode: 'stolen_card', gatewayCode: '43', says: 'The card has been reported lost or stolen.' },
  fraud_gateway: { category: 'fraud', declineCode: 'fraudulent', gatewayCode: '59', says: 'The gateway suspects fraud.' },
  gateway_timeout: { category: 'communication', gatewayCode: 'timeout', says: 'The gateway did not answer in time.' },
  gateway_unavailable: { category: 'communication', gatewayCode: 'unavailable', says: 'The gateway could not be reached.' },
  invalid_gateway_configuration: { category: 'configuration', gatewayCode: 'configuration', says: 'The gateway is not configured correctly.' },
  three_d_secure_action_required: {
    category: 'three_d_secure_action_required', declineCode: 'requires_3d_secure', gatewayCode: '1A', says: 'The customer must authenticate with 3-D Secure.',
  },
};

/**
 * What a gateway answers a charge, in Recurly's words and its own; `declined/2046` gives the gateway's code.
 * fact('transaction.statuses') fact('transaction.raw_code')
 */
export const answerCharge = (result: ChargeResult): ChargeAnswer => {
  if (result === 'success') return { status: 'success', decline: null };
  const open = OPEN[result];
  if (open !== undefined) return { status: open, decline: null };
  const [statusCode = 'declined', raw] = result.split('/');
  const known = KNOWN_DECLINES[statusCode] ?? { category: 'unknown', gatewayCode: statusCode, says: 'The transaction was declined.' };
  return {
    status: known.category === 'communication' ? 'error' : 'declined',
    decline: {
      statusCode,
      category: known.category,
      declineCode: known.declineCode ?? null,
      merchantAdvice: known.merchantAdvice ?? null,
      merchantMessage: known.says,
      customerMessage: 'Your transaction was declined. Please use a different card or contact your bank.',
      gatewayCode: raw ?? known.gatewayCode,
      gatewayMessage: known.says,
    },
  };
};
