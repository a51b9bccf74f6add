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
