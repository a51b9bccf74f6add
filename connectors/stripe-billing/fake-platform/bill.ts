import type Stripe from 'stripe';
import { addCard } from './add-card.js';
import { collectInvoice } from './collect-invoice.js';
import { ensureDefaultPayment } from './default-payment.js';
import { newCustomer, newSubscription } from './customer-objects.js';
import type { ChargeResult } from './declines.js';
import { newInvoice } from './invoice-objects.js';
import type { FakePlatform } from './platform.js';
import { BY_STRIPE } from './smart-retry.js';

export interface BillOrder {
  readonly label: string;
  readonly amount: number;
  readonly currency: string;
  readonly card: { readonly brand: string; readonly results: readonly ChargeResult[]; readonly country?: string | undefined };
  readonly smartRetry?: readonly number[] | undefined;
  /** What the merchant wrote on the customer. */
  readonly customerMetadata?: Readonly<Record<string, string>> | undefined;
}

export interface Billed {
  readonly customer: string;
  readonly subscription: string;
  readonly invoice: string;
  /** The invoice of the period before, paid. */
  readonly olderInvoice: string;
  readonly paymentMethod: string;
}

export const MONTH = 30 * 86_400;

interface Parties {
  readonly customer: Stripe.Customer;
  readonly subscription: Stripe.Subscription;
  readonly paymentMethod: Stripe.PaymentMethod;
}

/** A customer and a subscription, with the payment method that `addMethod` makes: a card for the customer, a custom method for the subscription. */
export const makeParties = (
  platform: FakePlatform,
  { label, amount, currency, customerMetadata }: Pick<BillOrder, 'label' | 'amount' | 'currency' | 'customerMetadata'>,
  addMethod: (customer: string) => Stripe.PaymentMethod,
): Parties => {
  const { account, clock, mintId } = platform;
  const now = clock.hubSeconds();
  const id = mintId('cus');
  const paymentMethod = addMethod(id);
  const ofSubscription = paymentMethod.type === 'custom';
  const customer = newCustomer({
    id,
    name: `Customer ${label}`,
    email: `${id.toLowerCase()}@example.org`,
    currency,
    defaultPaymentMethod: ofSubscription ? null : paymentMethod.id,
    created: now - 3 * MONTH,
    livemode: account.livemode,
  });
  const subscription = newSubscription({
    id: mintId('sub'),
    itemId: mintId('si'),
    price: mintId('price'),
    product: mintId('prod'),
    amount,
    currency,
    customer: id,
    defaultPaymentMethod: ofSubscription ? paymentMethod.id : null,
    start: now - 3 * MONTH, periodStart: now, periodEnd: now + MONTH, livemode: account.livemode,
  });
  customer.metadata = { ...customerMetadata };
  account.customers.set(id, customer);
  account.subscriptions.set(subscription.id, subscription);
  return { customer, subscription, paymentMethod };
};

/** An open renewal invoice, with its PaymentIntent and default payment or without. */
export const openInvoice = (
  platform: FakePlatform,
  { customer, subscription }: Omit<Parties, 'paymentMethod'>,
  order: Pick<BillOrder, 'label' | 'amount' | 'currency'>,
  { created, intent }: { readonly created: number; readonly intent: 'open' | 'none' },
): Stripe.Invoice => {
  const { account, mintId } = platform;
  const item = subscription.items.data[0];
  const product = item?.price.product;
  const { amount, currency } = order;
  const { livemode } = account;
  const invoice = newInvoice({
    id: mintId('in'),
    lineId: mintId('il'),
    number: `FAKE-${String(account.invoices.size + 1).padStart(4, '0')}`,
    amount,
    currency,
    customer: customer.id,
    customerEmail: customer.email ?? '',
    customerName: customer.name ?? '',
    subscription: subscription.id,
    subscriptionItem: item?.id ?? '',
    price: item?.price.id ?? '',
    product: typeof product === 'string' ? product : '',
    description: `1 × ${order.label}`,
    created,
    periodEnd: created + MONTH,
    livemode,
    country: account.country,
    accountName: account.name,
  });
  account.invoices.set(invoice.id, invoice);
  if (intent === 'open') ensureDefaultPayment(platform, invoice);
  subscription.latest_invoice = invoice.id;
  return invoice;
};

/** Bills a renewal: the first charge happens at once with the card's first result. */
export const bill = (platform: FakePlatform, order: BillOrder): Billed => {
  const { brand, results, country = 'US' } = order.card;
  const everyone = makeParties(platform, order, (id) => addCard(platform, { brand, results, country, customer: id }));
  const { customer, subscription, paymentMethod } = everyone;
  const now = platform.clock.hubSeconds();
  const charge = { paymentMethod, offSession: true, cause: BY_STRIPE, automatic: true };
  const older = openInvoice(platform, everyone, order, { created: now - MONTH, intent: 'open' });
  platform.account.labels.set(older.id, `${order.label} (older)`);
  platform.events.quietly(() => collectInvoice(platform, { ...charge, invoice: older, forced: 'success' }));
  const invoice = openInvoice(platform, everyone, order, { created: now, intent: 'open' });
  platform.account.labels.set(invoice.id, order.label);
  platform.events.emit('invoice.created', invoice, BY_STRIPE);
  platform.events.emit('invoice.finalized', invoice, BY_STRIPE);
  if (order.smartRetry !== undefined) platform.smartRetries.schedule(invoice, order.smartRetry);
  collectInvoice(platform, { ...charge, invoice });
  return {
    customer: customer.id,
    subscription: subscription.id,
    invoice: invoice.id,
    olderInvoice: older.id,
    paymentMethod: paymentMethod.id,
  };
};
