import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CollectRequest } from '../../core/connector-kit/index.js';
import {
  collectRequest,
  invoiceOf,
  moneyRequests,
  openBench,
  readTime,
  valueOf,
  writeTime,
  type Bench,
} from './stripe-billing.test-bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const bill = (...results: string[]) =>
  bench.fake.world.bill({ label: 'an invoice', amount: 4900, currency: 'eur', card: { brand: 'visa', results } });
const collection = (connector = bench.connector) => {
  if (connector.collection === undefined) throw new Error('no collection');
  return connector.collection;
};
const collect = (request: CollectRequest) => valueOf(collection().collectNow(request, writeTime()));
const findOut = (request: CollectRequest) => valueOf(collection().findCollection(request, readTime()));
const strikePay = (invoice: string, action: Parameters<Bench['fake']['world']['inject']>[0]['action']) =>
  bench.fake.world.inject({ match: { method: 'POST', invoice }, action });

describe('collecting', () => {
  it('names the card it is told to charge', async () => {
    const billed = bill('generic_decline');
    const { paymentMethod } = bench.fake.world.updateCard({ customer: billed.customer, card: { results: ['success'] } });
    const request = await collectRequest(bench, billed);
    const token = { gatewayType: 'stripe', gatewayAccountRef: 'own', methodRef: paymentMethod, customerRef: billed.customer };
    expect(await collect({ ...request, token })).toMatchObject({ status: 'approved' });
    expect(moneyRequests(bench, billed.invoice)).toMatchObject([{ paymentMethod }]);
  });

  it.each([
    ['insufficient_funds', { system: 'stripe', code: 'insufficient_funds', reachedNetwork: true }],
    ['lost_card', { system: 'stripe', code: 'lost_card', adviceCode: 'do_not_try_again' }],
    ['expired_card', { system: 'stripe', code: 'expired_card' }],
    ['authentication_required', { system: 'stripe', code: 'authentication_required' }],
    ['radar_block', { system: 'stripe_outcome_reason', code: 'highest_risk_level', reachedNetwork: false }],
  ])('tells a decline: %s', async (result, decline) => {
    const billed = bill('generic_decline', result);
    expect(await collect(await collectRequest(bench, billed))).toMatchObject({ status: 'declined', decline });
  });

  it('tells a step-up by either of its two codes, and a decline that names no objects', async () => {
    bench.fake.world.setSwitches({ payStepUpCode: 'authentication_required', payDeclineCarriesObjects: false });
    expect(await collect(await collectRequest(bench, bill('generic_decline', 'authentication_required')))).toMatchObject({
      status: 'declined',
      decline: { code: 'authentication_required' },
    });
    expect(await collect(await collectRequest(bench, bill('generic_decline', 'do_not_honor')))).toMatchObject({
      status: 'declined',
      decline: { code: 'do_not_honor', networkCode: '05' },
    });
  });

  it.each([
    ['429', { status: 'not_sent' }],
    [{ status: 429, body: { error: { type: 'invalid_request_error', code: 'lock_timeout', message: 'x' } } }, { status: 'not_sent' }],
    [{ status: 409, body: { error: { type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'x' } } }, { status: 'unknown' }],
    [{ status: 500, body: { error: { type: 'api_error', message: 'x' } } }, { status: 'unknown' }],
    [{ status: 502, body: '<html>' }, { status: 'unknown' }],
    [{ status: 200, body: null }, { status: 'unknown' }],
    [{ status: 200, body: { object: 'invoice', id: 'in_1' } }, { status: 'unknown' }],
    [{ status: 302, body: { message: 'elsewhere' } }, { status: 'unknown' }],
    ['close_before_applying', { status: 'unknown' }],
  ] as const)('does not take %j for an answer about money', async (action, outcome) => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    strikePay(billed.invoice, action);
    expect(await collect(request)).toMatchObject(outcome);
    expect(await findOut(request)).toEqual({ status: 'absent' });
  });

  it.each([
    [401, 'refused_key'],
    [403, 'missing_permission'],
    [404, 'not_found'],
    [400, 'invalid_request'],
  ])('throws a fault of the set-up: %s', async (status, code) => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    strikePay(billed.invoice, { status, body: { error: { type: 'invalid_request_error', message: 'secret words' } } });
    const failure = await collection().collectNow(request, writeTime());
    expect(failure).toMatchObject({ ok: false, error: { code, reached: 'yes' } });
    expect(failure.ok ? '' : failure.error.message).not.toContain('secret words');
  });

  it('says that nothing was sent when nobody listens', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    await bench.fake.close();
    expect(await collect(request)).toMatchObject({ status: 'not_sent' });
  });

  it('sends nothing for an invoice that was voided meanwhile', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    bench.fake.world.voidInvoice({ invoice: billed.invoice });
    expect(await collect(request)).toMatchObject({ status: 'not_sent' });
  });
});

describe('finding out what became of a collection', () => {
  it('finds our success, and only ours', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    strikePay(billed.invoice, 'drop_reply_after_applying');
    expect(await collect(request)).toMatchObject({ status: 'unknown' });
    expect(await findOut(request)).toMatchObject({ status: 'approved', gatewayRefs: [expect.stringMatching(/^ch_/)] });
    const another = { ...request, once: { ...request.once, key: '01KANOTHERCASE000000000000-1' } };
    expect(await findOut(another)).toEqual({ status: 'absent' });
  });

  it("finds our decline, also under a later try of Stripe's own", async () => {
    const billed = bill('generic_decline', 'insufficient_funds', 'success');
    const request = await collectRequest(bench, billed);
    strikePay(billed.invoice, 'drop_reply_after_applying');
    expect(await collect(request)).toMatchObject({ status: 'unknown' });
    expect(await findOut(request)).toMatchObject({
      status: 'declined',
      decline: { code: 'insufficient_funds', network: 'visa', reachedNetwork: true },
    });
    bench.fake.world.smartRetryNow({ invoice: billed.invoice });
    expect(await findOut(request)).toMatchObject({ status: 'declined', decline: { code: 'insufficient_funds' } });
  });

  it("names no reference that Stripe's own try on the same invoice has too", async () => {
    const billed = bill('generic_decline', 'insufficient_funds', 'success');
    const ours = await collect(await collectRequest(bench, billed));
    bench.fake.world.smartRetryNow({ invoice: billed.invoice });
    const { payments } = await valueOf(bench.connector.invoices.read(invoiceOf(billed), readTime()));
    const theirs = payments.flatMap((payment) => [payment.ref, ...payment.gatewayRefs]);
    expect('gatewayRefs' in ours && ours.gatewayRefs).toHaveLength(1);
    expect('gatewayRefs' in ours && ours.gatewayRefs.filter((ref) => theirs.includes(ref))).toEqual([]);
  });

  it('takes a payment that was there before for nobody of ours', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    expect(await collect(request)).toMatchObject({ status: 'approved' });
    const before = await valueOf(bench.connector.invoices.read(invoiceOf(billed), readTime()));
    expect(await findOut({ ...request, before })).toEqual({ status: 'absent' });
  });

  it('is unsure where the key may not read who paid', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    strikePay(billed.invoice, 'drop_reply_after_applying');
    await collect(request);
    bench.fake.world.addKey({ key: 'rk_test_blind', permissions: { invoices: 'write', payment_intents: 'write', charges: 'read' } });
    const blind = collection(bench.connectorWith({ apiKey: 'rk_test_blind' }));
    expect(await valueOf(blind.findCollection(request, readTime()))).toMatchObject({ status: 'unknown' });
  });

  it('moves no money', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    expect(await findOut(request)).toEqual({ status: 'absent' });
    expect(moneyRequests(bench, billed.invoice)).toEqual([]);
  });
});

describe("Stripe's own retries", () => {
  const UNTIL = new Date('2027-01-01T00:00:00Z');
  const dunning = () => {
    if (bench.connector.dunning.mode !== 'controllable') throw new Error('not controllable');
    return bench.connector.dunning;
  };
  const autoAdvance = (invoice: string) => bench.fake.world.ledger().debts.find((debt) => debt.debtId === invoice)?.autoAdvance;
  const ending = (outcome: 'failed' | 'blocked' | 'cancelled', startDunning = true) => ({ outcome, startDunning });

  it('are taken, and given back', async () => {
    const billed = bill('generic_decline');
    const ref = invoiceOf(billed);
    expect(await valueOf(dunning().takeOver(ref, UNTIL, writeTime()))).toEqual({ status: 'taken' });
    expect(await valueOf(dunning().takeOver(ref, UNTIL, writeTime()))).toEqual({ status: 'taken' });
    expect(autoAdvance(billed.invoice)).toBe(false);
    expect(await valueOf(dunning().handBack(ref, ending('failed'), writeTime()))).toBe('handed_back');
    expect(autoAdvance(billed.invoice)).toBe(true);
    expect(await valueOf(dunning().handBack(ref, ending('failed'), writeTime()))).toBe('nothing_to_do');
    expect(await valueOf(dunning().takeOver(ref, UNTIL, writeTime()))).toEqual({ status: 'taken' });
  });

  it('are stopped after a blocked case, even if they were never taken', async () => {
    const billed = bill('lost_card');
    expect(await valueOf(dunning().handBack(invoiceOf(billed), ending('blocked', false), writeTime()))).toBe('handed_back');
    expect(autoAdvance(billed.invoice)).toBe(false);
    expect(await valueOf(dunning().handBack(invoiceOf(billed), ending('blocked', false), writeTime()))).toBe('nothing_to_do');
  });

  it('are not switched on where the merchant had switched them off', async () => {
    const billed = bill('generic_decline');
    await valueOf(dunning().handBack(invoiceOf(billed), ending('blocked', false), writeTime()));
    expect(await valueOf(dunning().takeOver(invoiceOf(billed), UNTIL, writeTime()))).toMatchObject({ status: 'not_possible' });
    expect(await valueOf(dunning().handBack(invoiceOf(billed), ending('failed'), writeTime()))).toBe('nothing_to_do');
    expect(autoAdvance(billed.invoice)).toBe(false);
  });

  it('are left alone on an invoice that is not open', async () => {
    const billed = bill('generic_decline');
    bench.fake.world.voidInvoice({ invoice: billed.invoice });
    expect(await valueOf(dunning().takeOver(invoiceOf(billed), UNTIL, writeTime()))).toMatchObject({ status: 'not_possible' });
    expect(await valueOf(dunning().handBack(invoiceOf(billed), ending('cancelled'), writeTime()))).toBe('nothing_to_do');
  });

  it('are taken once where the answer was lost', async () => {
    const billed = bill('generic_decline');
    strikePay(billed.invoice, 'drop_reply_after_applying');
    await expect(valueOf(dunning().takeOver(invoiceOf(billed), UNTIL, writeTime()))).rejects.toMatchObject({ reached: 'unknown' });
    expect(await valueOf(dunning().takeOver(invoiceOf(billed), UNTIL, writeTime()))).toEqual({ status: 'taken' });
    expect(await valueOf(dunning().handBack(invoiceOf(billed), ending('failed'), writeTime()))).toBe('handed_back');
  });
});
