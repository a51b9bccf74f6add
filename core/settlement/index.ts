/**
 * settlement: whether the platform's invoice says paid, and by whose payment.
 * Promises that only a payment carrying our key or one of our references counts as ours.
 * Must not know cases or when anything is tried: payment and invoice in, result out; recovery turns it into a transition.
 */
export { confirmPayment, type Confirmation } from './confirm-payment.js';
export { nextConfirmationAt } from './confirmation-times.js';
export { isLate, nextSettlementAt } from './settlement-times.js';
export { paidBy, type PaidBy } from './other-payment.js';
export { ownPayment, type OurMarks } from './own-payment.js';
