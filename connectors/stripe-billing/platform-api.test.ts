import { describe, expect, it } from '@jest/globals';
import { PlatformError } from '../../core/connector-kit/index.js';
import { charge } from './stripe-gateway.js';
import { ask } from './platform-api.js';
import { chargeShape } from './shapes.js';
import { stubbedStripe } from './stubbed-stripe.test-bench.js';

const read = (context: ReturnType<typeof stubbedStripe>['context']) =>
  ask(context, chargeShape, (options) => context.session.charges.retrieve('ch_1', {}, options));
const order = {
  once: { key: 'case-1', firstTriedAt: new Date(), ourReference: 'case-1' },
  chargeRef: 'pi_1',
  amount: { minor: 100, currency: 'EUR' },
  token: { gatewayType: 'stripe', gatewayAccountRef: 'own', methodRef: 'pm_1' },
  description: 'x',
};

describe('a call', () => {
  it("ends with the core's signal, even if fetch heeds no signal at all", async () => {
    const { context, abort, sent } = stubbedStripe(() => new Promise<Response>(() => undefined), 700);
    const answer = charge(order, context);
    setTimeout(abort, 50);
    expect(await answer).toMatchObject({ status: 'unknown' });
    expect(sent).toHaveLength(1);
  });

  it('is not begun once the deadline has passed', async () => {
    const { context, sent } = stubbedStripe(() => ({ body: {} }), 0);
    expect(await charge(order, context)).toMatchObject({ status: 'not_sent' });
    await expect(read(context)).rejects.toMatchObject({ reached: 'no' });
    expect(sent).toEqual([]);
  });

  it('carries our key, the pinned version and no telemetry', async () => {
    const { context, sent } = stubbedStripe(() => ({
      body: { id: 'pi_1', object: 'payment_intent', status: 'requires_action', amount: 100, currency: 'eur', created: 1 },
    }));
    expect(await charge(order, context)).toMatchObject({ status: 'declined', decline: { code: 'authentication_required' } });
    expect(sent).toMatchObject([{ method: 'POST', path: '/v1/payment_intents/pi_1/confirm', key: 'case-1' }]);
  });

  it('is sent once, whatever the connection does', async () => {
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const { context, sent } = stubbedStripe(() => Promise.reject(new TypeError('fetch failed', { cause: reset })));
    expect(await charge(order, context)).toMatchObject({ status: 'unknown' });
    expect(sent).toHaveLength(1);
  });

  it.each([
    [new PlatformError('nothing left', { code: 'platform_down', reached: 'no' }), 'no'],
    [new PlatformError('something left', { code: 'platform_down', reached: 'unknown' }), 'unknown'],
    [new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }), 'no'],
    [new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'EPIPE' }) }), 'unknown'],
  ])('believes io about what left: %s', async (thrown, reached) => {
    const { context } = stubbedStripe(() => Promise.reject(thrown));
    await expect(read(context)).rejects.toMatchObject({ name: 'PlatformError', code: 'platform_down', reached });
    expect(await charge(order, context)).toMatchObject({ status: reached === 'no' ? 'not_sent' : 'unknown' });
  });

  it("tells how long to wait, and no word of Stripe's own message", async () => {
    const body = { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'for sk_test_abc' } };
    const { context } = stubbedStripe(() =>
      Promise.resolve(new Response(JSON.stringify(body), { status: 429, headers: { 'retry-after': '7' } })),
    );
    const thrown = await read(context).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'rate_limited', retryAfterMs: 7000 });
    expect(String(thrown)).not.toContain('sk_test_abc');
    expect(thrown).not.toHaveProperty('cause.raw');
  });

  it('takes an object that lacks what is needed for no answer', async () => {
    const { context } = stubbedStripe(() => ({ body: { object: 'charge', id: 'ch_1' } }));
    await expect(read(context)).rejects.toMatchObject({ code: 'unexpected_answer', message: expect.stringContaining('amount') });
  });

  it.each([203, 302, 503])('takes a whole object under status %i for no answer either', async (status) => {
    const intent = { id: 'pi_1', object: 'payment_intent', status: 'succeeded', amount: 100, amount_received: 100, currency: 'eur', created: 1 };
    const { context } = stubbedStripe(() => ({ status, body: intent }));
    expect(await charge(order, context)).toMatchObject({ status: 'unknown' });
  });

  it('does not take a key that Stripe knows from another request for a refusal: the other one may have charged', async () => {
    const { context } = stubbedStripe(() => ({
      status: 400,
      body: { error: { type: 'idempotency_error', message: 'Keys for idempotent requests' } },
    }));
    expect(await charge(order, context)).toMatchObject({ status: 'unknown' });
  });
});
