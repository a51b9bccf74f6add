import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** What the fake answers. A body that is text is sent as it is, anything else as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How a request came to its end. `dropped`: the fake destroyed the socket. `client_left`: the caller closed it first. */
export type Ended = 'answered' | 'dropped' | 'client_left';

/** One request as it came in, and the ways to end it. */
export interface Exchange {
  readonly requestId: string;
  readonly method: string;
  /** Below the API's base; empty when the request was for another place. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body of a request that writes, the query string of one that does not: where form APIs have their parameters. */
  readonly parameters: string;
  /** The idempotency key of a request that may have one. */
  readonly idempotencyKey: string | null;
  /** Tells once how the request ended, as soon as it did. */
  onEnd(listener: (ended: Ended) => void): void;
  answer(answer: Answer): void;
  /** Destroys the socket. */
  drop(): void;
  /** Sends headers and never the body. */
  stall(): void;
}

/** How a platform's API looks on the wire. */
export interface WireStyle {
  /** The path its addresses stand below; default none. */
  readonly basePath?: string;
  /** The header that carries an idempotency key, in small letters; absent where the platform has none. */
  readonly keyHeader?: string;
  /** The methods whose requests may have one; default POST. */
  readonly keyMethods?: readonly string[];
  /** Spaces a level of JSON is indented by; default none. */
  readonly indent?: number;
  /** Headers of every answer; what an answer brings itself comes over them. */
  headersOf(exchange: Pick<Exchange, 'requestId' | 'headers' | 'idempotencyKey'>): Readonly<Record<string, string>>;
}

/** A header that is there once and not empty; else null. */
export const headerOf = (value: string | string[] | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

interface Incoming {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
}

/** One request to the API. */
export const createExchange = (wire: WireStyle, { requestId, request, response, body }: Incoming): Exchange => {
  const { basePath = '', keyHeader, keyMethods = ['POST'], indent } = wire;
  const url = new URL(request.url ?? '/', 'http://fake');
  const method = request.method ?? 'GET';
  const { headers } = request;
  const idempotencyKey = keyMethods.includes(method) && keyHeader !== undefined ? headerOf(headers[keyHeader]) : null;
  const headersOfAll = wire.headersOf({ requestId, headers, idempotencyKey });
  const listeners: ((ended: Ended) => void)[] = [];
  const end = (ended: Ended): void => {
    for (const listener of listeners.splice(0)) listener(ended);
  };
  response.on('close', () => end('client_left'));
  return {
    requestId,
    method,
    path: url.pathname.startsWith(`${basePath}/`) ? url.pathname.slice(basePath.length) : '',
    query: url.searchParams,
    headers,
    body,
    parameters: method === 'GET' || method === 'DELETE' ? url.search.slice(1) : body,
    idempotencyKey,
    onEnd: (listener) => void listeners.push(listener),
    answer: (answer) => {
      end('answered');
      response.writeHead(answer.status, { ...headersOfAll, ...answer.headers });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body, null, indent));
    },
    drop: () => {
      end('dropped');
      request.socket.destroy();
    },
    stall: () => {
      response.writeHead(200, { ...headersOfAll, 'content-length': '4096' });
      response.write('{');
    },
  };
};
