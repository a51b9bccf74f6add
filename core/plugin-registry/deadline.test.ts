import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answering, hanging, startLoopbackPlatform, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { openSampleGateway, routeTo, until, within } from '../../test/plugins/open-sample.js';
import { chargeRequest, post } from '../../test/plugins/sample-gateway.js';
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

describe('the deadline', () => {
  test('ends a request whose answer never comes; it may have been applied', async () => {
    platform.behave(hanging);
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port) });
    const began = Date.now();
    const failure = await failureOf(use.charge(chargeRequest(), within(150)));
    expect(Date.now() - began).toBeLessThan(1000);
    expect(failure).toMatchObject({ code: 'platform_down', reached: 'unknown' });
    expect(failure.message).toMatch(/^gateway sample charge: stopped at its deadline .*Z; an answer was still missing\.$/);
  });

  test('ends a request that waits for its turn: it is never sent', async () => {
    platform.behave(hanging);
    const { use } = await openSampleGateway({ limits: () => ({ perMinute: 6000, concurrent: 1 }) }, { routes: routeTo(platform.port) });
    const first = use.charge(chargeRequest('first'), within(400));
    await until(() => platform.arrived.length === 1);
    expect(await failureOf(use.charge(chargeRequest('second'), within(100)))).toMatchObject({ code: 'platform_down', reached: 'no' });
    expect(await first).toMatchObject({ ok: false, error: { reached: 'unknown' } });
    expect(platform.arrived).toHaveLength(1);
    expect(await settledCount(use)).toBe(0);
  });

  test('ends an answer that drips', async () => {
    platform.behave((_request, response) => {
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port) });
    const began = Date.now();
    expect(await use.charge(chargeRequest(), within(200))).toMatchObject({ ok: false, error: { code: 'platform_down' } });
    expect(Date.now() - began).toBeLessThan(1000);
  });

  test('also ends a plugin that waits for something else, and what it sends later is refused', async () => {
    let wake = (): void => undefined;
    const sentLater = { outcome: 'nothing yet' };
    const { use } = await openSampleGateway(
      {
        charge: async (request, { session }) => {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          await post(session, '/charges', 'amount=100').then(
            () => Object.assign(sentLater, { outcome: 'sent' }),
            (error: unknown) => Object.assign(sentLater, { outcome: String(error) }),
          );
          return { status: 'approved', gatewayRefs: ['ch_1'], amount: request.amount, provisional: false };
        },
      },
      { routes: routeTo(platform.port) },
    );
    expect(await failureOf(use.charge(chargeRequest(), within(60)))).toMatchObject({ code: 'platform_down', reached: 'no' });
    wake();
    await until(() => sentLater.outcome !== 'nothing yet');
    expect(sentLater.outcome).toBe('PlatformError: gateway sample charge: a request was made after the call had ended.');
    expect(platform.arrived).toHaveLength(0);
  });

  test('is not waited for by what a plugin left running: that ends with its call', async () => {
    let closed = false;
    platform.behave((_request, _response, socket) => void socket.on('close', () => (closed = true)));
    const { use } = await openSampleGateway(
      {
        charge: async (request, { session }) => {
          void post(session, '/forgotten', 'x').catch(() => undefined);
          await until(() => platform.arrived.length === 1);
          return { status: 'approved', gatewayRefs: ['ch_1'], amount: request.amount, provisional: false };
        },
      },
      { routes: routeTo(platform.port) },
    );
    expect(await use.charge(chargeRequest(), within(60_000))).toMatchObject({ ok: true });
    await until(() => closed);
  });

  test('passed before the call: nothing is called', async () => {
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port) });
    expect(await use.find(chargeRequest(), within(0))).toMatchObject({ ok: false, error: { code: 'platform_down', reached: 'no' } });
    expect(platform.arrived).toHaveLength(0);
  });
});
