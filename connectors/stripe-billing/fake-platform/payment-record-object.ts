import type Stripe from 'stripe';
import { noAddress } from './card-objects.js';

export interface NewPaymentRecord {
  readonly id: string;
  readonly attemptRecord: string;
  readonly amount: number;
  readonly currency: string;
  readonly outcome: 'guaranteed' | 'failed' | 'canceled' | null;
  readonly customer: string | null;
  readonly customerPresence: string | null;
  readonly paymentMethod: string | null;
  readonly customType: string | null;
  readonly displayName: string;
  readonly paymentReference: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly created: number;
  readonly livemode: boolean;
}

/** A payment that another processor made, as its merchant reported it: fact('payment_record.reported') */
export const newPaymentRecord = (record: NewPaymentRecord): Stripe.PaymentRecord => {
  const { currency } = record;
  const part = (holds: boolean) => ({ currency, value: holds ? record.amount : 0 });
  return {
    id: record.id,
    object: 'payment_record',
    amount: part(true),
    amount_authorized: part(record.outcome === 'guaranteed'),
    amount_canceled: part(record.outcome === 'canceled'),
    amount_failed: part(record.outcome === 'failed'),
    amount_guaranteed: part(record.outcome === 'guaranteed'),
    amount_refunded: part(false),
    amount_requested: part(true),
    application: null,
    created: record.created,
    customer_details: { customer: record.customer, email: null, name: null, phone: null },
    customer_presence: record.customerPresence,
    description: record.description,
    latest_payment_attempt_record: record.attemptRecord,
    livemode: record.livemode,
    metadata: record.metadata,
    payment_method_details: {
      billing_details: { address: noAddress(), email: null, name: null, phone: null },
      custom: { display_name: record.displayName, type: record.customType },
      payment_method: record.paymentMethod,
      type: 'custom',
    },
    processor_details: { custom: { payment_reference: record.paymentReference }, type: 'custom' },
    reported_by: 'self',
    shipping_details: { address: noAddress(), name: null, phone: null },
  };
};
