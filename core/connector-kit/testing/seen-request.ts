import type { Exchange } from './exchange.js';

/** One request as the fake saw it, to prove what was written and what was not. */
export interface SeenRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  /** ISO 8601, by the wall. */
  readonly at: string;
}

/** What is kept of a request that comes in now. */
export const seen = ({ requestId, method, path, idempotencyKey }: Exchange): SeenRequest =>
  ({ requestId, method, path, idempotencyKey, at: new Date().toISOString() });

/** How many of these came in within the last wall minute. */
export const countInLastMinute = (requests: readonly SeenRequest[]): number => {
  const since = Date.now() - 60_000;
  return requests.filter(({ at }) => Date.parse(at) > since).length;
};
