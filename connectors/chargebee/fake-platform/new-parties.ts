import type { FakePlatform } from './platform.js';
import type { Customer, PaymentSource, Subscription } from './resources.js';

export const MONTH = 30 * 86_400;

export interface CardOrder {
  readonly gateway: string;
  readonly gatewayAccount: string;
  readonly brand: string;
  readonly results: readonly string[];
  /** Chargebee's `reference_id`; minted in the form of the gateway when absent. */
  readonly referenceId?: string | undefined;
}

/** fact('token.reference_id'): two halves at Stripe, Braintree and Authorize.Net, one elsewhere. */
const referenceOf = ({ mintId }: FakePlatform, gateway: string): string => {
  if (gateway === 'stripe') return `${mintId('cus')}/${mintId('card')}`;
  if (gateway === 'braintree' || gateway === 'authorize_net') return `${mintId('')}/${mintId('')}`;
  return mintId('tok');
};

/** A card that the customer keeps at a gateway of the merchant. */
export const addSource = (platform: FakePlatform, customerId: string, order: CardOrder): PaymentSource => {
  const { site, mintId, clock } = platform;
  const at = clock.hubSeconds();
  const source: PaymentSource = {
    id: mintId('pm'), object: 'payment_source', customer_id: customerId, type: 'card', reference_id: order.referenceId ?? referenceOf(platform, order.gateway),
    status: 'valid', gateway: order.gateway, gateway_account_id: order.gatewayAccount, issuing_country: 'US', created_at: at,
    updated_at: at, resource_version: 0, deleted: false,
    card: {
      object: 'card', brand: order.brand, funding_type: 'credit', iin: '424242', last4: '4242', masked_number: '************4242',
      expiry_month: 12, expiry_year: clock.hubNow().getUTCFullYear() + 3,
    },
  };
  site.sources.set(source.id, source);
  site.scripts.set(source.id, { results: order.results, used: 0 });
  site.touch(source);
  return source;
};

/** fact('customer.payment_method'): the customer shows the primary source. */
export const makePrimary = ({ site }: FakePlatform, customer: Customer, source: PaymentSource): void => {
  customer.primary_payment_source_id = source.id;
  customer.card_status = 'valid';
  customer.payment_method = {
    object: 'payment_method', type: 'card', reference_id: source.reference_id, gateway: source.gateway, gateway_account_id: source.gateway_account_id, status: source.status,
  };
  site.touch(customer);
};

export const addCustomer = (platform: FakePlatform, currency: string, autoCollection: 'on' | 'off' = 'on'): Customer => {
  const { site, mintId, clock } = platform;
  const id = mintId('');
  const at = clock.hubSeconds();
  const customer: Customer = {
    id, object: 'customer', first_name: 'Robin', last_name: 'Example', email: `${id.toLowerCase()}@example.org`, locale: 'en', auto_collection: autoCollection,
    net_term_days: 0, allow_direct_debit: false, created_at: at - 3 * MONTH, taxability: 'taxable', card_status: 'no_card', pii_cleared: 'active',
    promotional_credits: 0, refundable_credits: 0, excess_payments: 0, unbilled_charges: 0, preferred_currency_code: currency,
    updated_at: at, resource_version: 0, deleted: false,
  };
  site.customers.set(id, customer);
  site.touch(customer);
  return customer;
};

export const addSubscription = (platform: FakePlatform, customer: Customer, amount: number, currency: string): Subscription => {
  const { site, mintId, clock } = platform;
  const at = clock.hubSeconds();
  const subscription: Subscription = {
    id: mintId(''), object: 'subscription', customer_id: customer.id, plan_id: 'standard', plan_quantity: 1, plan_unit_price: amount,
    subscription_items: [{ object: 'subscription_item', item_price_id: `standard-${currency}`, item_type: 'plan', quantity: 1, unit_price: amount, amount, free_quantity: 0 }],
    billing_period: 1, billing_period_unit: 'month', status: 'active', current_term_start: at, current_term_end: at + MONTH, next_billing_at: at + MONTH,
    created_at: at - 3 * MONTH, started_at: at - 3 * MONTH, activated_at: at - 3 * MONTH, has_scheduled_changes: false, currency_code: currency,
    due_invoices_count: 0, mrr: amount, updated_at: at, resource_version: 0, deleted: false,
  };
  site.subscriptions.set(subscription.id, subscription);
  site.touch(subscription);
  return subscription;
};
