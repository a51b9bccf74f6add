import { customerRoutes } from './customer-endpoints.js';
import { eventRoutes } from './event-endpoints.js';
import { invoiceRoutes } from './invoice-endpoints.js';
import { paymentIntentRoutes } from './payment-intent-endpoints.js';
import { paymentRecordRoutes } from './payment-record-endpoints.js';
import { readingRoutes } from './reading-endpoints.js';
import { refundRoutes } from './refund-endpoints.js';
import type { Route } from './route.js';
import { webhookEndpointRoutes } from './webhook-endpoint-endpoints.js';

/** Every address of the API. */
export const routes: readonly Route[] = [
  ...invoiceRoutes, ...readingRoutes, ...paymentIntentRoutes, ...customerRoutes, ...eventRoutes, ...webhookEndpointRoutes, ...refundRoutes,
  ...paymentRecordRoutes,
];
