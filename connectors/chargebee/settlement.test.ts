import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PaymentToRecord } from '../../core/connector-kit/index.js';
import { billFailing, debtOf, onceMore, openBench, paymentOf, present, readInvoice, valueOf, writeTime, type Bench } from './chargebee.test-bench.js';
import type { Billed, FaultAction } from './fake-platform.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const settlement = () => {
  const part = bench.connector.settlement;
  if (part.mode !== 'recorded') throw new Error('not recorded');
  return part;
};
const record = (payment: PaymentToRecord) => valueOf(settlement().record(payment, writeTime()));
const reverse = (payment: PaymentToRecord, once = onceMore(), why: 'refund' | 'dispute' | 'late_failure' = 'refund') =>
  valueOf(present(settlement().reverse)(payment, why, once, writeTime()));
const atRecord = ({ invoice }: Billed, action: FaultAction, times: number | 'always' = 1) =>
  bench.fake.world.inject({ match: { method: 'POST', invoice, path: 'record_payment$' }, action, times });
const writes = ({ invoice }: Billed) => bench.fake.world.requests().filter(({ method, path }) => method === 'POST' && path.includes(invoice));

describe('a charge at our gateway', () => {
  it('is recorded with our reference and the gateway\'s id, and pays the invoice', async () => {
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    const result = await record(payment);
    expect(result).toEqual({ status: 'recorded', platformPaymentRef: expect.stringMatching(/^txn/) });
    expect(debtOf(bench, billed)).toMatchObject({
      invoiceStatus: 'paid', successes: [{ by: 'recorded', amount: 4900, idAtGateway: 'ch_of_our_gateway', referenceNumber: payment.once.ourReference }],
    });
    expect(await readInvoice(bench, billed)).toMatchObject({
      state: 'paid', payments: [{ state: 'failed' }, { state: 'succeeded', ourReference: payment.once.ourReference, gatewayRefs: [expect.anything(), 'ch_of_our_gateway'] }],
    });
  });

  it('is recorded once however often it is told, also when Chargebee has forgotten the key', async () => {
    await bench.close();
    // an hour passes in a fifth of a second
    bench = await openBench({ scale: 18_000 });
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    expect(await record(payment)).toMatchObject({ status: 'recorded' });
    await new Promise((resolve) => { setTimeout(resolve, 250); });
    expect(await record(payment)).toMatchObject({ status: 'already_recorded' });
    expect(await record({ ...payment, once: onceMore() })).toMatchObject({ status: 'already_recorded' });
    expect(writes(billed)).toHaveLength(1);
    expect(bench.fake.world.ledger().recordedTwice).toEqual([]);
  });

  it.each<FaultAction>(['drop_reply_after_applying', 'rubbish_200_after_applying', 'html_502_after_applying', '503_after_applying'])(
    'whose answer was lost to %j is found recorded', async (action) => {
      const billed = billFailing(bench);
      const payment = await paymentOf(bench, billed);
      atRecord(billed, action);
      await expect(record(payment)).rejects.toMatchObject({ reached: 'unknown' });
      expect(await record(payment)).toMatchObject({ status: 'already_recorded' });
      expect(debtOf(bench, billed).successes).toHaveLength(1);
    });

  it('is recorded as a custom payment method where the site has one for us', async () => {
    const billed = billFailing(bench);
    const custom = bench.connectorWith({ options: { customPaymentMethodId: 'recovery_hub' } }).settlement;
    if (custom.mode !== 'recorded') throw new Error('not recorded');
    expect(await valueOf(custom.record(await paymentOf(bench, billed), writeTime()))).toMatchObject({ status: 'recorded' });
  });

  it('of a part is recorded as a part: the rest is still due', async () => {
    const billed = billFailing(bench);
    const part = await paymentOf(bench, billed, { amount: { minor: 1900, currency: 'USD' } });
    expect(await record(part)).toMatchObject({ status: 'recorded' });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'open', due: { minor: 3000 } });
    expect(await record(part)).toMatchObject({ status: 'already_recorded' });
  });

  it.each(['excess', 'refused'] as const)('of more than is due is never sent: overpayment %s', async (overpayment) => {
    bench.fake.world.setSwitches({ overpayment });
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    bench.fake.world.creditNote({ invoice: billed.invoice, amount: 900 });
    expect(await record(payment)).toEqual({ status: 'refused', reason: 'amount_mismatch', detail: expect.stringContaining('4000') });
    expect(await record({ ...payment, amount: { minor: 4000, currency: 'EUR' } })).toMatchObject({ status: 'refused', reason: 'amount_mismatch' });
    expect(writes(billed)).toEqual([]);
  });

  it.each(['other_card', 'offline'] as const)('shows the payment of another that was there first: %s', async (how) => {
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    bench.fake.world.payElsewhere({ invoice: billed.invoice, how });
    expect(await record(payment)).toEqual({ status: 'paid_by_other', payment: expect.objectContaining({ state: 'succeeded', amount: { minor: 4900, currency: 'USD' } }) });
    expect(writes(billed)).toEqual([]);
  });

  it.each([true, false])('shows the payment that came between look and record; refusals kept under the key: %s', async (keepsRefusals) => {
    bench.fake.world.setSwitches({ keepsRefusals });
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    bench.fake.world.before({ invoice: billed.invoice, call: 'record_payment', act: 'dunning_succeeds' });
    expect(await record(payment)).toMatchObject({ status: 'paid_by_other', payment: { state: 'succeeded' } });
    expect(await record(payment)).toMatchObject({ status: 'paid_by_other' });
    expect(bench.fake.world.ledger().doubleCharges).toEqual([]);
  });

  it('is refused on an invoice that is void, written off, deleted, or paid by nothing that could be shown', async () => {
    const [voided, written, gone, credited] = [billFailing(bench), billFailing(bench), billFailing(bench), billFailing(bench)];
    const payments = await Promise.all([voided, written, gone, credited].map((billed) => paymentOf(bench, billed)));
    bench.fake.world.voidInvoice({ invoice: voided.invoice });
    bench.fake.world.writeOff({ invoice: written.invoice });
    bench.fake.world.deleteInvoice({ invoice: gone.invoice });
    bench.fake.world.creditNote({ invoice: credited.invoice, amount: 4900 });
    const results = [];
    for (const payment of payments) results.push(await record(payment));
    expect(results).toMatchObject([
      { status: 'refused', reason: 'invoice_voided' }, { status: 'refused', reason: 'not_allowed', detail: expect.stringContaining('written off') },
      { status: 'refused', reason: 'not_allowed' }, { status: 'refused', reason: 'paid_unexplained' },
    ]);
    expect([voided, written, gone, credited].flatMap(writes)).toEqual([]);
  });

  it.each(['excess', 'gone'] as const)('is not recorded again after somebody removed it by hand: its money became %s', async (removedPayment) => {
    bench.fake.world.setSwitches({ removedPayment });
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    const result = await record(payment);
    const ref = 'platformPaymentRef' in result ? result.platformPaymentRef : '';
    const answer = await fetch(`${bench.fake.url}/api/v2/invoices/${billed.invoice}/remove_payment`, {
      method: 'POST', body: new URLSearchParams({ 'transaction[id]': ref }), headers: { authorization: `Basic ${Buffer.from(`${bench.fake.apiKey}:`).toString('base64')}` },
    });
    expect(answer.status).toBe(200);
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'open' });
    expect(await record(payment)).toEqual({ status: 'refused', reason: 'not_allowed', detail: expect.stringContaining('removed by hand') });
  });

  it('is recorded on an invoice whose dunning was stopped or is exhausted', async () => {
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    const part = bench.connector.dunning;
    if (part.mode !== 'controllable') throw new Error('not controllable');
    await valueOf(part.handBack(payment.invoice, { outcome: 'blocked', startDunning: false }, writeTime()));
    expect(await record(payment)).toMatchObject({ status: 'recorded' });
  });

  it('needs a key that may write', async () => {
    const billed = billFailing(bench);
    bench.fake.world.addKey({ key: 'read_key', kind: 'read_only' });
    const readOnly = bench.connectorWith({ apiKey: 'read_key' }).settlement;
    if (readOnly.mode !== 'recorded') throw new Error('not recorded');
    await expect(valueOf(readOnly.record(await paymentOf(bench, billed), writeTime()))).rejects.toMatchObject({ code: 'missing_permission', reached: 'yes' });
  });
});

describe('a recorded payment that went back', () => {
  it.each(['refund', 'dispute', 'late_failure'] as const)('is told as a refund, once, and leaves the invoice paid: %s', async (why) => {
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    await record(payment);
    const once = onceMore();
    expect(await reverse(payment, once, why)).toMatchObject({ status: 'recorded' });
    expect(await reverse(payment, once, why)).toMatchObject({ status: 'already_recorded' });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'paid' });
    expect(bench.fake.world.events().filter(({ event_type: type }) => type === 'payment_refunded')).toHaveLength(1);
  });

  it('whose answer was lost is found', async () => {
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    await record(payment);
    const once = onceMore();
    bench.fake.world.inject({ match: { method: 'POST', path: 'record_refund$' }, action: 'drop_reply_after_applying' });
    await expect(reverse(payment, once)).rejects.toMatchObject({ reached: 'unknown' });
    expect(await reverse(payment, once)).toMatchObject({ status: 'already_recorded' });
  });

  it('is refunded by the merchant already', async () => {
    const billed = billFailing(bench);
    const payment = await paymentOf(bench, billed);
    await record(payment);
    bench.fake.world.refund({ invoice: billed.invoice });
    expect(await reverse(payment)).toMatchObject({ status: 'already_recorded' });
  });

  it('is refused where it never was recorded', async () => {
    const billed = billFailing(bench);
    expect(await reverse(await paymentOf(bench, billed))).toMatchObject({ status: 'refused', reason: 'not_allowed' });
  });
});
