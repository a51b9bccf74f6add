import { z } from 'zod';
import { retryByChargebee } from './collect.js';
import { BY_DUNNING } from './event-log.js';
import { addCustomer, addSource, addSubscription, makePrimary, MONTH } from './new-parties.js';
import type { FakePlatform } from './platform.js';
import type { Customer, Invoice, PaymentSource, Subscription } from './resources.js';

export const cardSchema = z.strictObject({
  gateway: z.string().default('stripe'),
  gatewayAccount: z.string().default('gw_FakeStripe'),
  brand: z.string().default('visa'),
  results: z.array(z.string()).min(1),
  referenceId: z.string().optional(),
});

export const billSchema = z.strictObject({
  label: z.string(),
  amount: z.int().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/).default('USD'),
  card: cardSchema,
  /** Where the subscription charges another source than the customer's primary. */
  subscriptionCard: cardSchema.optional(),
  /** Where another customer of the hierarchy pays: that one holds the card. */
  paidByParent: z.boolean().default(false),
  /** `consolidated`: without `subscription_id`, which only the lines name. `one_time`: without any subscription. */
  kind: z.enum(['renewal', 'consolidated', 'one_time']).default('renewal'),
  autoCollection: z.enum(['on', 'off']).default('on'),
  /** Days after the first failure at which Chargebee tries by itself. */
  dunning: z.array(z.number().positive()).default([]),
  dunningEnding: z.enum(['keep_active', 'cancel_subscription']).default('keep_active'),
});

export type BillOrder = z.output<typeof billSchema>;

export interface Billed {
  readonly customer: string;
  readonly subscription: string | null;
  readonly invoice: string;
  /** The invoice of the period before, paid; null without a subscription. */
  readonly olderInvoice: string | null;
  readonly paymentSource: string;
}

interface Parties {
  readonly customer: Customer;
  readonly payer: Customer;
  readonly subscription: Subscription | null;
  readonly source: PaymentSource;
}

/** fact('invoice.consolidated') fact('invoice.payment_owner') */
const addInvoice = (platform: FakePlatform, { customer, payer, subscription }: Parties, order: BillOrder, created: number): Invoice => {
  const { site, mintId } = platform;
  const ofSubscription = subscription === null ? {} : { subscription_id: subscription.id };
  const { amount, currency } = order;
  const invoice: Invoice = {
    id: `INV-${String(site.invoices.size + 1).padStart(4, '0')}`, object: 'invoice', customer_id: customer.id,
    ...(payer === customer ? {} : { payment_owner: payer.id }),
    ...(order.kind === 'renewal' ? ofSubscription : {}),
    recurring: subscription !== null, first_invoice: false, status: order.autoCollection === 'on' ? 'payment_due' : 'posted', price_type: 'tax_exclusive',
    date: created, due_date: created, net_term_days: 0, currency_code: currency, base_currency_code: currency, exchange_rate: 1,
    total: amount, sub_total: amount, tax: 0, amount_paid: 0, amount_adjusted: 0, write_off_amount: 0, credits_applied: 0, amount_due: amount,
    amount_to_collect: amount, round_off_amount: 0, has_advance_charges: false, is_gifted: false, term_finalized: true,
    line_items: [{
      id: mintId('li'), object: 'line_item', ...ofSubscription, customer_id: customer.id, date_from: created, date_to: created + MONTH, unit_amount: amount,
      quantity: 1, amount, description: order.label, entity_type: site.catalog === 'v1' ? 'plan' : 'plan_item_price',
      entity_id: site.catalog === 'v1' ? 'standard' : `standard-${currency}`, is_taxed: false, tax_amount: 0, discount_amount: 0, item_level_discount_amount: 0,
      pricing_model: 'per_unit', tax_exempt_reason: 'tax_not_configured',
    }],
    linked_payments: [], dunning_attempts: [], applied_credits: [], adjustment_credit_notes: [], issued_credit_notes: [], linked_orders: [],
    billing_address: { object: 'billing_address', first_name: 'Robin', last_name: 'Example', validation_status: 'not_validated' },
    updated_at: created, resource_version: 0, deleted: false,
  };
  site.invoices.set(invoice.id, invoice);
  site.labels.set(invoice.id, order.label);
  site.touch(invoice);
  return invoice;
};

const makeParties = (platform: FakePlatform, order: BillOrder): Parties => {
  const customer = addCustomer(platform, order.currency, order.autoCollection);
  const payer = order.paidByParent ? addCustomer(platform, order.currency, order.autoCollection) : customer;
  const primary = addSource(platform, payer.id, order.card);
  makePrimary(platform, payer, primary);
  const subscription = order.kind === 'one_time' ? null : addSubscription(platform, customer, order.amount, order.currency);
  if (subscription === null || order.subscriptionCard === undefined) return { customer, payer, subscription, source: primary };
  const source = addSource(platform, payer.id, order.subscriptionCard);
  subscription.payment_source_id = source.id;
  return { customer, payer, subscription, source };
};

/** Bills: an older paid invoice, and one whose first charge happens at once with the card's first result. */
export const bill = (platform: FakePlatform, order: BillOrder): Billed => {
  const parties = makeParties(platform, order);
  const now = platform.clock.hubSeconds();
  let older: Invoice | null = null;
  if (parties.subscription !== null && order.autoCollection === 'on') {
    const before = addInvoice(platform, parties, { ...order, label: `${order.label} (older)` }, now - MONTH);
    platform.events.quietly(() => retryByChargebee(platform, before, 'success'));
    before.dunning_attempts = [];
    older = before;
  }
  const invoice = addInvoice(platform, parties, order, now);
  platform.events.emit('invoice_generated', { invoice }, BY_DUNNING);
  if (order.autoCollection === 'on') {
    invoice.dunning_status = 'in_progress';
    platform.dunning.schedule(invoice, order.dunning.length > 0 ? order.dunning : NEVER_DAYS, order.dunningEnding);
    retryByChargebee(platform, invoice);
  }
  return {
    customer: parties.customer.id, subscription: parties.subscription?.id ?? null, invoice: invoice.id, olderInvoice: older?.id ?? null, paymentSource: parties.source.id,
  };
};

/** A site without own retries in the time of any test, but whose dunning has not ended. */
const NEVER_DAYS = [3_650];
