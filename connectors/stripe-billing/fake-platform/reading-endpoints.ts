import { z } from 'zod';
import { findObject, visibleTo } from './find-object.js';
import { pageOf } from './pages.js';
import { expandable, flag, isWithin, pageable, timeRange } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';
import { type Call, type Route, route } from './route.js';

const one = z.strictObject(expandable);

const paymentListParameters = z.strictObject({
  ...pageable,
  invoice: z.string().optional(),
  is_default: flag.optional(),
  payment: z.strictObject({
    type: z.enum(['payment_intent', 'charge', 'payment_record']),
    payment_intent: z.string().optional(),
    payment_record: z.string().optional(),
  }).optional(),
  status: z.enum(['open', 'paid', 'canceled']).optional(),
  created: timeRange.optional(),
});

/** fact('invoice_payments.filters') */
const listPayments = (platform: FakePlatform, filter: z.output<typeof paymentListParameters>, call: Call): object =>
  pageOf(
    '/v1/invoice_payments',
    visibleTo(platform, call.key, platform.account.invoicePayments.values())
      .filter((payment) => filter.invoice === undefined || payment.invoice === filter.invoice)
      .filter((payment) => filter.is_default === undefined || payment.is_default === filter.is_default)
      .filter((payment) => filter.status === undefined || payment.status === filter.status)
      .filter((payment) => filter.payment?.payment_intent === undefined || refOf(payment.payment.payment_intent) === filter.payment.payment_intent)
      .filter((payment) => filter.payment?.payment_record === undefined || refOf(payment.payment.payment_record) === filter.payment.payment_record)
      .filter((payment) => filter.payment === undefined || payment.payment.type === filter.payment.type)
      .filter((payment) => isWithin(payment.created, filter.created))
      .toReversed(),
    filter,
  );

const chargeListParameters = z.strictObject({
  ...pageable,
  customer: z.string().optional(),
  payment_intent: z.string().optional(),
  created: timeRange.optional(),
});

const listCharges = (platform: FakePlatform, filter: z.output<typeof chargeListParameters>, call: Call): object =>
  pageOf(
    '/v1/charges',
    visibleTo(platform, call.key, platform.account.charges.values())
      .filter((charge) => filter.customer === undefined || refOf(charge.customer) === filter.customer)
      .filter((charge) => filter.payment_intent === undefined || refOf(charge.payment_intent) === filter.payment_intent)
      .filter((charge) => isWithin(charge.created, filter.created))
      .toReversed(),
    filter,
  );

const accountObject = ({ account }: FakePlatform): object => ({
  id: account.accountId,
  object: 'account',
  business_profile: { name: account.name },
  charges_enabled: true,
  country: account.country,
  default_currency: 'usd',
  details_submitted: true,
  email: 'merchant@example.org',
  livemode: account.livemode,
  metadata: {},
  payouts_enabled: true,
  settings: { dashboard: { display_name: account.name, timezone: 'Etc/UTC' } },
  type: 'standard',
});

export const readingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/invoice_payments',
    resource: 'invoices',
    access: 'read',
    parameters: paymentListParameters,
    run: listPayments,
  }),
  route({
    method: 'GET', path: '/v1/invoice_payments/:id', resource: 'invoices', access: 'read', parameters: one,
    run: (platform, _parameters, call) => findObject(
      platform,
      call.key,
      platform.account.invoicePayments,
      { name: 'invoice_payment', id: call.id },
    ),
  }),
  route({ method: 'GET', path: '/v1/charges', resource: 'charges', access: 'read', parameters: chargeListParameters, run: listCharges }),
  route({
    method: 'GET', path: '/v1/charges/:id', resource: 'charges', access: 'read', parameters: one,
    run: (platform, _parameters, call) => findObject(platform, call.key, platform.account.charges, { name: 'charge', id: call.id }),
  }),
  route({
    method: 'GET', path: '/v1/subscriptions/:id', resource: 'subscriptions', access: 'read', parameters: one,
    run: (platform, _parameters, call) => findObject(
      platform,
      call.key,
      platform.account.subscriptions,
      { name: 'subscription', id: call.id },
    ),
  }),
  route({ method: 'GET', path: '/v1/account', resource: 'account', access: 'read', parameters: one, run: accountObject }),
];
