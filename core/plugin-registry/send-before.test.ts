import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answering, startLoopbackPlatform, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { openSampleGateway, routeTo, until, within } from '../../test/plugins/open-sample.js';
import { chargeRequest } from '../../test/plugins/sample-gateway.js';
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

describe('sendBefore', () => {
  test('passed before the call: nothing is called', async () => {
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port) });
    expect(await failureOf(use.charge(chargeRequest(), within(1000, 0)))).toMatchObject({ code: 'platform_down', reached: 'no' });
    expect(await settledCount(use)).toBe(0);
  });

  test('passed while the request waits for its turn: it is never sent', async () => {
    platform.behave((_request, response) => void setTimeout(() => response.end('{}'), 300));
    const { use } = await openSampleGateway({ limits: () => ({ perMinute: 6000, concurrent: 1 }) }, { routes: routeTo(platform.port) });
    const first = use.charge(chargeRequest('first'), within(5000));
    await until(() => platform.arrived.length === 1);
    const second = await failureOf(use.charge(chargeRequest('second'), within(5000, 50)));
    expect(second).toMatchObject({ code: 'platform_down', reached: 'no' });
    expect(second.message).toMatch(/^gateway sample charge: not sent, because it could have left only after sendBefore /);
    expect(await first).toMatchObject({ ok: true });
    expect(platform.arrived.map((request) => request.headers['idempotency-key'])).toStrictEqual(['first']);
    expect(await settledCount(use)).toBe(0);
  });

  test('passed between the connection and the write: the clock is read in the tick that writes', async () => {
    let reads = 0;
    const late = new Date(Date.now() + 60_000);
    // The first reading begins the call, the second stands before the socket.
    const wallNow = () => (reads++ === 0 ? new Date() : late);
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port), wallNow });
    const time = { deadline: new Date(Date.now() + 120_000), sendBefore: new Date(Date.now() + 30_000) };
    expect(await failureOf(use.charge(chargeRequest(), time))).toMatchObject({ code: 'platform_down', reached: 'no' });
    expect(platform.arrived).toHaveLength(0);
  });

  test('and a stop that comes meanwhile: what waits for its turn is held back, what has begun is not', async () => {
    platform.behave((_request, response) => void setTimeout(() => response.end('{}'), 300));
    const { use } = await openSampleGateway({ limits: () => ({ perMinute: 6000, concurrent: 1 }) }, { routes: routeTo(platform.port) });
    let stopped: string | undefined;
    const time = { ...within(5000), heldBack: () => stopped };
    const first = use.charge(chargeRequest('first'), time);
    await until(() => platform.arrived.length === 1);
    const second = failureOf(use.charge(chargeRequest('second'), time));
    stopped = 'Charges are paused.';
    expect(await second).toStrictEqual({ code: 'platform_down', reached: 'no', message: 'gateway sample charge: not sent. Charges are paused.' });
    expect(await first).toMatchObject({ ok: true });
    expect(await settledCount(use)).toBe(0);
  });

  test('does not bind reads', async () => {
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port) });
    expect(await use.find(chargeRequest(), within(1000, -1))).toStrictEqual({ ok: true, value: { status: 'absent' } });
  });

  test('is required for a write, by name', async () => {
    const { use } = await openSampleGateway({}, { routes: routeTo(platform.port) });
    const time = { deadline: within(1000).deadline } as ReturnType<typeof within>;
    expect(await failureOf(use.charge(chargeRequest(), time))).toMatchObject({
      code: 'invalid_request',
      reached: 'no',
      message: 'gateway sample charge: sendBefore is not a date; a call that is not a read needs deadline and sendBefore, both wall time.',
    });
    expect(platform.arrived).toHaveLength(0);
  });
});
