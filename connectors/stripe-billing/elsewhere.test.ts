import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ending, NormalizedEvent } from '../../core/connector-kit/index.js';
import type { BilledElsewhere, FakeEvent } from './fake-platform.js';
import { readEvent } from './read-event.js';
import { eventShape } from './shapes.js';
import { collectRequest, invoiceOf, openBench, readTime, valueOf, writeTime, type Bench } from './stripe-billing.test-bench.js';

/** A merchant who bills on Stripe and charges at another gateway: the tokens, the failures, and Stripe's own clock. */

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const marks = { recovery_hub_gateway: 'braintree', recovery_hub_method: 'bt_token_1' };
const bill = (order: Partial<Parameters<Bench['fake']['world']['billElsewhere']>[0]> = {}): BilledElsewhere =>
  bench.fake.world.billElsewhere({ label: 'elsewhere', amount: 4900, currency: 'eur', ...order });
const withMetadata = (metadata: Record<string, string>) => bill({ method: { metadata } });
const cardWith = (customerMetadata: Record<string, string>) =>
  bench.fake.world.bill({ label: 'card', amount: 4900, card: { results: ['insufficient_funds'] }, customerMetadata });
const list = (billed: { readonly invoice: string; readonly subscription: string; readonly customer: string }, connector = bench.connector) => {
  if (connector.paymentMethods.mode !== 'readable') throw new Error('not readable');
  return valueOf(connector.paymentMethods.list({ ref: billed.invoice, subscriptionRef: billed.subscription, customerRef: billed.customer }, readTime()));
};
const understand = async (invoice: string, connector = bench.connector): Promise<NormalizedEvent | undefined> => {
  if (connector.understand === undefined) throw new Error('no understand');
  const pointer = { type: 'pointer', kind: 'invoice', refs: { invoice }, occurredAt: new Date() } as const;
  const [event] = await valueOf(connector.understand(pointer, readTime()));
  if (event === undefined || event.type === 'unresolved') throw new Error('unresolved');
  return event;
};

describe('the token of another gateway', () => {
  it('stands on the custom payment method, whose type is the account', async () => {
    expect(await list(withMetadata(marks))).toEqual({
      found: true, tokens: [{ gatewayType: 'braintree', gatewayAccountRef: 'cpmt_1FakeProcessor', methodRef: 'bt_token_1' }],
    });
  });

  it('names its account, its customer and its card where the merchant wrote them', async () => {
    const metadata = {
      ...marks, recovery_hub_account: 'bt-eu', recovery_hub_customer: 'bt_cus', recovery_hub_network: 'visa', recovery_hub_last4: '4242',
      recovery_hub_expires: '2027-04', recovery_hub_fingerprint: 'abcdef', recovery_hub_bin: 'no digits', recovery_hub_country: 'de',
    };
    expect(await list(withMetadata(metadata))).toMatchObject({
      tokens: [{
        gatewayAccountRef: 'bt-eu', customerRef: 'bt_cus', card: { network: 'visa', last4: '4242', expires: '2027-04', fingerprint: 'abcdef' },
      }],
    });
  });

  it('is read under the names that the merchant has already', async () => {
    const foreignTokens = { gatewayType: 'braintree', gatewayAccountRef: 'bt-main', method: 'bt_pm', customer: 'bt_customer' };
    const connector = bench.connectorWith({ options: { foreignTokens } });
    expect(await list(withMetadata({ bt_pm: 'tok', bt_customer: 'cus' }), connector)).toMatchObject({
      tokens: [{ gatewayType: 'braintree', gatewayAccountRef: 'bt-main', methodRef: 'tok', customerRef: 'cus' }],
    });
    expect(await list(withMetadata({ bt_pm: '' }), connector)).toMatchObject({ found: false, reason: 'unsupported_gateway' });
  });

  it('that nobody wrote is missed by name', async () => {
    expect(await list(bill())).toMatchObject({ found: false, reason: 'unsupported_gateway', detail: expect.stringContaining('recovery_hub_method') });
  });

  it('stands on the customer, behind the cards that Stripe holds', async () => {
    const billed = cardWith(marks);
    expect(await list(billed)).toMatchObject({
      tokens: [{ gatewayType: 'stripe', methodRef: billed.paymentMethod }, { gatewayType: 'braintree', gatewayAccountRef: 'braintree', methodRef: 'bt_token_1' }],
    });
  });

  it('is no payment method of Stripe: asked to collect, Stripe charges what it would charge itself', async () => {
    const billed = cardWith(marks);
    const request = await collectRequest(bench, billed);
    const token = { gatewayType: 'braintree', gatewayAccountRef: 'braintree', methodRef: 'bt_token_1' };
    if (bench.connector.collection === undefined) throw new Error('no collection');
    expect(await valueOf(bench.connector.collection.collectNow({ ...request, token }, writeTime()))).toMatchObject({ status: 'declined' });
  });
});

describe('a new payment method of another gateway', () => {
  it('is told without a token: what Stripe calls it is no token anywhere', async () => {
    const billed = bill();
    const event = {
      object: 'event', id: 'evt_1', type: 'payment_method.attached', created: 1, livemode: false, request: null,
      data: { object: { object: 'payment_method', id: billed.paymentMethod, type: 'custom', customer: billed.customer, custom: { type: 'cpmt_1' }, metadata: marks } },
    };
    expect(readEvent(eventShape.parse(event))).toEqual([
      { type: 'payment_method_updated', subject: { customerRef: billed.customer }, occurredAt: new Date(1000) },
    ]);
    const pointer = { type: 'pointer', kind: 'payment_method', refs: { payment_method: billed.paymentMethod }, occurredAt: new Date(1000) } as const;
    expect(await valueOf(bench.connector.understand?.(pointer, readTime()) ?? Promise.reject(new Error('no understand')))).toEqual([
      { type: 'payment_method_updated', subject: { customerRef: billed.customer }, occurredAt: new Date(1000) },
    ]);
  });

  it('is asked for by an event that is the merchant\'s own to answer', () => {
    const event = { object: 'event', id: 'evt_1', type: 'invoice.payment_attempt_required', created: 1, livemode: false, request: null, data: { object: {} } };
    expect(readEvent(eventShape.parse(event))).toMatchObject([{ type: 'ignored' }]);
  });
});

describe('a failure at another gateway', () => {
  it.each(['none', 'open'] as const)('is told with the references of the failed charge, the PaymentIntent being %s', async (customMethodIntent) => {
    bench.fake.world.setSwitches({ customMethodIntent });
    const billed = bill();
    expect(await understand(billed.invoice)).toMatchObject({
      type: 'payment_failed',
      amount: { minor: 4900, currency: 'EUR' },
      decline: { system: 'stripe', code: 'unknown' },
      gatewayRefs: [expect.stringMatching(/^charge_/), billed.failedRecord],
      invoice: { ref: billed.invoice, subscriptionRef: billed.subscription, customerRef: billed.customer },
    });
  });

  it('is told with the code that the merchant wrote on its payment record', async () => {
    const billed = bill({ failureMetadata: { recovery_hub_decline_system: 'braintree', recovery_hub_decline_code: '2001' } });
    expect(await understand(billed.invoice)).toMatchObject({ decline: { system: 'braintree', code: '2001', reachedNetwork: 'unknown' } });
  });

  it('is a failure, not a lack of a card, also for a key that may not read payment records', async () => {
    const permissions = {
      invoices: 'write', events: 'read', subscriptions: 'read', customers: 'read', payment_methods: 'read', payment_intents: 'read', charges: 'read',
    } as const;
    bench.fake.world.addKey({ key: 'rk_test_norecords', permissions });
    const blind = bench.connectorWith({ apiKey: 'rk_test_norecords' });
    expect(await understand(withMetadata(marks).invoice, blind)).toMatchObject({ decline: { code: 'unknown' }, gatewayRefs: [] });
    expect(await understand(bill().invoice, blind)).toMatchObject({ decline: { code: 'no_payment_source' } });
    expect(await valueOf(blind.invoices.read(invoiceOf(bill()), readTime()))).toMatchObject({ state: 'open', payments: [], paymentsComplete: false });
  });

  it('shows on the invoice as a failed payment', async () => {
    const billed = bill();
    expect(await valueOf(bench.connector.invoices.read(invoiceOf(billed), readTime()))).toMatchObject({
      state: 'open', due: { minor: 4900 }, payments: [{ ref: billed.failedRecord, state: 'failed' }], paymentsComplete: true,
    });
  });
});

describe("Stripe's clock on an invoice that is charged elsewhere", () => {
  const UNTIL = new Date(Date.now() + 14 * 86_400_000);
  beforeEach(async () => {
    await bench.close();
    bench = await openBench({ scale: 864_000 });
  });
  const dunning = () => {
    if (bench.connector.dunning.mode !== 'controllable') throw new Error('not controllable');
    return bench.connector.dunning;
  };
  const asked = async (invoice: string): Promise<number> => {
    const events = (await (await fetch(`${bench.fake.url}/_fake/events`)).json()) as FakeEvent[];
    return events.filter(({ type, data }) => type === 'invoice.payment_attempt_required' && data.object['id'] === invoice).length;
  };
  const days = (count: number) => Array.from({ length: count }, (_, index) => index + 2);
  const handBack = (billed: BilledElsewhere, ending: Ending) => valueOf(dunning().handBack(invoiceOf(billed), ending, writeTime()));
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (const end = Date.now() + 8000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) if (await holds()) return;
    throw new Error(`Waited in vain: ${what}`);
  };
  /** A second invoice nobody holds, so that the clock is seen to have gone on. */
  const clockWentOn = async (count: number) => {
    const { invoice } = bill({ retries: days(count) });
    await until('the clock', async () => (await asked(invoice)) === count + 1);
  };

  it('makes no try while we hold it, and does again after it was given back', async () => {
    const billed = bill({ retries: days(40) });
    expect(await valueOf(dunning().takeOver(invoiceOf(billed), UNTIL, writeTime()))).toEqual({ status: 'taken' });
    const before = await asked(billed.invoice);
    await clockWentOn(5);
    expect(await asked(billed.invoice)).toBe(before);
    expect(await handBack(billed, { outcome: 'failed', startDunning: true })).toBe('handed_back');
    await until('another attempt', async () => (await asked(billed.invoice)) > before);
  });

  it.each([
    ['blocked', { outcome: 'blocked', startDunning: false }],
    ['succeeded and not yet recorded', { outcome: 'succeeded', startDunning: false }],
    ['succeeded, whatever is asked', { outcome: 'succeeded', startDunning: true }],
  ] as const)('stays stopped after a case that %s', async (_name, ending) => {
    const billed = bill({ retries: days(40) });
    await valueOf(dunning().takeOver(invoiceOf(billed), UNTIL, writeTime()));
    const before = await asked(billed.invoice);
    expect(await handBack(billed, ending)).toBe('handed_back');
    expect(await handBack(billed, ending)).toBe('nothing_to_do');
    await clockWentOn(5);
    expect(await asked(billed.invoice)).toBe(before);
  });
});

describe('the health of a connection that charges elsewhere', () => {
  it('names the right to record payments, where it is needed', async () => {
    const permissions = {
      invoices: 'write', events: 'read', subscriptions: 'read', customers: 'read', payment_methods: 'read', payment_intents: 'read', charges: 'read',
    } as const;
    bench.fake.world.addKey({ key: 'rk_test_norecords', permissions });
    const missing = async (options: Record<string, unknown>) =>
      (await valueOf(bench.connectorWith({ apiKey: 'rk_test_norecords', options }).checkHealth(readTime()))).findings.filter(({ code }) => code === 'missing_permission');
    const foreignTokens = { gatewayType: 'braintree', method: 'bt' };
    expect(await missing({ foreignTokens })).toMatchObject([{ message: expect.stringContaining('Payment Records') }]);
    expect(await missing({ foreignTokens, recordPaymentsAs: 'out_of_band' })).toEqual([]);
    expect(await missing({})).toEqual([]);
  });
});
