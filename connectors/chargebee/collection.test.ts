import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OWN_ACCOUNT, type CollectRequest } from '../../core/connector-kit/index.js';
import {
  billFailing, collectRequest, debtOf, openBench, present, readInvoice, readTime, refOf, valueOf, writeTime, type Bench,
} from './chargebee.test-bench.js';
import type { FaultAction } from './fake-platform.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const collect = (request: CollectRequest) => valueOf(present(bench.connector.collection).collectNow(request, writeTime()));
const findOut = (request: CollectRequest) => valueOf(present(bench.connector.collection).findCollection(request, readTime()));
const atCollect = (invoice: string, action: FaultAction) => bench.fake.world.inject({ match: { method: 'POST', invoice, path: 'collect_payment$' }, action });

describe('a collection by Chargebee', () => {
  it('is approved, under our key, with our words on it', async () => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    expect(await collect(request)).toEqual({
      status: 'approved', gatewayRefs: [expect.stringMatching(/^txn/), expect.stringMatching(/^ch/)], amount: { minor: 4900, currency: 'USD' }, provisional: false,
    });
    expect(debtOf(bench, billed)).toMatchObject({ invoiceStatus: 'paid', requests: [{ idempotencyKey: request.once.key }], successes: [{ by: 'request' }] });
    expect(await findOut(request)).toMatchObject({ status: 'approved' });
  });

  it('is made on the source that our token names, and on none that is named for a gateway', async () => {
    const billed = billFailing(bench);
    const { paymentSource } = bench.fake.world.addCard({ customer: billed.customer, card: { results: ['success'] } });
    const own = { gatewayType: 'chargebee', gatewayAccountRef: OWN_ACCOUNT, methodRef: paymentSource };
    await collect({ ...(await collectRequest(bench, billed)), token: own });
    expect(debtOf(bench, billed).requests).toMatchObject([{ paymentSource, result: 'succeeded' }]);

    const other = billFailing(bench);
    await collect({ ...(await collectRequest(bench, other)), token: { gatewayType: 'stripe', gatewayAccountRef: 'gw_FakeStripe', methodRef: 'card_1' } });
    expect(debtOf(bench, other).requests).toMatchObject([{ paymentSource: null }]);
  });

  it.each([
    ['insufficient_funds', 'stripe', { system: 'stripe', code: 'insufficient_funds' }],
    ['authentication_required', 'stripe', { system: 'stripe', code: 'authentication_required' }],
    ['2001', 'braintree', { system: 'braintree', code: '2001' }],
    ['3001', 'chargebee', { system: 'chargebee', code: '3001' }],
    ['12', 'checkout_com', { system: 'checkout', code: '12' }],
  ])('is declined with %s of %s: the code goes with the gateway that said it', async (code, gateway, decline) => {
    for (const errorDetail of [true, false]) {
      bench.fake.world.setSwitches({ errorDetail });
      const billed = billFailing(bench, { card: { gateway, results: ['do_not_honor', code] } });
      const outcome = await collect(await collectRequest(bench, billed));
      const said = errorDetail || code !== 'insufficient_funds' ? decline : { system: 'stripe', code: 'card_declined' };
      // The 400 names no transaction: it is found on the invoice, so that its failure is known when it comes back.
      expect(outcome).toMatchObject({ status: 'declined', decline: { ...said, network: 'visa' }, gatewayRefs: [expect.stringMatching(/^txn/), expect.anything()] });
      const failed = (await readInvoice(bench, billed)).payments.at(-1);
      expect(outcome).toMatchObject({ gatewayRefs: failed?.gatewayRefs });
    }
  });

  it('is declined for want of any payment source', async () => {
    const billed = billFailing(bench);
    bench.fake.world.deleteCard({ paymentSource: billed.paymentSource });
    expect(await collect(await collectRequest(bench, billed))).toEqual({
      status: 'declined', decline: { system: 'chargebee', code: 'payment_method_not_present', reachedNetwork: 'unknown' }, gatewayRefs: [],
    });
  });

  it.each(['in_progress', 'needs_attention', 'timeout'])('is pending while its transaction is %s, and nothing is collected beside it', async (result) => {
    const billed = billFailing(bench, { card: { results: ['do_not_honor', result] } });
    const request = await collectRequest(bench, billed);
    expect(await collect(request)).toMatchObject({ status: 'pending' });
    expect(await findOut(request)).toMatchObject({ status: 'pending' });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'open', payments: [{ state: 'failed' }, { state: 'in_progress' }] });
    expect(await collect(await collectRequest(bench, billed))).toMatchObject({ status: 'not_sent' });
    bench.fake.world.settle({ transaction: (await readInvoice(bench, billed)).payments.at(-1)?.ref ?? '', status: 'success' });
    expect(await findOut(request)).toMatchObject({ status: 'approved', amount: { minor: 4900 } });
  });

  it.each(['invalid_state_for_request', 'invalid_request'] as const)('says that the invoice is paid already, refused with %s', async (collectPaidCode) => {
    bench.fake.world.setSwitches({ collectPaidCode });
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    bench.fake.world.payElsewhere({ invoice: billed.invoice });
    expect(await collect(request)).toEqual({ status: 'already_paid' });
    expect(await findOut(request)).toEqual({ status: 'absent' });
  });

  it('is not sent for an invoice that was voided meanwhile, or of which less is due than was read', async () => {
    const voided = billFailing(bench);
    const request = await collectRequest(bench, voided);
    bench.fake.world.voidInvoice({ invoice: voided.invoice });
    expect(await collect(request)).toMatchObject({ status: 'not_sent' });

    const credited = billFailing(bench);
    const tooMuch = await collectRequest(bench, credited);
    bench.fake.world.creditNote({ invoice: credited.invoice, amount: 900 });
    expect(await collect(tooMuch)).toEqual({ status: 'not_sent', cause: expect.stringContaining('Less is due') });
    expect(debtOf(bench, credited).successes).toEqual([]);
    expect(await collect(await collectRequest(bench, credited))).toMatchObject({ status: 'approved', amount: { minor: 4000 } });
  });

  it.each<FaultAction>(['429', 'read_only_503'])('is not sent where Chargebee answers %j without executing it', async (action) => {
    const billed = billFailing(bench);
    atCollect(billed.invoice, action);
    expect(await collect(await collectRequest(bench, billed))).toMatchObject({ status: 'not_sent' });
  });

  it.each<FaultAction>([
    'drop_reply_after_applying', 'rubbish_200_after_applying', 'html_200_after_applying', 'empty_200_after_applying', 'truncated_200_after_applying',
    'html_502_after_applying', '503_after_applying',
  ])('is unknown after %j, and found by the source of its event', async (action) => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    atCollect(billed.invoice, action);
    expect(await collect(request)).toMatchObject({ status: 'unknown' });
    expect(await findOut(request)).toMatchObject({ status: 'approved', amount: { minor: 4900, currency: 'USD' } });
    expect(debtOf(bench, billed).requests).toHaveLength(1);
  });

  it.each<FaultAction>(['close_before_applying', 'error_inside_200', 'html_502', '503'])('is unknown after %j, and then absent', async (action) => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    atCollect(billed.invoice, action);
    expect(await collect(request)).toMatchObject({ status: 'unknown' });
    expect(await findOut(request)).toEqual({ status: 'absent' });
  });

  it.each([true, false])('is found declined where its answer was lost, an event for it being sent: %s', async (manualFailureSendsEvent) => {
    bench.fake.world.setSwitches({ manualFailureSendsEvent });
    const billed = billFailing(bench, { card: { results: ['do_not_honor', 'stolen_card'] } });
    const request = await collectRequest(bench, billed);
    atCollect(billed.invoice, 'drop_reply_after_applying');
    expect(await collect(request)).toMatchObject({ status: 'unknown' });
    expect(await findOut(request)).toMatchObject({ status: 'declined', decline: { system: 'stripe', code: 'stolen_card' } });
  });
});

describe('a payment that is not ours', () => {
  it.each(['success', 'insufficient_funds'])('is none of ours where Chargebee retried by itself: %s', async (result) => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    bench.fake.world.dunNow({ invoice: billed.invoice, result });
    expect(await findOut(request)).toEqual({ status: 'absent' });
  });

  it.each(['other_card', 'offline'] as const)('is none of ours where the customer paid: %s', async (how) => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    bench.fake.world.payElsewhere({ invoice: billed.invoice, how });
    expect(await findOut(request)).toEqual({ status: 'absent' });
  });

  it('is told apart from our own decline of the same minute', async () => {
    const billed = billFailing(bench, { card: { results: ['do_not_honor', 'stolen_card'] } });
    const request = await collectRequest(bench, billed);
    bench.fake.world.before({ invoice: billed.invoice, call: 'collect_payment', act: 'dunning_succeeds' });
    expect(await collect(request)).toEqual({ status: 'already_paid' });
    expect(debtOf(bench, billed).successes).toMatchObject([{ by: 'chargebee' }]);
    expect(bench.fake.world.ledger().doubleCharges).toEqual([]);
  });

  it('is nobody\'s that could be named where the key may not read events', async () => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    atCollect(billed.invoice, 'drop_reply_after_applying');
    await collect(request);
    bench.fake.world.inject({
      match: { method: 'GET', path: '^/events' }, times: 'always',
      action: { status: 403, body: { message: 'no', type: 'invalid_request', api_error_code: 'api_authorization_failed', http_status_code: 403 } },
    });
    expect(await findOut(request)).toMatchObject({ status: 'unknown', gatewayRefs: [expect.stringMatching(/^txn/), expect.anything()] });
  });

  it('leaves an invoice that is gone without a collection', async () => {
    const billed = billFailing(bench);
    const request = await collectRequest(bench, billed);
    bench.fake.world.deleteInvoice({ invoice: billed.invoice });
    expect(await findOut({ ...request, invoice: refOf(billed) })).toEqual({ status: 'absent' });
  });
});
