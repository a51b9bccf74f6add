import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeRecovery, fakeClients, keys, type FakeRecovery } from '../../../test/support/fake-recovery.js';
import { serveRoutes, stopServing } from '../../../test/support/serve-routes.js';
import { merchantRoutes } from '../../http-server/index.js';
import { createMerchantApi } from './index.js';

const good = { paymentMethodToken: 'tok_success', amount: 5000 };

let recovery: FakeRecovery;
let served: Awaited<ReturnType<typeof serveRoutes>>;
beforeEach(async () => {
  recovery = createFakeRecovery();
  served = await serveRoutes(merchantRoutes(createMerchantApi({ recovery, ...fakeClients() })));
});
afterEach(stopServing);

const post = async (body: unknown, key: string = keys.test) => {
  const answer = await fetch(`${served.url}/api/recovery/execute`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': key }, body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
};

const refusal = (param: string, message: string) => ({ status: 400, body: { error: 'Invalid request', message, param } });
const mustBe = (param: string, what: string) => refusal(param, `${param} must be ${what}`);

const token = 'a string of 1 to 512 characters';
const amount = 'an integer between 50 and 100000000';
const short = 'a string of 1 to 128 characters';
const invoice = '1 to 128 letters, digits or _ . : -';
const list = 'a list of at most 5 strings of 1 to 512 characters';
const types = 'one of card, apple_pay, google_pay, direct_debit, paypal';
const simulated = 'one of success, failed, blocked';

const omit = (member: keyof typeof good) => Object.fromEntries(Object.entries(good).filter(([name]) => name !== member));

describe('execute with one member wrong', () => {
  it.each([
    ['paymentMethodToken missing', omit('paymentMethodToken'), 'paymentMethodToken', token],
    ['paymentMethodToken null', { ...good, paymentMethodToken: null }, 'paymentMethodToken', token],
    ['paymentMethodToken a number', { ...good, paymentMethodToken: 4242 }, 'paymentMethodToken', token],
    ['paymentMethodToken a list', { ...good, paymentMethodToken: ['tok_a'] }, 'paymentMethodToken', token],
    ['paymentMethodToken an operator', { ...good, paymentMethodToken: { $gt: '' } }, 'paymentMethodToken', token],
    ['paymentMethodToken empty', { ...good, paymentMethodToken: '' }, 'paymentMethodToken', token],
    ['paymentMethodToken too long', { ...good, paymentMethodToken: 'x'.repeat(513) }, 'paymentMethodToken', token],
    ['gateway a number', { ...good, gateway: 1 }, 'gateway', 'the id of one of your gateways'],
    ['gateway empty', { ...good, gateway: '' }, 'gateway', 'the id of one of your gateways'],
    ['gateway with a space', { ...good, gateway: 'a b' }, 'gateway', 'the id of one of your gateways'],
    ['amount missing', omit('amount'), 'amount', amount],
    ['amount null', { ...good, amount: null }, 'amount', amount],
    ['amount a text', { ...good, amount: '5000' }, 'amount', amount],
    ['amount a fraction', { ...good, amount: 50.5 }, 'amount', amount],
    ['amount 49', { ...good, amount: 49 }, 'amount', amount],
    ['amount 45, near the one that fails for good', { ...good, amount: 45 }, 'amount', amount],
    ['amount 0', { ...good, amount: 0 }, 'amount', amount],
    ['amount negative', { ...good, amount: -5000 }, 'amount', amount],
    ['amount too large', { ...good, amount: 100_000_001 }, 'amount', amount],
    ['amount true', { ...good, amount: true }, 'amount', amount],
    ['amount a list', { ...good, amount: [5000] }, 'amount', amount],
    ['amount beyond every number', '{"paymentMethodToken":"tok_a","amount":1e400}', 'amount', amount],
    ['currency unknown', { ...good, currency: 'ZZZ' }, 'currency', 'an ISO 4217 currency code'],
    ['currency too short', { ...good, currency: 'US' }, 'currency', 'an ISO 4217 currency code'],
    ['currency a number', { ...good, currency: 840 }, 'currency', 'an ISO 4217 currency code'],
    ['currency empty', { ...good, currency: '' }, 'currency', 'an ISO 4217 currency code'],
    ['originalDeclineCode a number', { ...good, originalDeclineCode: 51 }, 'originalDeclineCode', 'a string of at most 64 characters'],
    ['originalDeclineCode too long', { ...good, originalDeclineCode: 'x'.repeat(65) }, 'originalDeclineCode', 'a string of at most 64 characters'],
    ['idempotencyKey empty', { ...good, idempotencyKey: '' }, 'idempotencyKey', short],
    ['idempotencyKey too long', { ...good, idempotencyKey: 'x'.repeat(129) }, 'idempotencyKey', short],
    ['idempotencyKey an operator', { ...good, idempotencyKey: { $ne: null } }, 'idempotencyKey', short],
    ['invoiceId with a slash', { ...good, invoiceId: 'in/1' }, 'invoiceId', invoice],
    ['invoiceId empty', { ...good, invoiceId: '' }, 'invoiceId', invoice],
    ['invoiceId too long', { ...good, invoiceId: 'x'.repeat(129) }, 'invoiceId', invoice],
    ['invoiceId with a line break', { ...good, invoiceId: 'in_1\n' }, 'invoiceId', invoice],
    ['cardOrigin of 3 letters', { ...good, cardOrigin: 'USA' }, 'cardOrigin', 'a country code of 2 letters'],
    ['cardOrigin digits', { ...good, cardOrigin: '12' }, 'cardOrigin', 'a country code of 2 letters'],
    ['binPrefix of 5 digits', { ...good, binPrefix: '41111' }, 'binPrefix', 'a string of 6 to 8 digits'],
    ['binPrefix of 9 digits', { ...good, binPrefix: '411111111' }, 'binPrefix', 'a string of 6 to 8 digits'],
    ['binPrefix a number', { ...good, binPrefix: 411111 }, 'binPrefix', 'a string of 6 to 8 digits'],
    ['customerEmail without @', { ...good, customerEmail: 'nobody' }, 'customerEmail', 'an e-mail address'],
    ['customerEmail a list', { ...good, customerEmail: ['a@b.co'] }, 'customerEmail', 'an e-mail address'],
    ['customerEmail too long', { ...good, customerEmail: `${'x'.repeat(250)}@b.co` }, 'customerEmail', 'an e-mail address'],
    ['fallback tokens a text', { ...good, fallbackPaymentMethodTokens: 'tok_b' }, 'fallbackPaymentMethodTokens', list],
    ['fallback tokens six', { ...good, fallbackPaymentMethodTokens: ['1', '2', '3', '4', '5', '6'] }, 'fallbackPaymentMethodTokens', list],
    ['a fallback token empty', { ...good, fallbackPaymentMethodTokens: ['tok_b', ''] }, 'fallbackPaymentMethodTokens', list],
    ['a fallback token a number', { ...good, fallbackPaymentMethodTokens: [1] }, 'fallbackPaymentMethodTokens', list],
    ['paymentMethodType unknown', { ...good, paymentMethodType: 'cash' }, 'paymentMethodType', types],
    ['paymentMethodType null', { ...good, paymentMethodType: null }, 'paymentMethodType', types],
    ['simulateOutcome unknown', { ...good, simulateOutcome: 'maybe' }, 'simulateOutcome', simulated],
    ['simulateOutcome a number', { ...good, simulateOutcome: 1 }, 'simulateOutcome', simulated],
  ])('%s', async (_what, body, param, what) => {
    expect(await post(body)).toEqual(mustBe(param, what));
    expect(recovery.executed).toEqual([]);
  });

  it.each([
    ['a list', [], 'The body must be a JSON object.'],
    ['null', 'null', 'The body must be a JSON object.'],
    ['a text', '"tok_success"', 'The body must be a JSON object.'],
    ['no JSON', '{"amount":5000,', 'The body is not valid JSON.'],
    ['empty', '', 'The body is not valid JSON.'],
  ])('a body that is %s', async (_what, body, message) => {
    expect(await post(body)).toEqual({ status: 400, body: { error: 'Invalid request', message } });
  });

  it('a body of another type, and one of 100 KB and a byte', async () => {
    const typed = await served.agent.post('/api/recovery/execute').set('X-API-KEY', keys.test).type('form').send('amount=5000');
    expect([typed.status, typed.body]).toEqual([415, { error: 'Unsupported media type', message: 'Send the body as JSON with Content-Type: application/json.' }]);
    const filled = (size: number) => { const body = JSON.stringify({ ...good, note: '' }); return body.replace('"note":""', `"note":"${'x'.repeat(size - body.length)}"`); };
    expect((await post(filled(102_400))).status).toBe(202);
    expect(await post(filled(102_401))).toEqual({ status: 413, body: { error: 'Payload too large', message: 'The body is larger than 102400 bytes.' } });
  });

  it('is reported for the first wrong member, in the order of the specification', async () => {
    expect(await post({ simulateOutcome: 'x', currency: 'x', amount: 1 })).toEqual(mustBe('paymentMethodToken', token));
  });

  it('live clients may not send the amount that fails for good', async () => {
    expect(await post({ ...good, amount: 44 }, keys.live)).toEqual(mustBe('amount', amount));
    expect((await post({ ...good, amount: 44 })).status).toBe(202);
  });
});

describe('execute passes on', () => {
  it('every member that recovery uses, and nothing else', async () => {
    const answer = await post({
      ...good, gateway: 'acme', currency: 'eur', originalDeclineCode: 'insufficient_funds', idempotencyKey: 'k-1', invoiceId: 'in_1:2.3-4', cardOrigin: 'DE', binPrefix: '411111',
      customerEmail: 'a@b.co', fallbackPaymentMethodTokens: ['tok_b'], paymentMethodType: 'apple_pay', simulateOutcome: 'failed', unknown: { a: [1] },
    });
    expect(answer.status).toBe(202);
    expect(recovery.executed).toEqual([{
      clientId: 'client-test', tokenText: 'tok_success', amount: { minor: 5000, currency: 'EUR' }, gateway: 'acme', originalDeclineCode: 'insufficient_funds', idempotencyKey: 'k-1',
      invoiceId: 'in_1:2.3-4', customerEmail: 'a@b.co', simulateOutcome: 'failed',
    }]);
  });

  it('what is needed, with its defaults; an empty decline code is none', async () => {
    await post({ ...good, originalDeclineCode: '' });
    expect(recovery.executed).toEqual([{ clientId: 'client-test', tokenText: 'tok_success', amount: { minor: 5000, currency: 'USD' } }]);
  });

  it.each([50, 100_000_000, 44])('the amount %d', async (minor) => {
    expect((await post({ ...good, amount: minor })).status).toBe(202);
    expect(recovery.executed[0]?.amount.minor).toBe(minor);
  });

  it.each(['success', 'maybe', 7, null])('no simulation of a live client, whatever it says: %j', async (simulateOutcome) => {
    expect((await post({ ...good, simulateOutcome }, keys.live)).status).toBe(202);
    expect(recovery.executed).toEqual([{ clientId: 'client-live', tokenText: 'tok_success', amount: { minor: 5000, currency: 'USD' } }]);
  });

  it('nothing of names that reach for prototypes', async () => {
    const answer = await post('{"paymentMethodToken":"tok_success","amount":5000,"__proto__":{"gateway":"x","isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":"x"}');
    expect(answer.status).toBe(202);
    expect(recovery.executed).toEqual([{ clientId: 'client-test', tokenText: 'tok_success', amount: { minor: 5000, currency: 'USD' } }]);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
    expect(await post('{"__proto__":{"paymentMethodToken":"tok_success","amount":5000}}')).toEqual(mustBe('paymentMethodToken', token));
  });

  it('the last of two members of one name', async () => {
    await post('{"paymentMethodToken":"tok_a","paymentMethodToken":"tok_b","amount":5000}');
    expect(recovery.executed[0]?.tokenText).toBe('tok_b');
  });

  it('what recovery finds wrong, back to the caller', async () => {
    recovery.answers.execute = () => ({ status: 'invalid', param: 'gateway', message: "gateway must be one of this account's gateways (acme)" });
    expect(await post({ ...good, gateway: 'other' })).toEqual(refusal('gateway', "gateway must be one of this account's gateways (acme)"));
  });
});
