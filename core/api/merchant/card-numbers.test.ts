import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createFakeRecovery, fakeClients, keys, type FakeRecovery } from '../../../test/support/fake-recovery.js';
import { serveRoutes, stopServing } from '../../../test/support/serve-routes.js';
import { merchantRoutes } from '../../http-server/index.js';
import { findBadText, looksLikeCardNumber, testNumberIn } from './card-numbers.js';
import { createMerchantApi } from './index.js';

const card = '4242424242424242';
const good = { paymentMethodToken: 'tok_success', amount: 5000 };

/** Completes digits to a number that passes Luhn, by trial: another way than the code under test takes. */
const complete = (digits: string): string => {
  const sum = (text: string) => text.split('').toReversed().map(Number).map((digit, at) => (at % 2 === 0 ? digit : String(digit * 2).split('').map(Number).reduce((a, b) => a + b, 0))).reduce((a, b) => a + b, 0);
  return Array.from({ length: 10 }, (_, last) => digits + String(last)).find((number) => sum(number) % 10 === 0) ?? '';
};
const digits = (least: number, most: number) => fc.string({ unit: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), minLength: least, maxLength: most });
const separated = (number: string, separators: readonly string[]) => number.split('').map((digit, at) => digit + (separators[at % separators.length] ?? '')).join('');

describe('what looks like a card number', () => {
  it('is every run of 13 to 19 digits that passes Luhn, whatever spaces, dots and dashes stand in it', () => {
    fc.assert(fc.property(digits(12, 18).map(complete), fc.array(fc.constantFrom('', ' ', '.', '-', '  ', ' - ', '\u00A0', '\u2011'), { minLength: 1, maxLength: 5 }), (number, separators) => {
      expect(looksLikeCardNumber(separated(number, separators))).toBe(true);
    }));
  });

  it('is no number with one digit changed', () => {
    fc.assert(fc.property(digits(12, 18).map(complete), fc.nat(), fc.integer({ min: 1, max: 9 }), (number, place, by) => {
      const at = place % number.length;
      const changed = number.slice(0, at) + String((Number(number[at]) + by) % 10) + number.slice(at + 1);
      expect(looksLikeCardNumber(changed)).toBe(false);
    }));
  });

  it.each([['12 digits', complete('12345678901')], ['20 digits', complete('1234567890123456789')], ['letters within', '4242x424242424242'], ['a token', 'pm_4242424242424242'], ['nothing', '']])('is none of %s', (_what, text) => {
    expect(looksLikeCardNumber(text)).toBe(false);
  });

  it('knows the test numbers with and without spaces, and no other spelling', () => {
    expect(['4111111111111111', '5555 5555 5555 4444', '3782 822463 10005', '3530111333300000'].map(testNumberIn)).toEqual(['4111111111111111', '5555555555554444', '378282246310005', '3530111333300000']);
    expect([card, '4111-1111-1111-1111'].map(testNumberIn)).toEqual([undefined, undefined]);
  });
});

describe('a body', () => {
  it.each<readonly [unknown, string]>([
    [{ a: card }, 'a'], [{ a: { b: [{ c: '4242 4242 4242 4242' }] } }, 'a.b[0].c'], [[card], '[0]'], [{ x: 1, tokens: ['ok', '4242-4242-4242-4242'] }, 'tokens[1]'],
    [JSON.parse(`{"__proto__":{"n":"${card}"}}`), '__proto__.n'],
  ])('%j holds one at %s', (body, param) => {
    expect(findBadText(body)).toEqual({ param, problem: 'card_number' });
  });

  it('is searched however deep it is nested', () => {
    const depth = 50_000;
    const body: unknown = JSON.parse(`${'['.repeat(depth)}"${card}"${']'.repeat(depth)}`);
    expect(findBadText(body)?.problem).toBe('card_number');
  });

  it('may hold no half characters, and any other text', () => {
    expect(findBadText({ a: 'x\uD800y' })).toEqual({ param: 'a', problem: 'broken_text' });
    expect(findBadText({ a: '😀 ü 漢', b: 1, c: null, d: [true], '4242424242424242': 'as a name' })).toBeUndefined();
  });
});

describe('a call with a card number', () => {
  let recovery: FakeRecovery;
  let served: Awaited<ReturnType<typeof serveRoutes>>;
  const serve = async (accounts?: readonly string[]) => {
    recovery = createFakeRecovery();
    served = await serveRoutes(merchantRoutes(createMerchantApi({ recovery, ...fakeClients(accounts) })));
  };
  beforeEach(() => serve());
  afterEach(stopServing);

  const post = async (body: object, key: string = keys.test, path = 'execute') => {
    const answer = await served.agent.post(`/api/recovery/${path}`).set('X-API-KEY', key).send(body);
    return { status: answer.status, body: answer.body as unknown };
  };
  const refused = (param: string) => ({
    status: 400, body: { error: 'Invalid request', message: `${param} looks like a card number. Send the gateway's token; card numbers are never accepted.`, param },
  });

  it.each([
    ['paymentMethodToken', { ...good, paymentMethodToken: card }],
    ['paymentMethodToken', { ...good, paymentMethodToken: '4242 4242 4242 4242' }],
    ['paymentMethodToken', { ...good, paymentMethodToken: '4242-4242-4242-4242' }],
    ['paymentMethodToken', { ...good, paymentMethodToken: '4111-1111-1111-1111' }],
    ['idempotencyKey', { ...good, idempotencyKey: '4242.4242.4242.4242' }],
    ['invoiceId', { ...good, invoiceId: card }],
    ['originalDeclineCode', { ...good, originalDeclineCode: card }],
    ['customerEmail', { ...good, customerEmail: card }],
    ['gateway', { ...good, gateway: card }],
    ['fallbackPaymentMethodTokens[1]', { ...good, fallbackPaymentMethodTokens: ['tok_b', '4242 4242 4242 4242'] }],
    ['fallbackPaymentMethodTokens[0]', { ...good, fallbackPaymentMethodTokens: ['4111111111111111'] }],
    ['metadata.notes[0].pan', { ...good, metadata: { notes: [{ pan: card }] } }],
    ['idempotencyKey', { ...good, paymentMethodToken: '4111111111111111', idempotencyKey: '4111111111111111' }],
  ])('in %s is refused, and neither passed on nor logged', async (param, body) => {
    expect(await post(body)).toEqual(refused(param));
    expect(recovery.executed).toEqual([]);
    expect(served.lines.join('')).not.toMatch(/4242|4111/);
  });

  it('is refused before any other member is looked at, and on cancel as well', async () => {
    expect(await post({ amount: 'x', note: card })).toEqual(refused('note'));
    expect(await post({ idempotencyKey: card }, keys.test, 'cancel')).toEqual(refused('idempotencyKey'));
    expect(recovery.cancelled).toEqual([]);
  });

  it.each([['4111111111111111', '4111111111111111'], ['5555 5555 5555 4444', '5555555555554444']])('that a test gateway takes goes there without its spaces: %s', async (sent, passed) => {
    expect((await post({ ...good, paymentMethodToken: sent })).status).toBe(202);
    expect((await post({ ...good, paymentMethodToken: sent, gateway: 'builtin' })).status).toBe(202);
    expect((await post({ ...good, paymentMethodToken: sent, gateway: 'account-builtin' })).status).toBe(202);
    expect(recovery.executed.map((request) => request.tokenText)).toEqual([passed, passed, passed]);
  });

  it('that is a test number is refused for a gateway that takes none, a client without one, and a live client', async () => {
    const body = { ...good, paymentMethodToken: '4111111111111111' };
    expect(await post({ ...body, gateway: 'acme' })).toEqual(refused('paymentMethodToken'));
    expect(await post(body, keys.live)).toEqual(refused('paymentMethodToken'));
    await serve(['acme']);
    expect(await post(body)).toEqual(refused('paymentMethodToken'));
  });

  it('shows at most the beginning of a long name', async () => {
    const name = 'n'.repeat(5000);
    const answer = await post({ [name]: card });
    expect(answer).toEqual(refused(`${'n'.repeat(100)}…`));
  });

  it('with half a character is refused by name', async () => {
    expect(await post({ ...good, idempotencyKey: 'a\uD800' })).toEqual({ status: 400, body: { error: 'Invalid request', message: 'idempotencyKey must be well-formed Unicode text', param: 'idempotencyKey' } });
  });
});
