import { PlatformError, platformErrorWithin, type Reached } from '../connector-kit/index.js';
import { NotPlainData } from './plain-data.js';
import { reachedBy, type PluginCall } from './plugin-io/index.js';
import type { StripSecrets } from './strip-secrets.js';

/** An answer of a plugin that breaks the contract. The message names the place, never the value. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

const MAX_MESSAGE = 500;

const textOf = (error: unknown): string => {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return `a thrown ${error === null ? 'null' : typeof error}`;
};

const whatOf = (error: unknown): string => {
  if (error instanceof NotPlainData) return `the answer is not plain data: ${error.message}`;
  return error instanceof UnexpectedAnswer ? error.message : textOf(error);
};

/** What is kept of an original error: name, message and stack, stripped. Its other members may hold whole requests, headers and credentials. */
const strippedCause = (error: unknown, strip: StripSecrets): Error => {
  const cause = new Error(strip(textOf(error)).slice(0, MAX_MESSAGE));
  if (error instanceof Error && error.stack !== undefined) cause.stack = strip(error.stack).slice(0, 8 * MAX_MESSAGE);
  return cause;
};

/** What the plugin claims, unless it claims that nothing left and `io` saw that something did. */
const agreed = (claimed: Reached, call: PluginCall | undefined): Reached =>
  claimed === 'no' && call !== undefined && reachedBy(call) !== 'no' ? 'unknown' : claimed;

/** How an error is to be told. Without a call nothing can have left. */
export interface Telling {
  readonly name: string;
  readonly call?: PluginCall;
  readonly reached?: Reached;
  readonly strip: StripSecrets;
}

/**
 * The one error the core sees. A PlatformError, also one that an SDK has wrapped, keeps its code; everything else becomes `unexpected_answer`. A
 * claim that nothing left holds only if `io` saw nothing leave.
 */
export const translateError = (error: unknown, telling: Telling): PlatformError => {
  const { call, strip } = telling;
  const known = platformErrorWithin(error);
  const cause = strippedCause(error, strip);
  if (known !== undefined) {
    const message = known.message.startsWith(telling.name) ? known.message : `${telling.name}: ${known.message}`;
    return new PlatformError(strip(message).slice(0, MAX_MESSAGE), {
      code: known.code,
      reached: agreed(known.reached, call),
      cause,
      ...(known.retryAfterMs === undefined ? {} : { retryAfterMs: known.retryAfterMs }),
    });
  }
  const reached = call === undefined ? (telling.reached ?? 'unknown') : reachedBy(call) === 'no' ? 'no' : 'unknown';
  const what = whatOf(error);
  return new PlatformError(strip(`${telling.name}: ${what}`).slice(0, MAX_MESSAGE), { code: 'unexpected_answer', reached, cause });
};
