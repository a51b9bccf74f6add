/**
 * The names of the operations API on the wire, which integrations written for Revive rely on. They are written here and nowhere else.
 */

/** The member that once was the only invoice id; null for invoices of other platforms than the one that writes ids with this prefix. */
export const legacyInvoice = { member: 'stripeInvoiceId', prefix: 'in_' } as const;

/** What a payment's id begins with. */
export const paymentIdPrefix = 'pay_';
