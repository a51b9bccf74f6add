import type { NextFunction, Request, Response } from 'express';
import { ApiFault, type Surface } from '../api/index.js';
import type { Logger } from '../observability/index.js';
import { faultOf } from './fault-of.js';
import { readBody } from './read-body.js';
import { readJson } from './read-json.js';
import { renderFault } from './render-fault.js';
import { newRequestId, requestScope } from './request-scope.js';
import type { Call, Reply, Route } from './route.js';

const param = (value: unknown): string => (Array.isArray(value) ? value.join('/') : typeof value === 'string' ? value : '');

const headersOf = (request: Request): Headers => {
  const headers = new Headers();
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    try {
      headers.append(request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? '');
    } catch {
      // what is no header value proves nothing and is left out
    }
  }
  return headers;
};

const callOf = (request: Request, requestId: string): Call => ({
  requestId,
  method: request.method === 'POST' ? 'POST' : 'GET',
  header: (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  get headers() { return headersOf(request); },
  params: Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, param(value)])),
  get query() {
    const at = request.url.indexOf('?');
    return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
  },
  raw: (limit) => readBody(request, limit),
  json: () => readJson(request),
});

/** Sends a reply. A caller that has gone away is not an error. */
export const send = (response: Response, reply: Reply): void => {
  const isText = typeof reply.body === 'string';
  response.statusCode = reply.status;
  if (requestScope(response)?.life.state === 'ending') response.setHeader('Connection', 'close');
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  response.setHeader('Content-Type', reply.contentType ?? (isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'));
  const bytes = Buffer.from(isText ? reply.body : JSON.stringify(reply.body));
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
};

/** Answers what was thrown, in the shape of the surface; our own faults are logged with their cause. */
export const sendFault = (error: unknown, surface: Surface, response: Response, logger: Logger): void => {
  const scope = requestScope(response);
  const fault = faultOf(error);
  const requestId = scope?.requestId ?? newRequestId();
  if (!(error instanceof ApiFault) && (fault.kind === 'internal' || fault.kind === 'unavailable')) {
    logger.error({ requestId, route: scope?.route, err: error }, 'a request could not be answered');
  }
  if (response.headersSent) { response.destroy(); return; }
  send(response, renderFault(fault, surface, requestId));
};

/** Runs `work` once the response has left, or at once when the caller has gone away meanwhile. */
const afterwards = (response: Response, work: () => Promise<void>, onError: (error: unknown) => void): void => {
  const run = () => { work().catch(onError); };
  if (response.closed) run();
  else response.once('close', run);
};

/** Makes the Express handler of a route. */
export const serveRoute = (route: Route, logger: Logger) => async (request: Request, response: Response, _next: NextFunction): Promise<void> => {
  const scope = requestScope(response);
  if (scope) {
    scope.route = route.path;
    scope.logged = route.logged;
  }
  try {
    const reply = await route.handle(callOf(request, scope?.requestId ?? newRequestId()));
    if (scope && reply.ids) scope.ids = reply.ids;
    const { whenSent } = reply;
    if (whenSent) afterwards(response, whenSent, (error) => { logger.error({ requestId: scope?.requestId, err: error }, 'what follows a response failed'); });
    send(response, reply);
  } catch (error) {
    sendFault(error, route.surface, response, logger);
  }
};
