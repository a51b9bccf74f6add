/**
 * What nobody outside Chargebee knows for certain (certainty INF or DOC with doubt in `facts.ts`): each is a switch, and the hub must pass with
 * either setting. The first value named is the default.
 */
export interface Switches {
  /** Whether a parameter the endpoint does not know is refused or passed over. */
  unknownParameters: 'refused' | 'ignored';
  /** Recording more than is due: to the customer's excess payments, or refused as an older page says. */
  overpayment: 'excess' | 'refused';
  /** Whether refusals by state and declines are kept under the idempotency key. */
  keepsRefusals: boolean;
  /** How a request is answered whose key is under way. */
  keyInUse: 'lock_timeout' | 'conflict';
  /** How long a key is kept: 30 minutes by the documentation, 24 hours by one site. */
  keyKeptForMinutes: number;
  /** What `next_retry_at` says while dunning is paused. */
  pausedNextRetry: 'expected_date' | 'absent';
  /** When Chargebee tries again after a resume. */
  resumeRetries: 'by_schedule' | 'at_once';
  /** Whether a declined `collect_payment` also sends `payment_failed`. */
  manualFailureSendsEvent: boolean;
  /** The list of gateway tokens: newer than some sites. */
  gatewayTokens: 'answered' | 'not_found' | 'not_supported' | 'forbidden';
  /** What becomes of the money of a removed payment. */
  removedPayment: 'excess' | 'gone';
  /** Whether a 429 carries `retry-after` (seconds); null: no header. */
  retryAfterSeconds: number | null;
  /** Requests allowed in one wall minute; null: no limit. */
  requestsPerMinute: number | null;
  /** Whether a transaction holds `error_detail` (per gateway). */
  errorDetail: boolean;
  /** Whether a paid invoice that is paid once more at `collect_payment` is refused by state or as a wrong amount. */
  collectPaidCode: 'invalid_state_for_request' | 'invalid_request';
  /** Whether `collect_payment` refuses while a payment of the invoice is open, or charges a second time. */
  collectBesideOpen: 'refused' | 'charges_again';
  /** What a write-off leaves behind: the page names no status. */
  writeOffStatus: 'paid' | 'unchanged';
}

export const defaultSwitches = (): Switches => ({
  unknownParameters: 'refused',
  overpayment: 'excess',
  keepsRefusals: true,
  keyInUse: 'lock_timeout',
  keyKeptForMinutes: 30,
  pausedNextRetry: 'expected_date',
  resumeRetries: 'by_schedule',
  manualFailureSendsEvent: true,
  gatewayTokens: 'answered',
  removedPayment: 'excess',
  retryAfterSeconds: null,
  requestsPerMinute: null,
  errorDetail: true,
  collectPaidCode: 'invalid_state_for_request',
  collectBesideOpen: 'refused',
  writeOffStatus: 'paid',
});
