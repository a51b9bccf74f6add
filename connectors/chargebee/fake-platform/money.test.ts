import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChargebeeFakeOptions } from './chargebee-fake.js';
import { at, openForTest, type Opened, until } from './open-for-test.js';

let opened: Opened;
afterEach(() => opened.fake.close());

const open = async (options: ChargebeeFakeOptions = {}): Promise<Opened> => {
  opened = await openForTest(options);
  return opened;
};

const order = { label: 'a', amount: 1500, card: { results: ['insufficient_funds', 'success'] } };
const recording = { 'transaction[payment_method]': 'other', 'transaction[id_at_gateway]': 'ch_1', 'transaction[reference_number]': 'attempt_1' };

describe('recording a payment', () => {
  it('pays the invoice, ends dunning and sends what comes back to us', async () => {
    const { fake, post, get } = await open();
    const { invoice } = fake.world.bill({ ...order, dunning: [1, 3] });
    const { status, body } = await post(`/invoices/${invoice}/record_payment`, recording);
    expect([status, at(body, 'invoice.status'), at(body, 'invoice.amount_due'), at(body, 'invoice.dunning_status'), at(body, 'invoice.next_retry_at')])
      .toEqual([200, 'paid', 0, 'success', undefined]);
    const found = await get('/transactions?id_at_gateway[is]=ch_1');
    expect(at(found.body, 'list.0.transaction.reference_number')).toBe('attempt_1');
    expect(fake.world.events().slice(-2).map(({ event_type: type, source }) => [type, source])).toEqual([['payment_succeeded', 'api'], ['invoice_updated', 'api']]);
    expect(fake.world.ledger().doubleCharges).toEqual([]);
  });

  it('takes parts, and leaves the status until nothing is due', async () => {
    const { fake, post } = await open();
    const { invoice } = fake.world.bill(order);
    const first = await post(`/invoices/${invoice}/record_payment`, { ...recording, 'transaction[amount]': '500' });
    expect([at(first.body, 'invoice.status'), at(first.body, 'invoice.amount_due')]).toEqual(['payment_due', 1000]);
    const second = await post(`/invoices/${invoice}/record_payment`, { ...recording, 'transaction[amount]': '1000' });
    expect([at(second.body, 'invoice.status'), at(second.body, 'invoice.amount_due')]).toEqual(['paid', 0]);
    expect(fake.world.ledger().recordedTwice.map(({ debtId }) => debtId)).toEqual([invoice]);
  });

  it.each([['excess', 200], ['refused', 400]] as const)('of more than is due: %s', async (overpayment, status) => {
    const { fake, post, get } = await open({ switches: { overpayment } });
    const { invoice, customer } = fake.world.bill(order);
    expect((await post(`/invoices/${invoice}/record_payment`, { ...recording, 'transaction[amount]': '2000' })).status).toBe(status);
    expect(at((await get(`/customers/${customer}`)).body, 'customer.excess_payments')).toBe(overpayment === 'excess' ? 500 : 0);
    expect(fake.world.ledger().doubleCharges).toHaveLength(overpayment === 'excess' ? 1 : 0);
  });

  it('of a failure leaves the invoice due and echoes a failure', async () => {
    const { fake, post } = await open();
    const { invoice } = fake.world.bill(order);
    const { body } = await post(`/invoices/${invoice}/record_payment`, { ...recording, 'transaction[status]': 'failure', 'transaction[error_code]': 'card_declined' });
    expect([at(body, 'invoice.status'), at(body, 'transaction.status'), at(body, 'transaction.error_code')]).toEqual(['payment_due', 'failure', 'card_declined']);
    expect(fake.world.events().at(-1)?.event_type).toBe('payment_failed');
  });

  it('can be taken back: due again, or refunded', async () => {
    const { fake, post } = await open();
    const [one, two] = [fake.world.bill(order), fake.world.bill({ ...order, label: 'b' })];
    const { body } = await post(`/invoices/${one.invoice}/record_payment`, recording);
    const removed = await post(`/invoices/${one.invoice}/remove_payment`, { 'transaction[id]': String(at(body, 'transaction.id')) });
    expect([at(removed.body, 'invoice.status'), at(removed.body, 'invoice.amount_due')]).toEqual(['not_paid', 1500]);
    await post(`/invoices/${two.invoice}/record_payment`, recording);
    const refunded = await post(`/invoices/${two.invoice}/record_refund`, { 'transaction[payment_method]': 'other', 'transaction[date]': '1800000000' });
    expect([at(refunded.body, 'invoice.status'), at(refunded.body, 'transaction.type'), at(refunded.body, 'credit_note.total')]).toEqual(['paid', 'refund', 1500]);
  });
});

describe('collecting', () => {
  it('charges the source once, and counts a second request after the success', async () => {
    const { fake, post } = await open();
    const { invoice, paymentSource } = fake.world.bill(order);
    const first = await post(`/invoices/${invoice}/collect_payment`);
    expect([first.status, at(first.body, 'transaction.status'), at(first.body, 'transaction.payment_source_id')]).toEqual([200, 'success', paymentSource]);
    const second = await post(`/invoices/${invoice}/collect_payment`);
    expect([second.status, second.body['api_error_code']]).toEqual([409, 'invalid_state_for_request']);
    expect(fake.world.ledger()).toMatchObject({ doubleCharges: [], secondTries: [{ debtId: invoice, secondTry: 'after_success', result: 'refused' }] });
  });

  it('tells a decline as 400 of type payment, the transaction is on the invoice', async () => {
    const { fake, post, get } = await open();
    const { invoice } = fake.world.bill({ ...order, card: { results: ['stolen_card'] } });
    const { status, body } = await post(`/invoices/${invoice}/collect_payment`);
    expect([status, body['type'], body['api_error_code'], body['transaction']]).toEqual([400, 'payment', 'payment_processing_failed', undefined]);
    const payments = await get(`/invoices/${invoice}/payments`);
    expect([at(payments.body, 'list.0.transaction.error_code'), at(payments.body, 'list.1.transaction.error_detail.decline_code')]).toEqual(['card_declined', 'stolen_card']);
  });

  it.each(['in_progress', 'needs_attention', 'timeout'])('leaves %s open until it is settled, and nobody charges meanwhile', async (state) => {
    const { fake, post } = await open();
    const { invoice } = fake.world.bill({ ...order, card: { results: ['insufficient_funds', state] } });
    const { body } = await post(`/invoices/${invoice}/collect_payment`);
    expect([at(body, 'transaction.status'), at(body, 'invoice.status')]).toEqual([state, 'payment_due']);
    expect((await post(`/invoices/${invoice}/collect_payment`)).status).toBe(409);
    fake.world.dunNow({ invoice });
    const transaction = String(at(body, 'transaction.id'));
    fake.world.settle({ transaction, status: 'success' });
    expect(fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)).toMatchObject({ invoiceStatus: 'paid', successes: [{ transaction }] });
    fake.world.failLate({ transaction });
    expect(fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.invoiceStatus).toBe('not_paid');
  });

  it('charges beside an open payment where the switch says so, and the ledger shows it', async () => {
    const { fake, post } = await open({ switches: { collectBesideOpen: 'charges_again' } });
    const { invoice } = fake.world.bill({ ...order, card: { results: ['insufficient_funds', 'in_progress', 'success'] } });
    const { body } = await post(`/invoices/${invoice}/collect_payment`);
    expect((await post(`/invoices/${invoice}/collect_payment`)).status).toBe(200);
    fake.world.settle({ transaction: String(at(body, 'transaction.id')), status: 'success' });
    expect(fake.world.ledger().doubleCharges.map(({ debtId }) => debtId)).toEqual([invoice]);
  });

  it('charges exactly what is due after a credit note, and the source asked for', async () => {
    const { fake, post } = await open();
    const { invoice, customer } = fake.world.bill(order);
    const { paymentSource } = fake.world.addCard({ customer, card: { results: ['success'] } });
    fake.world.creditNote({ invoice, amount: 400, tells: false });
    expect((await post(`/invoices/${invoice}/collect_payment`, { amount: '1500' })).status).toBe(400);
    const { body } = await post(`/invoices/${invoice}/collect_payment`, { payment_source_id: paymentSource });
    expect([at(body, 'transaction.amount'), at(body, 'transaction.payment_source_id'), at(body, 'invoice.status')]).toEqual([1100, paymentSource, 'paid']);
  });
});

describe('dunning', () => {
  const DAY_IN_50_MS = 1_728_000;

  it('retries behind our back, exhausts, and says so in the last failure only', async () => {
    const { fake } = await open({ scale: DAY_IN_50_MS });
    const { invoice, subscription } = fake.world.bill({ ...order, card: { results: ['insufficient_funds'] }, dunning: [1, 2], dunningEnding: 'cancel_subscription' });
    await until(() => fake.world.events().some(({ event_type: type }) => type === 'dunning_updated'));
    const failures = fake.world.events().filter(({ event_type: type }) => type === 'payment_failed');
    expect(failures.map(({ content }) => at(content, 'invoice.dunning_status'))).toEqual(['in_progress', 'in_progress', 'exhausted']);
    expect(failures.map(({ content }) => at(content, 'invoice.dunning_attempts.length'))).toEqual([1, 2, 3]);
    expect(fake.world.events().filter(({ event_type: type }) => type === 'subscription_cancelled').map(({ content }) => at(content, 'subscription.id'))).toEqual([subscription]);
    expect(fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.invoiceStatus).toBe('not_paid');
  });

  it('is held by a pause until its date, and then charges by itself', async () => {
    const { fake, post } = await open({ scale: DAY_IN_50_MS });
    const { invoice } = fake.world.bill({ ...order, dunning: [12] });
    const event = fake.world.events()[0];
    const date = (event?.occurred_at ?? 0) + 16 * 86_400;
    const paused = await post(`/invoices/${invoice}/pause_dunning`, { expected_payment_date: String(date) });
    expect([paused.status, at(paused.body, 'invoice.next_retry_at'), at(paused.body, 'invoice.expected_payment_date')]).toEqual([200, date, date]);
    await until(() => fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.invoiceStatus === 'paid');
    const paid = fake.world.events().find(({ event_type: type }) => type === 'payment_succeeded');
    expect([paid?.source, Number(paid?.occurred_at) >= date]).toEqual(['scheduled_job', true]);
  });

  it('stops for good: not paid, still recordable', async () => {
    const { fake, post } = await open();
    const { invoice } = fake.world.bill({ ...order, dunning: [1] });
    const { body } = await post(`/invoices/${invoice}/stop_dunning`, { comment: 'taken over' });
    expect([at(body, 'invoice.status'), at(body, 'invoice.dunning_status'), at(body, 'invoice.next_retry_at')]).toEqual(['not_paid', 'stopped', undefined]);
    fake.world.dunNow({ invoice });
    expect((await post(`/invoices/${invoice}/stop_dunning`)).status).toBe(409);
    expect(at((await post(`/invoices/${invoice}/record_payment`, recording)).body, 'invoice.status')).toBe('paid');
  });

  it.each(['by_schedule', 'at_once'] as const)('resumes %s', async (resumeRetries) => {
    const { fake, post } = await open({ switches: { resumeRetries } });
    const { invoice } = fake.world.bill({ ...order, dunning: [3] });
    const soon = String(Math.floor(Date.now() / 1000) + 86_400);
    await post(`/invoices/${invoice}/pause_dunning`, { expected_payment_date: soon });
    expect((await post(`/invoices/${invoice}/pause_dunning`, { expected_payment_date: soon })).status).toBe(409);
    const { body } = await post(`/invoices/${invoice}/resume_dunning`);
    const wait = Number(at(body, 'invoice.next_retry_at')) - Date.now() / 1000;
    expect(wait > 2 * 86_400).toBe(resumeRetries === 'by_schedule');
  });

  it('strikes between a read and what follows, or right before a write', async () => {
    const { fake, get, post } = await open();
    const [one, two] = [fake.world.bill(order), fake.world.bill({ ...order, label: 'b' })];
    fake.world.dunAfterNextRead({ invoice: one.invoice });
    expect(at((await get(`/invoices/${one.invoice}`)).body, 'invoice.status')).toBe('payment_due');
    expect(at((await get(`/invoices/${one.invoice}`)).body, 'invoice.status')).toBe('paid');
    fake.world.before({ invoice: two.invoice, call: 'record_payment', act: 'pay_elsewhere' });
    expect((await post(`/invoices/${two.invoice}/record_payment`, recording)).status).toBe(409);
    expect(fake.world.ledger().debts.flatMap(({ successes }) => successes.map(({ by }) => by)).sort()).toEqual(['chargebee', 'chargebee', 'chargebee', 'customer']);
  });
});
