import type Stripe from 'stripe';
import { decimalOnTheWire } from './invoice-objects.js';

export interface NewCustomer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly currency: string;
  readonly defaultPaymentMethod: string | null;
  readonly created: number;
  readonly livemode: boolean;
}

export const newCustomer = (customer: NewCustomer): Stripe.Customer => ({
  id: customer.id,
  object: 'customer',
  address: null,
  balance: 0,
  created: customer.created,
  currency: customer.currency,
  customer_account: null,
  default_source: null,
  delinquent: false,
  description: null,
  email: customer.email,
  invoice_prefix: customer.id.slice(-8).toUpperCase(),
  invoice_settings: { custom_fields: null, default_payment_method: customer.defaultPaymentMethod, footer: null, rendering_options: null },
  livemode: customer.livemode,
  metadata: {},
  name: customer.name,
  next_invoice_sequence: 1,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
});

export interface NewSubscription {
  readonly id: string;
  readonly itemId: string;
  readonly price: string;
  readonly product: string;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly defaultPaymentMethod: string | null;
  readonly start: number;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly livemode: boolean;
}

export const newSubscription = (subscription: NewSubscription): Stripe.Subscription => ({
  id: subscription.id,
  object: 'subscription',
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: subscription.start,
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: subscription.start },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
  collection_method: 'charge_automatically',
  created: subscription.start,
  currency: subscription.currency,
  customer: subscription.customer,
  customer_account: null,
  days_until_due: null,
  default_payment_method: subscription.defaultPaymentMethod,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  ended_at: null,
  invoice_settings: { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: { type: 'self' } },
  items: {
    object: 'list',
    data: [itemOf(subscription)],
    has_more: false,
    total_count: 1,
    url: `/v1/subscription_items?subscription=${subscription.id}`,
  } as Stripe.Subscription['items'],
  latest_invoice: null,
  livemode: subscription.livemode,
  managed_payments: null,
  metadata: {},
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: subscription.start,
  status: 'active',
  test_clock: null,
  transfer_data: null,
  trial_end: null,
  trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
  trial_start: null,
});

const itemOf = (subscription: NewSubscription): Stripe.SubscriptionItem => ({
  id: subscription.itemId,
  object: 'subscription_item',
  billing_thresholds: null,
  created: subscription.start,
  current_period_end: subscription.periodEnd,
  current_period_start: subscription.periodStart,
  current_trial: null,
  discounts: [],
  metadata: {},
  plan: {
    id: subscription.price,
    object: 'plan',
    active: true,
    amount: subscription.amount,
    amount_decimal: decimalOnTheWire(subscription.amount),
    billing_scheme: 'per_unit',
    created: subscription.start,
    currency: subscription.currency,
    interval: 'month',
    interval_count: 1,
    livemode: subscription.livemode,
    metadata: {},
    meter: null,
    nickname: null,
    product: subscription.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  },
  price: {
    id: subscription.price,
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: subscription.start,
    currency: subscription.currency,
    custom_unit_amount: null,
    livemode: subscription.livemode,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: subscription.product,
    recurring: { interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: subscription.amount,
    unit_amount_decimal: decimalOnTheWire(subscription.amount),
  },
  quantity: 1,
  subscription: subscription.id,
  tax_rates: [],
});
