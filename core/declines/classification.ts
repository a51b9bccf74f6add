import type { DeclineCategory } from './file-schemas.js';
import type { PlannedRetry, RetryAdvice } from './retry-advice.js';

/** How a signal was read; in the order in which a reason is looked for. `original` is the code a merchant sent with a direct call. */
export type SignalStep = 'original' | 'gateway_block' | 'network' | 'gateway' | 'any_network' | 'advice';

/** One code that a table of the catalogue knows. */
export interface MatchedSignal {
  readonly step: SignalStep;
  /** The table. */
  readonly system: string;
  /** The code as the table writes it: the code itself, a range, or `*`. */
  readonly code: string;
  readonly canonical: string;
  readonly category: DeclineCategory;
  /** What the table's row advises. */
  readonly retry: RetryAdvice;
  /** Visa only: 1 to 4. */
  readonly networkCategory?: 1 | 2 | 3 | 4;
  /** Exact wait in hours, with `retry: 'wait'`. */
  readonly waitHours?: number;
  /** No try of this card earlier than this many hours after the decline. */
  readonly notBeforeHours?: number;
}

/** Everything the gateway said, matched or not; each text cut to 64 characters, without control characters. */
export interface DeclineSignals {
  readonly system?: string;
  readonly code?: string;
  readonly network?: string;
  readonly networkCode?: string;
  readonly adviceSystem?: string;
  readonly adviceCode?: string;
  readonly reachedNetwork?: boolean | 'unknown';
}

/** What a decline means. Plain data: it may be stored with an attempt as it is. */
export interface Classification {
  /** One of the catalogue's reasons; `declineCode` on the wire. `unknown` if no table knows any of the codes. */
  readonly reason: string;
  /** Of the reason. Other signals may be of another category: see `matched`. */
  readonly category: DeclineCategory;
  /** The strictest advice of all signals. */
  readonly retry: PlannedRetry;
  /** Exact wait in hours; present if and only if `retry` is `wait`. */
  readonly waitHours?: number;
  /** No try earlier than this many hours after the decline, whatever the plan. */
  readonly notBeforeHours?: number;
  /** Visa only: which ceiling counts this decline. */
  readonly networkCategory?: 1 | 2 | 3 | 4;
  /** Every signal that a table knows, in the order in which they were read. */
  readonly matched: readonly MatchedSignal[];
  /** The advice code, if a table knows it; also the last of `matched`. */
  readonly advice?: MatchedSignal;
  readonly signals: DeclineSignals;
}
