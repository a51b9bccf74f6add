import type Stripe from 'stripe';

export const noAddress = (): Stripe.Address => ({ city: null, country: null, line1: null, line2: null, postal_code: null, state: null });

export interface CardFace {
  readonly brand: string;
  readonly last4: string;
  readonly fingerprint: string;
  readonly expMonth: number;
  readonly expYear: number;
  readonly country: string;
}

export interface NewPaymentMethod {
  readonly id: string;
  readonly customer: string | null;
  readonly face: CardFace;
  readonly created: number;
  readonly livemode: boolean;
}

export const newPaymentMethod = ({ id, customer, face, created, livemode }: NewPaymentMethod): Stripe.PaymentMethod => ({
  id,
  object: 'payment_method',
  allow_redisplay: 'unspecified',
  billing_details: { address: noAddress(), email: null, name: null, phone: null, tax_id: null },
  card: {
    brand: face.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: face.country,
    display_brand: face.brand,
    exp_month: face.expMonth,
    exp_year: face.expYear,
    fingerprint: face.fingerprint,
    funding: 'credit',
    generated_from: null,
    last4: face.last4,
    networks: { available: [face.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  },
  created,
  customer,
  customer_account: null,
  livemode,
  metadata: {},
  type: 'card',
});

export interface NewCharge {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly paymentIntent: string;
  readonly paymentMethod: string;
  readonly face: CardFace;
  readonly description: string | null;
  readonly created: number;
  readonly livemode: boolean;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly outcome: Stripe.Charge.Outcome;
}

export const approvedOutcome = (): Stripe.Charge.Outcome => ({
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  risk_score: 21,
  seller_message: 'Payment complete.',
  type: 'authorized',
});

export const newCharge = (charge: NewCharge): Stripe.Charge => {
  const succeeded = charge.failure === null;
  return {
    id: charge.id,
    object: 'charge',
    amount: charge.amount,
    amount_captured: succeeded ? charge.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: succeeded ? charge.id.replace('ch_', 'txn_') : null,
    billing_details: { address: noAddress(), email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: 'FAKE MERCHANT',
    captured: succeeded,
    created: charge.created,
    currency: charge.currency,
    customer: charge.customer,
    description: charge.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: charge.failure?.code ?? null,
    failure_message: charge.failure?.message ?? null,
    fraud_details: {},
    livemode: charge.livemode,
    metadata: {},
    on_behalf_of: null,
    outcome: charge.outcome,
    paid: succeeded,
    payment_intent: charge.paymentIntent,
    payment_method: charge.paymentMethod,
    payment_method_details: { card: cardDetailsOf(charge, succeeded), type: 'card' },
    radar_options: {},
    receipt_email: null,
    receipt_number: null,
    receipt_url: succeeded ? `https://pay.stripe.com/receipts/payment/${charge.id}` : null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: succeeded ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  };
};

const cardDetailsOf = ({ amount, face, id }: NewCharge, succeeded: boolean): Stripe.Charge.PaymentMethodDetails.Card => ({
  amount_authorized: succeeded ? amount : null,
  authorization_code: succeeded ? '123456' : null,
  brand: face.brand,
  checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
  country: face.country,
  electronic_commerce_indicator: null,
  exp_month: face.expMonth,
  exp_year: face.expYear,
  extended_authorization: { status: 'disabled' },
  fingerprint: face.fingerprint,
  funding: 'credit',
  incremental_authorization: { status: 'unavailable' },
  installments: null,
  last4: face.last4,
  mandate: null,
  multicapture: { status: 'unavailable' },
  network: face.brand,
  network_token: { used: false },
  network_transaction_id: succeeded ? id.slice(3) : null,
  overcapture: { maximum_amount_capturable: amount, status: 'unavailable' },
  regulated_status: 'unregulated',
  three_d_secure: null,
  transaction_link_id: null,
  wallet: null,
});
