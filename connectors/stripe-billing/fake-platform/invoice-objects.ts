import type Stripe from 'stripe';

export interface NewInvoice {
  readonly id: string;
  readonly lineId: string;
  readonly number: string;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly customerEmail: string;
  readonly customerName: string;
  readonly subscription: string;
  readonly subscriptionItem: string;
  readonly price: string;
  readonly product: string;
  readonly description: string;
  readonly created: number;
  readonly periodEnd: number;
  readonly livemode: boolean;
  readonly country: string;
  readonly accountName: string;
}

/** An open `subscription_cycle` invoice; `payments` is not in it: fact('invoice.payments_only_expanded') */
export const newInvoice = (invoice: NewInvoice): Stripe.Invoice => ({
  id: invoice.id,
  object: 'invoice',
  account_country: invoice.country,
  account_name: invoice.accountName,
  account_tax_ids: null,
  amount_due: invoice.amount,
  amount_overpaid: 0,
  amount_paid: 0,
  amount_remaining: invoice.amount,
  amount_shipping: 0,
  application: null,
  attempt_count: 0,
  attempted: false,
  auto_advance: true,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  automatically_finalizes_at: null,
  billing_reason: 'subscription_cycle',
  collection_method: 'charge_automatically',
  created: invoice.created,
  currency: invoice.currency,
  custom_fields: null,
  customer: invoice.customer,
  customer_account: null,
  customer_address: null,
  customer_email: invoice.customerEmail,
  customer_name: invoice.customerName,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  effective_at: invoice.created,
  ending_balance: 0,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: `https://invoice.stripe.com/i/${invoice.id}`,
  invoice_pdf: `https://pay.stripe.com/invoice/${invoice.id}/pdf`,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  lines: {
    object: 'list',
    data: [lineOf(invoice)],
    has_more: false,
    total_count: 1,
    url: `/v1/invoices/${invoice.id}/lines`,
  } as Stripe.Invoice['lines'],
  livemode: invoice.livemode,
  metadata: {},
  next_payment_attempt: null,
  number: invoice.number,
  on_behalf_of: null,
  parent: { quote_details: null, subscription_details: { metadata: {}, subscription: invoice.subscription }, type: 'subscription_details' },
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  period_end: invoice.created,
  period_start: invoice.created - 30 * 86_400,
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: { amount_tax_display: null, pdf: { page_size: 'letter' }, template: null, template_version: null },
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status: 'open',
  status_transitions: { finalized_at: invoice.created, marked_uncollectible_at: null, paid_at: null, voided_at: null },
  subtotal: invoice.amount,
  subtotal_excluding_tax: invoice.amount,
  test_clock: null,
  total: invoice.amount,
  total_discount_amounts: [],
  total_excluding_tax: invoice.amount,
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: invoice.created,
});

/** The SDK reads decimals into a class of its own; on the wire they are strings. */
export const decimalOnTheWire = (minor: number): Stripe.Decimal => String(minor) as unknown as Stripe.Decimal;

const lineOf = (invoice: NewInvoice): Stripe.InvoiceLineItem => ({
  id: invoice.lineId,
  object: 'line_item',
  amount: invoice.amount,
  currency: invoice.currency,
  description: invoice.description,
  discount_amounts: [],
  discountable: true,
  discounts: [],
  invoice: invoice.id,
  livemode: invoice.livemode,
  metadata: {},
  parent: {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: null,
      proration: false,
      proration_details: { credited_items: null },
      subscription: invoice.subscription,
      subscription_item: invoice.subscriptionItem,
    },
    type: 'subscription_item_details',
  },
  period: { end: invoice.periodEnd, start: invoice.created },
  pretax_credit_amounts: [],
  pricing: {
    price_details: { price: invoice.price, product: invoice.product },
    type: 'price_details',
    unit_amount_decimal: decimalOnTheWire(invoice.amount),
  },
  quantity: 1,
  quantity_decimal: decimalOnTheWire(1),
  subscription: invoice.subscription,
  subtotal: invoice.amount,
  taxes: [],
});

export interface NewInvoicePayment {
  readonly id: string;
  readonly invoice: string;
  readonly paymentIntent: string;
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly livemode: boolean;
}

export const newInvoicePayment = (payment: NewInvoicePayment): Stripe.InvoicePayment => ({
  id: payment.id,
  object: 'invoice_payment',
  amount_paid: null,
  amount_requested: payment.amount,
  created: payment.created,
  currency: payment.currency,
  invoice: payment.invoice,
  is_default: true,
  livemode: payment.livemode,
  payment: { payment_intent: payment.paymentIntent, type: 'payment_intent' },
  status: 'open',
  status_transitions: { canceled_at: null, paid_at: null },
});
