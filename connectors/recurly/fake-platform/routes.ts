import { matchRoute as matchIn } from '../../../core/connector-kit/testing/index.js';
import { fact } from './fact.js';
import { invoiceRoutes } from './invoice-endpoints.js';
import { readingRoutes } from './reading-endpoints.js';
import { refusal } from './recurly-failure.js';
import type { Route } from './route.js';

const routes: readonly Route[] = [...invoiceRoutes, ...readingRoutes];

/** The endpoint of a request; 404 for an address Recurly does not know. */
export const matchRoute = (method: string, path: string): { readonly route: Route; readonly id: string; readonly otherId: string } => {
  const matched = matchIn(routes, method, path);
  if (matched.found) return { route: matched.route, id: matched.id, otherId: matched.ids[1] ?? '' };
  throw refusal({ fact: fact('request.unknown_route'), status: 404, type: 'not_found', message: `There is no ${method} ${path}.` });
};
