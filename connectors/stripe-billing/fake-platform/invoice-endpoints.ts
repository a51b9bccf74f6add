import type Stripe from 'stripe';
import { z } from 'zod';
import { defaultPaymentOf, subscriptionOf } from './account.js';
import { attachParameters, attachPayment } from './attach-payment.js';
import { markUncollectible, voidInvoice } from './collect-invoice.js';
import { fact } from './fact.js';
import { findObject, visibleTo } from './find-object.js';
import { pageOf } from './pages.js';
import { expandable, flag, isWithin, mergedMetadata, metadata, pageable, timeRange } from './parameters.js';
import { payInvoice, payParameters } from './pay-invoice.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';
import { type Call, type Route, route } from './route.js';
import { refusedByState } from './stripe-failure.js';

export const invoiceAt = (platform: FakePlatform, call: Call): Stripe.Invoice =>
  findObject(platform, call.key, platform.account.invoices, { name: 'invoice', id: call.id, param: 'invoice' });

const updateParameters = z.strictObject({
  ...expandable,
  auto_advance: flag.optional(),
  metadata: metadata.optional(),
  description: z.string().optional(),
  default_payment_method: z.string().optional(),
});

/** fact('invoice.auto_advance_open_only') */
const update = (platform: FakePlatform, change: z.output<typeof updateParameters>, call: Call): Stripe.Invoice => {
  const invoice = invoiceAt(platform, call);
  if (change.auto_advance !== undefined && invoice.status !== 'draft' && invoice.status !== 'open') {
    throw refusedByState({
      fact: fact('invoice.auto_advance_open_only'),
      message: `You can only update auto_advance on a draft or open invoice. This invoice has status ${String(invoice.status)}.`,
      param: 'auto_advance',
    });
  }
  const previous: Record<string, unknown> = {};
  if (change.auto_advance !== undefined && change.auto_advance !== invoice.auto_advance) {
    previous['auto_advance'] = invoice.auto_advance;
    invoice.auto_advance = change.auto_advance;
    platform.smartRetries.follow(invoice);
  }
  if (change.metadata !== undefined) {
    previous['metadata'] = invoice.metadata;
    invoice.metadata = mergedMetadata(invoice.metadata, change.metadata);
  }
  if (change.description !== undefined) invoice.description = change.description === '' ? null : change.description;
  if (change.default_payment_method !== undefined) invoice.default_payment_method = methodOrNull(
    platform,
    change.default_payment_method,
    call,
  );
  platform.events.emit('invoice.updated', invoice, call.cause, previous);
  return invoice;
};

const methodOrNull = (platform: FakePlatform, id: string, call: Call): string | null =>
  id === '' ? null : findObject(
    platform,
    call.key,
    platform.account.paymentMethods,
    { name: 'PaymentMethod', id, param: 'default_payment_method', status: 400 },
  ).id;

const voidOne = (platform: FakePlatform, call: Call): Stripe.Invoice => {
  const invoice = invoiceAt(platform, call);
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw refusedByState({
      fact: fact('invoice.void'),
      message: `You can only void an open or uncollectible invoice. This invoice has status ${String(invoice.status)}.`,
    });
  }
  voidInvoice(platform, invoice, call.cause);
  return invoice;
};

const markOneUncollectible = (platform: FakePlatform, call: Call): Stripe.Invoice => {
  const invoice = invoiceAt(platform, call);
  if (invoice.status !== 'open') {
    throw refusedByState({
      fact: fact('invoice.uncollectible'),
      message: `You can only mark an open invoice as uncollectible. This invoice has status ${String(invoice.status)}.`,
    });
  }
  markUncollectible(platform, invoice, call.cause);
  return invoice;
};

const listParameters = z.strictObject({
  ...pageable,
  customer: z.string().optional(),
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']).optional(),
  created: timeRange.optional(),
  subscription: z.string().optional(), collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
});

const list = (platform: FakePlatform, filter: z.output<typeof listParameters>, call: Call): object =>
  pageOf(
    '/v1/invoices',
    visibleTo(platform, call.key, platform.account.invoices.values())
      .filter((invoice) => filter.customer === undefined || refOf(invoice.customer) === filter.customer)
      .filter((invoice) => filter.status === undefined || invoice.status === filter.status)
      .filter((invoice) => filter.subscription === undefined || subscriptionOf(platform.account, invoice)?.id === filter.subscription)
      .filter((invoice) => filter.collection_method === undefined || invoice.collection_method === filter.collection_method)
      .filter((invoice) => isWithin(invoice.created, filter.created))
      .toReversed(),
    filter,
  );

export const invoiceRoutes: readonly Route[] = [
  route({ method: 'GET', path: '/v1/invoices', resource: 'invoices', access: 'read', parameters: listParameters, run: list }),
  route({
    method: 'GET', path: '/v1/invoices/:id', resource: 'invoices', access: 'read', parameters: z.strictObject(expandable),
    run: (platform, _parameters, call) => invoiceAt(platform, call),
  }),
  route({ method: 'POST', path: '/v1/invoices/:id', resource: 'invoices', access: 'write', parameters: updateParameters, run: update }),
  route({
    method: 'POST', path: '/v1/invoices/:id/pay', resource: 'invoices', access: 'write', parameters: payParameters,
    moves: (platform, parameters, id) => {
      if (parameters.paid_out_of_band === true || !platform.account.invoices.has(id)) return null;
      return {
        call: 'invoices.pay',
        debtId: id,
        paymentMethod: parameters.payment_method ?? null,
        locks: defaultPaymentOf(platform.account, id)?.intent.id ?? id,
      };
    },
    run: payInvoice,
  }),
  route({
    method: 'POST', path: '/v1/invoices/:id/attach_payment', resource: 'invoices', access: 'write', parameters: attachParameters, run: attachPayment,
  }),
  route({
    method: 'POST', path: '/v1/invoices/:id/void', resource: 'invoices', access: 'write', parameters: z.strictObject(expandable),
    run: (platform, _parameters, call) => voidOne(platform, call),
  }),
  route({
    method: 'POST',
    path: '/v1/invoices/:id/mark_uncollectible',
    resource: 'invoices',
    access: 'write',
    parameters: z.strictObject(expandable),
    run: (platform, _parameters, call) => markOneUncollectible(platform, call),
  }),
];
