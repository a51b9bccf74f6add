import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { at, openForTest, type Opened } from './open-for-test.js';

let opened: Opened;
let invoice: string;
beforeEach(async () => {
  opened = await openForTest();
  ({ invoice } = opened.fake.world.bill({ label: 'a', amount: 1500, card: { results: ['insufficient_funds', 'success'] } }));
});
afterEach(() => opened.fake.close());

const method = { 'transaction[payment_method]': 'other' };

describe('keys', () => {
  it('are asked for, and may do what their kind may', async () => {
    const { get, fake } = opened;
    expect([(await get('/invoices', 'wrong')).status, (await get('/invoices', '')).status]).toEqual([401, 401]);
    fake.world.addKey({ key: 'reads', kind: 'read_only' });
    fake.world.addKey({ key: 'reads_little', kind: 'read_only_without_transactions' });
    fake.world.addKey({ key: 'public', kind: 'publishable' });
    expect((await get(`/invoices/${invoice}`, 'reads')).status).toBe(200);
    expect((await get(`/invoices/${invoice}`, 'reads_little')).body['api_error_code']).toBe('api_authorization_failed');
    expect((await get('/configurations', 'reads_little')).status).toBe(200);
    expect((await get('/configurations', 'public')).status).toBe(403);
    const written = await opened.post(`/invoices/${invoice}/record_payment`, method, { authorization: `Basic ${Buffer.from('reads:').toString('base64')}` });
    expect([written.status, written.body['http_status_code']]).toEqual([403, 403]);
    fake.world.revokeKey({ key: fake.apiKey });
    expect((await get('/invoices')).body['api_error_code']).toBe('api_authentication_failed');
  });
});

describe('addresses', () => {
  it.each([['/invoices/none', 404], ['/nothing', 404], ['/transactions/none', 404], ['/invoices/INV-0001/stop_dunning', 405]])('%s is %i', async (path, status) => {
    expect((await opened.get(path)).status).toBe(status);
  });

  it('go where dots in an id lead', async () => {
    const { body } = await opened.get(`/invoices/a/../../payment_sources`);
    expect(Array.isArray(body['list'])).toBe(true);
  });
});

describe('states', () => {
  it.each(['voided', 'written off', 'paid'])('%s cannot be recorded or collected', async (state) => {
    if (state === 'voided') opened.fake.world.voidInvoice({ invoice });
    else if (state === 'paid') opened.fake.world.payElsewhere({ invoice, how: 'offline' });
    else opened.fake.world.writeOff({ invoice });
    for (const call of ['record_payment', 'collect_payment']) {
      const { status, body } = await opened.post(`/invoices/${invoice}/${call}`, call === 'record_payment' ? method : {});
      expect([status, body['api_error_code'], body['type']]).toEqual([409, 'invalid_state_for_request', 'invalid_request']);
    }
  });

  it('a deleted invoice is not found', async () => {
    opened.fake.world.deleteInvoice({ invoice });
    expect((await opened.get(`/invoices/${invoice}`)).status).toBe(404);
    expect(opened.fake.world.events().at(-1)?.event_type).toBe('invoice_deleted');
  });

  it('without auto collection there is no dunning to change, and no card no collecting', async () => {
    const posted = opened.fake.world.bill({ label: 'b', amount: 100, autoCollection: 'off', card: { results: ['success'] } });
    expect((await opened.post(`/invoices/${posted.invoice}/stop_dunning`)).status).toBe(409);
    const other = opened.fake.world.bill({ label: 'c', amount: 100, card: { results: ['insufficient_funds'] } });
    opened.fake.world.deleteCard({ paymentSource: other.paymentSource });
    expect((await opened.post(`/invoices/${other.invoice}/collect_payment`)).body['api_error_code']).toBe('payment_method_not_present');
  });

  it.each([['answered', 200], ['not_found', 404], ['not_supported', 405], ['forbidden', 403]] as const)('the list of tokens: %s', async (gatewayTokens, status) => {
    opened.fake.world.setSwitches({ gatewayTokens });
    const { body } = await opened.get('/payment_sources');
    const id = String(at(body, 'list.0.payment_source.id'));
    const tokens = await opened.get(`/payment_sources/${id}/gateway_payment_method_tokens`);
    expect(tokens.status).toBe(status);
    const reference = String(at(body, 'list.0.payment_source.reference_id'));
    const token = at(tokens.body, 'list.0.gateway_payment_method_token');
    if (status === 200) expect(`${String(at(token, 'gateway_customer_id'))}/${String(at(token, 'gateway_token'))}`).toBe(reference);
  });
});

describe('the control door', () => {
  it('moves the world and tells of it, and says what it knows', async () => {
    const url = `${opened.fake.url}/_fake`;
    const billed = await fetch(`${url}/bill`, { method: 'POST', body: JSON.stringify({ label: 'z', amount: 100, card: { results: ['success'] } }) });
    const id: unknown = at(await billed.json(), 'invoice');
    expect(opened.fake.world.ledger().debts.find(({ debtId }) => debtId === id)?.invoiceStatus).toBe('paid');
    expect(at(await (await fetch(`${url}/ledger`)).json(), 'debts.length')).toBe(4);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/bill`, { method: 'POST', body: '{}' })).status).toBe(400);
    expect(opened.fake.world.requests().filter(({ method: verb }) => verb !== 'GET')).toEqual([]);
  });

  it.each(['paid', 'unchanged'] as const)('writes off, status %s', async (writeOffStatus) => {
    opened.fake.world.setSwitches({ writeOffStatus });
    opened.fake.world.writeOff({ invoice });
    const { body } = await opened.get(`/invoices/${invoice}`);
    expect([at(body, 'invoice.amount_due'), at(body, 'invoice.status')]).toEqual([0, writeOffStatus === 'paid' ? 'paid' : 'payment_due']);
  });
});

describe('parameters', () => {
  it.each([['refused', 400], ['ignored', 200]] as const)('unknown ones are %s', async (unknownParameters, status) => {
    opened.fake.world.setSwitches({ unknownParameters });
    const answered = await opened.post(`/invoices/${invoice}/record_payment`, { ...method, 'transaction[colour]': 'red' });
    expect([answered.status, answered.body['param']]).toEqual([status, status === 400 ? 'transaction[colour]' : undefined]);
  });

  it('lists are paged and filtered', async () => {
    const first = await opened.get('/events?limit=2&sort_by[asc]=occurred_at');
    const offset = encodeURIComponent(String(first.body['next_offset']));
    const second = await opened.get(`/events?limit=2&sort_by[asc]=occurred_at&offset=${offset}`);
    const ids = [first, second].flatMap(({ body }) => [at(body, 'list.0.event.id'), at(body, 'list.1.event.id')]).filter((id) => id !== undefined);
    expect(ids).toEqual(opened.fake.world.events().slice(0, 4).map(({ id }) => id));
    const failures = await opened.get('/events?event_type[in]=["payment_failed","invoice_deleted"]');
    expect([at(failures.body, 'list.length'), at(failures.body, 'list.0.event.event_type')]).toEqual([1, 'payment_failed']);
    expect((await opened.get('/events?limit=101')).status).toBe(400);
  });
});

describe('limits and faults', () => {
  it('too many requests are 429, with the header where the switch says so', async () => {
    opened.fake.world.setSwitches({ requestsPerMinute: 1, retryAfterSeconds: 7 });
    expect((await opened.get('/invoices')).status).toBe(200);
    const { status, headers, body } = await opened.get('/invoices');
    expect([status, headers.get('retry-after'), body['api_error_code']]).toEqual([429, '7', 'api_request_limit_exceeded']);
  });

  it.each(['html_200', 'empty_200', 'truncated_200', 'error_inside_200', 'html_502', '503', '429'] as const)('%s strikes once, before anything is applied', async (action) => {
    opened.fake.world.inject({ match: { path: 'record_payment' }, action });
    const { body } = await opened.post(`/invoices/${invoice}/record_payment`, method);
    expect(body['invoice']).toBeUndefined();
    expect(at((await opened.get(`/invoices/${invoice}`)).body, 'invoice.amount_due')).toBe(1500);
    expect((await opened.post(`/invoices/${invoice}/record_payment`, method)).status).toBe(200);
  });

  it('a reply can be lost after it was applied', async () => {
    opened.fake.world.inject({ match: { path: 'record_payment' }, action: 'drop_reply_after_applying' });
    await expect(opened.post(`/invoices/${invoice}/record_payment`, method)).rejects.toThrow('fetch failed');
    expect(at((await opened.get(`/invoices/${invoice}`)).body, 'invoice.status')).toBe('paid');
  });

  it('one invoice is locked while a write on it is under way', async () => {
    opened.fake.world.setProcessingMs({ ms: 40 });
    const path = `/invoices/${invoice}/collect_payment`;
    const [one, two] = await Promise.all([opened.post(path), opened.post(path)]);
    expect([one.status, two.status].sort((a, b) => a - b)).toEqual([200, 429]);
    expect([one, two].find(({ status }) => status === 429)?.body['api_error_code']).toBe('lock_timeout');
  });
});
