import type Stripe from 'stripe';
import { z } from 'zod';
import { fact } from './fact.js';
import { findObject, visibleTo } from './find-object.js';
import { pageOf } from './pages.js';
import { expandable, integer, mergedMetadata, metadata, pageable } from './parameters.js';
import { newPaymentRecord } from './payment-record-object.js';
import type { FakePlatform } from './platform.js';
import { type Call, type Route, route } from './route.js';
import { invalidRequest, refusedByState } from './stripe-failure.js';

const money = z.strictObject({ currency: z.string().regex(/^[a-z]{3}$/), value: integer.refine((value) => value > 0, 'must be positive') });

const reportParameters = z.strictObject({
  ...expandable,
  amount_requested: money,
  initiated_at: integer,
  payment_method_details: z.strictObject({
    type: z.literal('custom').optional(),
    custom: z.strictObject({ display_name: z.string().optional(), type: z.string().optional() }).optional(),
    payment_method: z.string().optional(),
  }),
  customer_details: z.strictObject({ customer: z.string().optional() }).optional(),
  customer_presence: z.enum(['on_session', 'off_session']).optional(),
  description: z.string().optional(),
  metadata: metadata.optional(),
  outcome: z.enum(['guaranteed', 'failed', 'canceled']).optional(),
  guaranteed: z.strictObject({ guaranteed_at: integer }).optional(),
  failed: z.strictObject({ failed_at: integer }).optional(),
  processor_details: z.strictObject({
    type: z.literal('custom'),
    custom: z.strictObject({ payment_reference: z.string().min(1) }).optional(),
  }).optional(),
});

/** fact('payment_record.not_enabled') */
const refuseWhereNotEnabled = (platform: FakePlatform, path: string): void => {
  switch (platform.switches.paymentRecords) {
    case 'enabled':
      return;
    case 'refused':
      throw invalidRequest({
        fact: fact('payment_record.not_enabled'),
        message: 'Your account is not enabled to report payments. Contact Stripe support to enable Payment Records.',
      });
    case 'unknown_address':
      throw invalidRequest({ fact: fact('payment_record.not_enabled'), status: 404, message: `Unrecognized request URL (POST: ${path}).` });
  }
};

/** What the payment was made with: an attached custom payment method, or a type that the account has. fact('payment_record.custom_type') */
const methodOf = (platform: FakePlatform, { payment_method_details: details }: z.output<typeof reportParameters>, call: Call) => {
  if (details.payment_method !== undefined) {
    const wanted = { name: 'PaymentMethod', id: details.payment_method, param: 'payment_method_details[payment_method]', status: 400 } as const;
    const method = findObject(platform, call.key, platform.account.paymentMethods, wanted);
    return { paymentMethod: method.id, customType: method.custom?.type ?? null, displayName: method.custom?.display_name ?? 'Custom' };
  }
  const customType = details.custom?.type;
  if (customType === undefined && platform.switches.recordsNeedCustomType) {
    throw invalidRequest({
      fact: fact('payment_record.custom_type'),
      code: 'parameter_missing',
      param: 'payment_method_details[custom][type]',
      message: 'Missing required param: payment_method_details[custom][type].',
    });
  }
  if (customType !== undefined && !platform.account.customTypes.has(customType)) {
    throw invalidRequest({
      fact: fact('payment_record.custom_type'),
      code: 'resource_missing',
      param: 'payment_method_details[custom][type]',
      message: `No such custom payment method type: '${customType}'`,
    });
  }
  return { paymentMethod: null, customType: customType ?? null, displayName: details.custom?.display_name ?? 'Custom' };
};

const report = (platform: FakePlatform, parameters: z.output<typeof reportParameters>, call: Call): Stripe.PaymentRecord => {
  refuseWhereNotEnabled(platform, '/v1/payment_records/report_payment');
  const { account, clock, mintId } = platform;
  const customer = parameters.customer_details?.customer;
  if (customer !== undefined) {
    findObject(platform, call.key, account.customers, { name: 'customer', id: customer, param: 'customer_details[customer]', status: 400 });
  }
  const record = newPaymentRecord({
    id: mintId('pr'),
    attemptRecord: mintId('par'),
    amount: parameters.amount_requested.value,
    currency: parameters.amount_requested.currency,
    outcome: parameters.outcome ?? null,
    customer: customer ?? null,
    customerPresence: parameters.customer_presence ?? null,
    ...methodOf(platform, parameters, call),
    paymentReference: parameters.processor_details?.custom?.payment_reference ?? null,
    description: parameters.description ?? null,
    metadata: mergedMetadata(null, parameters.metadata ?? ''),
    created: clock.hubSeconds(),
    livemode: account.livemode,
  });
  account.paymentRecords.set(record.id, record);
  return record;
};

const recordAt = (platform: FakePlatform, call: Call): Stripe.PaymentRecord =>
  findObject(platform, call.key, platform.account.paymentRecords, { name: 'payment_record', id: call.id });

const refundParameters = z.strictObject({
  ...expandable,
  outcome: z.literal('refunded'),
  processor_details: z.strictObject({ type: z.literal('custom'), custom: z.strictObject({ refund_reference: z.string().min(1) }).optional() }),
  amount: money.optional(),
  initiated_at: integer.optional(),
  metadata: metadata.optional(),
  refunded: z.strictObject({ refunded_at: integer }).optional(),
});

/** fact('payment_record.refund') */
const reportRefund = (platform: FakePlatform, parameters: z.output<typeof refundParameters>, call: Call): Stripe.PaymentRecord => {
  const record = recordAt(platform, call);
  const left = record.amount_guaranteed.value - record.amount_refunded.value;
  const value = parameters.amount?.value ?? left;
  const reference = parameters.processor_details.custom?.refund_reference;
  const refuse = (message: string) => refusedByState({ fact: fact('payment_record.refund'), message });
  if (value < 1 || value > left) throw refuse(`Refund amount (${value}) is greater than the unrefunded amount of the payment (${left}).`);
  if (reference !== undefined && platform.account.refundReferences.has(reference)) throw refuse(`The refund reference '${reference}' has already been used.`);
  if (reference !== undefined) platform.account.refundReferences.add(reference);
  record.amount_refunded = { currency: record.amount_refunded.currency, value: record.amount_refunded.value + value };
  record.metadata = mergedMetadata(record.metadata, parameters.metadata ?? {});
  return record;
};

const listParameters = z.strictObject({ ...pageable, created_after: integer.optional(), created_before: integer.optional() });

/** fact('payment_record.list') */
const list = (platform: FakePlatform, filter: z.output<typeof listParameters>, call: Call): object =>
  pageOf(
    '/v1/payment_records',
    visibleTo(platform, call.key, platform.account.paymentRecords.values())
      .filter(({ created }) => filter.created_after === undefined || created > filter.created_after)
      .filter(({ created }) => filter.created_before === undefined || created < filter.created_before)
      .toReversed(),
    filter,
  );

const resource = 'payment_records';

export const paymentRecordRoutes: readonly Route[] = [
  route({ method: 'POST', path: '/v1/payment_records/report_payment', resource, access: 'write', parameters: reportParameters, run: report }),
  route({ method: 'POST', path: '/v1/payment_records/:id/report_refund', resource, access: 'write', parameters: refundParameters, run: reportRefund }),
  route({ method: 'GET', path: '/v1/payment_records', resource, access: 'read', parameters: listParameters, run: list }),
  route({
    method: 'GET', path: '/v1/payment_records/:id', resource, access: 'read', parameters: z.strictObject(expandable),
    run: (platform, _parameters, call) => recordAt(platform, call),
  }),
];
