import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answering, hangingUp, startLoopbackPlatform, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { openSampleGateway, routeTo, within } from '../../test/plugins/open-sample.js';
import { chargeRequest, post } from '../../test/plugins/sample-gateway.js';
import { PlatformError } from '../connector-kit/index.js';
import type { GatewayUse } from './index.js';

let platform: LoopbackPlatform;
beforeEach(async () => {
  platform = await startLoopbackPlatform();
});
afterEach(() => platform.close());

/** What failed, in the words the core decides by. */
const failureOf = async (answer: ReturnType<GatewayUse['charge']>) => {
  const result = await answer;
  if (result.ok) throw new Error(`It answered ${JSON.stringify(result.value)}.`);
  return { code: result.error.code, reached: result.error.reached, message: result.error.message };
};

/** Nothing is on its way any more: a request sent now is the only further one that arrives. */
const settledCount = async (use: GatewayUse): Promise<number> => {
  const before = platform.arrived.length;
  platform.behave(answering({}));
  await use.find(chargeRequest('afterwards'), within(5000));
  return platform.arrived.length - before - 1;
};

describe('what reached the platform', () => {
  test('nothing, if the connection is refused', async () => {
    const { port } = platform;
    await platform.close();
    const { use } = await openSampleGateway({}, { routes: routeTo(port) });
    expect(await failureOf(use.charge(chargeRequest(), within(5000)))).toStrictEqual({
      code: 'platform_down',
      reached: 'no',
      message: `gateway sample charge: no connection to 127.0.0.1:${String(port)} (ECONNREFUSED).`,
    });
    platform = await startLoopbackPlatform();
  });

  test('nobody knows, if the connection is closed after the request', async () => {
    platform.behave(hangingUp);
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port) });
    expect(await failureOf(use.charge(chargeRequest(), within(5000)))).toMatchObject({ code: 'unexpected_answer', reached: 'unknown' });
    expect(platform.arrived).toHaveLength(1);
  });

  test('nobody knows either, though the plugin claims that nothing left', async () => {
    platform.behave(hangingUp);
    const { use } = await openSampleGateway(
      {
        charge: async (_, { session }) => {
          await post(session, '/charges', 'amount=100').catch(() => undefined);
          return { status: 'not_sent', cause: 'so it believes' };
        },
      },
      { routes: routeTo(platform.port) },
    );
    expect(await use.charge(chargeRequest(), within(5000))).toStrictEqual({
      ok: true,
      value: {
        status: 'unknown',
        cause: 'gateway sample charge answered not_sent, but a request had left and its answer is missing',
        gatewayRefs: [],
      },
    });
  });

  test('nobody knows either, though the plugin throws that nothing left', async () => {
    platform.behave(hangingUp);
    const { use } = await openSampleGateway(
      {
        charge: async (_, { session }) => {
          await post(session, '/charges', 'amount=100').catch(() => undefined);
          throw new PlatformError('so it believes', { code: 'platform_down', reached: 'no' });
        },
      },
      { routes: routeTo(platform.port) },
    );
    expect(await failureOf(use.charge(chargeRequest(), within(5000)))).toStrictEqual({
      code: 'platform_down',
      reached: 'unknown',
      message: 'gateway sample charge: so it believes',
    });
  });

  test('not_sent is believed, if the platform answered', async () => {
    const { use } = await openSampleGateway(
      {
        charge: async (_, { session }) => {
          await post(session, '/charges', 'amount=100');
          return { status: 'not_sent', cause: 'rate limited', retryAfterMs: 1000 };
        },
      },
      { routes: routeTo(platform.port) },
    );
    expect(await use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: true, value: { status: 'not_sent', retryAfterMs: 1000 } });
  });

  test('nothing that matters, if only a look went out before the plugin failed', async () => {
    const { use } = await openSampleGateway(
      {
        charge: async (_, { session }) => {
          await post(session, '/charges?key=1', '', {}, undefined, 443, 'GET');
          throw new TypeError('it stumbled');
        },
      },
      { routes: routeTo(platform.port) },
    );
    expect(await failureOf(use.charge(chargeRequest(), within(5000)))).toStrictEqual({
      code: 'unexpected_answer',
      reached: 'no',
      message: 'gateway sample charge: TypeError: it stumbled',
    });
  });
});

describe('one and the same request', () => {
  const chargingTwice = (second: { path?: string; body?: string; key?: string }) => ({
    charge: async (request: ReturnType<typeof chargeRequest>, { session }: { session: Parameters<typeof post>[0] }) => {
      const headers = { 'idempotency-key': request.once.key };
      await post(session, '/charges', 'amount=100', headers).catch(() => undefined);
      const again = { 'Idempotency-Key': second.key ?? request.once.key };
      await post(session, second.path ?? '/charges', second.body ?? 'amount=100', again);
      return { status: 'approved' as const, gatewayRefs: ['ch_1'] as const, amount: request.amount, provisional: false };
    },
  });

  test.each([
    ['the same again', {}],
    ['the same key with another body', { body: 'amount=200' }],
    ['another key with the same body', { key: 'minted by an SDK' }],
  ])('is written once: %s is refused', async (_, second) => {
    platform.behave(hangingUp);
    const { use } = await openSampleGateway(chargingTwice(second), { routes: routeTo(platform.port) });
    expect(await failureOf(use.charge(chargeRequest(), within(5000)))).toStrictEqual({
      code: 'platform_down',
      reached: 'unknown',
      message:
        'gateway sample charge: the same POST was asked for twice in one call; the repeat is refused, the first may have been applied.',
    });
    expect(platform.arrived).toHaveLength(1);
    expect(await settledCount(use)).toBe(0);
  });

  test('is not what two different requests are', async () => {
    const { use } = await openSampleGateway(chargingTwice({ path: '/receipts', key: 'other', body: 'to=them' }), {
      routes: routeTo(platform.port),
    });
    expect(await use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: true });
    expect(platform.arrived.map((request) => request.path)).toStrictEqual(['/charges', '/receipts']);
  });

  test('is not what is asked for again after nothing of it left', async () => {
    const { port } = platform;
    await platform.close();
    let second: LoopbackPlatform | undefined;
    const { use } = await openSampleGateway(
      {
        charge: async (request, { session }) => {
          const headers = { 'idempotency-key': request.once.key };
          await post(session, '/charges', 'amount=100', headers).catch(() => undefined);
          second = await startLoopbackPlatform('plain', port);
          await post(session, '/charges', 'amount=100', headers);
          return { status: 'approved', gatewayRefs: ['ch_1'], amount: request.amount, provisional: false };
        },
      },
      { routes: routeTo(port) },
    );
    expect(await use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: true });
    expect(second?.arrived).toHaveLength(1);
    if (second !== undefined) platform = second;
  });

  test('may be sent again by the core, in a call of its own', async () => {
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port) });
    await use.charge(chargeRequest(), within(5000));
    expect(await use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: true });
    expect(platform.arrived).toHaveLength(2);
  });
});
