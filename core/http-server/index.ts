/**
 * http-server: the one listening socket: request ids, bodies, error shapes, health, graceful end.
 * Promises that every response has a request id, that no body exceeds its cap, and that no fault of ours shows its insides.
 * Must not know what a route does: it hands calls over and renders what comes back.
 */
export { createHttpServer, type HttpServer, type HttpSettings } from './create-http-server.js';
export type { HealthProbe } from './health-routes.js';
export { intakeRoutes, webhookLimit } from './intake-routes.js';
export { merchantRoutes } from './merchant-routes.js';
export { jsonLimit } from './read-json.js';
export type { Call, Reply, Route } from './route.js';
