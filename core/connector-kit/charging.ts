import type { ChargeableToken, Money, RawDecline } from './values.js';

/** How a call whose answer was lost is kept from charging twice. The core repeats nothing beyond what is declared here. */
export type RepeatProtection = {
  /**
   * Milliseconds. A charge sent longer ago than this is either visible to `find` or never happened. At least twice the longest time the platform takes
   * to process one.
   */
  readonly absentIsFinalAfterMs: number;
} & (
  | {
      /** The same key gives the same answer. */
      readonly kind: 'key';
      /** Milliseconds for which the platform remembers a key. */
      readonly keptForMs: number;
    }
  | {
      /** There is an object that can succeed only once: what `prepare` makes, or the invoice itself. */
      readonly kind: 'single_use_object';
    }
  | {
      /** A charge can be found or not found, nothing more. */
      readonly kind: 'search_only';
    }
);

/** What became of a charge. */
export type ChargeOutcome =
  | {
      readonly status: 'approved';
      /** The gateway's ids of the transaction, the most exact first. */
      readonly gatewayRefs: readonly [string, ...string[]];
      /** What was approved. Rule 9: less than asked is returned as it is; the core refunds it and treats it as a decline. */
      readonly amount: Money;
      /** Whether it may still fail at settlement (direct debit). */
      readonly provisional: boolean;
      /** A token that replaces the one charged, if the gateway gave one. */
      readonly token?: ChargeableToken;
    }
  | {
      readonly status: 'declined';
      readonly decline: RawDecline;
      readonly gatewayRefs: readonly string[];
    }
  | {
      /** Accepted, decided later: the gateway will tell, or `find` will. */
      readonly status: 'pending';
      readonly gatewayRefs: readonly [string, ...string[]];
    }
  | {
      /** Certain that nothing was or will be charged by this call: nothing left, or the platform said that it did not execute it. */
      readonly status: 'not_sent';
      /** Why, for people; holds no secret. */
      readonly cause: string;
      /** Milliseconds the platform asks us to wait. */
      readonly retryAfterMs?: number;
    }
  | {
      /** May or may not have been charged. Resolved by asking, never by repeating. */
      readonly status: 'unknown';
      /** Why, for people; holds no secret. */
      readonly cause: string;
      readonly gatewayRefs: readonly string[];
    };

/** What became of a charge made earlier. `absent`: the platform knows nothing of it. */
export type FindOutcome = ChargeOutcome | { readonly status: 'absent' };

/** What became of a refund. */
export type RefundOutcome =
  | {
      /** `voided`: taken back before it settled. `pending`: decided later. */
      readonly status: 'refunded' | 'voided' | 'pending';
      /** The gateway's id of the refund or void. */
      readonly refundRef: string;
    }
  | {
      readonly status: 'refused';
      /** Why, for people; holds no secret. */
      readonly detail: string;
    }
  | {
      readonly status: 'unknown';
      /** Why, for people; holds no secret. */
      readonly cause: string;
    };
