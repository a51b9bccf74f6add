import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '../connector-kit/index.js';
import { startLoopbackPlatform, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { API_KEY, openSampleConnector, openSampleGateway, routeTo, within } from '../../test/plugins/open-sample.js';
import { chargeRequest, post } from '../../test/plugins/sample-gateway.js';
import type { PluginLogEntry } from './index.js';

/** A value the compiler would not let a plugin return. */
const wrongly = (value: unknown): never => value as never;

const answerOf = async (value: unknown) => {
  const { use } = await openSampleGateway({ charge: async () => wrongly(value) });
  return use.charge(chargeRequest(), within(1000));
};

const APPROVED = { status: 'approved', gatewayRefs: ['ch_1'], amount: { minor: 100, currency: 'EUR' }, provisional: false };

describe('an answer', () => {
  test('is a frozen copy: neither the plugin nor the caller can change it afterwards', async () => {
    const kept = { ...APPROVED, amount: { minor: 100, currency: 'EUR' }, gatewayRefs: ['ch_1'], extra: undefined };
    const answer = await answerOf(kept);
    kept.amount.minor = 1;
    kept.gatewayRefs.push('ch_2');
    expect(answer).toStrictEqual({ ok: true, value: APPROVED });
    if (!answer.ok || answer.value.status !== 'approved') throw new Error('It was approved.');
    const { value } = answer;
    expect(() => Object.assign(value, { status: 'declined' })).toThrow(TypeError);
    expect(() => Object.assign(value.amount, { minor: 1 })).toThrow(TypeError);
    expect(() => Array.prototype.push.call(value.gatewayRefs, 'ch_2')).toThrow(TypeError);
  });

  test.each([
    ['a method', { ...APPROVED, refund: () => undefined }, 'the answer.refund is a function'],
    ['a class instance', { ...APPROVED, amount: new URL('https://a.test') }, 'the answer.amount is an instance of URL'],
    ['a map', { ...APPROVED, raw: [new Map()] }, 'the answer.raw[0] is an instance of Map'],
    ['bytes', { ...APPROVED, raw: Buffer.from('x') }, 'the answer.raw is an instance of Buffer'],
    ['a bigint', { ...APPROVED, amount: { minor: 1n, currency: 'EUR' } }, 'the answer.amount.minor is a bigint'],
    ['no number', { ...APPROVED, amount: { minor: Number.NaN, currency: 'EUR' } }, 'the answer.amount.minor is NaN'],
    ['an invalid date', { ...APPROVED, at: new Date('soon') }, 'the answer.at is an invalid date'],
    ['a symbol', { ...APPROVED, [Symbol('hidden')]: 1 }, 'the answer has a symbol for a key'],
  ])('that holds %s is refused', async (_, value, problem) => {
    expect(await answerOf(value)).toMatchObject({
      ok: false,
      error: { code: 'unexpected_answer', reached: 'no', message: `gateway sample charge: the answer is not plain data: ${problem}` },
    });
  });

  test('that contains itself is refused', async () => {
    const circle: Record<string, unknown> = { ...APPROVED };
    circle['self'] = circle;
    expect(await answerOf(circle)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('the answer.self contains itself') },
    });
  });

  test('may hold dates, null, nested lists and objects without prototype', async () => {
    const at = new Date('2026-11-20T12:00:00Z');
    const answer = await answerOf({ ...APPROVED, raw: [null, [at, Object.assign(Object.create(null), { a: 1 })]] });
    expect(answer).toMatchObject({ ok: true, value: { raw: [null, [at, { a: 1 }]] } });
  });

  test('cannot smuggle a prototype', async () => {
    const answer = await answerOf(JSON.parse(JSON.stringify(APPROVED).replace('{', '{"__proto__":{"polluted":true},')));
    expect(answer.ok && Reflect.get(answer.value, 'polluted')).toBeFalsy();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test.each([
    [undefined, 'the answer is not what the contract says'],
    [null, 'the answer is not what the contract says'],
    [{ status: 'succeeded', gatewayRefs: [] }, "the answer's status is not what the contract says"],
    [{ ...APPROVED, gatewayRefs: [] }, "the answer's gatewayRefs is not what the contract says"],
    [{ ...APPROVED, amount: { minor: 1.5, currency: 'EUR' } }, "the answer's amount.minor is not what the contract says"],
    [{ ...APPROVED, amount: { minor: 1, currency: 'eur' } }, "the answer's amount.currency is not what the contract says"],
    [
      { status: 'declined', gatewayRefs: [], decline: { system: 's', code: 'c' } },
      "the answer's decline.reachedNetwork is not what the contract says",
    ],
  ])('%j is not taken for an outcome', async (value, problem) => {
    expect(await answerOf(value)).toMatchObject({
      ok: false,
      error: { code: 'unexpected_answer', message: expect.stringContaining(`gateway sample charge: ${problem}: `) },
    });
  });
});

describe('an error', () => {
  const errorOf = async (thrown: unknown) => {
    const { use } = await openSampleGateway({
      charge: async () => {
        throw thrown;
      },
    });
    const answer = await use.charge(chargeRequest(), within(1000));
    if (answer.ok) throw new Error('It answered.');
    return answer.error;
  };

  test('of the kit keeps its code and its wait', async () => {
    const thrown = new PlatformError('slow down', { code: 'rate_limited', reached: 'yes', retryAfterMs: 2000 });
    expect(await errorOf(thrown)).toMatchObject({
      message: 'gateway sample charge: slow down',
      code: 'rate_limited',
      reached: 'yes',
      retryAfterMs: 2000,
    });
  });

  test.each([
    [new TypeError('x is not a function'), 'gateway sample charge: TypeError: x is not a function'],
    ['a string', 'gateway sample charge: a thrown string'],
    [null, 'gateway sample charge: a thrown null'],
    [undefined, 'gateway sample charge: a thrown undefined'],
    [{ body: 'secret things' }, 'gateway sample charge: a thrown object'],
  ])('%p becomes unexpected_answer', async (thrown, message) => {
    expect(await errorOf(thrown)).toMatchObject({ name: 'PlatformError', code: 'unexpected_answer', reached: 'no', message });
  });

  test('thrown before the first await is no different', async () => {
    const { use } = await openSampleGateway({
      charge: () => {
        throw new RangeError('at once');
      },
    });
    expect(await use.charge(chargeRequest(), within(1000))).toMatchObject({
      ok: false,
      error: { message: 'gateway sample charge: RangeError: at once' },
    });
  });

  test('holds no secret, in no shape, not in its stack and not in its cause', async () => {
    const shapes = [API_KEY, encodeURIComponent(API_KEY), Buffer.from(`${API_KEY}:`).toString('base64'), JSON.stringify({ API_KEY })];
    const thrown = new Error(`request failed: ${shapes.join(' ')}`, { cause: new Error(API_KEY) });
    Object.assign(thrown, { config: { headers: { authorization: API_KEY } } });
    for (const error of [
      await errorOf(thrown),
      await errorOf(new PlatformError(thrown.message, { code: 'refused_key', reached: 'yes', cause: thrown })),
    ]) {
      const all = [
        error.message,
        error.stack,
        String(error.cause),
        (error.cause as Error).stack,
        JSON.stringify(error),
        JSON.stringify(error.cause),
      ].join();
      expect(error.message).toContain('[secret]');
      for (const shape of shapes.slice(0, 3)) expect(all).not.toContain(shape);
    }
  });

  test('of open() opens nothing, names the plugin and holds no secret', async () => {
    let opened = 0;
    const { use } = await openSampleGateway({
      open: ({ config }) => {
        opened += 1;
        throw new Error(`bad key ${config.apiKey.reveal()}`);
      },
    });
    const message = (method: string) => `gateway sample ${method}: the connection could not be opened: Error: bad key [secret]`;
    const expected = (method: string) => ({ ok: false, error: { code: 'unexpected_answer', reached: 'no', message: message(method) } });
    expect(await use.charge(chargeRequest(), within(1000))).toMatchObject(expected('charge'));
    expect(await use.checkHealth(within(1000))).toMatchObject(expected('checkHealth'));
    expect(opened).toBe(2);
  });

  test.each([
    [{ limits: () => ({ perMinute: 0, concurrent: 1 }) }, 'limits().perMinute is 0; expected a number of at least 1.'],
    [
      { hosts: () => ['https://api.sample.test'] },
      'hosts() returned something else than a list of "name" or "name:port", without scheme or path.',
    ],
  ])('tells which member of the plugin is wrong', async (over, problem) => {
    const { use } = await openSampleGateway(over);
    expect(await use.checkHealth(within(1000))).toMatchObject({ ok: false, error: { message: expect.stringContaining(problem) } });
  });
});

describe('what a plugin logs', () => {
  test('arrives with its plugin and connection, without secrets', async () => {
    const entries: PluginLogEntry[] = [];
    const { use } = await openSampleGateway(
      {
        checkHealth: async ({ log, connection }) => {
          log.warn(`key ${connection.config.apiKey.reveal()}`, {
            key: connection.config.apiKey,
            url: `https://a/?k=${API_KEY}`,
            error: new Error(API_KEY),
            n: 1,
          });
          return { findings: [] };
        },
      },
      { log: (entry) => entries.push(entry) },
    );
    await use.checkHealth(within(1000));
    expect(entries).toStrictEqual([
      {
        level: 'warn',
        plugin: 'gateway/sample',
        connectionId: 'account-1',
        fact: 'key [secret]',
        fields: { key: '[secret]', url: 'https://a/?k=[secret]', error: { name: 'Error', message: '[secret]' }, n: 1 },
      },
    ]);
  });
});

describe('a collection that answers already_paid', () => {
  let platform: LoopbackPlatform;
  beforeEach(async () => {
    platform = await startLoopbackPlatform();
    platform.behave((_request, response) => void response.writeHead(409).end());
  });
  afterEach(() => platform.close());

  const request = (key: string) => ({
    once: { key, firstTriedAt: new Date(), ourReference: key },
    invoice: { ref: 'in_1' },
    amount: { minor: 100, currency: 'EUR' },
    before: { state: 'open' as const, due: { minor: 100, currency: 'EUR' }, payments: [], paymentsComplete: true },
  });

  test('is believed if one request went out under its key', async () => {
    const { use } = await openSampleConnector({}, { routes: routeTo(platform.port) });
    expect(await use.collection?.collectNow(request('case-1'), within(2000))).toStrictEqual({
      ok: true,
      value: { status: 'already_paid' },
    });
  });

  test('is unknown if an earlier call had sent one under the same key: the payment may be ours', async () => {
    const { use, useOf } = await openSampleConnector({}, { routes: routeTo(platform.port) });
    await use.collection?.collectNow(request('case-1'), within(2000));
    expect(await use.collection?.collectNow(request('case-1'), within(2000))).toStrictEqual({
      ok: true,
      value: {
        status: 'unknown',
        cause:
          'connector sample-billing collection.collectNow answered already_paid, but 2 requests had gone out under this key, so the payment may be ours',
        gatewayRefs: [],
      },
    });
    expect(await use.collection?.collectNow(request('case-2'), within(2000))).toMatchObject({ value: { status: 'already_paid' } });
    expect(await useOf('connection-2').collection?.collectNow(request('case-1'), within(2000))).toMatchObject({
      value: { status: 'already_paid' },
    });
  });

  test('is unknown if nothing went out at all', async () => {
    const collection = {
      collectNow: async () => ({ status: 'already_paid' as const }),
      findCollection: async () => ({ status: 'absent' as const }),
    };
    const protection = () => ({ absentIsFinalAfterMs: 1, kind: 'single_use_object' as const });
    const { use } = await openSampleConnector({ collection: { ...collection, protection } }, { routes: routeTo(platform.port) });
    expect(await use.collection?.collectNow(request('case-1'), within(2000))).toMatchObject({ value: { status: 'unknown' } });
  });

  test('is counted by key: another write of the same call does not matter', async () => {
    const writing = (second: Readonly<Record<string, string>>) =>
      openSampleConnector(
        {
          collection: {
            collectNow: async ({ once }, { session }) => {
              await post(session, '/prepare', 'a', second);
              await post(session, '/pay', 'b', { 'idempotency-key': once.key });
              return { status: 'already_paid' };
            },
            findCollection: async () => ({ status: 'absent' }),
            protection: () => ({ absentIsFinalAfterMs: 1, kind: 'single_use_object' }),
          },
        },
        { routes: routeTo(platform.port) },
      );
    const { use } = await writing({ 'idempotency-key': 'of the preparation' });
    expect(await use.collection?.collectNow(request('case-1'), within(2000))).toMatchObject({ value: { status: 'already_paid' } });
  });
});
