import { z } from 'zod';
import {
  accidents, commandsOf, createOrdinaryWorld, named, ordinaryOrders, ordinaryReadings, type OrdinaryWorld, type WorldControl,
} from '../../../core/connector-kit/testing/index.js';
import { paymentMethodFor, subscriptionOf } from './account.js';
import { addCard } from './add-card.js';
import type { ApiKey } from './api-keys.js';
import { type Billed, bill } from './bill.js';
import { type BilledElsewhere, billElsewhere, billElsewhereSchema } from './bill-elsewhere.js';
import { collectInvoice, markPaid, markUncollectible, voidInvoice } from './collect-invoice.js';
import { newCustomer } from './customer-objects.js';
import type { Cause } from './event-log.js';
import { faultKinds, type FaultName } from './faults.js';
import type { LedgerReport } from './ledger.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';
import { askForAttempt } from './retry-by-stripe.js';
import { BY_STRIPE } from './smart-retry.js';
import type { Switches } from './switches.js';
import { addEndpoint } from './webhook-endpoint-endpoints.js';

export const cardSchema = z.strictObject({
  brand: z.string().default('visa'),
  results: z.array(z.string()).min(1),
  country: z.string().optional(),
});
const amount = z.int().min(1);
const currency = z.string().regex(/^[a-z]{3}$/);

const orders = {
  bill: z.strictObject({
    label: z.string(),
    amount,
    currency: currency.default('usd'),
    card: cardSchema,
    smartRetry: z.array(z.number().positive()).optional(),
    customerMetadata: z.record(z.string(), z.string()).optional(),
  }),
  billElsewhere: billElsewhereSchema,
  addCustomer: z.strictObject({ card: cardSchema.optional(), currency: currency.default('usd') }),
  updateCard: z.strictObject({ customer: z.string(), card: cardSchema }),
  payElsewhere: z.strictObject({ invoice: z.string(), how: z.enum(['other_card', 'out_of_band']).default('other_card') }),
  voidInvoice: z.strictObject({ invoice: z.string() }),
  markUncollectible: z.strictObject({ invoice: z.string() }),
  cancelSubscription: z.strictObject({ subscription: z.string() }),
  deauthorize: z.strictObject({}),
  smartRetryNow: z.strictObject({ invoice: z.string() }),
  smartRetryAfterNextRead: z.strictObject({
    invoice: z.string(),
    nth: z.int().min(1).default(1),
    on: z.enum(['invoice', 'invoice_payments']).default('invoice'),
  }),
  smartRetryBeforeNextPay: z.strictObject({ invoice: z.string() }),
  payElsewhereBeforeNext: z.strictObject({
    invoice: z.string(),
    call: z.enum(['pay', 'attach_payment']),
    how: z.enum(['other_card', 'out_of_band']).default('other_card'),
  }),
  registerWebhook: z.strictObject({
    url: z.url(),
    secret: z.union([z.string(), z.array(z.string()).min(1)]),
    ...accidents,
    enabledEvents: z.array(z.string()).min(1).default(['*']),
    apiVersion: z.string().nullable().default(null),
  }),
  rollWebhookSecret: z.strictObject({ endpointId: z.string(), secret: z.string(), keepOld: z.boolean().default(true) }),
  addKey: z.strictObject({
    key: z.string(),
    livemode: z.boolean().default(false),
    permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
  }),
  ...ordinaryOrders(faultKinds),
} as const;

type Commands = typeof orders;
type Input<Name extends keyof Commands> = z.input<Commands[Name]>;

/** Moves the fake world; the same commands answer under `/_fake/<name>` as JSON. */
export interface World extends OrdinaryWorld<Switches, FaultName> {
  /** A customer with a subscription, an older paid invoice and a renewal invoice whose first charge happens at once. */
  bill(order: Input<'bill'>): Billed;
  /** The same at a merchant who charges at another processor: the renewal's first charge failed there, and was reported to Stripe. */
  billElsewhere(order: Input<'billElsewhere'>): BilledElsewhere;
  /** A customer without subscription, for direct PaymentIntents. */
  addCustomer(order: Input<'addCustomer'>): { readonly customer: string; readonly paymentMethod: string | null };
  /** The customer enters a new card, which becomes the default. */
  updateCard(order: Input<'updateCard'>): { readonly paymentMethod: string };
  /** The customer pays without us: with another card on the hosted page, or outside Stripe. */
  payElsewhere(order: Input<'payElsewhere'>): void;
  voidInvoice(order: Input<'voidInvoice'>): void;
  markUncollectible(order: Input<'markUncollectible'>): void;
  cancelSubscription(order: Input<'cancelSubscription'>): void;
  /** The merchant takes the hub's access away: an event, then every key is refused. */
  deauthorize(order?: Input<'deauthorize'>): void;
  /** Stripe's own retry succeeds now; a custom payment method is asked for instead. */
  smartRetryNow(order: Input<'smartRetryNow'>): void;
  /** Stripe's own retry succeeds directly after the nth read of the invoice was answered, before anything else is served. */
  smartRetryAfterNextRead(order: Input<'smartRetryAfterNextRead'>): void;
  /** Stripe's own retry succeeds directly before the next pay of the invoice is served. */
  smartRetryBeforeNextPay(order: Input<'smartRetryBeforeNextPay'>): void;
  /** The customer pays without us directly before the next such request for the invoice is served. */
  payElsewhereBeforeNext(order: Input<'payElsewhereBeforeNext'>): void;
  registerWebhook(order: Input<'registerWebhook'>): { readonly endpointId: string };
  rollWebhookSecret(order: Input<'rollWebhookSecret'>): void;
  addKey(order: Input<'addKey'>): void;
  ledger(): LedgerReport;
}

const BY_CUSTOMER: Cause = { requestId: null, idempotencyKey: null, by: 'customer' };

const succeedByStripe = (platform: FakePlatform, invoiceId: string): void => {
  const invoice = named(platform.account.invoices, 'invoice', invoiceId);
  const paymentMethod = platform.account.paymentMethods.get(paymentMethodFor(platform.account, invoice) ?? '');
  if (invoice.status !== 'open' || paymentMethod === undefined) return;
  if (paymentMethod.type === 'custom') {
    askForAttempt(platform, invoice);
    return;
  }
  collectInvoice(platform, { invoice, paymentMethod, offSession: true, cause: BY_STRIPE, automatic: true, forced: 'success' });
};

const payElsewhere = (platform: FakePlatform, { invoice: id, how }: z.output<Commands['payElsewhere']>): void => {
  const invoice = named(platform.account.invoices, 'invoice', id);
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw new Error(`invoice ${id}: found status ${String(invoice.status)}, expected open`);
  }
  if (how === 'out_of_band') {
    markPaid(platform, invoice, BY_CUSTOMER, 'out_of_band');
    return;
  }
  const paymentMethod = addCard(platform, { brand: 'visa', results: ['success'], customer: refOf(invoice.customer) });
  collectInvoice(platform, { invoice, paymentMethod, offSession: false, cause: BY_CUSTOMER, automatic: false });
};

const updateCard = (platform: FakePlatform, { customer: id, card }: z.output<Commands['updateCard']>): { paymentMethod: string } => {
  const customer = named(platform.account.customers, 'customer', id);
  const previous = structuredClone(customer.invoice_settings);
  const method = addCard(platform, { ...card, country: card.country ?? 'US', customer: id });
  platform.events.emit('payment_method.attached', method, BY_CUSTOMER);
  customer.invoice_settings.default_payment_method = method.id;
  platform.events.emit('customer.updated', customer, BY_CUSTOMER, { invoice_settings: previous });
  return { paymentMethod: method.id };
};

/** fact('subscription.cancel_stops_collection') */
const cancelSubscription = (platform: FakePlatform, { subscription: id }: z.output<Commands['cancelSubscription']>): void => {
  const subscription = named(platform.account.subscriptions, 'subscription', id);
  const at = platform.clock.hubSeconds();
  Object.assign(subscription, { status: 'canceled', canceled_at: at, ended_at: at });
  subscription.cancellation_details = { comment: null, feedback: null, feedback_option: null, reason: 'cancellation_requested' };
  for (const invoice of platform.account.invoices.values()) {
    if (subscriptionOf(platform.account, invoice)?.id !== id || invoice.status !== 'open') continue;
    invoice.auto_advance = false;
    platform.smartRetries.follow(invoice);
    platform.events.emit('invoice.updated', invoice, BY_CUSTOMER, { auto_advance: true });
  }
  platform.events.emit('customer.subscription.deleted', subscription, BY_CUSTOMER);
};

const addCustomer = (platform: FakePlatform, order: z.output<Commands['addCustomer']>) => {
  const id = platform.mintId('cus');
  const method = order.card === undefined ? null : addCard(platform, { ...order.card, country: order.card.country ?? 'US', customer: id });
  const { account, clock } = platform;
  account.customers.set(id, newCustomer({
    id,
    name: 'Direct Customer',
    email: `${id.toLowerCase()}@example.org`,
    currency: order.currency,
    defaultPaymentMethod: method?.id ?? null,
    created: clock.hubSeconds(),
    livemode: account.livemode,
  }));
  return { customer: id, paymentMethod: method?.id ?? null };
};

/** fact('event.deauthorized') */
const deauthorize = (platform: FakePlatform): void => {
  platform.events.emit('account.application.deauthorized', { id: 'ca_FakeApplication', object: 'application', name: 'Recovery' }, BY_CUSTOMER);
  platform.keys.clear();
};

export const createWorld = (platform: FakePlatform): World => {
  const { account } = platform;
  const beforeCall = (invoice: string, call: 'pay' | 'attach_payment', act: () => void): void =>
    platform.races.beforeWrite(`/v1/invoices/${named(account.invoices, 'invoice', invoice).id}/${call}`, act);
  return {
    bill: (order) => bill(platform, orders.bill.parse(order)),
    billElsewhere: (order) => billElsewhere(platform, orders.billElsewhere.parse(order)),
    deauthorize: () => deauthorize(platform),
    addCustomer: (order) => addCustomer(platform, orders.addCustomer.parse(order)),
    updateCard: (order) => updateCard(platform, orders.updateCard.parse(order)),
    payElsewhere: (order) => payElsewhere(platform, orders.payElsewhere.parse(order)),
    voidInvoice: (order) => voidInvoice(platform, named(account.invoices, 'invoice', order.invoice), BY_CUSTOMER),
    markUncollectible: (order) => markUncollectible(platform, named(account.invoices, 'invoice', order.invoice), BY_CUSTOMER),
    cancelSubscription: (order) => cancelSubscription(platform, order),
    smartRetryNow: ({ invoice }) => succeedByStripe(platform, invoice),
    smartRetryAfterNextRead: (order) => {
      const { invoice, nth, on } = orders.smartRetryAfterNextRead.parse(order);
      const read = on === 'invoice' ? { path: `/v1/invoices/${invoice}` } : { path: '/v1/invoice_payments', query: { invoice } };
      platform.races.afterRead({ ...read, nth }, () => succeedByStripe(platform, invoice));
    },
    payElsewhereBeforeNext: (order) => {
      const { call, ...payment } = orders.payElsewhereBeforeNext.parse(order);
      beforeCall(payment.invoice, call, () => payElsewhere(platform, payment));
    },
    smartRetryBeforeNextPay: ({ invoice }) => beforeCall(invoice, 'pay', () => succeedByStripe(platform, invoice)),
    registerWebhook: (order) => {
      const { secret, ...rest } = orders.registerWebhook.parse(order);
      const record = addEndpoint(
        platform,
        { ...rest, secrets: typeof secret === 'string' ? [secret] : secret, livemode: account.livemode },
      );
      return { endpointId: record.target.endpointId };
    },
    rollWebhookSecret: (order) => {
      const { endpointId, secret, keepOld } = orders.rollWebhookSecret.parse(order);
      const target = platform.sender.targets().find((candidate) => candidate.endpointId === endpointId);
      if (target === undefined) throw new Error(`endpointId: found '${endpointId}', expected one that registerWebhook() answered`);
      target.secrets = keepOld ? [secret, ...target.secrets.slice(0, 1)] : [secret];
    },
    addKey: (order) => {
      const key = orders.addKey.parse(order);
      platform.keys.set(key.key, key as ApiKey);
    },
    ...createOrdinaryWorld(platform),
    ledger: () => platform.ledger.report(),
  };
};

/** `GET /_fake/<reading>` and `POST /_fake/<command>`. */
export const controlOf = (world: World, platform: FakePlatform): WorldControl => ({
  readings: { ledger: () => world.ledger(), events: () => platform.events.all.map(({ event }) => event), ...ordinaryReadings(platform) },
  commands: commandsOf(orders, world),
});
