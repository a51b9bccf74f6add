/**
 * What nobody outside Recurly knows for certain (certainty INF or DOC with doubt in `facts.ts`): each is a switch, and the hub must pass with
 * either setting. The first value named is the default.
 */
export interface Switches {
  /** Whether a member that has no value is written as null or left out. */
  absentMembers: 'null' | 'left_out';
  /** Whether a parameter the endpoint does not know is refused or passed over. */
  unknownParameters: 'refused' | 'ignored';
  /** Whether a request without the vendor's media type in Accept is refused or served. */
  acceptRule: 'refused' | 'served';
  /** Whether each try of a delivery is signed anew, or with the timestamp of the first. */
  signatureTimestamp: 'renewed' | 'of_first_try';
  /** The unit of that timestamp: the client says milliseconds, an example in the documentation shows seconds. */
  signatureUnit: 'milliseconds' | 'seconds';
  /** Whether refusals by state and declines are kept under the idempotency key. */
  keepsRefusals: boolean;
  /** How long a key is kept, minutes of hub time. */
  keyKeptForMinutes: number;
  /** The same key with another request: refused, or answered with what was kept. */
  keyOtherRequest: 'refused' | 'replayed';
  /** Requests allowed in one wall minute; null: no limit, and the headers tell the documented one. */
  requestsPerMinute: number | null;
  /** Whether a 429 carries `retry-after` beside `x-ratelimit-reset` (seconds); null: no header. */
  retryAfterSeconds: number | null;
  /** What `paid` says of an invoice that was marked successful: the sum of its transactions, or its whole balance. */
  markedPaid: 'nothing' | 'balance';
  /** Whether a declined `collect` also sends `payment.failed`. */
  manualFailureSendsEvent: boolean;
  /** The most that an external payment may be: the invoice's total as the contract says, or what is left of it. */
  recordAtMost: 'total' | 'balance';
  /** How a `collect` without any billing info is refused. */
  collectWithoutBillingInfo: 'validation' | 'transaction';
  /** Whether `collect` and a retry charge beside a payment whose outcome is open. */
  collectBesideOpen: 'refused' | 'charges_again';
  /** Whether Recurly collects every overdue invoice at once when billing info changes. */
  collectsOnCardUpdate: boolean;
  /** Where the references of a gateway's objects are told. */
  referencesOn: 'both' | 'transaction' | 'billing_info';
  /** What `*_in_cents` holds for a currency without decimals. */
  xmlCentsOfZeroDecimals: 'units' | 'times_100';
  /** How XML writes a member without value that could have one: an empty element, or one marked nil. */
  xmlEmpty: 'nil' | 'empty';
  /** Whether the XML status of a declined payment begins with a capital: older bodies do. */
  xmlStatusCase: 'lower' | 'capital';
  /** Which invoice a JSON notification names where the number has a prefix. */
  prefixedInvoiceNumber: 'with_prefix' | 'digits_only';
}

export const defaultSwitches = (): Switches => ({
  absentMembers: 'null',
  unknownParameters: 'refused',
  acceptRule: 'refused',
  signatureTimestamp: 'renewed',
  signatureUnit: 'milliseconds',
  keepsRefusals: true,
  keyKeptForMinutes: 60,
  keyOtherRequest: 'refused',
  requestsPerMinute: null,
  retryAfterSeconds: null,
  markedPaid: 'nothing',
  manualFailureSendsEvent: true,
  recordAtMost: 'total',
  collectWithoutBillingInfo: 'validation',
  collectBesideOpen: 'refused',
  collectsOnCardUpdate: true,
  referencesOn: 'both',
  xmlCentsOfZeroDecimals: 'units',
  xmlEmpty: 'nil',
  xmlStatusCase: 'lower',
  prefixedInvoiceNumber: 'with_prefix',
});
