/**
 * Why a call to a platform or gateway gave no answer.
 *
 * - `refused_key`: the credentials are wrong or revoked.
 * - `missing_permission`: the credentials are right and may not do this.
 * - `not_found`: the object that was asked for does not exist. An invoice that is gone is an answer of `invoices.read`, not this.
 * - `rate_limited`: too many requests; see `retryAfterMs`.
 * - `platform_down`: no connection, no answer in time, or a server error.
 * - `unexpected_answer`: an answer that cannot be understood.
 * - `invalid_request`: the platform says that the request itself is wrong, or `io` refused it.
 */
export type PlatformErrorCode = (typeof CODES)[number];

const CODES = [
  'refused_key',
  'missing_permission',
  'not_found',
  'rate_limited',
  'platform_down',
  'unexpected_answer',
  'invalid_request',
] as const;

/**
 * Whether the request can have reached the platform. `no`: nothing left this process, so that repeating is harmless. `yes`: the platform answered it.
 * `unknown`: it left, or part of it, and no answer came; it may have been applied.
 */
export type Reached = (typeof REACHES)[number];

const REACHES = ['no', 'yes', 'unknown'] as const;

/** What a {@link PlatformError} says besides its message. */
export interface PlatformErrorDetails {
  readonly code: PlatformErrorCode;
  readonly reached: Reached;
  /** Milliseconds that the platform asks us to wait. */
  readonly retryAfterMs?: number;
  /** The original error. The registry keeps of it only name, message and stack, without secrets. */
  readonly cause?: unknown;
}

/**
 * The only error a plugin throws on purpose. Anything else that it throws becomes `unexpected_answer` with `reached: 'unknown'` (or `'no'`, where nothing
 * left). The message is for operators: no secret, no card data, no personal data.
 *
 * @example
 * throw new PlatformError('The key may not read invoices.', { code: 'missing_permission', reached: 'yes', cause: error });
 */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: PlatformErrorCode;
  readonly reached: Reached;
  /** Milliseconds that the platform asks us to wait; absent where it asks nothing. */
  declare readonly retryAfterMs?: number;

  constructor(message: string, details: PlatformErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.reached = details.reached;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

const codes: ReadonlySet<unknown> = new Set(CODES);
const reaches: ReadonlySet<unknown> = new Set(REACHES);

/** By shape, not by class: a plugin from a package may bring its own copy of the kit. */
const isPlatformError = (value: object): value is PlatformError =>
  value instanceof Error &&
  value.name === 'PlatformError' &&
  'code' in value &&
  codes.has(value.code) &&
  'reached' in value &&
  reaches.has(value.reached);

/** Where SDKs keep the error they wrap. */
const WRAPPERS = ['cause', 'detail', 'error', 'originalError', 'exception', 'raw'] as const;

/**
 * The {@link PlatformError} that `io` threw, found inside what an SDK made of it: the error itself, or along the members in which SDKs keep what they
 * wrap, or among those of an `AggregateError`. Undefined if there is none.
 *
 * @example
 * const fromIo = platformErrorWithin(error);
 * if (fromIo !== undefined) return fromIo.reached === 'no' ? { status: 'not_sent', cause: fromIo.message } : { status: 'unknown', ... };
 */
export const platformErrorWithin = (thrown: unknown): PlatformError | undefined => {
  const waiting: unknown[] = [thrown];
  const seen = new Set<object>();
  while (waiting.length > 0 && seen.size < 50) {
    const next = waiting.shift();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isPlatformError(next)) return next;
    for (const member of WRAPPERS) if (member in next) waiting.push((next as Record<string, unknown>)[member]);
    if (next instanceof AggregateError) waiting.push(...(next.errors as unknown[]));
  }
  return undefined;
};
