import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MoneyRequest } from './ledger.js';
import type { FakePlatform } from './platform.js';

export interface Answer {
  readonly status: number;
  /** JSON unless it is text already. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export const API_PATH = '/api/v2';

/** One request as it came in, and the ways to end it; the ledger hears of each. */
export interface Exchange {
  readonly requestId: string;
  readonly method: string;
  /** Below `/api/v2`; null when the request was for another place. */
  readonly path: string | null;
  /** The form of a POST, the query string of anything else. */
  readonly text: string;
  readonly idempotencyKey: string | null;
  readonly request: IncomingMessage;
  readonly openedAs: (entry: MoneyRequest) => void;
  answer(answer: Answer): void;
  /** Destroys the socket. */
  drop(): void;
  /** Sends headers and never the body. */
  stall(): void;
}

export const headerOf = (value: string | string[] | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

export const createExchange = (platform: FakePlatform, request: IncomingMessage, response: ServerResponse, body: string): Exchange => {
  const url = new URL(request.url ?? '/', 'http://fake');
  const method = request.method ?? 'GET';
  const requestId = platform.mintId('req');
  // fact('idempotency.post_only')
  const idempotencyKey = method === 'POST' ? headerOf(request.headers['chargebee-idempotency-key']) : null;
  let money: MoneyRequest | null = null;
  const end = (ended: 'answered' | 'dropped' | 'client_left'): void => {
    if (money !== null) platform.ledger.end(money, ended);
  };
  response.on('close', () => end('client_left'));
  return {
    requestId,
    method,
    path: url.pathname.startsWith(`${API_PATH}/`) ? url.pathname.slice(API_PATH.length) : null,
    text: method === 'POST' ? body : url.search.slice(1),
    idempotencyKey,
    request,
    openedAs: (entry) => {
      money = entry;
    },
    answer: ({ status, body: answered, headers }) => {
      end('answered');
      response.writeHead(status, headers);
      response.end(textOf(answered));
    },
    drop: () => {
      end('dropped');
      request.socket.destroy();
    },
    stall: () => {
      response.writeHead(200, { 'content-type': 'application/json;charset=utf-8', 'content-length': '4096' });
      response.write('{');
    },
  };
};
