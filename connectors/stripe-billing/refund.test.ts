import { describe, expect, it } from '@jest/globals';
import { refund } from './refund.js';
import { listOf, stubbedStripe } from './stubbed-stripe.test-bench.js';

const request = {
  once: { key: 'case-refund-1', firstTriedAt: new Date(), ourReference: 'case-refund-1' },
  gatewayRefs: ['pi_1', 'ch_1'],
  amount: { minor: 500, currency: 'JPY' },
  why: 'duplicate' as const,
};
const made = (status: string, reference = 'case-refund-1') => ({
  object: 'refund',
  id: 're_1',
  status,
  metadata: { recovery_hub_refund: reference },
});

describe('a refund', () => {
  it('is looked for, then made under our key with our reference', async () => {
    const { context, sent } = stubbedStripe(({ method }) => ({
      body: method === 'GET' ? listOf(made('succeeded', 'of another case')) : made('succeeded'),
    }));
    expect(await refund(request, context)).toEqual({ status: 'refunded', refundRef: 're_1' });
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(sent[1]).toMatchObject({ path: '/v1/refunds', key: 'case-refund-1' });
    expect(Object.fromEntries(sent[1]?.form ?? [])).toMatchObject({
      payment_intent: 'pi_1',
      amount: '500',
      reason: 'duplicate',
      'metadata[recovery_hub_refund]': 'case-refund-1',
    });
  });

  it('that was made before is found and not made again', async () => {
    const { context, sent } = stubbedStripe(() => ({ body: listOf(made('pending')) }));
    expect(await refund(request, context)).toEqual({ status: 'pending', refundRef: 're_1' });
    expect(sent).toHaveLength(1);
  });

  it.each([
    [{ body: made('failed') }, { status: 'refused' }],
    [
      { status: 400, body: { error: { type: 'invalid_request_error', code: 'charge_already_refunded', message: 'x' } } },
      { status: 'refused', detail: expect.stringContaining('charge_already_refunded') },
    ],
    [{ status: 500, body: { error: { type: 'api_error', message: 'x' } } }, { status: 'unknown' }],
    [{ status: 503, body: { maintenance: true } }, { status: 'unknown' }],
  ])('answered with %j', async (answer, outcome) => {
    const { context } = stubbedStripe(({ method }) => (method === 'GET' ? { body: listOf() } : answer));
    expect(await refund(request, context)).toMatchObject(outcome);
  });

  it('of nothing that Stripe could refund is refused before it is sent', async () => {
    const { context, sent } = stubbedStripe(() => ({ body: listOf() }));
    await expect(refund({ ...request, gatewayRefs: ['01KCASE-1'] }, context)).rejects.toMatchObject({
      code: 'invalid_request',
      reached: 'no',
    });
    expect(sent).toEqual([]);
  });
});
