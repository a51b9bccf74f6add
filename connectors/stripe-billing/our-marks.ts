/** What we write on Stripe's objects, so that a payment of ours is known as ours when it is read again. */

/** On a payment record, and on an invoice that is to be marked as paid: the case's own reference of the charge. */
export const OUR_REFERENCE = 'recovery_hub_reference';
/** On such an invoice, which Stripe gives no payment to write on: the gateway's id of the charge, and the key of the request that marks it. */
export const CHARGED_AS = 'recovery_hub_charged_as';
export const MARKED_BY = 'recovery_hub_marked_by';
