import type { Classification } from '../declines/index.js';

/** Which rule decided, on which numbers, in one sentence a person understands. */
export interface Because { readonly rule: string; readonly numbers: Readonly<Record<string, unknown>>; readonly sentence: string }

/** One charge of ours, as the engine sees it. */
export interface PastAttempt {
  /** Hub time. */
  readonly at: Date;
  /** `unsent`: given up after five tries to send it; `uncounted`: absent, revoked or paid by another. */
  readonly result: 'approved' | 'declined' | 'unsent' | 'uncounted' | 'open';
  /** A technical decline has a budget of its own. */
  readonly kind: 'technical' | 'other';
  readonly strategy: string;
}

/** All the engine may know. Same snapshot and clock, same decision. Dates are hub time. */
export interface Snapshot {
  readonly source: 'connector' | 'direct';
  readonly openedAt: Date;
  /** The newest decline in our words; undefined where none is known. */
  readonly decline: Classification | undefined;
  readonly attempts: readonly PastAttempt[];
  readonly route: 'gateway' | 'platform';
  /** `live`: real money moves at the gateway. */
  readonly gatewayMode: 'test' | 'live';
  /** Why the next charge does not wait for the schedule. */
  readonly prompt: 'card_update' | 'manual_retry' | 'retry_later' | undefined;
  /** The charge that was made before us took no money, as far as an operator found out. */
  readonly earlierCharge?: 'absent';
  /** What the platform says of the card now: `unread` until it is asked. */
  readonly card: 'unread' | 'same' | 'changed' | 'none';
  readonly policy: {
    readonly timezone: string;
    readonly billingCycleDay: number | undefined;
    readonly maxRetries: number;
    readonly horizonDays: number;
    /** The client's own waits; its last repeats. Undefined: ours. */
    readonly daysBetween: readonly number[] | undefined;
  };
}

export type Strategy = 'primary' | 'smart_time' | 'token_refresh' | 'platform_collect' | 'card_update' | 'manual_retry';
export type RecommendedAction = 'request_card_update' | 'retry_later' | 'manual_review' | 'monitor';

export type Decision =
  | { readonly do: 'charge'; readonly strategy: Strategy; readonly because: Because }
  | { readonly do: 'wait'; readonly until: Date; readonly strategy: Strategy; readonly because: Because }
  /** The card must be read from the platform before this can be decided. */
  | { readonly do: 'read_card'; readonly because: Because }
  /** An earlier charge elsewhere is not settled: an operator decides. */
  | { readonly do: 'ask'; readonly because: Because }
  | {
    readonly do: 'stop'; readonly outcome: 'failed' | 'blocked'; readonly recommendedAction: RecommendedAction;
    readonly action: 'blocked' | 'authentication_required' | undefined; readonly because: Because;
  };

/** The recovery engine: a pure function. Another one is a registration in the container. */
export interface RecoveryEngine {
  readonly name: string;
  decide(snapshot: Snapshot, now: Date): Decision;
}

/** One rule: its decision, or undefined to leave it to the next. */
export type Rule = (snapshot: Snapshot, now: Date) => Decision | undefined;
