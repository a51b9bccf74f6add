import { matchRoute as matchIn } from '../../../core/connector-kit/testing/index.js';
import { notFound, refusal } from './chargebee-failure.js';
import { dunningRoutes } from './dunning-endpoints.js';
import { fact } from './fact.js';
import { invoiceRoutes } from './invoice-endpoints.js';
import { readingRoutes } from './reading-endpoints.js';
import type { Route } from './route.js';
import { webhookEndpointRoutes } from './webhook-endpoint-endpoints.js';

const routes: readonly Route[] = [...invoiceRoutes, ...dunningRoutes, ...readingRoutes, ...webhookEndpointRoutes];

/** The endpoint of a request; 404 for an address Chargebee does not know, 405 for a method it does not take there. */
export const matchRoute = (method: string, path: string): { readonly route: Route; readonly id: string } => {
  const matched = matchIn(routes, method, path);
  if (matched.found) return matched;
  if (matched.why === 'no_address') throw notFound(fact('request.unknown_route'), path === '' ? '/' : path);
  throw refusal({
    fact: fact('request.method_not_supported'), status: 405, code: 'http_method_not_supported', message: `${method} is not supported here.`,
  });
};
