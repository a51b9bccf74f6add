import type Stripe from 'stripe';

export interface NewPaymentIntent {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly paymentMethod: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly created: number;
  readonly livemode: boolean;
  /** The invoice it collects; null when an API client made it directly. */
  readonly invoice: string | null;
  readonly setupFutureUsage: string | null;
}

const statusOfNew = (paymentMethod: string | null) => (paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation');

export const newPaymentIntent = (intent: NewPaymentIntent): Stripe.PaymentIntent => ({
  id: intent.id,
  object: 'payment_intent',
  allowed_payment_method_types: null,
  amount: intent.amount,
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: intent.invoice === null ? { allow_redirects: 'always', enabled: true } : null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: intent.invoice === null ? 'automatic_async' : 'automatic',
  client_secret: `${intent.id}_secret_${intent.id.slice(-12)}`,
  confirmation_method: 'automatic',
  created: intent.created,
  currency: intent.currency,
  customer: intent.customer,
  customer_account: null,
  description: intent.description,
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: null,
  livemode: intent.livemode,
  managed_payments: null,
  metadata: intent.metadata,
  next_action: null,
  on_behalf_of: null,
  // fact('intent.order_reference')
  ...(intent.invoice === null ? {} : { payment_details: { customer_reference: null, order_reference: intent.invoice } }),
  payment_method: intent.paymentMethod,
  payment_method_configuration_details: null,
  payment_method_options: { card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
  payment_method_types: ['card'],
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: intent.setupFutureUsage,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: statusOfNew(intent.paymentMethod),
  transfer_data: null,
  transfer_group: null,
});
