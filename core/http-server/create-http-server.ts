import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Router, type NextFunction, type Request, type Response } from 'express';
import { ApiFault } from '../api/index.js';
import type { Logger } from '../observability/index.js';
import { answerUnreadable } from './answer-unreadable.js';
import { createExpressApp } from './express-app.js';
import { healthRoutes, type HealthProbe } from './health-routes.js';
import { openRequestScope, type ServerLife } from './request-scope.js';
import type { Route } from './route.js';
import { setSecurityHeaders } from './security-headers.js';
import { sendFault, serveRoute } from './serve-route.js';
import { surfaceOf } from './surface-of.js';

/** Where and how the server listens. */
export interface HttpSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Proxy hops in front of the hub. */
  readonly trustProxy: number;
  /** How long `close` waits for requests under way, unless told otherwise. */
  readonly shutdownSeconds: number;
}

/** A server that listens when asked to. */
export interface HttpServer {
  /** @throws the system's error (EADDRINUSE, EACCES, …) when it cannot listen */
  listen(): Promise<{ readonly url: string }>;
  /** From now on refuses with 503 whatever is new, and is not ready; comes back when all that was under way is answered. It goes on listening, to say so. */
  drain(): Promise<void>;
  /** Takes nothing new, lets requests under way finish, and after `patienceMs` (`shutdownSeconds`, when left out) ends what is left. */
  close(patienceMs?: number): Promise<void>;
}

const receiveMs = 30_000;

const urlOf = (address: AddressInfo): string => {
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
};

const listening = (server: Server, settings: HttpSettings) => new Promise<{ readonly url: string }>((resolve, reject) => {
  server.once('error', reject);
  server.listen(settings.port, settings.host, () => {
    server.off('error', reject);
    const address = server.address();
    resolve({ url: address !== null && typeof address === 'object' ? urlOf(address) : '' });
  });
});

const closing = (server: Server, patienceMs: number) => new Promise<void>((resolve) => {
  if (!server.listening) { resolve(); return; }
  const patience = setTimeout(() => { server.closeAllConnections(); }, patienceMs);
  server.close(() => { clearTimeout(patience); resolve(); });
  server.closeIdleConnections();
});

/** The hub's HTTP server over `routes`, with its health endpoints. Unknown paths answer 404 in the shape of their surface. */
export const createHttpServer = (options: {
  readonly settings: HttpSettings; readonly routes: readonly Route[]; readonly health: HealthProbe; readonly logger: Logger;
}): HttpServer => {
  const { settings, logger } = options;
  const { app, createServer } = createExpressApp();
  app.set('trust proxy', settings.trustProxy);
  app.set('query parser', false);
  app.set('etag', false);
  app.disable('x-powered-by');

  const life: ServerLife = { state: 'serving', underWay: 0, answered: () => undefined };
  const router = Router({ caseSensitive: true });
  router.use(openRequestScope(life, logger), setSecurityHeaders);
  for (const route of healthRoutes({ ping: () => options.health.ping(), objection: () => (life.state === 'ending' ? 'This process is ending.' : options.health.objection?.()) })) {
    router.get(route.path, serveRoute(route, logger));
  }
  router.use((request: Request, response: Response, next: NextFunction) => {
    if (life.state === 'serving') { next(); return; }
    sendFault(new ApiFault({ kind: 'unavailable', message: 'The hub is ending. Send it again.' }), surfaceOf(request.path), response, logger);
  });
  for (const route of options.routes) {
    if (route.method === 'GET') router.get(route.path, serveRoute(route, logger));
    else router.post(route.path, serveRoute(route, logger));
  }
  router.use((request: Request, response: Response) => {
    sendFault(new ApiFault({ kind: 'not_found', message: 'There is nothing at this address.' }), surfaceOf(request.path), response, logger);
  });
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    sendFault(error, surfaceOf(request.path), response, logger);
  });
  app.use(router);

  const server = createServer();
  server.requestTimeout = receiveMs;
  server.headersTimeout = receiveMs;
  server.on('clientError', answerUnreadable);

  return {
    listen: () => listening(server, settings),
    drain: () => new Promise((resolve) => {
      life.state = 'ending';
      server.closeIdleConnections();
      life.answered = () => { if (life.underWay === 0) resolve(); };
      life.answered();
    }),
    close: async (patienceMs = settings.shutdownSeconds * 1000) => {
      life.state = 'ending';
      await closing(server, patienceMs);
    },
  };
};
