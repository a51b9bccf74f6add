import type { FakeClock, Script } from '../../../core/connector-kit/testing/index.js';
import type { CreditNote, Customer, Invoice, PaymentSource, Subscription, Transaction } from './resources.js';

/** One result of a card, in order of use: `success`, a state whose outcome is open, or the gateway's raw decline code. */
export type ChargeResult = string;

/** One Chargebee site: its resources, and what is written on none of them. */
export interface FakeSite {
  readonly name: string;
  readonly catalog: 'v1' | 'v2';
  readonly customers: Map<string, Customer>;
  readonly subscriptions: Map<string, Subscription>;
  readonly invoices: Map<string, Invoice>;
  readonly transactions: Map<string, Transaction>;
  readonly sources: Map<string, PaymentSource>;
  readonly creditNotes: Map<string, CreditNote>;
  /** How each payment source answers charges. */
  readonly scripts: Map<string, Script<ChargeResult>>;
  readonly labels: Map<string, string>;
  /** Counts a change of a resource: fact('resource_version') */
  touch(resource: { updated_at: number; resource_version: number }): void;
}

export const createSite = (clock: FakeClock, name: string, catalog: 'v1' | 'v2'): FakeSite => {
  let last = 0;
  return {
    name,
    catalog,
    customers: new Map(),
    subscriptions: new Map(),
    invoices: new Map(),
    transactions: new Map(),
    sources: new Map(),
    creditNotes: new Map(),
    scripts: new Map(),
    labels: new Map(),
    touch: (resource) => {
      last = Math.max(last + 1, clock.hubNow().getTime());
      resource.resource_version = last;
      resource.updated_at = Math.floor(last / 1000);
    },
  };
};

export const paymentsOf = (site: FakeSite, invoiceId: string): Transaction[] =>
  [...site.transactions.values()].filter((transaction) => transaction.linked_invoices.some((link) => link.invoice_id === invoiceId));

export const subscriptionOf = (site: FakeSite, invoice: Invoice): Subscription | null => site.subscriptions.get(invoice.subscription_id ?? '') ?? null;

/** Who pays an invoice: another customer in an account hierarchy. fact('invoice.payment_owner') */
export const payerOf = (site: FakeSite, invoice: Invoice): Customer | null =>
  site.customers.get(invoice.payment_owner ?? invoice.customer_id) ?? null;

/** Charged is the subscription's source, else the payer's primary: fact('invoice.source_order') */
export const sourceFor = (site: FakeSite, invoice: Invoice): PaymentSource | null => {
  const id = subscriptionOf(site, invoice)?.payment_source_id ?? payerOf(site, invoice)?.primary_payment_source_id;
  const source = id === undefined ? undefined : site.sources.get(id);
  return source === undefined || source.deleted ? null : source;
};

/** Whether Chargebee charges by itself. */
export const collectsByItself = (site: FakeSite, invoice: Invoice): boolean => payerOf(site, invoice)?.auto_collection === 'on';
