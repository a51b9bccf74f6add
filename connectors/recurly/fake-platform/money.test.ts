import { afterEach, describe, expect, it } from '@jest/globals';
import type { RecurlyFakeOptions } from './recurly-fake.js';
import { at, openForTest, type Opened, until } from './open-for-test.js';

let opened: Opened;
afterEach(() => opened.fake.close());

const open = async (options: RecurlyFakeOptions = {}): Promise<Opened> => {
  opened = await openForTest(options);
  return opened;
};

const order = { label: 'a', amount: 1500, card: { results: ['insufficient_funds', 'success'] } };
const types = (from: number): readonly string[] => opened.fake.world.events().slice(from).map(({ type }) => type);

describe('collecting', () => {
  it('pays the whole balance and tells it', async () => {
    const { fake, put } = await open();
    const { invoice } = fake.world.bill(order);
    const before = fake.world.events().length;
    const { status, body } = await put(`/invoices/${invoice}/collect`);
    expect([status, body['state'], body['balance'], body['paid'], at(body, 'transactions.1.origin')]).toEqual([200, 'paid', 0, 15, 'api_force_collect']);
    expect(types(before)).toEqual(['payment.succeeded', 'charge_invoice.paid']);
    expect(fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)).toMatchObject({
      owed: 1500, requests: [{ result: 'succeeded', call: 'invoices.collect' }], successes: [{ by: 'request', amount: 1500 }],
    });
  });

  it.each([[true, ['payment.failed']], [false, []]])('declined tells code, advice and the transaction, with an event: %s', async (manualFailureSendsEvent, told) => {
    const { fake, put, get } = await open({ switches: { manualFailureSendsEvent } });
    const { invoice } = fake.world.bill({ ...order, card: { results: ['insufficient_funds', 'cardholder_requested_stop/R1'] } });
    const before = fake.world.events().length;
    const { status, body } = await put(`/invoices/number-1002/collect`, {});
    expect(status).toBe(422);
    expect(body['error']).toMatchObject({
      type: 'transaction',
      transaction_error: { object: 'transaction_error', category: 'hard', code: 'cardholder_requested_stop', decline_code: 'cardholder_requested_stop', merchant_advice: '03' },
    });
    expect(types(before)).toEqual(told);
    const read = (await get(`/transactions/${String(at(body, 'error.transaction_error.transaction_id'))}`)).body;
    expect([read['status'], read['status_code'], read['gateway_response_code'], read['decline_code'], at(read, 'invoice.id')])
      .toEqual(['declined', 'cardholder_requested_stop', 'R1', undefined, invoice]);
    expect(fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.requests).toMatchObject([{ result: 'declined', code: 'cardholder_requested_stop' }]);
  });

  it.each(['pending', 'processing', 'scheduled'])('may stay open: %s', async (result) => {
    const { fake, put, get } = await open();
    const { invoice } = fake.world.bill({ ...order, card: { results: ['insufficient_funds', result] } });
    const { status, body } = await put(`/invoices/${invoice}/collect`);
    expect([status, body['state'], at(body, 'transactions.1.status')]).toEqual([200, 'processing', result]);
    expect((await put(`/invoices/${invoice}/collect`)).status).toBe(422);
    fake.world.settle({ transaction: String(at(body, 'transactions.1.id')), result: 'success' });
    expect((await get(`/invoices/${invoice}`)).body['state']).toBe('paid');
  });

  it('beside an open payment charges twice where the switch says so, and the ledger sees it', async () => {
    const { fake, put } = await open({ switches: { collectBesideOpen: 'charges_again' } });
    const { invoice } = fake.world.bill({ ...order, card: { results: ['insufficient_funds', 'processing', 'success'] } });
    const { body } = await put(`/invoices/${invoice}/collect`);
    expect((await put(`/invoices/${invoice}/collect`)).body['state']).toBe('paid');
    fake.world.settle({ transaction: String(at(body, 'transactions.1.id')), result: 'success' });
    expect(fake.world.ledger().doubleCharges.map(({ debtId }) => debtId)).toEqual([invoice]);
  });

  it('of what was paid meanwhile is refused, and counted as a second try', async () => {
    const { fake, put } = await open();
    const { invoice } = fake.world.bill(order);
    fake.world.before({ invoice, call: 'collect', act: 'dunning_succeeds' });
    const { status, body } = await put(`/invoices/${invoice}/collect`);
    expect([status, at(body, 'error.type')]).toEqual([422, 'validation']);
    const { secondTries, doubleCharges } = fake.world.ledger();
    expect([secondTries.length, doubleCharges.length]).toEqual([1, 0]);
  });
});

describe('marking as successful', () => {
  it.each([['nothing', 0], ['balance', 15]] as const)('closes without a transaction, paid says %s', async (markedPaid, paid) => {
    const { fake, put } = await open({ switches: { markedPaid } });
    const { invoice } = fake.world.bill({ ...order, dunning: [1, 2] });
    const before = fake.world.events().length;
    const { status, body } = await put(`/invoices/${invoice}/mark_successful`);
    expect([status, body['state'], body['balance'], body['paid'], (body['transactions'] as unknown[]).length]).toEqual([200, 'paid', 0, paid, 1]);
    expect(types(before)).toEqual(['charge_invoice.paid']);
    expect(fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.successes).toMatchObject([{ by: 'recorded', transaction: null, amount: 1500 }]);
  });

  it('of what Recurly collected meanwhile is refused, and shows the other payment', async () => {
    const { fake, put, get } = await open();
    const { invoice } = fake.world.bill(order);
    fake.world.dunAfterNextRead({ invoice });
    await get(`/invoices/number-1002`);
    expect((await put(`/invoices/${invoice}/mark_successful`)).status).toBe(422);
    expect(at((await get(`/invoices/${invoice}`)).body, 'transactions.1')).toMatchObject({ status: 'success', origin: 'recurring' });
    expect(fake.world.ledger().doubleCharges).toEqual([]);
  });

  it('takes an invoice that was marked as failed', async () => {
    const { fake, put } = await open();
    const { invoice } = fake.world.bill(order);
    const failed = await put(`/invoices/${invoice}/mark_failed`);
    expect([failed.status, failed.body['state'], failed.body['balance']]).toEqual([200, 'failed', 0]);
    expect(types(-2)).toEqual(['credit_invoice.created', 'charge_invoice.failed']);
    expect((await put(`/invoices/${invoice}/mark_failed`)).status).toBe(422);
    expect((await put(`/invoices/${invoice}/mark_successful`)).body['state']).toBe('paid');
  });
});

describe('recording an external payment', () => {
  const manual = { ...order, collection: 'manual' } as const;
  const cheque = { payment_method: 'other', description: 'attempt_1' };

  it('takes parts, with what we write on them', async () => {
    const { fake, post, get } = await open();
    const { invoice } = fake.world.bill(manual);
    const first = await post(`/invoices/${invoice}/transactions`, { ...cheque, amount: 5.5, collected_at: '2026-01-02T03:04:05Z' });
    expect([first.status, first.body['description'], first.body['amount'], first.body['collected_at'], first.body['status']])
      .toEqual([200, 'attempt_1', 5.5, '2026-01-02T03:04:05Z', 'success']);
    expect((await get(`/invoices/${invoice}`)).body).toMatchObject({ state: 'past_due', balance: 9.5, paid: 5.5 });
    await post(`/invoices/${invoice}/transactions`, cheque);
    expect((await get(`/invoices/${invoice}`)).body).toMatchObject({ state: 'paid', balance: 0 });
    expect(fake.world.ledger().recordedTwice.map(({ debtId }) => debtId)).toEqual([invoice]);
  });

  it.each([['total', 200, 1], ['balance', 422, 0]] as const)('of more than is left, at most the %s', async (recordAtMost, status, doubles) => {
    const { fake, post } = await open({ switches: { recordAtMost } });
    const { invoice } = fake.world.bill(manual);
    await post(`/invoices/${invoice}/transactions`, { ...cheque, amount: 5 });
    expect((await post(`/invoices/${invoice}/transactions`, { ...cheque, amount: 15 })).status).toBe(status);
    expect(fake.world.ledger().doubleCharges).toHaveLength(doubles);
    expect((await post(`/invoices/${invoice}/transactions`, { ...cheque, amount: 15.01 })).status).toBe(422);
  });

  it('is refused on an automatic invoice, as collecting is on a manual one', async () => {
    const { fake, post, put } = await open();
    const automatic = fake.world.bill(order);
    const other = fake.world.bill({ ...manual, label: 'b' });
    const refusals = [await post(`/invoices/${automatic.invoice}/transactions`, cheque), await put(`/invoices/${other.invoice}/collect`)];
    expect(refusals.map(({ status, body }) => [status, at(body, 'error.params.0.param')])).toEqual([[422, 'collection_method'], [422, 'collection_method']]);
  });
});

describe('dunning', () => {
  it('retries behind our back by its calendar, and says when it is done', async () => {
    const { fake, get } = await open({ scale: 86_400_000 });
    const { invoice } = fake.world.bill({ ...order, card: { results: ['insufficient_funds', 'declined', 'expired_card'] }, dunning: [20, 40], dunningEnding: 'expires_subscription' });
    await until(() => fake.world.events().some(({ type }) => type === 'subscription.expired'));
    const { body } = await get(`/invoices/${invoice}`);
    expect([body['state'], body['dunning_events_sent'], body['final_dunning_event'], (body['transactions'] as unknown[]).length]).toEqual(['failed', 3, true, 3]);
    expect(types(-5)).toEqual(['payment.failed', 'dunning_event.created', 'credit_invoice.created', 'charge_invoice.failed', 'subscription.expired']);
  });

  it('ends with the invoice only', async () => {
    const { fake, put } = await open({ scale: 86_400_000 });
    const { invoice } = fake.world.bill({ ...order, dunning: [30] });
    await put(`/invoices/${invoice}/mark_successful`);
    await new Promise<void>((resolve) => setTimeout(resolve, 60));
    expect(fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.successes).toHaveLength(1);
  });

  it.each([[true, 'paid'], [false, 'past_due']])('collects at once when the card changes: %s', async (collectsOnCardUpdate, state) => {
    const { fake, get } = await open({ switches: { collectsOnCardUpdate } });
    const { invoice, account, billingInfo } = fake.world.bill(order);
    const before = fake.world.events().length;
    expect(fake.world.updateCard({ account, card: { results: ['success'] }, tells: false }).billingInfo).toBe(billingInfo);
    expect((await get(`/invoices/${invoice}`)).body['state']).toBe(state);
    expect(types(before)).toEqual(state === 'paid' ? ['payment.succeeded', 'charge_invoice.paid'] : []);
  });

  it('refuses a campaign that Recurly could not have', async () => {
    const { fake } = await open();
    expect(() => fake.world.bill({ ...order, dunning: [61] })).toThrow(/60/);
  });
});

describe('what happens to an invoice', () => {
  it('credit lowers the balance, and exactly the rest is charged', async () => {
    const { fake, put, get } = await open();
    const { invoice } = fake.world.bill(order);
    fake.world.creditNote({ invoice, amount: 500 });
    expect((await get(`/invoices/${invoice}`)).body).toMatchObject({ total: 15, balance: 10 });
    expect(at((await put(`/invoices/${invoice}/collect`)).body, 'transactions.1.amount')).toBe(10);
  });

  it('money goes back: refunded, voided, returned, charged back', async () => {
    const { fake, put, post, get } = await open();
    const paid = async (label: string): Promise<{ invoice: string; transaction: string }> => {
      const { invoice } = fake.world.bill({ ...order, label });
      const { body } = await put(`/invoices/${invoice}/collect`);
      return { invoice, transaction: String(at(body, 'transactions.1.id')) };
    };
    const [one, two, three, four] = [await paid('a'), await paid('b'), await paid('c'), await paid('d')];
    const refunded = await post(`/invoices/${one.invoice}/refund`, { type: 'amount', amount: 5 });
    expect([refunded.status, refunded.body['type'], refunded.body['previous_invoice_id'], at(refunded.body, 'transactions.0.original_transaction_id')])
      .toEqual([201, 'credit', one.invoice, one.transaction]);
    expect((await post(`/invoices/${one.invoice}/refund`, { type: 'amount', amount: 10.01 })).status).toBe(422);
    fake.world.voidPayment({ invoice: two.invoice });
    fake.world.takeBack({ transaction: three.transaction });
    fake.world.takeBack({ transaction: four.transaction, why: 'chargeback' });
    const states = await Promise.all([one, two, three, four].map(async ({ invoice }) => {
      const { body } = await get(`/invoices/${invoice}`);
      return [body['state'], at(body, 'transactions.1.status')];
    }));
    expect(states).toEqual([['paid', 'success'], ['past_due', 'void'], ['past_due', 'declined'], ['paid', 'chargeback']]);
  });

  it('is charged to the billing info of the subscription, or the one that is named', async () => {
    const { fake, put } = await open();
    const { invoice, account } = fake.world.bill({ ...order, subscriptionCard: { results: ['declined/2000', 'success'] } });
    const declined = await put(`/invoices/${invoice}/collect`, { billing_info_id: fake.world.addCard({ account, card: { results: ['expired_card'] } }).billingInfo });
    expect(at(declined.body, 'error.transaction_error.code')).toBe('expired_card');
    expect((await put(`/invoices/${invoice}/collect`, { billing_info_id: 'none' })).status).toBe(404);
    expect((await put(`/invoices/${invoice}/collect`)).body['state']).toBe('paid');
  });
});
