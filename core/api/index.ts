/**
 * api: the calls merchants make: schema, use case, renderer, in that order.
 * Promises the wire of the specification to the letter, and that no card number passes its edge.
 * Must not know HTTP sockets, connectors or how a case is moved.
 */
export { ApiFault, type Fault, type FaultKind, type Surface } from './fault.js';
export type { ApiCall, ApiHandler, ApiReply } from './api-call.js';
export { createMerchantApi, merchantPaths, type MerchantApi, type MerchantApiOptions } from './merchant/index.js';
