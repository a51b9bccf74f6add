/**
 * The names merchants integrated against: event types, headers and members that carry a name on the wire.
 * They are fixed by what receivers already parse and are spelt nowhere else in the core.
 */

/** Types of the events that leave the hub. */
export const eventNames = {
  success: 'recovery.success',
  failed: 'recovery.failed',
  blocked: 'recovery.blocked',
  cancelled: 'recovery.cancelled',
} as const;

/** One of the event types. */
export type EventName = (typeof eventNames)[keyof typeof eventNames];

/** Headers of an outgoing event. `bodySignature` is the older scheme, the other three are Standard Webhooks. */
export const headerNames = {
  bodySignature: 'X-Revtain-Signature',
  id: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
} as const;

/** The member of every event that carries our case id. */
export const transactionIdMember = 'revtainTransactionId';

/** Prefix of a `webhook-id`, before the ULID. */
export const webhookIdPrefix = 'msg_';
