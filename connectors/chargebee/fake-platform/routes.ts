import { notFound, refusal } from './chargebee-failure.js';
import { dunningRoutes } from './dunning-endpoints.js';
import { fact } from './fact.js';
import { invoiceRoutes } from './invoice-endpoints.js';
import { readingRoutes } from './reading-endpoints.js';
import type { Route } from './route.js';
import { webhookEndpointRoutes } from './webhook-endpoint-endpoints.js';

const routes: readonly Route[] = [...invoiceRoutes, ...dunningRoutes, ...readingRoutes, ...webhookEndpointRoutes];

/** The endpoint of a request; 404 for an address Chargebee does not know, 405 for a method it does not take there. */
export const matchRoute = (method: string, path: string | null): { readonly route: Route; readonly id: string } => {
  const matching = path === null ? [] : routes.flatMap((route) => {
    const match = route.pattern.exec(path);
    return match === null ? [] : [{ route, id: decodeURIComponent(match[1] ?? '') }];
  });
  const found = matching.find(({ route }) => route.method === method);
  if (found !== undefined) return found;
  if (matching.length === 0) throw notFound(fact('request.unknown_route'), path ?? '/');
  throw refusal({
    fact: fact('request.method_not_supported'), status: 405, code: 'http_method_not_supported', message: `${method} is not supported here.`,
  });
};
