import { matchRoute as matchIn } from '../../../core/connector-kit/testing/index.js';
import { customerRoutes } from './customer-endpoints.js';
import { eventRoutes } from './event-endpoints.js';
import { fact } from './fact.js';
import { invoiceRoutes } from './invoice-endpoints.js';
import { paymentIntentRoutes } from './payment-intent-endpoints.js';
import { paymentRecordRoutes } from './payment-record-endpoints.js';
import { readingRoutes } from './reading-endpoints.js';
import { refundRoutes } from './refund-endpoints.js';
import type { Route } from './route.js';
import { invalidRequest } from './stripe-failure.js';
import { webhookEndpointRoutes } from './webhook-endpoint-endpoints.js';

const routes: readonly Route[] = [
  ...invoiceRoutes, ...readingRoutes, ...paymentIntentRoutes, ...customerRoutes, ...eventRoutes, ...webhookEndpointRoutes, ...refundRoutes,
  ...paymentRecordRoutes,
];

/** The endpoint of a request; Stripe's 404 for an address it does not know. */
export const matchRoute = (method: string, path: string): { readonly route: Route; readonly id: string } => {
  const matched = matchIn(routes, method, path);
  if (matched.found) return matched;
  throw invalidRequest({
    fact: fact('request.unknown_route'),
    status: 404,
    message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });
};
