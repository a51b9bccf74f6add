import { PlatformError, type Reached } from '../../connector-kit/index.js';
import { reachedBy, type PluginCall } from './plugin-call.js';

/** The plugin asked for something the rules of `io` forbid; nothing left. */
export const forbidden = (message: string): PlatformError => new PlatformError(message, { code: 'invalid_request', reached: 'no' });

/** The time for an answer is over, or the time in which sending was allowed. */
export const tooLate = (message: string, reached: Reached): PlatformError => new PlatformError(message, { code: 'platform_down', reached });

/** The connection could not be made, or broke. */
export const broken = (message: string, reached: Reached, cause: unknown): PlatformError =>
  new PlatformError(message, { code: 'platform_down', reached, cause });

/** The deadline passed while the call was under way. */
export const deadlinePassed = (call: PluginCall): PlatformError => {
  const reached = reachedBy(call);
  const seen = reached === 'no' ? 'nothing had been sent' : 'an answer was still missing';
  return tooLate(`${call.name}: stopped at its deadline ${call.deadline.toISOString()}; ${seen}.`, reached);
};
