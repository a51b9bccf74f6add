import type { PlatformPayment } from '../connector-kit/index.js';

/** What a payment of ours carries: the keys of our attempts, and the references gateway and platform gave them. */
export interface OurMarks { readonly keys: readonly string[]; readonly refs: readonly string[] }

/** The succeeded payment among these that is ours, if any. Paid and unattributable is never ours. */
export const ownPayment = (payments: readonly PlatformPayment[], marks: OurMarks): PlatformPayment | undefined =>
  payments.find((payment) => payment.state === 'succeeded'
    && ((payment.ourReference !== undefined && marks.keys.includes(payment.ourReference)) || [payment.ref, ...payment.gatewayRefs].some((ref) => marks.refs.includes(ref))));
