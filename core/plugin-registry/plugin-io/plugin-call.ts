import { AsyncLocalStorage } from 'node:async_hooks';
import type { Reached } from '../../connector-kit/index.js';

/** What one request of a call did on the wire. */
export interface RequestRecord {
  /** Whether the platform may change something because of it: neither GET nor HEAD, nor named in `readRequests`, nor the minting of a credential. */
  readonly mutating: boolean;
  /** Value of its idempotency header, if it has one. */
  readonly key: string | undefined;
  written: boolean;
  answered: boolean;
}

/** One guarded call of a plugin, as `io` finds it through AsyncLocalStorage. */
export interface PluginCall {
  /** For messages: `connector example collection.collectNow`. */
  readonly name: string;
  /** `write`: everything that is not a read, runs under `sendBefore`; `offline`: may not use the network at all. */
  readonly kind: 'read' | 'write' | 'offline';
  /** Whether only reads may pass. */
  readonly observe: boolean;
  readonly deadline: Date;
  readonly sendBefore: Date | undefined;
  /** Why nothing of the call may begin any more. What has begun is not cut. */
  readonly heldBack: (() => string | undefined) | undefined;
  /** Aborted at the deadline and when the call has ended. */
  readonly signal: AbortSignal;
  readonly requests: RequestRecord[];
  /** Fingerprints of the mutating requests this call has asked for, so that an SDK's hidden repeat is recognised. */
  readonly seen: Set<string>;
  /** While true, requests mint a credential: they move no money and count for nothing the call is judged by. */
  readonly minting: boolean;
}

const current = new AsyncLocalStorage<PluginCall | undefined>();

/** Runs `body` so that every request it causes, however indirectly, belongs to `call`; `undefined`: to none, and is refused. */
export const runInCall = <T>(call: PluginCall | undefined, body: () => T): T => current.run(call, body);

/** The call the running code belongs to. */
export const currentCall = (): PluginCall | undefined => current.getStore();

/**
 * What the requests of a call can have done at the platform. In a write call only requests that may change something count: a look before a refused
 * write leaves the answer at `no`.
 */
export const reachedBy = (call: PluginCall): Reached => {
  const counted = call.requests.filter((request) => request.written && (call.kind === 'read' || request.mutating));
  if (counted.length === 0) return 'no';
  return counted.every((request) => request.answered) ? 'yes' : 'unknown';
};

/** How many mutating requests went out under `key`; where the plugin sends keys in no header, how many went out at all. */
export const writesUnder = (call: PluginCall, key: string): number => {
  const written = call.requests.filter((request) => request.written && request.mutating);
  return written.some((request) => request.key !== undefined) ? written.filter((request) => request.key === key).length : written.length;
};
