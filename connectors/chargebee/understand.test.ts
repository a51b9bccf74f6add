import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { billFailing, eventOf, openBench, paymentOf, present, readInvoice, readTime, refOf, understood, valueOf, writeTime, type Bench } from './chargebee.test-bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const pointAt = (refs: Readonly<Record<string, string>>, kind = 'event') =>
  valueOf(present(bench.connector.understand)({ type: 'pointer', kind, refs, occurredAt: new Date() }, readTime()));

describe.each(['v1', 'v2'] as const)('a failure of product catalog %s', (catalog) => {
  beforeEach(async () => {
    await bench.close();
    bench = await openBench({ catalog });
  });

  it('is told with its decline, its token, what is due and when Chargebee will try again', async () => {
    const billed = billFailing(bench, { dunning: [3] });
    const [failed] = (await readInvoice(bench, billed)).payments;
    expect(await understood(bench, 'payment_failed')).toEqual([{
      type: 'payment_failed', invoice: refOf(billed), amount: { minor: 4900, currency: 'USD' }, platformAttempt: 1, nextPlatformAttemptAt: expect.any(Date),
      decline: { system: 'stripe', code: 'insufficient_funds', text: 'Your card has insufficient funds.', network: 'visa', reachedNetwork: 'unknown' },
      token: expect.objectContaining({ gatewayType: 'stripe', gatewayAccountRef: 'gw_FakeStripe', methodRef: expect.stringMatching(/^card_/), customerRef: expect.stringMatching(/^cus_/) }),
      gatewayRefs: failed?.gatewayRefs, occurredAt: expect.any(Date), version: expect.stringMatching(/^\d{13}$/),
    }]);
  });
});

describe('what Chargebee says', () => {
  it('of the last of its retries is told as its end', async () => {
    const billed = billFailing(bench, { card: { results: ['do_not_honor'] }, dunning: [0.00001] });
    await new Promise((resolve) => { setTimeout(resolve, 1100); });
    expect(await readInvoice(bench, billed)).not.toHaveProperty('nextPlatformAttemptAt');
    expect(await understood(bench, 'payment_failed')).toMatchObject([{ type: 'payment_failed', platformIsDone: true, platformAttempt: 2 }]);
  });

  it('of a failure is paid, closed or pending by now, where the invoice says so', async () => {
    const [paid, voided, written, gone, pending] = Array.from({ length: 5 }, () => billFailing(bench));
    const failures = bench.fake.world.events().filter(({ event_type: type }) => type === 'payment_failed');
    bench.fake.world.payElsewhere({ invoice: present(paid).invoice });
    bench.fake.world.voidInvoice({ invoice: present(voided).invoice });
    bench.fake.world.writeOff({ invoice: present(written).invoice });
    bench.fake.world.deleteInvoice({ invoice: present(gone).invoice });
    bench.fake.world.dunNow({ invoice: present(pending).invoice, result: 'in_progress' });
    const told = [];
    for (const { id } of failures) told.push(await pointAt({ event: id, eventType: 'payment_failed' }));
    expect(told).toMatchObject([
      [{ type: 'invoice_paid', payment: { state: 'succeeded' } }], [{ type: 'invoice_closed', reason: 'voided' }], [{ type: 'invoice_closed', reason: 'written_off' }],
      [{ type: 'invoice_closed', reason: 'deleted' }], [{ type: 'payment_pending', gatewayRefs: [expect.stringMatching(/^txn/), expect.anything()] }],
    ]);
    expect(await understood(bench, 'payment_initiated')).toMatchObject([{ type: 'payment_pending' }]);
    expect(await understood(bench, 'invoice_deleted')).toMatchObject([{ type: 'invoice_closed', reason: 'deleted' }]);
  });

  it('of a success is paid, and of a part nothing', async () => {
    const billed = billFailing(bench);
    bench.fake.world.payElsewhere({ invoice: billed.invoice, amount: 900, how: 'offline' });
    expect(await understood(bench, 'payment_succeeded')).toMatchObject([{ type: 'ignored' }]);
    bench.fake.world.payElsewhere({ invoice: billed.invoice });
    expect(await understood(bench, 'payment_succeeded')).toMatchObject([{ type: 'invoice_paid', invoice: refOf(billed), payment: { amount: { minor: 4000 }, state: 'succeeded' } }]);
    expect(await understood(bench, 'invoice_updated')).toMatchObject([{ type: 'invoice_paid' }]);
  });

  it('of our own record carries our reference', async () => {
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    const { settlement } = bench.connector;
    if (settlement.mode !== 'recorded') throw new Error('not recorded');
    await valueOf(settlement.record(payment, writeTime()));
    expect(eventOf(bench, 'payment_succeeded')).toMatchObject({ source: 'api' });
    expect(await understood(bench, 'payment_succeeded')).toMatchObject([{ payment: { ourReference: payment.once.ourReference, gatewayRefs: [expect.anything(), 'ch_of_our_gateway'] } }]);
  });

  it('of a refund names the payment, and all that went back of it', async () => {
    const billed = billFailing(bench, { card: { results: ['success'] } });
    const [paid] = (await readInvoice(bench, billed)).payments;
    bench.fake.world.refund({ invoice: billed.invoice, amount: 1000 });
    bench.fake.world.refund({ invoice: billed.invoice, amount: 500 });
    expect(await understood(bench, 'payment_refunded')).toMatchObject([
      { type: 'payment_reversed', subject: { invoiceRef: billed.invoice }, why: 'refund', amount: { minor: 1500 }, soFar: true, gatewayRefs: paid?.gatewayRefs },
    ]);
  });

  it('of a late failure is a reversal', async () => {
    const billed = billFailing(bench, { card: { results: ['success'] } });
    const [paid] = (await readInvoice(bench, billed)).payments;
    bench.fake.world.failLate({ transaction: present(paid).ref });
    expect(await understood(bench, 'transaction_updated')).toMatchObject([
      { type: 'payment_reversed', subject: { invoiceRef: billed.invoice }, why: 'late_failure', amount: { minor: 4900 }, gatewayRefs: paid?.gatewayRefs },
    ]);
  });

  it.each(['needs_attention', 'timeout'])('of a transaction that is %s is pending', async (result) => {
    billFailing(bench, { card: { results: [result] } });
    expect(await understood(bench, 'transaction_created')).toMatchObject([{ type: 'payment_pending' }]);
  });

  it('of a cancelled subscription ends it, as cancelled or as given up', async () => {
    const billed = billFailing(bench);
    bench.fake.world.cancelSubscription({ subscription: present(billed.subscription ?? undefined) });
    expect(await understood(bench, 'subscription_cancelled')).toMatchObject([{ type: 'subscription_ended', subject: { subscriptionRef: billed.subscription }, reason: 'cancelled' }]);
    const given = billFailing(bench, { card: { results: ['do_not_honor'] }, dunning: [0.00001], dunningEnding: 'cancel_subscription' });
    await new Promise((resolve) => { setTimeout(resolve, 1100); });
    expect(await understood(bench, 'subscription_cancelled')).toMatchObject([{ subject: { subscriptionRef: given.subscription }, reason: 'platform_gave_up' }]);
  });

  it('of a new card names the customer who has it', async () => {
    const billed = billFailing(bench);
    bench.fake.world.updateCard({ customer: billed.customer, card: { results: ['success'] } });
    expect(await understood(bench, 'payment_source_added')).toMatchObject([{ type: 'payment_method_updated', subject: { customerRef: billed.customer } }]);
  });

  it('names the paying customer of a debt, so that news of that one\'s card find it', async () => {
    billFailing(bench, { paidByParent: true });
    const { content } = eventOf(bench, 'payment_failed');
    expect(await understood(bench, 'payment_failed')).toMatchObject([{ invoice: { customerRef: (content['customer'] as { id: string }).id } }]);
  });

  it('of a consolidated invoice names the subscription of its lines; of a one-time charge none', async () => {
    const consolidated = billFailing(bench, { kind: 'consolidated' });
    expect(await understood(bench, 'payment_failed')).toMatchObject([{ invoice: { ref: consolidated.invoice, subscriptionRef: consolidated.subscription } }]);
    billFailing(bench, { kind: 'one_time' });
    const [failure] = await understood(bench, 'payment_failed');
    expect(failure).toMatchObject({ type: 'payment_failed' });
    expect((failure as unknown as { invoice: object }).invoice).not.toHaveProperty('subscriptionRef');
  });
});

describe('a pointer', () => {
  it('to an event that the site does not know is forged', async () => {
    expect(await pointAt({ event: 'ev_nobody_made_this', eventType: 'payment_failed' })).toEqual([{ type: 'unresolved', reason: 'forged', detail: expect.any(String) }]);
  });

  it('is read for what the event is, whatever the body called it', async () => {
    const billed = billFailing(bench);
    bench.fake.world.payElsewhere({ invoice: billed.invoice });
    expect(await pointAt({ event: eventOf(bench, 'payment_succeeded').id, eventType: 'payment_failed' })).toMatchObject([{ type: 'invoice_paid' }]);
    expect(await pointAt({ event: eventOf(bench, 'invoice_generated').id, eventType: 'payment_failed' })).toMatchObject([{ type: 'ignored', platformType: 'invoice_generated' }]);
  });

  it('to an invoice says what it says now', async () => {
    const billed = billFailing(bench);
    expect(await pointAt({ invoice: billed.invoice }, 'invoice')).toMatchObject([{ type: 'payment_failed', invoice: refOf(billed) }]);
  });

  it('waits while the API is away, and with a key that may not read', async () => {
    billFailing(bench);
    const { id } = eventOf(bench, 'payment_failed');
    for (const [action, code] of [['html_502', 'platform_down'], ['503', 'platform_down'], ['429', 'rate_limited'], ['rubbish_200', 'unexpected_answer']] as const) {
      bench.fake.world.inject({ match: { path: '^/events/' }, action });
      await expect(pointAt({ event: id, eventType: 'payment_failed' })).rejects.toMatchObject({ code });
    }
    bench.fake.world.revokeKey({ key: bench.fake.apiKey });
    await expect(pointAt({ event: id, eventType: 'payment_failed' })).rejects.toMatchObject({ code: 'refused_key', reached: 'yes' });
  });
});
