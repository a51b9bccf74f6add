import type Stripe from 'stripe';
import { defaultPaymentOf } from './account.js';
import { newInvoicePayment } from './invoice-objects.js';
import { newPaymentIntent } from './payment-intent-object.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';

/** The invoice's own payment and PaymentIntent, made where it has none yet: fact('invoice.custom_method_intent') */
export const ensureDefaultPayment = (platform: FakePlatform, invoice: Stripe.Invoice): NonNullable<ReturnType<typeof defaultPaymentOf>> => {
  const { account, mintId } = platform;
  const existing = defaultPaymentOf(account, invoice.id);
  if (existing !== null) return existing;
  const { livemode } = account;
  const facts = { amount: invoice.amount_remaining, currency: invoice.currency, created: invoice.created, livemode, invoice: invoice.id };
  const intent = newPaymentIntent({
    ...facts,
    id: mintId('pi'),
    customer: refOf(invoice.customer),
    paymentMethod: null,
    description: 'Subscription update',
    metadata: {},
    setupFutureUsage: null,
  });
  const payment = newInvoicePayment({ ...facts, id: mintId('inpay'), paymentIntent: intent.id });
  account.paymentIntents.set(intent.id, intent);
  account.invoicePayments.set(payment.id, payment);
  return { payment, intent };
};
