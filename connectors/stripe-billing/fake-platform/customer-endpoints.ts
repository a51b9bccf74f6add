import type Stripe from 'stripe';
import { z } from 'zod';
import { addCard } from './add-card.js';
import { cardBehaviourOfToken, TEST_TOKENS } from './test-tokens.js';
import { declineOf } from './declines.js';
import { fact } from './fact.js';
import { findObject, visibleTo } from './find-object.js';
import { pageOf } from './pages.js';
import { expandable, mergedMetadata, metadata, pageable } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';
import { type Call, type Route, route } from './route.js';
import { invalidRequest, StripeFailure } from './stripe-failure.js';

const customerAt = (platform: FakePlatform, id: string, call: Call, status: 400 | 404): Stripe.Customer =>
  findObject(platform, call.key, platform.account.customers, { name: 'customer', id, param: status === 404 ? 'id' : 'customer', status });

const methodAt = (platform: FakePlatform, id: string, call: Call, status: 400 | 404): Stripe.PaymentMethod =>
  findObject(platform, call.key, platform.account.paymentMethods, { name: 'PaymentMethod', id, param: 'payment_method', status });

const updateParameters = z.strictObject({
  ...expandable,
  metadata: metadata.optional(),
  email: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  invoice_settings: z.strictObject({ default_payment_method: z.string().optional() }).optional(),
});

const update = (platform: FakePlatform, change: z.output<typeof updateParameters>, call: Call): Stripe.Customer => {
  const customer = customerAt(platform, call.id, call, 404);
  const method = change.invoice_settings?.default_payment_method;
  const previous = structuredClone(customer.invoice_settings);
  if (method !== undefined) {
    const found = method === '' ? null : methodAt(platform, method, call, 400);
    if (found !== null && refOf(found.customer) !== customer.id) {
      throw invalidRequest({
        fact: fact('customer.default_method_must_be_attached'),
        param: 'invoice_settings[default_payment_method]',
        message: `The customer does not have a payment method with the ID ${found.id}. The payment method must be attached to the customer.`,
      });
    }
    customer.invoice_settings.default_payment_method = found?.id ?? null;
  }
  if (change.metadata !== undefined) customer.metadata = mergedMetadata(customer.metadata, change.metadata);
  if (change.email !== undefined) customer.email = change.email;
  if (change.name !== undefined) customer.name = change.name;
  if (change.description !== undefined) customer.description = change.description;
  platform.events.emit('customer.updated', customer, call.cause, method === undefined ? {} : { invoice_settings: previous });
  return customer;
};

const attachParameters = z.strictObject({ ...expandable, customer: z.string() });

/** fact('payment_method.attach_declined'): some test cards are declined when they are attached. */
const refuseDeclined = (token: string): void => {
  const result = TEST_TOKENS[token]?.attach;
  if (result === undefined || result === 'success') return;
  const decline = declineOf(result);
  throw new StripeFailure({
    status: 402,
    fact: fact('payment_method.attach_declined'),
    executed: true,
    error: {
      ...(decline.adviceCode === null ? {} : { advice_code: decline.adviceCode }),
      code: decline.code,
      decline_code: decline.declineCode,
      doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
      message: decline.message,
      ...(decline.networkDeclineCode === null ? {} : { network_decline_code: decline.networkDeclineCode }),
      param: '',
      type: 'card_error',
    },
  });
};

const attach = (platform: FakePlatform, { customer: customerId }: z.output<typeof attachParameters>, call: Call): Stripe.PaymentMethod => {
  const customer = customerAt(platform, customerId, call, 400);
  refuseDeclined(call.id);
  const behaviour = cardBehaviourOfToken(call.id);
  if (behaviour !== null) {
    const added = addCard(platform, { ...behaviour, customer: customer.id });
    platform.events.emit('payment_method.attached', added, call.cause);
    return added;
  }
  const method = methodAt(platform, call.id, call, 404);
  const owner = refOf(method.customer);
  if (owner !== null && owner !== customer.id) {
    throw invalidRequest({
      fact: fact('payment_method.attach_once'),
      message: 'The payment method you provided has already been attached to a customer.',
    });
  }
  method.customer = customer.id;
  platform.events.emit('payment_method.attached', method, call.cause);
  return method;
};

const methodListParameters = z.strictObject({ ...pageable, customer: z.string().optional(), type: z.string().optional() });

const methodsOf = (
  platform: FakePlatform,
  customer: string | undefined,
  filter: z.output<typeof methodListParameters>,
  call: Call,
  url: string,
): object =>
  pageOf(
    url,
    visibleTo(platform, call.key, platform.account.paymentMethods.values())
      .filter((method) => method.customer !== null && (customer === undefined || refOf(method.customer) === customer))
      .filter((method) => filter.type === undefined || method.type === filter.type)
      .toReversed(),
    filter,
  );

const one = z.strictObject(expandable);

export const customerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/customers/:id',
    resource: 'customers',
    access: 'read',
    parameters: one,
    run: (platform, _parameters, call) => customerAt(platform, call.id, call, 404),
  }),
  route({ method: 'POST', path: '/v1/customers/:id', resource: 'customers', access: 'write', parameters: updateParameters, run: update }),
  route({
    method: 'GET', path: '/v1/customers/:id/payment_methods', resource: 'payment_methods', access: 'read', parameters: methodListParameters,
    run: (platform, filter, call) => methodsOf(
      platform,
      customerAt(platform, call.id, call, 404).id,
      filter,
      call,
      `/v1/customers/${call.id}/payment_methods`,
    ),
  }),
  route({
    method: 'GET', path: '/v1/payment_methods', resource: 'payment_methods', access: 'read', parameters: methodListParameters,
    run: (platform, filter, call) => methodsOf(
      platform,
      filter.customer === undefined ? undefined : customerAt(platform, filter.customer, call, 400).id,
      filter,
      call,
      '/v1/payment_methods',
    ),
  }),
  route({
    method: 'GET',
    path: '/v1/payment_methods/:id',
    resource: 'payment_methods',
    access: 'read',
    parameters: one,
    run: (platform, _parameters, call) => methodAt(platform, call.id, call, 404),
  }),
  route({
    method: 'POST',
    path: '/v1/payment_methods/:id/attach',
    resource: 'payment_methods',
    access: 'write',
    parameters: attachParameters,
    run: attach,
  }),
];
