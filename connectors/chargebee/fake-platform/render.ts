import type { FakeEvent } from './event-log.js';
import type { Invoice, Subscription } from './resources.js';

export type SchemaType = 'plans_addons' | 'items' | 'compat';

type Members = Readonly<Record<string, unknown>>;

/** The one catalog or the other; `compat` holds both. fact('catalog.shape') */
export const renderedSubscription = (subscription: Subscription, schema: SchemaType): Members => {
  const { plan_id: plan, plan_quantity: quantity, plan_unit_price: price, subscription_items: items, ...rest } = subscription;
  return {
    ...rest,
    ...(schema === 'items' ? {} : { plan_id: plan, plan_quantity: quantity, plan_unit_price: price }),
    ...(schema === 'plans_addons' ? {} : { subscription_items: items }),
  };
};

/** An invoice as API version 1 wrote it. fact('event.api_v1') */
const invoiceOfV1 = (invoice: Invoice): Members => {
  const { total, line_items: lines, date, next_retry_at: nextRetry, paid_at: paidAt, linked_payments: payments, resource_version: _version, deleted: _deleted, ...rest } = invoice;
  return {
    ...rest,
    amount: total,
    line_items: lines.map((line) => ({ ...line, type: 'charge' })),
    start_date: date,
    ...(nextRetry === undefined ? {} : { next_retry: nextRetry }),
    ...(paidAt === undefined ? {} : { paid_on: paidAt }),
    linked_transactions: payments.map((payment) => ({ ...payment, txn_type: 'payment' })),
  };
};

const renderedResource = (name: string, resource: object, { apiVersion, schema }: Rendering): object => {
  if (name === 'subscription') return renderedSubscription(resource as Subscription, schema);
  return name === 'invoice' && apiVersion === 'v1' ? invoiceOfV1(resource as Invoice) : resource;
};

export interface Rendering {
  readonly apiVersion: 'v1' | 'v2';
  readonly schema: SchemaType;
}

/** What the API tells of a site of this catalog. */
export const schemaOf = (catalog: 'v1' | 'v2'): SchemaType => (catalog === 'v1' ? 'plans_addons' : 'items');

/** An event as the API tells it. */
export const renderedEvent = (event: FakeEvent, catalog: 'v1' | 'v2'): Members => ({
  ...renderedFor(event, { apiVersion: 'v2', schema: schemaOf(catalog) }),
  webhook_status: event.webhook_status,
  webhooks: event.webhooks,
});

/** The body of a webhook: bare, in the version and catalog of the endpoint. fact('event.version_of_endpoint') */
export const renderedFor = (event: FakeEvent, rendering: Rendering): Members => {
  const { webhooks: _webhooks, ...bare } = event;
  return {
    ...bare,
    api_version: rendering.apiVersion,
    content: Object.fromEntries(Object.entries(event.content).map(([name, resource]) => [name, renderedResource(name, resource, rendering)])),
    webhook_status: 'scheduled',
  };
};
