import type { ApiCall, Surface } from '../api/index.js';

/** One request to a route. */
export interface Call extends ApiCall {
  readonly method: 'GET' | 'POST';
  /** All headers, lower-case, as the sender gave them. */
  readonly headers: Headers;
  /**
   * The body as it came, to the byte.
   * @throws ApiFault `too_large` over `limit` bytes, `unsupported_media_type` when it is encoded, `invalid_request` when the transfer broke
   */
  raw(limit: number): Promise<Uint8Array>;
}

/** The answer to a request: an object is sent as JSON, text as it is. */
export interface Reply {
  readonly status: number;
  readonly body: object | string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly whenSent?: () => Promise<void>;
  readonly ids?: Readonly<Record<string, string>>;
}

/** A method and a path pattern (Express 5 syntax) with what answers them. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly surface: Surface;
  /** How much of a success is logged: `brief` keeps the hot path to debug level. */
  readonly logged: 'always' | 'brief';
  handle(call: Call): Promise<Reply>;
}
