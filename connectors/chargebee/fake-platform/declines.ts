import type { Transaction, TransactionStatus } from './resources.js';
import type { ChargeResult } from './site.js';

export interface ChargeAnswer {
  readonly status: TransactionStatus;
  readonly error: Pick<Transaction, 'error_code' | 'error_text' | 'error_detail'> | null;
  /** Code of the 400 when `collect_payment` ends so. */
  readonly refusedAs: 'payment_processing_failed' | 'payment_method_verification_failed';
}

const OPEN: Readonly<Record<string, TransactionStatus>> = { in_progress: 'in_progress', needs_attention: 'needs_attention', timeout: 'timeout' };

const TEXTS: Readonly<Record<string, string>> = {
  insufficient_funds: 'Your card has insufficient funds.',
  expired_card: 'Your card has expired.',
  authentication_required: 'Your card was declined. This transaction requires authentication.',
  stolen_card: 'Your card was declined.',
  3001: 'Insufficient funds',
  2001: 'Insufficient Funds',
};

/** Codes that Stripe tells as `error_code` themselves; all others are `card_declined` with a decline code. */
const STRIPE_OWN_CODES: ReadonlySet<string> = new Set(['expired_card', 'incorrect_cvc', 'processing_error', 'authentication_required']);

const detailOf = (gateway: string, code: string, text: string): Readonly<Record<string, string>> => {
  if (gateway === 'stripe') {
    const stripeCode = STRIPE_OWN_CODES.has(code) ? code : 'card_declined';
    return { request_id: 'req_FakeOfGateway', error_category: 'card_error', error_code: stripeCode, error_message: text, decline_code: code };
  }
  return { error_code: code, error_message: text, processor_error_code: code, processor_error_message: text };
};

/**
 * What a gateway answers a charge. fact('transaction.raw_code') fact('transaction.error_detail') fact('transaction.statuses')
 */
export const answerCharge = (gateway: string, result: ChargeResult, withDetail: 'with_detail' | 'without_detail'): ChargeAnswer => {
  const refusedAs = result === 'authentication_required' ? 'payment_method_verification_failed' : 'payment_processing_failed';
  if (result === 'success') return { status: 'success', error: null, refusedAs };
  const open = OPEN[result];
  if (open !== undefined) return { status: open, error: null, refusedAs };
  const text = TEXTS[result] ?? 'Your card was declined.';
  const raw = gateway === 'stripe' && !STRIPE_OWN_CODES.has(result) ? 'card_declined' : result;
  return {
    status: 'failure',
    refusedAs,
    error: {
      error_code: raw,
      error_text: text,
      ...(withDetail === 'with_detail' ? { error_detail: detailOf(gateway, result, text) } : {}),
    },
  };
};
