import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './key-memory.js';
import type { Ledger, MoneyRequest } from './ledger.js';

/** One request as it came in, and the ways to end it; the ledger hears of each that asked for money. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  openedAs(entry: MoneyRequest): void;
  answer(answer: Answer): void;
  /** Destroys the socket. */
  drop(): void;
}

export const createExchange = (ledger: Ledger, request: IncomingMessage, response: ServerResponse, body: string): Exchange => {
  let money: MoneyRequest | undefined;
  const end = (ended: 'answered' | 'dropped' | 'client_left'): void => {
    if (money !== undefined) ledger.end(money, ended);
  };
  response.on('close', () => end('client_left'));
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'http://fake'),
    headers: request.headers,
    body,
    openedAs: (entry) => {
      money = entry;
    },
    answer: ({ status, body: answered }) => {
      if (response.destroyed) return;
      end('answered');
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof answered === 'string' ? answered : JSON.stringify(answered));
    },
    drop: () => {
      end('dropped');
      request.socket.destroy();
    },
  };
};
