/**
 * The names of the merchant API on the wire, which integrations written for Revtain rely on. They are written here and nowhere else.
 */

/** Paths of the merchant surface. */
export const merchantPaths = {
  execute: '/api/recovery/execute',
  status: '/api/recovery/status',
  statusById: '/api/recovery/status/:transactionId',
  cancel: '/api/recovery/cancel',
} as const;

/** The header a merchant's key comes in, lower-case as Node has it. */
export const apiKeyHeader = 'x-api-key';

/** What a transaction id may be prefixed with when it is asked for. */
export const paymentIdPrefix = 'pay_';

/** Values of `status` in a 202. */
export const openStatus = { queued: 'queued', unknown: 'unknown' } as const;

/** Sentences merchants may have matched on. */
export const wireTexts = {
  missingKey: 'Missing or invalid API key. Send it in the X-API-KEY header.',
  publishableKey: 'A publishable key cannot be used here. Send a secret key.',
  suspended: 'This account is suspended.',
  paused: 'Charges are paused. Nothing was charged; try again later.',
  recovered: 'Payment recovered.',
  notRecovered: 'Payment could not be recovered.',
  cancelled: 'Recovery was cancelled.',
  scheduled: 'Retry scheduled.',
  pending: 'The gateway has accepted the payment and not finished it; a webhook follows.',
  unknown: 'Not confirmed by the gateway. Do not retry; a webhook follows.',
  blocked: 'Transaction blocked',
  authenticationRequired: 'Customer authentication required',
  duplicate: 'Duplicate recovery request',
  noSuchCase: 'There is no recovery with this id.',
  noSuchKey: 'There is no recovery with this idempotencyKey.',
} as const;

/** Why a call was a duplicate, with its sentence. */
export const duplicateTexts = {
  idempotency_key: 'This idempotencyKey was used before.',
  velocity: 'The same card and amount were submitted less than 5 minutes ago.',
  open_case: 'A recovery of this invoiceId is open or has succeeded.',
} as const;
