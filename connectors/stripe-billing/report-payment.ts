import type { Stripe } from 'stripe';
import { PlatformError, type PaymentToRecord } from '../../core/connector-kit/index.js';
import { toStripeAmount } from './amounts.js';
import { OUR_REFERENCE } from './our-marks.js';
import { referencesOf } from './payment-record.js';
import { ask, type ConnectorCall } from './platform-api.js';
import { invoiceShape, pageOf, paymentRecordShape } from './shapes.js';

/** Stripe's clock and the gateway's may differ by this much. */
const CLOCKS_DIFFER_S = 3600;

const MOST_PAGES = 20;

const recordPage = pageOf(paymentRecordShape);

/**
 * The record of this charge that was reported and not attached: the answer to the report was lost, and its key may be forgotten by now.
 * Stripe lists records by time alone, so those since the charge are looked through.
 *
 * @throws PlatformError `unexpected_answer` if there are too many to be sure: an operator decides rather than a second record is made
 */
export const findReported = async (payment: PaymentToRecord, context: ConnectorCall): Promise<string | undefined> => {
  const created_after = Math.floor(payment.chargedAt.getTime() / 1000) - CLOCKS_DIFFER_S;
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const params: Stripe.PaymentRecordListParams = { created_after, limit: 100, ...(after === undefined ? {} : { starting_after: after }) };
    const page = await ask(context, recordPage, (options) => context.session.paymentRecords.list(params, options));
    const ours = page.data.find((each) => {
      const { ourReference } = referencesOf(each);
      return ourReference === payment.once.ourReference && each.amount_guaranteed.value > 0;
    });
    if (ours !== undefined) return ours.id;
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return undefined;
  }
  throw new PlatformError(`More than ${MOST_PAGES * 100} payments were reported since the charge; whether ours is among them is not known.`, {
    code: 'unexpected_answer',
    reached: 'yes',
  });
};

/** Reports the charge; answers the id of its payment record. Nothing of it depends on when it is tried, so that the key replays it. */
export const reportPayment = async (payment: PaymentToRecord, customer: string | undefined, context: ConnectorCall): Promise<string> => {
  const { amount, currency } = toStripeAmount(payment.amount);
  const at = Math.floor(payment.chargedAt.getTime() / 1000);
  const type = customTypeOf(payment, context);
  const reported = await ask(context, paymentRecordShape, (options) =>
    context.session.paymentRecords.reportPayment(
      {
        amount_requested: { currency, value: amount },
        initiated_at: at,
        payment_method_details: { type: 'custom', custom: { display_name: payment.gatewayType, ...(type === undefined ? {} : { type }) } },
        ...(customer === undefined ? {} : { customer_details: { customer } }),
        customer_presence: 'off_session',
        outcome: 'guaranteed',
        guaranteed: { guaranteed_at: at },
        processor_details: { type: 'custom', custom: { payment_reference: payment.gatewayRefs[0] } },
        metadata: { [OUR_REFERENCE]: payment.once.ourReference },
      },
      { ...options, idempotencyKey: payment.once.key },
    ),
  );
  return reported.id;
};

/** Where the token stood on a custom payment method, its type is the account. */
const customTypeOf = ({ token }: PaymentToRecord, { connection }: ConnectorCall): string | undefined =>
  token.gatewayAccountRef.startsWith('cpmt_') ? token.gatewayAccountRef : connection.config.customPaymentMethodType;

/** No key of ours: the request names the state to reach, and a kept refusal would be replayed. */
export const attachRecord = async (invoiceRef: string, recordRef: string, context: ConnectorCall): Promise<'attached' | 'refused'> => {
  try {
    await ask(context, invoiceShape, (options) => context.session.invoices.attachPayment(invoiceRef, { payment_record: recordRef }, options));
    return 'attached';
  } catch (thrown) {
    if (thrown instanceof PlatformError && (thrown.code === 'invalid_request' || thrown.code === 'not_found')) return 'refused';
    throw thrown;
  }
};
