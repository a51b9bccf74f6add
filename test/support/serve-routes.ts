import { Writable } from 'node:stream';
import supertest from 'supertest';
import { createHttpServer, type HttpServer, type Route } from '../../core/http-server/index.js';
import { createLogger, type Logger } from '../../core/observability/index.js';

/** A logger whose lines can be read. */
export const keptLog = (): { readonly lines: string[]; readonly logger: Logger } => {
  const lines: string[] = [];
  const destination = new Writable({ write: (chunk: Buffer, _encoding, done) => { lines.push(chunk.toString()); done(); } });
  return { lines, logger: createLogger({ level: 'debug', destination }) };
};

/** Something that waits until it is released. */
export const gate = (): { readonly held: Promise<void>; readonly release: () => void } => {
  let open: () => void = () => undefined;
  const held = new Promise<void>((resolve) => { open = resolve; });
  return { held, release: () => { open(); } };
};

const running: HttpServer[] = [];

/** Serves routes on a free loopback port, with a log that can be read; stop it with {@link stopServing}. */
export const serveRoutes = async (routes: readonly Route[], options: { readonly ping?: () => Promise<unknown>; readonly shutdownSeconds?: number } = {}) => {
  const { lines, logger } = keptLog();
  const server = createHttpServer({
    settings: { host: '127.0.0.1', port: 0, trustProxy: 0, shutdownSeconds: options.shutdownSeconds ?? 1 },
    routes, health: { ping: options.ping ?? (async () => 1) }, logger,
  });
  running.push(server);
  const { url } = await server.listen();
  return { server, url, lines, agent: supertest(url) };
};

/** Stops whatever {@link serveRoutes} started. */
export const stopServing = async (): Promise<void> => {
  await Promise.all(running.splice(0).map((server) => server.close()));
};
