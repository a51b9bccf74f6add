/**
 * operations: the API of a merchant's back office, in the envelope shape and with epoch times.
 * Promises the replies of specification 7 member by member.
 * Must not know gateways or how a case is moved: it asks recovery and renders what it says.
 */
export { paymentStatus, type OperationsOptions } from './payment-status.js';
