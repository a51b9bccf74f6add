import type Stripe from 'stripe';
import { z } from 'zod';
import { debtIdOf } from './account.js';
import { confirmIntent } from './confirm-intent.js';
import { fact } from './fact.js';
import { findObject, visibleTo } from './find-object.js';
import { pageOf } from './pages.js';
import { expandable, flag, integer, isWithin, mergedMetadata, metadata, pageable, timeRange } from './parameters.js';
import { newPaymentIntent } from './payment-intent-object.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';
import { type Call, type Route, route } from './route.js';
import { invalidRequest, refusedByState } from './stripe-failure.js';

const createParameters = z.strictObject({
  ...expandable,
  amount: integer,
  currency: z.string(),
  customer: z.string().optional(),
  payment_method: z.string().optional(),
  confirm: flag.optional(),
  off_session: flag.optional(),
  metadata: metadata.optional(),
  description: z.string().optional(),
  error_on_requires_action: flag.optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(), return_url: z.string().optional(),
  allowed_payment_method_types: z.array(z.string()).optional(), confirmation_method: z.literal('automatic').optional(),
  automatic_payment_methods: z.strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() }).optional(),
});

const confirmParameters = z.strictObject({
  ...expandable,
  payment_method: z.string().optional(),
  off_session: flag.optional(),
  return_url: z.string().optional(),
  error_on_requires_action: flag.optional(),
});

export const intentAt = (platform: FakePlatform, call: Call): Stripe.PaymentIntent =>
  findObject(platform, call.key, platform.account.paymentIntents, { name: 'payment_intent', id: call.id, param: 'intent' });

/** fact('intent.method_needs_its_customer') */
const checkMethod = (platform: FakePlatform, id: string, customer: string | null, call: Call): string => {
  const method = findObject(
    platform,
    call.key,
    platform.account.paymentMethods,
    { name: 'PaymentMethod', id, param: 'payment_method', status: 400 },
  );
  const owner = refOf(method.customer);
  if (owner !== null && owner !== customer) {
    throw invalidRequest({
      fact: fact('intent.method_needs_its_customer'), param: 'payment_method',
      message:
        customer === null
          ? `The provided PaymentMethod cannot be used without its Customer. Pass its Customer (${owner}) in the \`customer\` parameter.`
          : `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    });
  }
  return method.id;
};

const create = (platform: FakePlatform, parameters: z.output<typeof createParameters>, call: Call): Stripe.PaymentIntent => {
  // fact('intent.off_session_needs_confirm')
  if (parameters.off_session === true && parameters.confirm !== true) {
    throw invalidRequest({
      fact: fact('intent.off_session_needs_confirm'),
      param: 'off_session',
      message: 'You cannot set `off_session` unless you also set `confirm=true`.',
    });
  }
  if (parameters.amount < 1) {
    throw invalidRequest({
      fact: fact('request.parameter_invalid'),
      code: 'parameter_invalid_integer',
      param: 'amount',
      message: 'This value must be greater than or equal to 1.',
    });
  }
  if (!/^[a-z]{3}$/i.test(parameters.currency)) {
    throw invalidRequest({
      fact: fact('request.parameter_invalid'),
      param: 'currency',
      message: `Invalid currency: ${parameters.currency}.`,
    });
  }
  const customer =
    parameters.customer === undefined
      ? null
      : findObject(
        platform,
        call.key,
        platform.account.customers,
        { name: 'customer', id: parameters.customer, param: 'customer', status: 400 },
      ).id;
  const paymentMethod = parameters.payment_method === undefined ? null : checkMethod(platform, parameters.payment_method, customer, call);
  const intent = newPaymentIntent({
    id: platform.mintId('pi'),
    amount: parameters.amount,
    currency: parameters.currency.toLowerCase(),
    customer,
    paymentMethod,
    description: parameters.description ?? null,
    metadata: mergedMetadata(null, parameters.metadata ?? ''),
    created: platform.clock.hubSeconds(),
    livemode: platform.account.livemode,
    invoice: null,
    setupFutureUsage: parameters.setup_future_usage ?? null,
  });
  platform.account.paymentIntents.set(intent.id, intent);
  platform.events.emit('payment_intent.created', intent, call.cause);
  if (parameters.confirm !== true) return intent;
  return confirmIntent(platform, intent, {
    paymentMethod,
    offSession: parameters.off_session === true,
    errorOnAction: parameters.error_on_requires_action === true,
    cause: call.cause,
  });
};

const confirm = (platform: FakePlatform, parameters: z.output<typeof confirmParameters>, call: Call): Stripe.PaymentIntent => {
  const intent = intentAt(platform, call);
  const named = parameters.payment_method;
  return confirmIntent(platform, intent, {
    paymentMethod: named === undefined ? refOf(intent.payment_method) : checkMethod(platform, named, refOf(intent.customer), call),
    offSession: parameters.off_session === true,
    errorOnAction: parameters.error_on_requires_action === true,
    cause: call.cause,
  });
};

const CANCELABLE: readonly string[] = ['requires_payment_method', 'requires_capture', 'requires_confirmation', 'requires_action', 'processing'];
const cancelParameters = z.strictObject({
  ...expandable,
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

const cancel = (platform: FakePlatform, parameters: z.output<typeof cancelParameters>, call: Call): Stripe.PaymentIntent => {
  const intent = intentAt(platform, call);
  if (!CANCELABLE.includes(intent.status)) {
    throw refusedByState({
      fact: fact('intent.cancel_refused'), code: 'payment_intent_unexpected_state',
      message: `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${CANCELABLE.join(', ')}.`,
      extra: { payment_intent: structuredClone(intent) },
    });
  }
  intent.status = 'canceled';
  intent.canceled_at = platform.clock.hubSeconds();
  intent.cancellation_reason = parameters.cancellation_reason ?? null;
  platform.events.emit('payment_intent.canceled', intent, call.cause);
  return intent;
};

const updateParameters = z.strictObject({ ...expandable, metadata: metadata.optional(), description: z.string().optional() });

const update = (platform: FakePlatform, change: z.output<typeof updateParameters>, call: Call): Stripe.PaymentIntent => {
  const intent = intentAt(platform, call);
  if (change.metadata !== undefined) intent.metadata = mergedMetadata(intent.metadata, change.metadata);
  if (change.description !== undefined) intent.description = change.description === '' ? null : change.description;
  return intent;
};

const listParameters = z.strictObject({ ...pageable, customer: z.string().optional(), created: timeRange.optional() });

const list = (platform: FakePlatform, filter: z.output<typeof listParameters>, call: Call): object =>
  pageOf(
    '/v1/payment_intents',
    visibleTo(platform, call.key, platform.account.paymentIntents.values())
      .filter((intent) => filter.customer === undefined || refOf(intent.customer) === filter.customer)
      .filter((intent) => isWithin(intent.created, filter.created))
      .toReversed(),
    filter,
  );

const at = { resource: 'payment_intents' } as const;

export const paymentIntentRoutes: readonly Route[] = [
  route({ method: 'GET', path: '/v1/payment_intents', ...at, access: 'read', parameters: listParameters, run: list }),
  route({
    method: 'POST', path: '/v1/payment_intents', ...at, access: 'write', parameters: createParameters, run: create,
    moves: (platform, { confirm: confirmed, amount, currency, customer = null, payment_method: paymentMethod = null }) => {
      if (confirmed !== true) return null;
      return {
        call: 'payment_intents.create',
        debtId: debtIdOf(platform.account, { amount, currency: currency.toLowerCase(), customer }),
        paymentMethod,
        locks: '',
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/payment_intents/:id',
    ...at,
    access: 'read',
    parameters: z.strictObject(expandable),
    run: (platform, _parameters, call) => intentAt(platform, call),
  }),
  route({ method: 'POST', path: '/v1/payment_intents/:id', ...at, access: 'write', parameters: updateParameters, run: update }),
  route({
    method: 'POST', path: '/v1/payment_intents/:id/confirm', ...at, access: 'write', parameters: confirmParameters, run: confirm,
    moves: (platform, parameters, id) => {
      const intent = platform.account.paymentIntents.get(id);
      if (intent === undefined) return null;
      return {
        call: 'payment_intents.confirm',
        debtId: debtIdOf(platform.account, intent),
        paymentMethod: parameters.payment_method ?? refOf(intent.payment_method),
        locks: id,
      };
    },
  }),
  route({ method: 'POST', path: '/v1/payment_intents/:id/cancel', ...at, access: 'write', parameters: cancelParameters, run: cancel }),
];
