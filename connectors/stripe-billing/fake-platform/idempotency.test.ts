import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf, openForTest, type Opened } from './open-for-test.js';
import type { StripeFakeOptions } from './stripe-fake.js';

let opened: Opened;
const open = async (options: StripeFakeOptions = {}) => {
  opened = await openForTest(options);
  return opened;
};
afterEach(() => opened.fake.close());

const post = async (path: string, key: string, form: Record<string, string> = {}) => {
  const response = await fetch(`${opened.fake.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${opened.fake.apiKey}`, 'idempotency-key': key },
    body: new URLSearchParams(form),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    replayed: response.headers.get('idempotent-replayed'),
    originalRequest: response.headers.get('original-request'),
    requestId: response.headers.get('request-id'),
  };
};

const billed = (results: string[]) => opened.fake.world.bill({ label: 'one', amount: 1000, card: { brand: 'visa', results } });

/** Waits until the fake has a first money request for the invoice. */
const received = async (invoice: string): Promise<void> => {
  const isReceived = () => opened.fake.world.ledger().debts.some(({ debtId, requests }) => debtId === invoice && requests.length > 0);
  while (!isReceived()) await sleep(5);
};

describe('the idempotency store', () => {
  it('replays a success byte for byte and charges once', async () => {
    const { fake } = await open();
    const { invoice } = billed(['generic_decline', 'success']);
    const first = await post(`/v1/invoices/${invoice}/pay`, 'k1');
    const again = await post(`/v1/invoices/${invoice}/pay`, 'k1');
    expect([first.status, first.replayed, again.status, again.replayed]).toEqual([200, null, 200, 'true']);
    expect(again.body).toEqual(first.body);
    expect(again.originalRequest).toBe(first.requestId);
    expect(again.requestId).not.toBe(first.requestId);
    expect(fake.world.ledger().debts.find((debt) => debt.debtId === invoice)?.successes).toHaveLength(1);
  });

  it.each([true, false])('replays a decline although the card would pay now, with keepsStateRefusals %s', async (keepsStateRefusals) => {
    await open({ switches: { keepsStateRefusals } });
    const { invoice } = billed(['generic_decline', 'insufficient_funds', 'success']);
    const first = await post(`/v1/invoices/${invoice}/pay`, 'k1');
    const again = await post(`/v1/invoices/${invoice}/pay`, 'k1');
    expect([first.status, again.status, again.replayed]).toEqual([402, 402, 'true']);
    expect(again.body).toEqual(first.body);
    expect((await post(`/v1/invoices/${invoice}/pay`, 'k2')).status).toBe(200);
  });

  it('replays a 500 that was kept, also when Stripe has recovered', async () => {
    const { fake } = await open();
    const { invoice } = billed(['generic_decline', 'success']);
    fake.world.inject({
      match: { path: '/pay$' },
      action: { status: 500, body: { error: { type: 'api_error', message: 'oops' } }, keptUnderKey: true },
    });
    expect((await post(`/v1/invoices/${invoice}/pay`, 'k1')).status).toBe(500);
    const again = await post(`/v1/invoices/${invoice}/pay`, 'k1');
    expect([again.status, again.replayed]).toEqual([500, 'true']);
  });

  it('refuses the same key with other parameters, and on another address', async () => {
    await open();
    const { invoice } = billed(['generic_decline']);
    await post(`/v1/invoices/${invoice}/pay`, 'k1', { off_session: 'true' });
    const other = await post(`/v1/invoices/${invoice}/pay`, 'k1', { off_session: 'false' });
    expect([other.status, (other.body['error'] as { type: string }).type]).toEqual([400, 'idempotency_error']);
    expect((await post(`/v1/invoices/${invoice}/void`, 'k1')).status).toBe(400);
  });

  it('takes parameters in any order for the same', async () => {
    await open();
    const { invoice, customer } = billed(['generic_decline', 'success']);
    const { paymentMethod } = opened.fake.world.updateCard({
      customer,
      card: { brand: 'visa', results: ['success'] },
    });
    await post(`/v1/invoices/${invoice}/pay`, 'k1', { off_session: 'true', payment_method: paymentMethod });
    const again = await post(`/v1/invoices/${invoice}/pay`, 'k1', { payment_method: paymentMethod, off_session: 'true' });
    expect([again.status, again.replayed]).toEqual([200, 'true']);
  });

  it('answers 409 while the first request with the key is executed', async () => {
    const { fake, stripe } = await open();
    const { invoice } = billed(['generic_decline', 'success']);
    fake.world.setProcessingMs({ ms: 1_000 });
    const first = post(`/v1/invoices/${invoice}/pay`, 'k1');
    await received(invoice);
    const error = await errorOf(stripe.invoices.pay(invoice, {}, { idempotencyKey: 'k1' }));
    expect(error).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
    expect((await first).status).toBe(200);
    expect((await post(`/v1/invoices/${invoice}/pay`, 'k1')).replayed).toBe('true');
  });

  it('answers 429 lock_timeout to another key on the same object meanwhile', async () => {
    const { fake } = await open();
    const { invoice } = billed(['generic_decline', 'success']);
    fake.world.setProcessingMs({ ms: 1_000 });
    const first = post(`/v1/invoices/${invoice}/pay`, 'k1');
    await received(invoice);
    const second = await post(`/v1/invoices/${invoice}/pay`, 'k2');
    expect([second.status, (second.body['error'] as { code: string }).code]).toEqual([429, 'lock_timeout']);
    expect((await first).status).toBe(200);
    expect(fake.world.ledger().secondTries.map((request) => [request.idempotencyKey, request.secondTry])).toEqual([['k2', 'while_another_is_open']]);
  });

  it('keeps no validation failure', async () => {
    await open();
    const { invoice } = billed(['generic_decline', 'success']);
    expect((await post(`/v1/invoices/${invoice}/pay`, 'k1', { colour: 'red' })).status).toBe(400);
    expect(await post(`/v1/invoices/${invoice}/pay`, 'k1')).toMatchObject({ status: 200, replayed: null });
  });

  it.each([
    [true, 'true'],
    [false, null],
  ])('with keepsStateRefusals %s answers "already paid" again with replayed %s', async (keepsStateRefusals, replayed) => {
    await open({ switches: { keepsStateRefusals } });
    const { invoice } = billed(['success']);
    await post(`/v1/invoices/${invoice}/pay`, 'k1');
    expect(await post(`/v1/invoices/${invoice}/pay`, 'k1')).toMatchObject({ status: 400, replayed });
  });

  it('forgets a key after 24 h of hub time, not before', async () => {
    // 24 h of hub time are 1.5 s
    await open({ scale: 57_600 });
    const { invoice } = billed(['generic_decline', 'insufficient_funds', 'success']);
    expect((await post(`/v1/invoices/${invoice}/pay`, 'k1')).status).toBe(402);
    const requests = () => opened.fake.world.ledger().debts.find(({ debtId }) => debtId === invoice)?.requests ?? [];
    while (requests().at(-1)?.result !== 'succeeded') {
      await sleep(50);
      await post(`/v1/invoices/${invoice}/pay`, 'k1');
    }
    const firstAt = Date.parse(requests()[0]?.receivedAt.hub ?? '');
    const hubHoursAfterFirst = requests().map(({ receivedAt }) => (Date.parse(receivedAt.hub) - firstAt) / 3_600_000);
    // a request is received a moment before its key is looked up
    const aMoment = 2;
    const wrong = requests().filter(({ replayed }, index) => {
      const hours = hubHoursAfterFirst[index] ?? 0;
      return index > 0 && Math.abs(hours - 24) > aMoment && replayed !== hours < 24;
    });
    expect(wrong).toEqual([]);
    expect(hubHoursAfterFirst.at(-1)).toBeGreaterThan(24 - aMoment);
    expect(requests().length).toBeGreaterThan(2);
  });

  it('refuses a key over 255 characters', async () => {
    await open();
    const { invoice } = billed(['generic_decline', 'success']);
    expect((await post(`/v1/invoices/${invoice}/pay`, 'k'.repeat(256))).status).toBe(400);
    expect((await post(`/v1/invoices/${invoice}/pay`, 'k'.repeat(255))).status).toBe(200);
  });
});
