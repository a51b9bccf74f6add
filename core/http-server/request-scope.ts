import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '../observability/index.js';
import { newId } from '../storage/index.js';

/** What is known of a request while it is answered; the log line is made of it. */
export interface RequestScope {
  readonly requestId: string;
  /** The pattern of the route, never the path: a path may hold a key. */
  route: string;
  logged: 'always' | 'brief';
  ids: Readonly<Record<string, string>>;
  readonly life: ServerLife;
}

/** Whether the server goes on: once it is ending, connections are not kept for another request. `underWay` counts what is being answered. */
export interface ServerLife { state: 'serving' | 'ending'; underWay: number; answered: () => void }

/** Makes an id for a request. */
export const newRequestId: () => string = newId;

const scopes = new WeakMap<object, RequestScope>();

/** The scope of a request, found by its response. */
export const requestScope = (response: Response): RequestScope | undefined => scopes.get(response);

/** Gives each request its id and one log line at its end: ids, method, route pattern, status, milliseconds. */
export const openRequestScope = (life: ServerLife, logger: Logger) => (request: Request, response: Response, next: NextFunction): void => {
  const scope: RequestScope = { requestId: newRequestId(), route: 'none', logged: 'always', ids: {}, life };
  const from = performance.now();
  scopes.set(response, scope);
  life.underWay += 1;
  response.setHeader('X-Request-Id', scope.requestId);
  response.once('close', () => {
    life.underWay -= 1;
    life.answered();
    const answered = response.writableFinished;
    const line = {
      requestId: scope.requestId,
      ...scope.ids,
      method: request.method,
      route: scope.route,
      status: answered ? response.statusCode : 'gone',
      ms: Math.round(performance.now() - from),
    };
    if (scope.logged === 'brief' && answered && response.statusCode < 400) logger.debug(line, 'request');
    else logger.info(line, 'request');
  });
  next();
};
