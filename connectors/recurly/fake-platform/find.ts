import { fact } from './fact.js';
import type { Account, BillingInfo, Invoice, Subscription, Transaction } from './resources.js';
import { notFound } from './recurly-failure.js';
import { billingInfosOf, type FakeSite, numberOf } from './site.js';

const found = <Thing>(things: ReadonlyMap<string, Thing>, kind: string, id: string, prefix: string, is: (thing: Thing, rest: string) => boolean): Thing => {
  const thing = id.startsWith(prefix) ? [...things.values()].find((candidate) => is(candidate, id.slice(prefix.length))) : things.get(id);
  if (thing === undefined) throw notFound(fact('request.not_found'), kind, id);
  return thing;
};

/** An id, or another name behind its prefix: fact('request.prefixed_ids') */
export const findInvoice = ({ invoices }: FakeSite, id: string): Invoice =>
  found(invoices, 'Invoice', id, 'number-', (invoice, rest) => numberOf(invoice) === rest);

/** Whose invoice it is under any of its names, without a refusal. */
export const invoiceIdOf = ({ invoices }: FakeSite, id: string): string =>
  (id.startsWith('number-') ? [...invoices.values()].find((invoice) => `number-${numberOf(invoice)}` === id)?.id : undefined) ?? id;

export const findTransaction = ({ transactions }: FakeSite, id: string): Transaction =>
  found(transactions, 'Transaction', id, 'uuid-', ({ uuid }, rest) => uuid === rest);

export const findSubscription = ({ subscriptions }: FakeSite, id: string): Subscription =>
  found(subscriptions, 'Subscription', id, 'uuid-', ({ uuid }, rest) => uuid === rest);

export const findAccount = ({ accounts }: FakeSite, id: string): Account => found(accounts, 'Account', id, 'code-', ({ code }, rest) => code === rest);

/** fact('token.wallet') */
export const findBillingInfo = (site: FakeSite, account: Account, id: string): BillingInfo => {
  const info = billingInfosOf(site, account.id).find((candidate) => candidate.id === id);
  if (info === undefined) throw notFound(fact('request.not_found'), 'BillingInfo', id);
  return info;
};
