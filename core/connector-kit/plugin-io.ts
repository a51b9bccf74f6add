import type { Agent } from 'node:https';

/**
 * The only way of a plugin to the network (rule 14). Hand `fetch` or `agent` to the official SDK and switch the SDK's own retries off.
 *
 * Both find the call they belong to by themselves. They refuse a request outside a call or to a host that `hosts()` does not name, wait for the
 * account's `limits()`, destroy the request at the call's deadline (also while it is queued or connecting), and in a call that is not a read refuse to
 * send at or after its `sendBefore` and to send one and the same request twice, which some SDKs do unasked. In `observe` mode they let only reads
 * through (rule 16): GET, HEAD and what `readRequests` names. What they refuse is a {@link PlatformError}; find it inside an SDK's error with
 * `platformErrorWithin`.
 */
export interface PluginIo {
  /** Like the global `fetch`, for https URLs; returns redirects instead of following them. */
  readonly fetch: typeof fetch;
  /** For SDKs on `node:https`. Keeps no connections: each request gets its own. */
  readonly agent: Agent;
  readonly log: Log;
}

/** Where a plugin says what it did. Known secrets are replaced; never log bodies, card data or personal data all the same. */
export interface Log {
  /** @param fact - What happened, a fixed sentence. @param fields - Ids and numbers that belong to it. */
  debug(fact: string, fields?: object): void;
  /** Something a person should know, though the call goes on. */
  warn(fact: string, fields?: object): void;
}

/** One merchant's configured use of a plugin. */
export interface Connection<C> {
  readonly connectionId: string;
  readonly clientId: string;
  /** Whether real money moves. */
  readonly mode: 'test' | 'live';
  /** What `configSchema` made of what the merchant entered; credentials in it are sealed. */
  readonly config: C;
}

/** What every call is given last. Valid until the call ends. */
export interface CallContext<C, S> {
  readonly connection: Connection<C>;
  /** What `open` returned for this connection. */
  readonly session: S;
  /** Aborted at the deadline. Requests through `io` end by themselves; this is for a plugin's own waiting. */
  readonly signal: AbortSignal;
  /** Wall time at which the caller stops listening. */
  readonly deadline: Date;
  readonly log: Log;
  /**
   * A short-lived credential (OAuth access token, rotating refresh token): minted once over all processes, kept encrypted until `expiresAt`.
   *
   * @param name - Tells the credentials of one connection apart.
   * @param mint - Fetches a new one through `io`; is given the last value, also an expired one. State an `expiresAt` early enough that a request begun
   * before it still succeeds.
   */
  credential(name: string, mint: (previous: string | undefined) => Promise<{ value: string; expiresAt: Date }>): Promise<string>;
}
