import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { billFailing, openBench, readInvoice, readTime, refOf, valueOf, type Bench } from './chargebee.test-bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe('an invoice of Chargebee', () => {
  it('is open with what is due, every try on it and when Chargebee will try again', async () => {
    const billed = billFailing(bench, { dunning: [3] });
    expect(await readInvoice(bench, billed)).toEqual({
      state: 'open', due: { minor: 4900, currency: 'USD' }, paymentsComplete: true, nextPlatformAttemptAt: expect.any(Date),
      payments: [{
        ref: expect.stringMatching(/^txn/), gatewayRefs: [expect.stringMatching(/^txn/), expect.stringMatching(/^ch/)], state: 'failed',
        amount: { minor: 4900, currency: 'USD' }, at: expect.any(Date),
      }],
    });
  });

  it('is paid by a card of the customer\'s, or by a cheque that the merchant noted', async () => {
    for (const how of ['other_card', 'offline'] as const) {
      const billed = billFailing(bench);
      bench.fake.world.payElsewhere({ invoice: billed.invoice, how });
      expect(await readInvoice(bench, billed)).toMatchObject({ state: 'paid', due: { minor: 0 }, paymentsComplete: true, payments: [{ state: 'failed' }, { state: 'succeeded' }] });
    }
  });

  it('owes what is left after a part, or after a credit note', async () => {
    const billed = billFailing(bench);
    bench.fake.world.payElsewhere({ invoice: billed.invoice, how: 'offline', amount: 1000 });
    bench.fake.world.creditNote({ invoice: billed.invoice, amount: 900 });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'open', due: { minor: 3000 }, paymentsComplete: true });
  });

  it('is void', async () => {
    const billed = billFailing(bench);
    bench.fake.world.voidInvoice({ invoice: billed.invoice });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'voided' });
  });

  it.each(['paid', 'unchanged'] as const)('is written off, and not paid, where a write-off leaves the status %s', async (writeOffStatus) => {
    bench.fake.world.setSwitches({ writeOffStatus });
    const billed = billFailing(bench);
    bench.fake.world.writeOff({ invoice: billed.invoice });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'written_off', due: { minor: 0 } });
  });

  it('is not found where it was deleted, or never was', async () => {
    const billed = billFailing(bench);
    bench.fake.world.deleteInvoice({ invoice: billed.invoice });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'not_found' });
    expect(await valueOf(bench.connector.invoices.read({ ref: 'INV-9999' }, readTime()))).toMatchObject({ state: 'not_found' });
  });

  it.each(['in_progress', 'needs_attention', 'timeout'])('has a payment in progress while its outcome is %s', async (result) => {
    const billed = billFailing(bench, { card: { results: [result] } });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'open', payments: [{ state: 'in_progress' }] });
  });

  it('shows a payment whose success was taken back as failed, and owes it again', async () => {
    const billed = billFailing(bench, { card: { results: ['success'] } });
    const paid = await readInvoice(bench, billed);
    bench.fake.world.failLate({ transaction: paid.payments[0]?.ref ?? '' });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'open', due: { minor: 4900 }, payments: [{ state: 'failed' }] });
  });

  it('is read once more where a payment arrives between the two reads', async () => {
    const billed = billFailing(bench);
    bench.fake.world.dunAfterNextRead({ invoice: billed.invoice, on: 'invoice' });
    expect(await readInvoice(bench, billed)).toMatchObject({ state: 'paid', due: { minor: 0 }, paymentsComplete: true });
  });

  it('asks for two requests, both reading', async () => {
    const billed = billFailing(bench);
    const before = bench.fake.world.requests().length;
    await valueOf(bench.connector.invoices.read(refOf(billed), readTime()));
    expect(bench.fake.world.requests().slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /invoices/${billed.invoice}`, `GET /invoices/${billed.invoice}/payments`,
    ]);
  });
});
