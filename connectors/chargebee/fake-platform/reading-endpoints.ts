import { z } from 'zod';
import { notFound, refusal } from './chargebee-failure.js';
import type { Cause } from './event-log.js';
import { fact } from './fact.js';
import { invoiceNamed } from './invoice-endpoints.js';
import { page, pageOf, passesTime, passesWord, sortBy, timeFilter, wordFilter } from './list-page.js';
import { text } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { renderedEvent, renderedSubscription, schemaOf } from './render.js';
import type { PaymentSource } from './resources.js';
import { type Route, route } from './route.js';
import { settle } from './settle.js';
import { paymentsOf } from './site.js';

const nothing = z.object({});

const named = <T extends { readonly deleted: boolean }>(objects: ReadonlyMap<string, T>, id: string): T => {
  const found = objects.get(id);
  if (found === undefined || found.deleted) throw notFound(fact('request.resource_missing'), id);
  return found;
};

const newestFirst = <T>(objects: ReadonlyMap<string, T>): T[] => [...objects.values()].toReversed();

const invoiceListSchema = z.strictObject({
  ...page, id: wordFilter, subscription_id: wordFilter, customer_id: wordFilter, status: wordFilter, dunning_status: wordFilter,
  date: timeFilter, updated_at: timeFilter, include_deleted: z.enum(['true', 'false']).optional(),
  sort_by: z.strictObject({ asc: z.enum(['date', 'updated_at']).optional(), desc: z.enum(['date', 'updated_at']).optional() }).optional(),
});

const transactionListSchema = z.strictObject({
  ...page, id: wordFilter, customer_id: wordFilter, subscription_id: wordFilter, id_at_gateway: wordFilter, reference_number: wordFilter,
  status: wordFilter, type: wordFilter, date: timeFilter, updated_at: timeFilter, sort_by: sortBy('date'),
});

const sourceListSchema = z.strictObject({
  ...page, customer_id: wordFilter, type: wordFilter, status: wordFilter, subscription_id: text(50).optional(), created_at: timeFilter, updated_at: timeFilter,
});

const eventListSchema = z.strictObject({
  ...page, id: wordFilter, event_type: wordFilter, webhook_status: wordFilter, source: wordFilter, occurred_at: timeFilter, sort_by: sortBy('occurred_at'),
});

/** fact('tokens.list'): one source may hold tokens at several gateways. */
const tokensOf = (platform: FakePlatform, source: PaymentSource): object => {
  const how = platform.switches.gatewayTokens;
  if (how === 'not_found') throw notFound(fact('tokens.list'), source.id);
  if (how === 'not_supported') throw refusal({ fact: fact('tokens.list'), status: 405, code: 'http_method_not_supported', message: 'Method not supported.' });
  if (how === 'forbidden') throw refusal({ fact: fact('tokens.list'), status: 403, code: 'api_authorization_failed', message: 'Not enabled for the site.' });
  const at = source.reference_id.indexOf('/');
  const token = {
    id: `gpmt_${source.id}`, object: 'gateway_payment_method_token', gateway_account_id: source.gateway_account_id, gateway_name: source.gateway,
    ...(at < 0 ? {} : { gateway_customer_id: source.reference_id.slice(0, at) }),
    gateway_token: source.reference_id.slice(at + 1), status: source.status === 'valid' ? 'active' : 'inactive',
  };
  return { list: [{ gateway_payment_method_token: token }] };
};

/** fact('transaction.reconcile') */
const reconcile = (platform: FakePlatform, id: string, status: 'success' | 'failure' | undefined, cause: Cause): object => {
  const transaction = named(platform.site.transactions, id);
  if (!['in_progress', 'needs_attention', 'timeout'].includes(transaction.status)) {
    throw refusal({ fact: fact('transaction.reconcile'), status: 409, code: 'invalid_state_for_request', message: `The transaction is ${transaction.status}.`, executed: true });
  }
  if (status !== undefined) settle(platform, transaction, status, cause);
  return { transaction };
};

export const readingRoutes: readonly Route[] = [
  route({
    method: 'GET', path: '/invoices', data: 'transactional', parameters: invoiceListSchema,
    run: ({ site }, { limit, offset, sort_by: sort, ...filter }) => {
      const found = newestFirst(site.invoices).filter((invoice) => passesWord(filter.id, invoice.id) && passesWord(filter.status, invoice.status)
        && passesWord(filter.customer_id, invoice.customer_id) && passesWord(filter.subscription_id, invoice.subscription_id)
        && passesWord(filter.dunning_status, invoice.dunning_status) && passesTime(filter.date, invoice.date)
        && passesTime(filter.updated_at, invoice.updated_at) && (!invoice.deleted || filter.include_deleted === 'true'));
      return pageOf(sort?.asc === undefined ? found : found.toReversed(), { limit, offset }, (invoice) => ({ invoice }));
    },
  }),
  route({
    method: 'GET', path: '/invoices/:id/payments', data: 'transactional', parameters: z.strictObject(page),
    run: (platform, order, { id }) => pageOf(
      paymentsOf(platform.site, invoiceNamed(platform, id).id).filter(({ type, deleted }) => type === 'payment' && !deleted).toReversed(),
      order, (transaction) => ({ transaction }),
    ),
  }),
  route({
    method: 'GET', path: '/transactions', data: 'transactional', parameters: transactionListSchema,
    run: ({ site }, { limit, offset, sort_by: sort, ...filter }) => {
      const found = newestFirst(site.transactions).filter((transaction) => passesWord(filter.id, transaction.id) && passesWord(filter.type, transaction.type)
        && passesWord(filter.id_at_gateway, transaction.id_at_gateway) && passesWord(filter.reference_number, transaction.reference_number)
        && passesWord(filter.customer_id, transaction.customer_id) && passesWord(filter.subscription_id, transaction.subscription_id)
        && passesWord(filter.status, transaction.status) && passesTime(filter.date, transaction.date)
        && passesTime(filter.updated_at, transaction.updated_at) && !transaction.deleted);
      return pageOf(sort?.asc === undefined ? found : found.toReversed(), { limit, offset }, (transaction) => ({ transaction }));
    },
  }),
  route({
    method: 'GET', path: '/transactions/:id', data: 'transactional', parameters: nothing,
    run: ({ site }, _parameters, { id }) => ({ transaction: named(site.transactions, id) }),
  }),
  route({
    method: 'POST', path: '/transactions/:id/reconcile', data: 'transactional',
    parameters: z.strictObject({ id_at_gateway: text(100).optional(), customer_id: text(50).optional(), status: z.enum(['success', 'failure']).optional() }),
    run: (platform, { status }, { id, cause }) => reconcile(platform, id, status, cause),
  }),
  route({
    method: 'GET', path: '/payment_sources', data: 'transactional', parameters: sourceListSchema,
    run: ({ site }, { limit, offset, ...filter }) => pageOf(
      newestFirst(site.sources).filter((source) => !source.deleted && passesWord(filter.customer_id, source.customer_id)
        && passesWord(filter.status, source.status) && passesWord(filter.type, source.type)),
      { limit, offset }, (source) => ({ payment_source: source }),
    ),
  }),
  route({
    method: 'GET', path: '/payment_sources/:id', data: 'transactional', parameters: nothing,
    run: ({ site }, _parameters, { id }) => ({ payment_source: named(site.sources, id) }),
  }),
  route({
    method: 'GET', path: '/payment_sources/:id/gateway_payment_method_tokens', data: 'transactional',
    parameters: z.strictObject({ ...page, include_deleted: z.enum(['true', 'false']).optional() }),
    run: (platform, _parameters, { id }) => tokensOf(platform, named(platform.site.sources, id)),
  }),
  route({
    method: 'GET', path: '/customers/:id', data: 'transactional', parameters: nothing,
    run: ({ site }, _parameters, { id }) => ({ customer: named(site.customers, id) }),
  }),
  route({
    method: 'GET', path: '/subscriptions/:id', data: 'transactional', parameters: nothing,
    run: ({ site }, _parameters, { id }) => {
      const subscription = renderedSubscription(named(site.subscriptions, id), schemaOf(site.catalog));
      return { subscription, customer: site.customers.get(String(subscription['customer_id'])) };
    },
  }),
  // fact('event.api_wraps')
  route({
    method: 'GET', path: '/events/:id', data: 'transactional', parameters: nothing,
    run: ({ events, site }, _parameters, { id }) => {
      const event = events.all.find((candidate) => candidate.id === id);
      if (event === undefined) throw notFound(fact('request.resource_missing'), id);
      return { event: renderedEvent(event, site.catalog) };
    },
  }),
  route({
    method: 'GET', path: '/events', data: 'transactional', parameters: eventListSchema,
    run: ({ events, site }, { limit, offset, sort_by: sort, ...filter }) => {
      const found = events.all.filter((event) => passesWord(filter.id, event.id) && passesWord(filter.event_type, event.event_type)
        && passesWord(filter.webhook_status, event.webhook_status) && passesWord(filter.source, event.source) && passesTime(filter.occurred_at, event.occurred_at));
      return pageOf(sort?.asc === undefined ? found.toReversed() : found, { limit, offset }, (event) => ({ event: renderedEvent(event, site.catalog) }));
    },
  }),
  // fact('site.configuration')
  route({
    method: 'GET', path: '/configurations', data: 'configuration', parameters: nothing,
    run: ({ site }) => ({
      configurations: [{
        object: 'configuration', domain: site.name, product_catalog_version: site.catalog,
        chargebee_response_schema_type: schemaOf(site.catalog),
      }],
    }),
  }),
];
