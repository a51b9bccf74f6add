import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MoneyRequest } from './ledger.js';
import type { FakePlatform } from './platform.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request as it came in, and the ways to end it; the ledger hears of each. */
export interface Exchange {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The form of a POST, the query string of anything else. */
  readonly text: string;
  readonly idempotencyKey: string | null;
  readonly request: IncomingMessage;
  readonly openedAs: (entry: MoneyRequest) => void;
  answer(answer: Answer): void;
  /** Destroys the socket. */
  drop(): void;
}

const headerOf = (value: string | string[] | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body, null, 2));

export const createExchange = (platform: FakePlatform, request: IncomingMessage, response: ServerResponse, body: string): Exchange => {
  const url = new URL(request.url ?? '/', 'http://fake');
  const method = request.method ?? 'GET';
  const requestId = platform.mintId('req');
  const idempotencyKey = method === 'POST' ? headerOf(request.headers['idempotency-key']) : null;
  let money: MoneyRequest | null = null;
  const end = (ended: 'answered' | 'dropped' | 'client_left'): void => {
    if (money !== null) platform.ledger.end(money, ended);
  };
  response.on('close', () => end('client_left'));
  return {
    requestId,
    method,
    path: url.pathname,
    query: url.searchParams,
    text: method === 'POST' ? body : url.search.slice(1),
    idempotencyKey,
    request,
    openedAs: (entry) => {
      money = entry;
    },
    answer: ({ status, body: answered, headers }) => {
      end('answered');
      response.writeHead(status, {
        'content-type': 'application/json',
        'request-id': requestId,
        'stripe-version': headerOf(request.headers['stripe-version']) ?? '2026-10-28.endive',
        ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
        ...headers,
      });
      response.end(textOf(answered));
    },
    drop: () => {
      end('dropped');
      request.socket.destroy();
    },
  };
};
