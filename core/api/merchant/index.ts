/**
 * merchant: the API of merchants: execute, status, cancel.
 * Promises the replies of specification 5 and 6 member by member, in the wire names of wire-names.ts.
 * Must not know gateways or how a case is moved: it asks recovery and renders what it says.
 */
export { createMerchantApi, type MerchantApi, type MerchantApiOptions } from './create-merchant-api.js';
export { merchantPaths } from './wire-names.js';
