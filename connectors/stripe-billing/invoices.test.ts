import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pointer } from '../../core/connector-kit/index.js';
import { collectRequest, invoiceOf, openBench, readTime, valueOf, writeTime, type Bench } from './stripe-billing.test-bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const bill = (...results: string[]) =>
  bench.fake.world.bill({ label: 'an invoice', amount: 4900, currency: 'eur', card: { brand: 'mastercard', results } });
const read = (ref: { readonly ref: string }) => valueOf(bench.connector.invoices.read(ref, readTime()));
const understand = (pointer: Pointer, connector = bench.connector) => {
  if (connector.understand === undefined) throw new Error('no understand');
  return valueOf(connector.understand(pointer, readTime()));
};
const about = (invoice: string, refs: Record<string, string> = {}): Pointer => ({
  type: 'pointer',
  kind: 'invoice',
  refs: { invoice, ...refs },
  occurredAt: new Date(),
});
const collect = async (billed: ReturnType<typeof bill>) => {
  const request = await collectRequest(bench, billed);
  if (bench.connector.collection === undefined) throw new Error('no collection');
  return { request, outcome: await valueOf(bench.connector.collection.collectNow(request, writeTime())) };
};

describe('the state of an invoice', () => {
  it.each([
    ['eur', 4900, { minor: 4900, currency: 'EUR' }],
    ['jpy', 4900, { minor: 4900, currency: 'JPY' }],
    ['kwd', 4900, { minor: 4900, currency: 'KWD' }],
    ['ugx', 4900, { minor: 49, currency: 'UGX' }],
    ['mga', 4900, { minor: 490_000, currency: 'MGA' }],
  ])('gives %s exactly', async (currency, amount, due) => {
    const billed = bench.fake.world.bill({ label: currency, amount, currency, card: { brand: 'visa', results: ['generic_decline'] } });
    expect((await read(invoiceOf(billed))).due).toEqual(due);
  });

  it('is open with its failed payment', async () => {
    const state = await read(invoiceOf(bill('generic_decline')));
    expect(state).toMatchObject({ state: 'open', due: { minor: 4900, currency: 'EUR' }, paymentsComplete: true });
    expect(state.payments).toMatchObject([
      { ref: expect.stringMatching(/^ch_/), gatewayRefs: [expect.stringMatching(/^ch_/)], state: 'failed' },
    ]);
  });

  it('is paid, and names the request of ours that paid it', async () => {
    const billed = bill('generic_decline', 'success');
    const { request, outcome } = await collect(billed);
    expect(outcome).toMatchObject({ status: 'approved', amount: { minor: 4900, currency: 'EUR' }, provisional: false });
    const state = await read(invoiceOf(billed));
    expect(state).toMatchObject({ state: 'paid', due: { minor: 0, currency: 'EUR' }, paymentsComplete: true });
    expect(state.payments).toMatchObject([
      { state: 'succeeded', amount: { minor: 4900, currency: 'EUR' }, ourReference: request.once.key },
    ]);
    expect(outcome).toMatchObject({ gatewayRefs: state.payments[0]?.gatewayRefs });
  });

  it('is paid by somebody else, with no key of ours', async () => {
    const billed = bill('generic_decline');
    bench.fake.world.payElsewhere({ invoice: billed.invoice });
    const state = await read(invoiceOf(billed));
    expect(state.state).toBe('paid');
    expect(state.payments.map((payment) => payment.ourReference)).toEqual([undefined]);
  });

  it('is paid outside Stripe: no payment explains it', async () => {
    const billed = bill('generic_decline');
    bench.fake.world.payElsewhere({ invoice: billed.invoice, how: 'out_of_band' });
    const state = await read(invoiceOf(billed));
    expect(state).toMatchObject({ state: 'paid', paymentsComplete: false });
    expect(state.payments.filter((payment) => payment.state === 'succeeded')).toEqual([]);
  });

  it('is voided, written off or not found', async () => {
    const voided = bill('generic_decline');
    bench.fake.world.voidInvoice({ invoice: voided.invoice });
    const lost = bill('generic_decline');
    bench.fake.world.markUncollectible({ invoice: lost.invoice });
    expect((await read(invoiceOf(voided))).state).toBe('voided');
    expect((await read(invoiceOf(lost))).state).toBe('written_off');
    expect((await read({ ref: 'in_1NobodyKnows' })).state).toBe('not_found');
  });

  it('tells when Stripe will try again', async () => {
    const billed = bench.fake.world.bill({ label: 'smart', amount: 4900, card: { results: ['generic_decline'] }, smartRetry: [3] });
    expect((await read(invoiceOf(billed))).nextPlatformAttemptAt).toBeInstanceOf(Date);
  });
});

describe('a pointer to an invoice', () => {
  it('becomes the failure, with the key of the request that caused it', async () => {
    const billed = bill('generic_decline', 'insufficient_funds');
    const { request } = await collect(billed);
    const [event] = await understand(about(billed.invoice, { requestKey: request.once.key }));
    expect(event).toMatchObject({
      type: 'payment_failed',
      decline: { code: 'insufficient_funds', network: 'mastercard' },
      platformIsDone: true,
    });
    expect(event).toHaveProperty('gatewayRefs', expect.arrayContaining([request.once.key]));
  });

  it('becomes what the invoice is by now', async () => {
    const paid = bill('generic_decline');
    bench.fake.world.payElsewhere({ invoice: paid.invoice });
    expect(await understand(about(paid.invoice))).toMatchObject([{ type: 'invoice_paid', payment: { state: 'succeeded' } }]);
    const voided = bill('generic_decline');
    bench.fake.world.voidInvoice({ invoice: voided.invoice });
    expect(await understand(about(voided.invoice))).toMatchObject([{ type: 'invoice_closed', reason: 'voided' }]);
    const lost = bill('generic_decline');
    bench.fake.world.markUncollectible({ invoice: lost.invoice });
    expect(await understand(about(lost.invoice))).toMatchObject([{ type: 'invoice_closed', reason: 'written_off' }]);
  });

  it('names a charge that Stripe itself blocked by the reason it blocked it for', async () => {
    expect(await understand(about(bill('radar_block').invoice))).toMatchObject([
      { type: 'payment_failed', decline: { system: 'stripe_outcome_reason', code: 'highest_risk_level', reachedNetwork: false } },
    ]);
  });

  it('names a step-up', async () => {
    expect(await understand(about(bill('authentication_required').invoice))).toMatchObject([
      { type: 'payment_failed', decline: { system: 'stripe', code: 'authentication_required' } },
    ]);
  });

  it('says what it lacks', async () => {
    expect(await understand(about('in_1NobodyKnows'))).toMatchObject([{ type: 'unresolved', reason: 'gone' }]);
    const { invoice } = bill('generic_decline');
    bench.fake.world.addKey({ key: 'rk_test_narrow', permissions: { events: 'read' } });
    expect(await understand(about(invoice), bench.connectorWith({ apiKey: 'rk_test_narrow' }))).toMatchObject([
      { type: 'unresolved', reason: 'insufficient_permissions' },
    ]);
    const refs = { event: 'evt_1', eventMode: 'live' };
    expect(await understand({ type: 'pointer', kind: 'mode_mismatch', refs, occurredAt: new Date() })).toMatchObject([
      { type: 'unresolved', reason: 'mode_mismatch' },
    ]);
  });

  it('is retried while Stripe is down', async () => {
    const { invoice } = bill('generic_decline');
    bench.fake.world.inject({ match: { method: 'GET' }, action: { status: 500, body: { error: { type: 'api_error', message: 'x' } } } });
    await expect(understand(about(invoice))).rejects.toMatchObject({ code: 'platform_down' });
  });
});

describe('the payment methods of an invoice', () => {
  const list = (billed: ReturnType<typeof bill>, connector = bench.connector) => {
    if (connector.paymentMethods.mode !== 'readable') throw new Error('not readable');
    return valueOf(connector.paymentMethods.list(invoiceOf(billed), readTime()));
  };

  it('are found with what is known of the card', async () => {
    const billed = bill('generic_decline');
    expect(await list(billed)).toMatchObject({
      found: true,
      tokens: [
        {
          gatewayType: 'stripe',
          gatewayAccountRef: 'own',
          methodRef: billed.paymentMethod,
          customerRef: billed.customer,
          card: {
            network: 'mastercard',
            last4: '4444',
            expires: expect.stringMatching(/^\d{4}-\d{2}$/),
            fingerprint: expect.any(String),
            country: 'US',
          },
        },
      ],
    });
  });

  it('are read again after the customer has entered a new card', async () => {
    const billed = bill('expired_card');
    const { paymentMethod } = bench.fake.world.updateCard({ customer: billed.customer, card: { brand: 'visa', results: ['success'] } });
    expect(await list(billed)).toMatchObject({ found: true, tokens: [{ methodRef: paymentMethod }] });
  });

  it('are missing for a reason', async () => {
    const billed = bill('generic_decline');
    bench.fake.world.addKey({ key: 'rk_test_narrow', permissions: { invoices: 'read' } });
    expect(await list(billed, bench.connectorWith({ apiKey: 'rk_test_narrow' }))).toMatchObject({
      found: false,
      reason: 'insufficient_permissions',
    });
    expect(await list({ ...billed, invoice: 'in_1OtherMode' })).toMatchObject({ found: false, reason: 'mode_mismatch' });
  });
});

describe('failures that no webhook told of', () => {
  it("are listed from Stripe's own events, and further back from the open invoices", async () => {
    const billed = bill('generic_decline');
    const paid = bill('generic_decline');
    bench.fake.world.payElsewhere({ invoice: paid.invoice });
    const list = async (since: Date) => {
      if (bench.connector.failures === undefined) throw new Error('no failures');
      return (await valueOf(bench.connector.failures.list(since, undefined, readTime()))).found;
    };
    expect(await list(new Date(Date.now() - 3_600_000))).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ kind: 'invoice', refs: { invoice: billed.invoice } })]),
    );
    const imported = await list(new Date(0));
    expect(imported).toMatchObject([{ type: 'pointer', kind: 'invoice', refs: { invoice: billed.invoice } }]);
  });
});
