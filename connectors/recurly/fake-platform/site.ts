import type { FakeClock, Script } from '../../../core/connector-kit/testing/index.js';
import type { Account, BillingInfo, Invoice, Minor, Subscription, Transaction } from './resources.js';

/** One result of a card, in order of use: `success`, a status whose outcome is open, or Recurly's code of a decline, `/` the gateway's. */
export type ChargeResult = string;

export type SiteMode = 'development' | 'sandbox' | 'production';

/** One Recurly site: its resources, and what is written on none of them. */
export interface FakeSite {
  readonly id: string;
  readonly subdomain: string;
  readonly mode: SiteMode;
  readonly createdAt: Date;
  readonly accounts: Map<string, Account>;
  readonly billingInfos: Map<string, BillingInfo>;
  readonly subscriptions: Map<string, Subscription>;
  readonly invoices: Map<string, Invoice>;
  readonly transactions: Map<string, Transaction>;
  /** How each billing info answers charges. */
  readonly scripts: Map<string, Script<ChargeResult>>;
  readonly labels: Map<string, string>;
  touch(resource: { updatedAt: Date }): void;
}

export interface SiteOrder {
  readonly id: string;
  readonly subdomain: string;
  readonly mode: SiteMode;
}

export const createSite = (clock: FakeClock, order: SiteOrder): FakeSite => ({
  ...order,
  createdAt: clock.hubNow(),
  accounts: new Map(),
  billingInfos: new Map(),
  subscriptions: new Map(),
  invoices: new Map(),
  transactions: new Map(),
  scripts: new Map(),
  labels: new Map(),
  touch: (resource) => {
    resource.updatedAt = clock.hubNow();
  },
});

export const transactionsOf = (site: FakeSite, invoiceId: string): readonly Transaction[] =>
  [...site.transactions.values()].filter((transaction) => transaction.invoiceId === invoiceId);

export const subscriptionOf = (site: FakeSite, { subscriptionIds }: Invoice): Subscription | null => site.subscriptions.get(subscriptionIds[0] ?? '') ?? null;

export const billingInfosOf = (site: FakeSite, accountId: string): readonly BillingInfo[] =>
  [...site.billingInfos.values()].filter((info) => info.accountId === accountId);

export const primaryOf = (site: FakeSite, accountId: string): BillingInfo | null => billingInfosOf(site, accountId).find(({ primary }) => primary) ?? null;

/** Charged is the billing info of the subscription, else the primary one: fact('collect.billing_info') */
export const billingInfoFor = (site: FakeSite, invoice: Invoice): BillingInfo | null => {
  const own = subscriptionOf(site, invoice)?.billingInfoId;
  return (own === null || own === undefined ? undefined : site.billingInfos.get(own)) ?? primaryOf(site, invoice.accountId);
};

/** Total less credit, before anything was paid. */
export const owedOf = ({ total, credited }: Invoice): Minor => total - credited;

/** fact('invoice.balance') */
export const balanceOf = (invoice: Invoice): Minor =>
  invoice.state === 'voided' ? 0 : Math.max(0, owedOf(invoice) - invoice.paid - invoice.forced - invoice.writtenOff);

/** What Recurly may collect. */
export const isOpen = ({ state }: Invoice): boolean => state === 'pending' || state === 'processing' || state === 'past_due';

/** A payment whose outcome is open: fact('transaction.open') */
export const openPaymentOf = (site: FakeSite, { id }: Invoice): Transaction | null =>
  transactionsOf(site, id).find(({ status }) => status === 'pending' || status === 'processing' || status === 'scheduled') ?? null;

/** The number as it is written, with the prefix of a country: fact('invoice.prefix') */
export const numberOf = ({ prefix, number }: Invoice): string => `${prefix}${number}`;
