import { describe, expect, it } from '@jest/globals';
import { listPaymentMethods } from './payment-methods.js';
import { listOf, stubbedStripe } from './stubbed-stripe.test-bench.js';
import { understand } from './understand.js';

const occurredAt = new Date('2026-11-25T10:00:00Z');
const pointer = (kind: string, refs: Record<string, string>) => ({ type: 'pointer' as const, kind, refs, occurredAt });
const charge = {
  object: 'charge',
  id: 'ch_1',
  amount: 4900,
  amount_refunded: 900,
  currency: 'eur',
  created: 1,
  status: 'succeeded',
  customer: 'cus_1',
  payment_intent: 'pi_1',
};
const invoicePayment = {
  object: 'invoice_payment',
  id: 'inpay_1',
  amount_requested: 4900,
  currency: 'eur',
  created: 1,
  status: 'paid',
  invoice: 'in_1',
  payment: { type: 'payment_intent', payment_intent: 'pi_1' },
};

/** Answers by the path; what is not listed is not known. */
const answering = (answers: Record<string, unknown>) =>
  stubbedStripe(({ path }) => {
    const found = answers[path.replace(/\?.*$/, '')];
    return found === undefined
      ? { status: 404, body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such' } } }
      : { body: found };
  });

describe('a pointer to', () => {
  it('a refund becomes the reversal of the invoice the charge had paid, with all that was refunded of it', async () => {
    const { context } = answering({ '/v1/charges/ch_1': charge, '/v1/invoice_payments': listOf(invoicePayment) });
    expect(await understand(pointer('refund', { charge: 'ch_1' }), context)).toEqual([
      {
        type: 'payment_reversed',
        subject: { invoiceRef: 'in_1' },
        gatewayRefs: ['pi_1', 'ch_1'],
        why: 'refund',
        amount: { minor: 900, currency: 'EUR' },
        soFar: true,
        occurredAt,
      },
    ]);
  });

  it('a refund of a charge without invoice is about its customer, or about nothing of ours', async () => {
    const { context } = answering({ '/v1/charges/ch_1': charge, '/v1/invoice_payments': listOf() });
    expect(await understand(pointer('refund', { charge: 'ch_1' }), context)).toMatchObject([
      { type: 'payment_reversed', subject: { customerRef: 'cus_1' } },
    ]);
    const anonymous = answering({ '/v1/charges/ch_1': { ...charge, customer: null, payment_intent: null } });
    expect(await understand(pointer('refund', { charge: 'ch_1' }), anonymous.context)).toMatchObject([{ type: 'ignored' }]);
  });

  it('a dispute becomes a reversal only once it is lost', async () => {
    const dispute = {
      object: 'dispute',
      id: 'du_1',
      status: 'lost',
      amount: 4900,
      currency: 'eur',
      charge: 'ch_1',
      payment_intent: 'pi_1',
    };
    const lost = answering({ '/v1/disputes/du_1': dispute, '/v1/invoice_payments': listOf(invoicePayment) });
    expect(await understand(pointer('dispute', { dispute: 'du_1' }), lost.context)).toMatchObject([
      { type: 'payment_reversed', why: 'dispute', subject: { invoiceRef: 'in_1' }, amount: { minor: 4900 } },
    ]);
    const won = answering({ '/v1/disputes/du_1': { ...dispute, status: 'won' } });
    expect(await understand(pointer('dispute', { dispute: 'du_1' }), won.context)).toMatchObject([{ type: 'ignored' }]);
  });

  it('a subscription, a payment method or a customer becomes what thin events could not say', async () => {
    const subscription = { object: 'subscription', id: 'sub_1', status: 'canceled', customer: 'cus_1' };
    const method = {
      object: 'payment_method',
      id: 'pm_1',
      type: 'card',
      customer: 'cus_1',
      card: { brand: 'visa', last4: '4242', exp_month: 1, exp_year: 2030 },
    };
    const { context } = answering({ '/v1/subscriptions/sub_1': subscription, '/v1/payment_methods/pm_1': method });
    expect(await understand(pointer('subscription', { subscription: 'sub_1' }), context)).toMatchObject([
      { type: 'subscription_ended', reason: 'cancelled' },
    ]);
    expect(await understand(pointer('payment_method', { payment_method: 'pm_1' }), context)).toMatchObject([
      {
        type: 'payment_method_updated',
        subject: { customerRef: 'cus_1' },
        token: { methodRef: 'pm_1', card: { network: 'visa', expires: '2030-01' } },
      },
    ]);
    expect(await understand(pointer('customer', { customer: 'cus_1' }), context)).toMatchObject([
      { type: 'payment_method_updated', subject: { customerRef: 'cus_1' } },
    ]);
  });

  it('the first invoice of a subscription, or an invoice that is sent, opens no case', async () => {
    const invoice = {
      object: 'invoice',
      id: 'in_1',
      status: 'open',
      amount_due: 4900,
      amount_remaining: 4900,
      currency: 'eur',
      customer: 'cus_1',
      attempted: true,
      created: 1,
      livemode: false,
    };
    for (const change of [{ billing_reason: 'subscription_create' }, { collection_method: 'send_invoice' }, { status: 'draft' }]) {
      const { context } = answering({ '/v1/invoices/in_1': { ...invoice, ...change }, '/v1/invoice_payments': listOf() });
      expect(await understand(pointer('invoice', { invoice: 'in_1' }), context)).toMatchObject([{ type: 'ignored' }]);
    }
    const { context } = answering({ '/v1/invoices/in_1': invoice, '/v1/invoice_payments': listOf() });
    expect(await understand(pointer('invoice', { invoice: 'in_1' }), context)).toMatchObject([
      { type: 'payment_failed', decline: { code: 'no_payment_source', reachedNetwork: false } },
    ]);
  });

  it('an invoice whose bank debit is under way is pending', async () => {
    const invoice = {
      object: 'invoice',
      id: 'in_1',
      status: 'open',
      amount_due: 4900,
      amount_remaining: 4900,
      currency: 'eur',
      customer: 'cus_1',
      created: 1,
      livemode: false,
    };
    const intent = {
      object: 'payment_intent',
      id: 'pi_1',
      amount: 4900,
      currency: 'eur',
      created: 1,
      status: 'processing',
      latest_charge: { ...charge, status: 'pending' },
    };
    const payment = { ...invoicePayment, status: 'open', payment: { type: 'payment_intent', payment_intent: intent } };
    const { context } = answering({ '/v1/invoices/in_1': invoice, '/v1/invoice_payments': listOf(payment) });
    expect(await understand(pointer('invoice', { invoice: 'in_1' }), context)).toMatchObject([
      { type: 'payment_pending', gatewayRefs: ['ch_1'] },
    ]);
  });
});

describe('the order of payment methods', () => {
  const invoice = {
    object: 'invoice',
    id: 'in_1',
    status: 'open',
    amount_due: 1,
    amount_remaining: 1,
    currency: 'eur',
    customer: 'cus_1',
    created: 1,
    livemode: false,
    default_payment_method: 'pm_invoice',
    parent: { subscription_details: { subscription: 'sub_1' } },
  };
  const method = (id: string, customer: string | null = 'cus_1') => ({ object: 'payment_method', id, type: 'card', customer });

  it('is the one in which Stripe itself would try them; what is gone or detached is left out', async () => {
    const { context } = answering({
      '/v1/invoices/in_1': invoice,
      '/v1/subscriptions/sub_1': {
        object: 'subscription',
        id: 'sub_1',
        status: 'past_due',
        default_payment_method: 'pm_subscription',
        default_source: 'card_old',
      },
      '/v1/customers/cus_1/sources/card_old': {
        object: 'card',
        id: 'card_old',
        brand: 'American Express',
        last4: '8431',
        exp_month: 2,
        exp_year: 2029,
      },
      '/v1/customers/cus_1': {
        object: 'customer',
        id: 'cus_1',
        default_source: 'src_gone',
        invoice_settings: { default_payment_method: 'pm_detached' },
      },
      '/v1/payment_methods/pm_invoice': method('pm_invoice'),
      '/v1/payment_methods/pm_subscription': method('pm_subscription'),
      '/v1/payment_methods/pm_detached': method('pm_detached', null),
    });
    const found = await listPaymentMethods({ ref: 'in_1' }, context);
    expect(found.found && found.tokens.map((token) => token.methodRef)).toEqual(['pm_invoice', 'pm_subscription', 'card_old']);
    expect(found).toMatchObject({
      tokens: [{}, {}, { customerRef: 'cus_1', card: { network: 'amex', last4: '8431', expires: '2029-02' } }],
    });
  });

  it('is empty where there is none, and says whether there ever was one', async () => {
    const deleted = { object: 'customer', id: 'cus_1', deleted: true };
    const none = answering({
      '/v1/invoices/in_1': { ...invoice, default_payment_method: null, parent: null },
      '/v1/customers/cus_1': deleted,
    });
    expect(await listPaymentMethods({ ref: 'in_1' }, none.context)).toMatchObject({
      found: false,
      reason: 'no_payment_source',
      detail: expect.stringContaining('Neither'),
    });
    const gone = answering({ '/v1/invoices/in_1': { ...invoice, parent: null }, '/v1/customers/cus_1': deleted });
    expect(await listPaymentMethods({ ref: 'in_1' }, gone.context)).toMatchObject({
      found: false,
      reason: 'no_payment_source',
      detail: expect.stringContaining('removed'),
    });
  });
});
