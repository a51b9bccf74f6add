import type Stripe from 'stripe';
import { z } from 'zod';
import { defaultPaymentOf, paymentMethodFor } from './account.js';
import { cardError } from './card-error.js';
import { collectInvoice, markPaid } from './collect-invoice.js';
import { fact } from './fact.js';
import { findObject } from './find-object.js';
import { expandable, flag } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';
import type { Call } from './route.js';
import { invalidRequest, refusedByState, StripeFailure } from './stripe-failure.js';

export const payParameters = z.strictObject({
  ...expandable, payment_method: z.string().optional(), off_session: flag.optional(), paid_out_of_band: flag.optional(),
});

const refuseByStatus = (platform: FakePlatform, invoice: Stripe.Invoice): void => {
  if (invoice.status === 'paid') {
    const code = platform.switches.alreadyPaidCode;
    throw refusedByState({
      fact: fact('invoice.pay.already_paid'),
      message: 'Invoice is already paid',
      ...(code === null ? {} : { code }),
    });
  }
  if (invoice.status === 'void') throw refusedByState({ fact: fact('invoice.pay.void'), message: 'Voided invoices cannot be paid.' });
  if (invoice.status === 'uncollectible' && platform.switches.payUncollectible === 'refused') {
    throw refusedByState({ fact: fact('invoice.pay.uncollectible'), message: 'Uncollectible invoices cannot be paid.' });
  }
  // fact('invoice.pay.one_success')
  if (defaultPaymentOf(platform.account, invoice.id)?.intent.status === 'succeeded') {
    throw refusedByState({ fact: fact('invoice.pay.already_paid'), message: 'Invoice is already paid' });
  }
};

const methodToCharge = (platform: FakePlatform, invoice: Stripe.Invoice, named: string | undefined, call: Call): Stripe.PaymentMethod => {
  const id = named ?? paymentMethodFor(platform.account, invoice);
  if (id === null) {
    throw refusedByState({
      fact: fact('invoice.pay.no_method'),
      message: 'There is no `default_payment_method` set on this Customer or Invoice. Please set either an `invoice_settings.default_payment_method` on the Customer, or a `default_payment_method` on the Invoice.',
    });
  }
  const method = findObject(
    platform,
    call.key,
    platform.account.paymentMethods,
    { name: 'PaymentMethod', id, param: 'payment_method', status: 400 },
  );
  if (refOf(method.customer) !== refOf(invoice.customer)) {
    throw invalidRequest({
      fact: fact('invoice.pay.method_of_other_customer'), param: 'payment_method',
      message: 'The payment method must belong to the customer associated with the invoice being paid.',
    });
  }
  // fact('invoice.pay.custom_method')
  if (method.type === 'custom') {
    throw refusedByState({
      fact: fact('invoice.pay.custom_method'), param: 'payment_method',
      message: 'This payment method is processed outside of Stripe and cannot be charged by Stripe.',
    });
  }
  return method;
};

/** fact('invoice.pay.step_up') */
const stepUp = (intent: Stripe.PaymentIntent, carriesObjects: boolean): StripeFailure =>
  new StripeFailure({
    status: 402,
    fact: fact('invoice.pay.step_up'),
    executed: true,
    error: {
      code: 'invoice_payment_intent_requires_action',
      doc_url: 'https://stripe.com/docs/error-codes/invoice-payment-intent-requires-action',
      message: 'This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with this invoice.',
      param: '',
      ...(carriesObjects ? { payment_intent: structuredClone(intent) } : {}),
      type: 'card_error',
    },
  });

/** POST /v1/invoices/:id/pay */
export const payInvoice = (platform: FakePlatform, parameters: z.output<typeof payParameters>, call: Call): Stripe.Invoice => {
  const invoice = findObject(platform, call.key, platform.account.invoices, { name: 'invoice', id: call.id, param: 'invoice' });
  refuseByStatus(platform, invoice);
  if (parameters.paid_out_of_band === true) {
    markPaid(platform, invoice, call.cause, 'out_of_band');
    return invoice;
  }
  const paymentMethod = methodToCharge(platform, invoice, parameters.payment_method, call);
  const { payStepUpCode, payDeclineCarriesObjects: carriesObjects } = platform.switches;
  const offSession = payStepUpCode === 'authentication_required' && parameters.off_session !== false;
  const result = collectInvoice(platform, { invoice, paymentMethod, offSession, cause: call.cause, automatic: false });
  const intent = defaultPaymentOf(platform.account, invoice.id)?.intent;
  if (intent === undefined || result.outcome === 'succeeded') return invoice;
  if (result.outcome === 'declined') throw cardError(result, { intent, carriesObjects });
  if (platform.switches.sendsActionRequired) platform.events.emit('invoice.payment_action_required', invoice, call.cause);
  throw stepUp(intent, carriesObjects);
};
