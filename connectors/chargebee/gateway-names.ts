/** Where Chargebee's name of a gateway is not the one that gateways and decline tables go by. */
const OURS: Readonly<Record<string, string>> = { checkout_com: 'checkout', stripe_ach: 'stripe', braintree_paypal: 'braintree' };

/** The kind of a gateway, as plugins and tables of decline codes are named. */
export const systemOf = (gateway: string | null | undefined): string => (gateway ? (OURS[gateway] ?? gateway) : 'chargebee');

/** Chargebee's test gateway: its tokens cannot be charged by anybody else. */
export const TEST_GATEWAY = 'chargebee';

/** Gateways whose references are `customer/method`; elsewhere a slash may belong to the token. */
const IN_TWO_HALVES = new Set(['stripe', 'braintree', 'authorize_net']);

/**
 * Reads the `reference_id` of a payment source: at the gateways that have two halves it is split at the first slash, and one without a slash is
 * a method alone.
 */
export const splitReference = (gateway: string, reference: string): { readonly methodRef: string; readonly customerRef?: string } => {
  const at = IN_TWO_HALVES.has(gateway) ? reference.indexOf('/') : -1;
  if (at <= 0 || at === reference.length - 1) return { methodRef: reference };
  return { customerRef: reference.slice(0, at), methodRef: reference.slice(at + 1) };
};
