import type Stripe from 'stripe';
import type { Script } from '../../../core/connector-kit/testing/index.js';
import type { CardFace } from './card-objects.js';
import type { ChargeResult } from './declines.js';
import { refOf } from './ref.js';

/** How a test card behaves: each charge takes the next result, the last one repeats. */
export interface CardBehaviour extends Script<ChargeResult> {
  readonly face: CardFace;
}

/** Everything one Stripe account holds, unexpanded: references are ids. */
export interface FakeAccount {
  readonly accountId: string;
  readonly livemode: boolean;
  readonly country: string;
  readonly name: string;
  readonly customers: Map<string, Stripe.Customer>;
  readonly paymentMethods: Map<string, Stripe.PaymentMethod>;
  readonly subscriptions: Map<string, Stripe.Subscription>;
  readonly invoices: Map<string, Stripe.Invoice>;
  readonly invoicePayments: Map<string, Stripe.InvoicePayment>;
  readonly paymentIntents: Map<string, Stripe.PaymentIntent>;
  readonly charges: Map<string, Stripe.Charge>;
  readonly refunds: Map<string, Stripe.Refund>;
  readonly paymentRecords: Map<string, Stripe.PaymentRecord>;
  /** Types of payment methods that the merchant made in the Dashboard (`cpmt_…`), each with its display name. */
  readonly customTypes: Map<string, string>;
  /** References of refunds that were reported; none is taken twice. */
  readonly refundReferences: Set<string>;
  /** By payment method. */
  readonly cards: Map<string, CardBehaviour>;
  /** Names the world control gave, by invoice. */
  readonly labels: Map<string, string>;
}

export const createAccount = (details: Pick<FakeAccount, 'accountId' | 'livemode' | 'country' | 'name'>): FakeAccount => ({
  ...details,
  customers: new Map(),
  paymentMethods: new Map(),
  subscriptions: new Map(),
  invoices: new Map(),
  invoicePayments: new Map(),
  paymentIntents: new Map(),
  charges: new Map(),
  refunds: new Map(),
  paymentRecords: new Map(),
  customTypes: new Map(),
  refundReferences: new Set(),
  cards: new Map(),
  labels: new Map(),
});

/** The one default payment of an invoice and its PaymentIntent. */
export const defaultPaymentOf = (account: FakeAccount, invoiceId: string) => {
  const payment = [...account.invoicePayments.values()].find((candidate) => candidate.invoice === invoiceId && candidate.is_default);
  const intent = account.paymentIntents.get(refOf(payment?.payment.payment_intent) ?? '');
  return payment === undefined || intent === undefined ? null : { payment, intent };
};

/** The invoice a PaymentIntent collects; null when an API client made it directly. */
export const invoiceOfIntent = (account: FakeAccount, intentId: string): Stripe.Invoice | null => {
  const payment = [...account.invoicePayments.values()].find((candidate) => refOf(candidate.payment.payment_intent) === intentId);
  return account.invoices.get(refOf(payment?.invoice) ?? '') ?? null;
};

export const subscriptionOf = (account: FakeAccount, invoice: Stripe.Invoice): Stripe.Subscription | null =>
  account.subscriptions.get(refOf(invoice.parent?.subscription_details?.subscription) ?? '') ?? null;

/** fact('invoice.default_payment_method_order') */
export const paymentMethodFor = (account: FakeAccount, invoice: Stripe.Invoice): string | null =>
  refOf(invoice.default_payment_method) ??
  refOf(subscriptionOf(account, invoice)?.default_payment_method) ??
  refOf(account.customers.get(refOf(invoice.customer) ?? '')?.invoice_settings.default_payment_method);

/** What a debt is called in the ledger: the invoice, or what a direct PaymentIntent asks of whom. */
export const debtIdOf = (
  account: FakeAccount,
  intent: Pick<Stripe.PaymentIntent,
  'amount' | 'currency' | 'customer'> & { readonly id?: string },
): string => {
  const invoice = intent.id === undefined ? null : invoiceOfIntent(account, intent.id);
  return invoice?.id ?? `direct/${refOf(intent.customer) ?? 'no-customer'}/${intent.amount}/${intent.currency}`;
};
