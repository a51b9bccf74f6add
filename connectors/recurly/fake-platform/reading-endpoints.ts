import { z } from 'zod';
import { campaignsOf } from './dunning-campaign.js';
import { fact } from './fact.js';
import { findAccount, findBillingInfo, findInvoice, findSubscription, findTransaction } from './find.js';
import { pageOf } from './list-page.js';
import { nothing, page } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { notFound } from './recurly-failure.js';
import { accountJson, billingInfoJson, instantOf, type Rendered, subscriptionJson } from './render.js';
import { invoiceWithTransactions, transactionJson } from './render-transaction.js';
import type { Account, BillingInfo, Invoice, Subscription, Transaction } from './resources.js';
import { type Route, route } from './route.js';
import { billingInfosOf, primaryOf } from './site.js';

const isTrue = z.enum(['true', '1']).optional();
const invoiceFilter = z.strictObject({
  ...page, state: z.enum(['pending', 'processing', 'past_due', 'paid', 'failed', 'open', 'closed', 'voided']).optional(),
  type: z.enum(['charge', 'credit', 'legacy', 'non-legacy']).optional(),
});
const transactionFilter = z.strictObject({
  ...page, type: z.enum(['authorization', 'capture', 'payment', 'purchase', 'refund', 'verify']).optional(), success: isTrue,
});

const ofInvoice = ({ site, switches }: FakePlatform) => (invoice: Invoice): Rendered => invoiceWithTransactions(invoice, site, switches);
const ofTransaction = ({ site, switches }: FakePlatform) => (transaction: Transaction): Rendered => transactionJson(transaction, site, switches);
const ofBillingInfo = ({ site, switches }: FakePlatform) => (info: BillingInfo): Rendered => billingInfoJson(info, site, switches);
const ofSubscription = ({ site }: FakePlatform) => (subscription: Subscription): Rendered => subscriptionJson(subscription, site);
const ofAccount = ({ site, switches }: FakePlatform) => (account: Account): Rendered => accountJson(account, site, switches);

const passesInvoice = ({ state, type }: z.output<typeof invoiceFilter>) => (invoice: Invoice): boolean =>
  (state === undefined || invoice.state === state) && (type === undefined || type === 'non-legacy' || invoice.type === type);

/** fact('list.transaction_filters'): failures are found by leaving `success` out, it takes true only. */
const passesTransaction = ({ type, success }: z.output<typeof transactionFilter>) => (transaction: Transaction): boolean =>
  (success === undefined || transaction.status === 'success')
  && (type === undefined || transaction.type === type || (type === 'payment' && transaction.type === 'purchase'));

/** fact('site.mode') */
const siteJson = ({ site }: FakePlatform): Rendered => ({
  id: site.id, object: 'site', subdomain: site.subdomain, public_api_key: 'ewr1-fake', mode: site.mode, address: null,
  settings: { billing_address_requirement: 'none', accepted_currencies: ['USD', 'EUR'], default_currency: 'USD' },
  features: ['credit_memos', 'manual_invoicing'], created_at: instantOf(site.createdAt), updated_at: instantOf(site.createdAt), deleted_at: null,
});

const own = <Thing extends { readonly accountId: string }>(things: ReadonlyMap<string, Thing>, { id }: Account): readonly Thing[] =>
  [...things.values()].filter(({ accountId }) => accountId === id);

const siteRoutes: readonly Route[] = [
  route({
    method: 'GET', path: '/sites', parameters: z.strictObject(page),
    run: (platform) => ({ object: 'list', has_more: false, next: null, data: [siteJson(platform)] }),
  }),
  route({
    method: 'GET', path: '/sites/:id', parameters: nothing,
    run: (platform, _parameters, { id }) => {
      if (id === platform.site.id || id === `subdomain-${platform.site.subdomain}`) return siteJson(platform);
      throw notFound(fact('request.not_found'), 'Site', id);
    },
  }),
  route({
    method: 'GET', path: '/dunning_campaigns', parameters: z.strictObject(page),
    run: ({ site }) => ({ object: 'list', has_more: false, next: null, data: campaignsOf(site) }),
  }),
];

const accountRoutes: readonly Route[] = [
  route({
    method: 'GET', path: '/accounts', parameters: z.strictObject({ ...page, email: z.string().optional(), past_due: isTrue }),
    run: (platform, order, call) => {
      const found = [...platform.site.accounts.values()].filter(({ email }) => order.email === undefined || email === order.email);
      const due = found.filter((account) => order.past_due === undefined || own(platform.site.invoices, account).some(({ state }) => state === 'past_due'));
      return pageOf(due, order, call, ofAccount(platform));
    },
  }),
  route({ method: 'GET', path: '/accounts/:id', parameters: nothing, run: (platform, _parameters, { id }) => ofAccount(platform)(findAccount(platform.site, id)) }),
  route({
    method: 'GET', path: '/accounts/:id/billing_info', parameters: nothing,
    // fact('token.no_billing_info')
    run: (platform, _parameters, { id }) => {
      const primary = primaryOf(platform.site, findAccount(platform.site, id).id);
      if (primary === null) throw notFound(fact('token.no_billing_info'), 'BillingInfo', id);
      return ofBillingInfo(platform)(primary);
    },
  }),
  route({
    method: 'GET', path: '/accounts/:id/billing_infos', parameters: z.strictObject(page),
    run: (platform, order, call) => pageOf(billingInfosOf(platform.site, findAccount(platform.site, call.id).id), order, call, ofBillingInfo(platform)),
  }),
  route({
    method: 'GET', path: '/accounts/:id/billing_infos/:id', parameters: nothing,
    run: (platform, _parameters, { id, otherId }) => ofBillingInfo(platform)(findBillingInfo(platform.site, findAccount(platform.site, id), otherId)),
  }),
  route({
    method: 'GET', path: '/accounts/:id/invoices', parameters: invoiceFilter,
    run: (platform, order, call) =>
      pageOf(own(platform.site.invoices, findAccount(platform.site, call.id)).filter(passesInvoice(order)), order, call, ofInvoice(platform)),
  }),
  route({
    method: 'GET', path: '/accounts/:id/transactions', parameters: transactionFilter,
    run: (platform, order, call) =>
      pageOf(own(platform.site.transactions, findAccount(platform.site, call.id)).filter(passesTransaction(order)), order, call, ofTransaction(platform)),
  }),
  route({
    method: 'GET', path: '/accounts/:id/subscriptions', parameters: z.strictObject({ ...page, state: z.string().optional() }),
    run: (platform, order, call) => {
      const all = own(platform.site.subscriptions, findAccount(platform.site, call.id));
      return pageOf(all.filter(({ state }) => order.state === undefined || state === order.state), order, call, ofSubscription(platform));
    },
  }),
];

const listRoutes: readonly Route[] = [
  route({
    method: 'GET', path: '/invoices', parameters: invoiceFilter,
    run: (platform, order, call) => pageOf([...platform.site.invoices.values()].filter(passesInvoice(order)), order, call, ofInvoice(platform)),
  }),
  route({ method: 'GET', path: '/invoices/:id', parameters: nothing, run: (platform, _parameters, { id }) => ofInvoice(platform)(findInvoice(platform.site, id)) }),
  route({
    method: 'GET', path: '/transactions', parameters: transactionFilter,
    run: (platform, order, call) => pageOf([...platform.site.transactions.values()].filter(passesTransaction(order)), order, call, ofTransaction(platform)),
  }),
  route({ method: 'GET', path: '/transactions/:id', parameters: nothing, run: (platform, _parameters, { id }) => ofTransaction(platform)(findTransaction(platform.site, id)) }),
  route({
    method: 'GET', path: '/subscriptions/:id', parameters: nothing,
    run: (platform, _parameters, { id }) => ofSubscription(platform)(findSubscription(platform.site, id)),
  }),
  route({
    method: 'GET', path: '/subscriptions/:id/invoices', parameters: invoiceFilter,
    run: (platform, order, call) => {
      const { id } = findSubscription(platform.site, call.id);
      const all = [...platform.site.invoices.values()].filter(({ subscriptionIds }) => subscriptionIds.includes(id));
      return pageOf(all.filter(passesInvoice(order)), order, call, ofInvoice(platform));
    },
  }),
];

export const readingRoutes: readonly Route[] = [...siteRoutes, ...accountRoutes, ...listRoutes];
