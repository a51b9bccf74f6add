import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Stripe } from 'stripe';
import { platformErrorWithin, type PluginIo } from '../../core/connector-kit/index.js';
import { answering, hanging, hangingUp, startLoopbackPlatform, type LoopbackPlatform } from './loopback-platform.js';
import { API_KEY, openSampleGateway, within } from './open-sample.js';
import { chargeRequest } from './sample-gateway.js';

/**
 * An official SDK behind the agent and the fetch of `io`. It is the one with the most traps: it repeats a POST whose connection was closed once even if its
 * retries are off, takes no AbortSignal, and measures its own timeout only between bytes.
 */

let platform: LoopbackPlatform;
beforeEach(async () => {
  platform = await startLoopbackPlatform();
});
afterEach(() => platform.close());

const clients = {
  agent: (io: PluginIo) => Stripe.createNodeHttpClient(io.agent),
  fetch: (io: PluginIo) => Stripe.createFetchHttpClient(io.fetch),
};

const open = async (through: keyof typeof clients) => {
  const seen: unknown[] = [];
  const { use } = await openSampleGateway(
    {
      hosts: () => ['api.stripe.com'],
      charge: async (request, { session }) => {
        const stripe = new Stripe(API_KEY, { httpClient: clients[through](session), maxNetworkRetries: 0, telemetry: false });
        try {
          const intent = await stripe.paymentIntents.create({ amount: 100, currency: 'eur' }, { idempotencyKey: request.once.key });
          return { status: 'approved', gatewayRefs: [intent.id], amount: request.amount, provisional: false };
        } catch (error) {
          seen.push(error);
          throw error;
        }
      },
    },
    { routes: new Map([['api.stripe.com', new URL(`http://127.0.0.1:${String(platform.port)}`)]]) },
  );
  return { use, seen };
};

describe.each(['agent', 'fetch'] as const)('an official SDK through %s', (through) => {
  test('reaches the stand-in of its own host over plain http, its headers untouched', async () => {
    platform.behave(answering({ id: 'pi_1', object: 'payment_intent' }));
    const { use } = await open(through);
    expect(await use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: true, value: { gatewayRefs: ['pi_1'] } });
    expect(platform.arrived).toMatchObject([
      {
        method: 'POST',
        path: '/v1/payment_intents',
        body: 'amount=100&currency=eur',
        headers: { host: 'api.stripe.com', authorization: `Bearer ${API_KEY}`, 'idempotency-key': 'case-1' },
      },
    ]);
  });

  test('sends one request when its connection is closed: its hidden repeat never leaves', async () => {
    platform.behave(hangingUp);
    const { use, seen } = await open(through);
    const answer = await use.charge(chargeRequest(), within(5000));
    expect(answer).toMatchObject({ ok: false, error: { code: 'platform_down', reached: 'unknown' } });
    expect(platform.arrived).toHaveLength(1);
    expect(seen).toHaveLength(1);
    expect(platformErrorWithin(seen[0])).toMatchObject({ reached: 'unknown' });
  });

  test('is ended at the deadline, though it knows of none', async () => {
    platform.behave(hanging);
    const { use } = await open(through);
    const began = Date.now();
    expect(await use.charge(chargeRequest(), within(200))).toMatchObject({
      ok: false,
      error: { code: 'platform_down', reached: 'unknown' },
    });
    expect(Date.now() - began).toBeLessThan(1500);
    expect(platform.arrived).toHaveLength(1);
  });

  test('is told that nothing left, if the connection is refused', async () => {
    await platform.close();
    const { use, seen } = await open(through);
    expect(await use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: false, error: { code: 'platform_down', reached: 'no' } });
    expect(platformErrorWithin(seen[0])).toMatchObject({ reached: 'no' });
    platform = await startLoopbackPlatform();
  });
});
