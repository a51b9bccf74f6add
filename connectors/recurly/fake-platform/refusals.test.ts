import { afterEach, describe, expect, it } from '@jest/globals';
import type { RecurlyFakeOptions } from './recurly-fake.js';
import { at, openForTest, type Opened } from './open-for-test.js';

let opened: Opened;
afterEach(() => opened.fake.close());

const begin = async (options: RecurlyFakeOptions = {}) => {
  opened = await openForTest(options);
  const billed = opened.fake.world.bill({ label: 'a', amount: 1500, card: { results: ['insufficient_funds'] } });
  return { ...opened, ...billed };
};

describe('a request', () => {
  it('needs the key, the version and a body that fits', async () => {
    const { fake, get, put, invoice } = await begin();
    fake.world.addKey({ key: 'limited', kind: 'limited' });
    const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
    const answers = [
      await get('/sites', basic('wrong')),
      await get('/sites', basic('limited')),
      await get('/sites', { accept: 'application/json' }),
      await get('/sites', { accept: 'application/vnd.recurly.v2099-01-01' }),
      await get('/nowhere'),
      await get('/invoices/none'),
      await get('/invoices?limit=201'),
      await put(`/invoices/${invoice}/collect`, {}, { 'content-type': 'text/plain' }),
      await put(`/invoices/${invoice}/collect`, { surprise: 1 }),
      await put(`/invoices/${invoice}`, { po_number: 'x'.repeat(51) }),
    ];
    expect(answers.map(({ status, body }) => [status, at(body, 'error.type')])).toEqual([
      [401, 'unauthorized'], [403, 'invalid_permissions'], [406, 'invalid_api_version'], [406, 'unknown_api_version'], [404, 'not_found'], [404, 'not_found'],
      [422, 'validation'], [400, 'invalid_content_type'], [400, 'bad_request'], [422, 'validation'],
    ]);
  });

  it('tells what remains, and is refused beyond it', async () => {
    const { get } = await begin({ switches: { requestsPerMinute: 1, retryAfterSeconds: 7 } });
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push(await get('/sites'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[0]?.headers.get('x-ratelimit-limit')).toBe('5');
    const last = answers.at(-1);
    expect([last?.headers.get('x-ratelimit-remaining'), last?.headers.get('retry-after')]).toEqual(['0', '7']);
    expect(last?.headers.get('x-ratelimit-reset')).toMatch(/^\d{10}$/);
  });

  it('for an account without billing info says so, either way', async () => {
    const { fake, get, put } = await begin();
    const { invoice, accountCode } = fake.world.bill({ label: 'b', amount: 100 });
    expect((await get(`/accounts/code-${accountCode}/billing_info`)).status).toBe(404);
    expect(at((await put(`/invoices/${invoice}/collect`)).body, 'error.type')).toBe('validation');
    fake.world.setSwitches({ collectWithoutBillingInfo: 'transaction' });
    expect(at((await put(`/invoices/${invoice}/collect`)).body, 'error.transaction_error.code')).toBe('no_billing_information');
  });

  it('meets faults before and after it was applied', async () => {
    const { fake, put, get, invoice } = await begin();
    fake.world.inject({ match: { invoice, method: 'PUT' }, action: '503' });
    fake.world.inject({ match: { invoice, method: 'PUT' }, action: 'drop_reply_after_applying' });
    expect((await put(`/invoices/${invoice}/mark_successful`)).status).toBe(503);
    expect((await get(`/invoices/${invoice}`)).body['state']).toBe('past_due');
    await expect(put(`/invoices/${invoice}/mark_successful`)).rejects.toThrow('fetch failed');
    expect((await get(`/invoices/${invoice}`)).body['state']).toBe('paid');
  });
});

describe('lists', () => {
  it('go on at next, and leave nothing out', async () => {
    const { fake, get } = await begin();
    for (const label of ['b', 'c']) fake.world.bill({ label, amount: 100, card: { results: ['declined'] } });
    const first = await get('/invoices?state=past_due&limit=2&order=asc');
    const second = await get(String(first.body['next']));
    const numbers = [first, second].flatMap(({ body }) => (body['data'] as readonly unknown[]).map((one) => at(one, 'number')));
    expect([first.body['has_more'], second.body['has_more'], second.body['next']]).toEqual([true, false, null]);
    expect(numbers).toEqual(['1002', '1004', '1006']);
  });

  it('tell the tokens a gateway has, where the switch says', async () => {
    const { fake, get } = await begin({ switches: { referencesOn: 'billing_info' } });
    const card = { results: ['declined'], token: 'stripe', customerRef: 'cus_1', methodRef: 'pm_1' } as const;
    const { invoice, account } = fake.world.bill({ label: 'b', amount: 100, card: { ...card, results: [...card.results] } });
    const info = (await get(`/accounts/${account}/billing_info`)).body;
    expect(at(info, 'payment_gateway_references')).toEqual([
      { token: 'cus_1', reference_type: 'stripe_customer' }, { token: 'pm_1', reference_type: 'stripe_payment_method' },
    ]);
    expect(at((await get(`/invoices/${invoice}`)).body, 'transactions.0.payment_gateway_references')).toEqual([]);
    expect((await get(`/accounts/${account}/billing_infos/${String(info['id'])}`)).body['id']).toBe(info['id']);
  });
});
