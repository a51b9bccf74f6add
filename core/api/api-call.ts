/** One call as the HTTP server hands it over. */
export interface ApiCall {
  readonly requestId: string;
  /** A header by its lower-case name; repeated headers are joined by a comma. */
  header(name: string): string | undefined;
  /** The named parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /**
   * Reads the JSON body when asked, so that a caller without a key is refused before anything is read.
   * @throws ApiFault `too_large`, `unsupported_media_type`, or `invalid_request` when it is not JSON
   */
  json(): Promise<unknown>;
}

/** The answer of a call; `body` is sent as JSON. */
export interface ApiReply {
  readonly status: number;
  readonly body: object;
  /** Runs once the response has left, or the caller has gone away. */
  readonly whenSent?: () => Promise<void>;
  /** Ids for the request log. */
  readonly ids?: Readonly<Record<string, string>>;
}

/** Answers one route. @throws ApiFault */
export type ApiHandler = (call: ApiCall) => Promise<ApiReply>;
