import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stripe } from 'stripe';
import type { Connection, WebhookDelivery } from '../../core/connector-kit/index.js';
import { connectorConfig, type ConnectorConfig } from './config.js';
import {
  collectRequest,
  invoiceOf,
  moneyRequests,
  openBench,
  readTime,
  valueOf,
  writeTime,
  type Bench,
} from './stripe-billing.test-bench.js';
import { webhook } from './webhook.js';

/** One test for each row of traps.md, by the name that stands there. */

const NOW = new Date('2026-11-25T10:00:05Z');
const encoder = new TextEncoder();

const connectionWith = (...webhookSecrets: string[]): Connection<ConnectorConfig> => ({
  connectionId: 'con_1',
  clientId: 'client_1',
  mode: 'test',
  config: connectorConfig.parse({ apiKey: 'sk_test_abc', webhookSecrets }),
});
const deliveryOf = (body: Uint8Array, signature: string): WebhookDelivery => ({
  method: 'POST',
  query: new URLSearchParams(),
  headers: new Headers({ 'stripe-signature': signature }),
  body,
  receivedAt: NOW,
});
const signedBy = (payload: string, secret: string, at = NOW): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(at.getTime() / 1000) });

describe('traps of the webhook', () => {
  const payload = '{"id":"evt_1","object":"event"}';

  it('signature over raw bytes', async () => {
    const connection = connectionWith('whsec_a');
    const signature = signedBy(payload, 'whsec_a');
    const verdictOn = (body: Uint8Array) => webhook.verify(deliveryOf(body, signature), connection);
    expect(await verdictOn(encoder.encode(payload))).toMatchObject({ genuine: true });
    // A byte order mark is invisible to whoever decodes before he checks; the SDK's own check accepts this body.
    const marked = Uint8Array.of(0xef, 0xbb, 0xbf, ...encoder.encode(payload));
    expect(() => Stripe.webhooks.constructEvent(Buffer.from(marked), signature, 'whsec_a', 300, undefined, NOW.getTime())).not.toThrow();
    expect(await verdictOn(marked)).toEqual({ genuine: false, reason: 'wrong_proof' });
    // What a JSON middleware would have made of it.
    expect(await verdictOn(encoder.encode(JSON.stringify(JSON.parse(payload), null, 1)))).toEqual({
      genuine: false,
      reason: 'wrong_proof',
    });
  });

  it('future timestamp', async () => {
    const tomorrow = signedBy(payload, 'whsec_a', new Date(NOW.getTime() + 86_400_000));
    expect(() => Stripe.webhooks.constructEvent(payload, tomorrow, 'whsec_a', 300, undefined, NOW.getTime())).not.toThrow();
    expect(await webhook.verify(deliveryOf(encoder.encode(payload), tomorrow), connectionWith('whsec_a'))).toEqual({
      genuine: false,
      reason: 'too_old',
    });
  });

  it('secret rotation', async () => {
    const body = encoder.encode(payload);
    const [time, old] = signedBy(payload, 'whsec_old').split(',');
    const fresh = signedBy(payload, 'whsec_new').split(',')[1];
    const verdict = (signature: string, ...secrets: string[]) => webhook.verify(deliveryOf(body, signature), connectionWith(...secrets));
    // While a secret is rolled Stripe signs with both, and we may know either or both.
    for (const secrets of [['whsec_old'], ['whsec_new'], ['whsec_new', 'whsec_old']]) {
      expect(await verdict(`${time},${old},${fresh}`, ...secrets)).toMatchObject({ genuine: true });
    }
    expect(await verdict(`${time},${fresh}`, 'whsec_old', 'whsec_new')).toMatchObject({ genuine: true });
    expect(await verdict(`${time},${fresh}`, 'whsec_old')).toEqual({ genuine: false, reason: 'wrong_proof' });
  });
});

describe('traps of the API', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const bill = (...results: string[]) =>
    bench.fake.world.bill({ label: 'trap', amount: 4900, currency: 'eur', card: { brand: 'visa', results } });
  const collect = async (request: Awaited<ReturnType<typeof collectRequest>>) => {
    const collection = bench.connector.collection;
    if (collection === undefined) throw new Error('no collection');
    return valueOf(collection.collectNow(request, writeTime()));
  };
  const findOut = async (request: Awaited<ReturnType<typeof collectRequest>>) => {
    const collection = bench.connector.collection;
    if (collection === undefined) throw new Error('no collection');
    return valueOf(collection.findCollection(request, readTime()));
  };

  it('payments expanded, not embedded', async () => {
    const billed = bill('insufficient_funds');
    // The event holds the invoice without any payment; the decline is found by asking for the invoice's payments.
    const understood = await valueOf(
      bench.connector.understand?.({ type: 'pointer', kind: 'invoice', refs: { invoice: billed.invoice }, occurredAt: NOW }, readTime()) ??
        Promise.reject(new Error('no understand')),
    );
    expect(understood).toMatchObject([
      {
        type: 'payment_failed',
        invoice: invoiceOf(billed),
        amount: { minor: 4900, currency: 'EUR' },
        platformAttempt: 1,
        decline: {
          system: 'stripe',
          code: 'insufficient_funds',
          network: 'visa',
          networkCode: '51',
          adviceSystem: 'stripe_advice',
          adviceCode: 'try_again_later',
          reachedNetwork: true,
        },
        token: {
          gatewayType: 'stripe',
          methodRef: billed.paymentMethod,
          customerRef: billed.customer,
          card: { network: 'visa', last4: '4242' },
        },
        gatewayRefs: [expect.stringMatching(/^ch_/)],
      },
    ]);
  });

  it('2xx answers that are not Stripe objects', async () => {
    for (const action of ['rubbish_200_after_applying', 'error_without_error_key_503_after_applying'] as const) {
      const billed = bill('generic_decline', 'success');
      const request = await collectRequest(bench, billed);
      bench.fake.world.inject({ match: { method: 'POST', invoice: billed.invoice }, action });
      expect(await collect(request)).toMatchObject({ status: 'unknown' });
      expect(await findOut(request)).toMatchObject({ status: 'approved', amount: { minor: 4900, currency: 'EUR' } });
    }
    const billed = bill('generic_decline');
    bench.fake.world.inject({ match: { method: 'GET', invoice: billed.invoice }, action: 'rubbish_200' });
    await expect(valueOf(bench.connector.invoices.read(invoiceOf(billed), readTime()))).rejects.toMatchObject({
      code: 'unexpected_answer',
    });
  });

  it('hidden SDK retry with our key', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    bench.fake.world.inject({ match: { method: 'POST', invoice: billed.invoice }, action: 'drop_reply_after_applying', times: 'always' });
    expect(await collect(request)).toMatchObject({ status: 'unknown' });
    expect(moneyRequests(bench, billed.invoice)).toMatchObject([{ idempotencyKey: request.once.key, ended: 'dropped' }]);
    expect(await findOut(request)).toMatchObject({ status: 'approved' });
    expect(bench.fake.world.ledger().secondTries).toEqual([]);
  });

  it('own deadline', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    bench.fake.world.inject({ match: { method: 'POST', invoice: billed.invoice }, action: 'hang' });
    const startedAt = Date.now();
    const answer = await bench.connector.collection?.collectNow(request, writeTime(600));
    expect(Date.now() - startedAt).toBeLessThan(2000);
    // Whether the SDK's timeout or the guard was first: never a decline, never "not sent".
    expect(answer).toMatchObject(answer?.ok === true ? { value: { status: 'unknown' } } : { error: { reached: 'unknown' } });
    expect(moneyRequests(bench, billed.invoice)).toHaveLength(1);
  });

  it('already-paid 400', async () => {
    for (const alreadyPaidCode of [null, 'invoice_already_paid', 'resource_already_exists'] as const) {
      bench.fake.world.setSwitches({ alreadyPaidCode });
      const billed = bill('generic_decline');
      const request = await collectRequest(bench, billed);
      bench.fake.world.payElsewhere({ invoice: billed.invoice });
      expect(await collect(request)).toEqual({ status: 'already_paid' });
      expect(await findOut(request)).toEqual({ status: 'absent' });
    }
  });

  it('replayed decline', async () => {
    const billed = bill('generic_decline', 'insufficient_funds', 'success');
    const request = await collectRequest(bench, billed);
    const first = await collect(request);
    expect(first).toMatchObject({ status: 'declined', decline: { system: 'stripe', code: 'insufficient_funds' } });
    // The same attempt again: Stripe repeats the stored answer and tries no card.
    expect(await collect(request)).toEqual(first);
    expect(bench.logged.some(({ fact }) => fact.includes('stored answer'))).toBe(true);
    // The next attempt has its own key and is a real try.
    expect(await collect(await collectRequest(bench, billed, 2))).toMatchObject({ status: 'approved' });
    expect(moneyRequests(bench, billed.invoice).map(({ replayed, result }) => [replayed, result])).toEqual([
      [false, 'declined'],
      [true, 'declined'],
      [false, 'succeeded'],
    ]);
  });

  it('Smart Retry between read and pay', async () => {
    const billed = bill('generic_decline', 'success');
    const request = await collectRequest(bench, billed);
    expect(request.before.state).toBe('open');
    bench.fake.world.smartRetryBeforeNextPay({ invoice: billed.invoice });
    expect(await collect(request)).toEqual({ status: 'already_paid' });
    const after = await valueOf(bench.connector.invoices.read(invoiceOf(billed), readTime()));
    expect(after).toMatchObject({
      state: 'paid',
      paymentsComplete: true,
      payments: [{ state: 'succeeded', amount: { minor: 4900, currency: 'EUR' } }],
    });
    // Stripe's own payment carries no key: it is never taken for ours.
    expect(after.payments[0]).not.toHaveProperty('ourReference');
    expect(await findOut(request)).toEqual({ status: 'absent' });
    expect(bench.fake.world.ledger().doubleCharges).toEqual([]);
  });
});
