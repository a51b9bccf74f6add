import type { eventNames } from './wire-names.js';

/** What set the final transition off. */
export type EventTrigger = 'direct' | 'scheduled_retry' | 'manual_retry' | 'card_update' | 'reconciliation' | 'external' | 'reversal';

/** How the last attempt was made. */
export type StrategyUsed =
  | 'primary' | 'smart_time' | 'token_refresh' | 'fallback_token' | 'backup_gateway' | 'platform_collect' | 'manual_retry' | 'card_update' | 'none';

/** What the merchant should do next. */
export type RecommendedAction = 'request_card_update' | 'retry_later' | 'manual_review' | 'monitor';

/** What every event says about its case. */
export interface CommonEventFacts {
  /** The case id (ULID). */
  readonly revtainTransactionId: string;
  readonly idempotencyKey: string | null;
  /** Minor units of `currency`. */
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly isSimulated: boolean;
  /** Hub time of the transition. */
  readonly occurredAt: Date;
  /** Id of the billing platform's connector; null for a direct case. */
  readonly platform: string | null;
  readonly invoiceId: string | null;
  readonly customerId: string | null;
  readonly subscriptionId: string | null;
}

/** The debt is paid. */
export interface SuccessFacts extends CommonEventFacts {
  readonly event: typeof eventNames.success;
  /** The gateway's id of the payment; null where another paid and none is known. */
  readonly gatewayTransactionToken: string | null;
  readonly message: string;
  readonly strategyUsed: StrategyUsed;
  readonly attemptCount: number;
  readonly trigger: EventTrigger;
}

/** Everything is exhausted; once per closing. */
export interface FailedFacts extends CommonEventFacts {
  readonly event: typeof eventNames.failed;
  readonly declineCode: string;
  readonly message: string;
  readonly strategyUsed: StrategyUsed;
  readonly attemptCount: number;
  readonly recommendedAction: RecommendedAction;
  readonly recommendedActionReason: string;
  readonly trigger: EventTrigger;
}

/** The debt may not be charged again with this card. `action` is the one the API answers with. */
export interface BlockedFacts extends CommonEventFacts {
  readonly event: typeof eventNames.blocked;
  readonly declineCode: string;
  readonly action: 'blocked' | 'authentication_required';
  readonly message: string;
  readonly recommendedAction: RecommendedAction;
  readonly recommendedActionReason: string;
  readonly trigger: EventTrigger;
}

/** The debt is gone or no longer ours to collect. */
export interface CancelledFacts extends CommonEventFacts {
  readonly event: typeof eventNames.cancelled;
  readonly reason: 'invoice_voided' | 'subscription_ended' | 'merchant' | 'operator' | 'disconnected';
  /** Whether the API answered the opening call with 202, so that the caller waits for an end. Not sent on the wire. */
  readonly wasAnsweredOpen: boolean;
}

/** What is known when a case reaches an end: the input of an event's body. */
export type EventFacts = SuccessFacts | FailedFacts | BlockedFacts | CancelledFacts;
