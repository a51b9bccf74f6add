import { describe, expect, test } from '@jest/globals';
import type { VerifiedDelivery, WebhookDelivery } from '../connector-kit/index.js';
import { openSampleConnector, WEBHOOK_PASSWORD, within } from '../../test/plugins/open-sample.js';

const delivery = (password: string | undefined, body = 'invoice.failed'): WebhookDelivery => ({
  method: 'POST',
  query: new URLSearchParams(),
  headers: new Headers({
    'x-delivery': 'd-1',
    ...(password === undefined ? {} : { authorization: `Basic ${Buffer.from(`hub:${password}`).toString('base64')}` }),
  }),
  body: Buffer.from(body),
  receivedAt: new Date(),
});

describe('a delivery', () => {
  test('that proves itself is branded and can be parsed', async () => {
    const { use } = await openSampleConnector({});
    const verified = await use.webhook.verify(delivery(WEBHOOK_PASSWORD), within(1000));
    expect(verified).toMatchObject({ ok: true, value: { genuine: true, deliveryId: 'd-1' } });
    if (!verified.ok || verified.value.genuine !== true) throw new Error('It is genuine.');
    expect(await use.webhook.parse(verified.value.delivery, within(1000))).toMatchObject({
      ok: true,
      value: [{ type: 'ignored', platformType: 'invoice.failed' }],
    });
  });

  test.each([
    [undefined, 'missing_proof'],
    ['wrong', 'wrong_proof'],
  ])('with password %p is refused with its reason, which is no error', async (password, reason) => {
    const { use } = await openSampleConnector({});
    expect(await use.webhook.verify(delivery(password), within(1000))).toStrictEqual({ ok: true, value: { genuine: false, reason } });
  });

  test('is not parsed without the brand, nor with that of another connection or registry', async () => {
    const { use, useOf } = await openSampleConnector({});
    const elsewhere = await openSampleConnector({});
    const verified = await use.webhook.verify(delivery(WEBHOOK_PASSWORD), within(1000));
    if (!verified.ok || verified.value.genuine !== true) throw new Error('It is genuine.');
    const refused = {
      ok: false,
      error: { code: 'invalid_request', message: expect.stringContaining('was not proved by verify for this connection') },
    };
    expect(await use.webhook.parse(delivery(WEBHOOK_PASSWORD) as VerifiedDelivery, within(1000))).toMatchObject(refused);
    expect(await use.webhook.parse({ ...verified.value.delivery }, within(1000))).toMatchObject(refused);
    expect(await useOf('connection-2').webhook.parse(verified.value.delivery, within(1000))).toMatchObject(refused);
    expect(await elsewhere.use.webhook.parse(verified.value.delivery, within(1000))).toMatchObject(refused);
  });

  test('that was proved and stored can be brought back', async () => {
    const { use } = await openSampleConnector({});
    expect(await use.webhook.parse(use.webhook.provenBefore(delivery(undefined)), within(1000))).toMatchObject({ ok: true });
  });

  test('that the connector chokes on is an error of ours, without the password', async () => {
    const { use } = await openSampleConnector({
      webhook: {
        verify: (_, { config }) => {
          throw new Error(`cannot compare ${config.webhookPassword.reveal()}`);
        },
        parse: () => [],
      },
    });
    expect(await use.webhook.verify(delivery('x'), within(1000))).toMatchObject({
      ok: false,
      error: { code: 'unexpected_answer', message: 'connector sample-billing webhook.verify: Error: cannot compare [secret]' },
    });
  });

  test('is not waited for longer than the deadline', async () => {
    const { use } = await openSampleConnector({ webhook: { verify: () => new Promise(() => undefined), parse: () => [] } });
    expect(await use.webhook.verify(delivery('x'), within(50))).toMatchObject({ ok: false, error: { code: 'platform_down' } });
  });

  test('that parses into something that is no event is refused', async () => {
    const { use } = await openSampleConnector({
      webhook: {
        verify: () => ({ genuine: true, deliveryId: '1' }),
        parse: () => [{ type: 'invoice_paid', occurredAt: new Date() }] as never,
      },
    });
    expect(await use.webhook.parse(use.webhook.provenBefore(delivery(undefined)), within(1000))).toMatchObject({
      ok: false,
      error: { code: 'unexpected_answer', message: expect.stringContaining("the answer's 0.invoice is not what the contract says") },
    });
  });
});
