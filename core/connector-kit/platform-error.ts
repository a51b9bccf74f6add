/** Why a platform or gateway call did not give an answer. */
export type PlatformErrorCode =
  | 'refused_key' | 'missing_permission' | 'not_found' | 'rate_limited' | 'platform_down' | 'unexpected_answer' | 'invalid_request';

/** Whether the request can have reached the platform: `no` = nothing left this process, `unknown` = it may have been applied. */
export type Reached = 'no' | 'yes' | 'unknown';

export interface PlatformErrorDetails {
  readonly code: PlatformErrorCode;
  readonly reached: Reached;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The only error a plugin throws on purpose; anything else is translated to `unexpected_answer`, `reached: 'unknown'`. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: PlatformErrorCode;
  readonly reached: Reached;
  readonly retryAfterMs?: number;
  constructor(message: string, details: PlatformErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.reached = details.reached;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

const codes: ReadonlySet<unknown> = new Set<PlatformErrorCode>([
  'refused_key', 'missing_permission', 'not_found', 'rate_limited', 'platform_down', 'unexpected_answer', 'invalid_request',
]);
const reaches: ReadonlySet<unknown> = new Set<Reached>(['no', 'yes', 'unknown']);

/** By shape, not by class: a plugin from a package may bring its own copy of the kit. */
const isPlatformError = (value: object): value is PlatformError =>
  'name' in value && value.name === 'PlatformError' && 'code' in value && codes.has(value.code) && 'reached' in value && reaches.has(value.reached);

/**
 * The PlatformError that `io` threw, found inside what an SDK made of it: the error itself, or along `cause`, `detail`, `error`, `originalError`,
 * `exception`, `raw` and the members of an AggregateError.
 */
export const platformErrorWithin = (thrown: unknown): PlatformError | undefined => {
  const waiting: unknown[] = [thrown];
  const seen = new Set<object>();
  while (waiting.length > 0 && seen.size < 50) {
    const next = waiting.shift();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isPlatformError(next)) return next;
    for (const member of ['cause', 'detail', 'error', 'originalError', 'exception', 'raw'] as const) {
      if (member in next) waiting.push((next as Record<string, unknown>)[member]);
    }
    if (next instanceof AggregateError) waiting.push(...(next.errors as unknown[]));
  }
  return undefined;
};
