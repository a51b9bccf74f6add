import type Stripe from 'stripe';
import { z } from 'zod';
import { fact } from './fact.js';
import { findObject, visibleTo } from './find-object.js';
import { pageOf } from './pages.js';
import { expandable, integer, isWithin, mergedMetadata, metadata, pageable, timeRange } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';
import { type Call, type Route, route } from './route.js';
import { invalidRequest, refusedByState } from './stripe-failure.js';

const createParameters = z.strictObject({
  ...expandable,
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
  amount: integer.optional(),
  metadata: metadata.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

const chargeToRefund = (platform: FakePlatform, parameters: z.output<typeof createParameters>, call: Call): Stripe.Charge => {
  const { charges, paymentIntents } = platform.account;
  if (parameters.charge !== undefined) return findObject(
    platform,
    call.key,
    charges,
    { name: 'charge', id: parameters.charge, param: 'charge', status: 400 },
  );
  if (parameters.payment_intent === undefined) {
    throw invalidRequest({
      fact: fact('request.parameter_missing'),
      code: 'parameter_missing',
      message: 'One of the following params should be provided for this request: payment_intent or charge.',
    });
  }
  const intent = findObject(
    platform,
    call.key,
    paymentIntents,
    { name: 'payment_intent', id: parameters.payment_intent, param: 'payment_intent', status: 400 },
  );
  const charge = intent.status === 'succeeded' ? charges.get(refOf(intent.latest_charge) ?? '') : undefined;
  if (charge === undefined) {
    throw refusedByState({
      fact: fact('refund.refused'),
      message: `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
    });
  }
  return charge;
};

/** fact('refund.refused') fact('refund.created') */
const create = (platform: FakePlatform, parameters: z.output<typeof createParameters>, call: Call): Stripe.Refund => {
  const charge = chargeToRefund(platform, parameters, call);
  const left = charge.amount_captured - charge.amount_refunded;
  if (charge.refunded || left === 0) {
    throw refusedByState({
      fact: fact('refund.refused'),
      code: 'charge_already_refunded',
      message: `Charge ${charge.id} has already been refunded.`,
    });
  }
  const amount = parameters.amount ?? left;
  if (amount < 1 || amount > left) {
    throw refusedByState({
      fact: fact('refund.refused'),
      param: 'amount',
      message: `Refund amount (${amount}) is greater than unrefunded amount on charge (${left}).`,
    });
  }
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
  const refund: Stripe.Refund = {
    id: platform.mintId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: platform.clock.hubSeconds(),
    currency: charge.currency,
    customer: refOf(charge.customer),
    customer_account: null,
    destination_details: { card: { type: 'refund' }, type: 'card' },
    metadata: mergedMetadata(null, parameters.metadata ?? ''),
    payment_intent: refOf(charge.payment_intent),
    payment_method: charge.payment_method,
    reason: parameters.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
  platform.account.refunds.set(refund.id, refund);
  platform.events.emit('charge.refunded', charge, call.cause, { amount_refunded: charge.amount_refunded - amount });
  platform.events.emit('refund.created', refund, call.cause);
  return refund;
};

const listParameters = z.strictObject({
  ...pageable,
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
  created: timeRange.optional(),
});

const list = (platform: FakePlatform, filter: z.output<typeof listParameters>, call: Call): object =>
  pageOf(
    '/v1/refunds',
    visibleTo(platform, call.key, platform.account.refunds.values())
      .filter((refund) => filter.charge === undefined || refOf(refund.charge) === filter.charge)
      .filter((refund) => filter.payment_intent === undefined || refOf(refund.payment_intent) === filter.payment_intent)
      .filter((refund) => isWithin(refund.created, filter.created))
      .toReversed(),
    filter,
  );

export const refundRoutes: readonly Route[] = [
  route({ method: 'POST', path: '/v1/refunds', resource: 'refunds', access: 'write', parameters: createParameters, run: create }),
  route({ method: 'GET', path: '/v1/refunds', resource: 'refunds', access: 'read', parameters: listParameters, run: list }),
  route({
    method: 'GET', path: '/v1/refunds/:id', resource: 'refunds', access: 'read', parameters: z.strictObject(expandable),
    run: (platform, _parameters, call) => findObject(platform, call.key, platform.account.refunds, { name: 'refund', id: call.id }),
  }),
];
