import { PlatformError, type PlatformPayment } from '../../core/connector-kit/index.js';
import { OUR_REFERENCE } from './our-marks.js';
import { ask, type StripeCall } from './platform-api.js';
import { paymentRecordShape, type StripePaymentRecord } from './shapes.js';

/** A payment record; undefined where the key may not read it. */
export const readRecord = async (recordRef: string, context: StripeCall): Promise<StripePaymentRecord | undefined> => {
  try {
    return await ask(context, paymentRecordShape, (options) => context.session.paymentRecords.retrieve(recordRef, {}, options));
  } catch (thrown) {
    if (thrown instanceof PlatformError && (thrown.code === 'missing_permission' || thrown.code === 'not_found')) return undefined;
    throw thrown;
  }
};

/** By what a payment record can be known: its own id, the processor's, and ours if we reported it. */
export const referencesOf = (record: StripePaymentRecord): Pick<PlatformPayment, 'ref' | 'gatewayRefs' | 'ourReference'> => {
  const atProcessor = record.processor_details?.custom?.payment_reference;
  const ourReference = record.metadata?.[OUR_REFERENCE];
  return {
    ref: record.id,
    gatewayRefs: atProcessor ? [atProcessor, record.id] : [record.id],
    ...(ourReference ? { ourReference } : {}),
  };
};

/** Of one that did not pay: failed or canceled as reported, or without an outcome yet. */
export const stateOfRecord = (record: StripePaymentRecord): PlatformPayment['state'] =>
  record.amount_failed.value > 0 || record.amount_canceled.value > 0 ? 'failed' : 'in_progress';
