import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from './loopback-certificate.js';

/** One request as it arrived. */
export interface ArrivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the platform does with a request. Without an answer the request hangs. */
export type Behaviour = (request: ArrivedRequest, response: ServerResponse, socket: Socket) => void;

/** A platform on loopback that does what a test tells it and keeps a list of what arrived. */
export interface LoopbackPlatform {
  readonly port: number;
  readonly arrived: ArrivedRequest[];
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

/** Answers with JSON. */
export const answering =
  (body: unknown, status = 200): Behaviour =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

/** Takes the request and never answers. */
export const hanging: Behaviour = () => undefined;

/** Takes the whole request, then closes the connection. */
export const hangingUp: Behaviour = (_request, _response, socket) => {
  socket.destroy();
};

/** Starts a platform; with `tls` it speaks https with the certificate of this folder. */
export const startLoopbackPlatform = async (kind: 'plain' | 'tls' = 'plain', port = 0): Promise<LoopbackPlatform> => {
  const arrived: ArrivedRequest[] = [];
  let behaviour: Behaviour = answering({});
  const listener: RequestListener = (incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(parts).toString(),
      };
      arrived.push(request);
      behaviour(request, response, incoming.socket);
    });
  };
  const server = kind === 'plain' ? createServer(listener) : createTlsServer({ key: LOOPBACK_KEY, cert: LOOPBACK_CERTIFICATE }, listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    arrived,
    behave: (next) => {
      behaviour = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
