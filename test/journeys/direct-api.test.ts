import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestHub, type TestHub } from '../support/hub.js';

const execute = '/api/recovery/execute';

describe('the direct API on the built-in test gateway', () => {
  let hub: TestHub;
  let key: string;
  beforeAll(async () => {
    hub = await startTestHub({ label: 'direct' });
    key = (await hub.createClient()).apiKey;
  });
  afterAll(async () => { await hub.stop(); });

  it('recovers at once and tells so', async () => {
    const answer = await hub.post(execute, key, { paymentMethodToken: 'tok_success', amount: 5000, idempotencyKey: 'k-1' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true, message: 'Payment recovered.', error: null, transactionId: expect.any(String), strategyUsed: 'primary', gatewaysAttempted: 1, recoveryEngineApplied: true,
    });
    const status = await hub.get(`/api/recovery/status/${String(answer.body['transactionId'])}`, key);
    expect(status.body).toMatchObject({ status: 'succeeded', recovered: true, attemptCount: 1, recoveredBy: 'retry', settlement: { state: 'not_needed', route: 'gateway' } });
  });

  it('schedules what an issuer may allow later', async () => {
    const answer = await hub.post(execute, key, { paymentMethodToken: 'tok_decline_generic_decline', amount: 5001 });
    expect(answer).toMatchObject({ status: 202, body: { status: 'queued', strategyUsed: 'smart_time', scheduledFor: expect.any(String) } });
  });

  it('charges nothing for fraud', async () => {
    const answer = await hub.post(execute, key, { paymentMethodToken: 'tok_success', amount: 5002, originalDeclineCode: 'fraudulent' });
    expect(answer).toMatchObject({ status: 403, body: { error: 'Transaction blocked', declineCode: 'fraudulent', action: 'blocked' } });
  });

  it('charges a card no more, in whatever case, once its issuer has called it stolen', async () => {
    const told = { status: 403, body: { error: 'Transaction blocked', declineCode: 'stolen_card', action: 'blocked' } };
    expect(await hub.post(execute, key, { paymentMethodToken: 'tok_decline_stolen_card', amount: 5010 })).toMatchObject(told);
    const later = await hub.post(execute, key, { paymentMethodToken: 'tok_decline_stolen_card', amount: 5011 });
    expect(later).toMatchObject(told);
    expect((await hub.get(`/api/recovery/status/${String(later.body['transactionId'])}`, key)).body).toMatchObject({ status: 'blocked', attemptCount: 0 });
  });

  it('does not know what became of a charge whose answer is lost', async () => {
    const answer = await hub.post(execute, key, { paymentMethodToken: 'tok_timeout', amount: 5003 });
    expect(answer).toMatchObject({ status: 202, body: { status: 'unknown' } });
  });

  it('opens one case for one key, one card and amount, one debt', async () => {
    const first = await hub.post(execute, key, { paymentMethodToken: 'tok_success', amount: 6000, idempotencyKey: 'k-2', invoiceId: 'inv-1' });
    expect(first.status).toBe(200);
    expect(await hub.post(execute, key, { paymentMethodToken: 'tok_success', amount: 6001, idempotencyKey: 'k-2' })).toMatchObject({ status: 409, body: { reason: 'idempotency_key', existingTransactionId: first.body['transactionId'] } });
    expect(await hub.post(execute, key, { paymentMethodToken: 'tok_success', amount: 6000 })).toMatchObject({ status: 409, body: { reason: 'velocity', existingStatus: 'succeeded' } });
    expect(await hub.post(execute, key, { paymentMethodToken: 'tok_x', amount: 6002, invoiceId: 'inv-1' })).toMatchObject({ status: 409, body: { reason: 'open_case' } });
  });

  it('opens one case of twenty calls at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => hub.post(execute, key, { paymentMethodToken: 'tok_success', amount: 7000, idempotencyKey: 'k-3' })));
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
  });

  it('cancels what is queued and nothing else', async () => {
    const queued = await hub.post(execute, key, { paymentMethodToken: 'tok_success', amount: 8000, originalDeclineCode: 'insufficient_funds' });
    expect(queued.status).toBe(202);
    const transactionId = queued.body['transactionId'];
    const cancelled = { status: 200, body: { success: true, transactionId, status: 'cancelled' } };
    expect(await hub.post('/api/recovery/cancel', key, { transactionId })).toEqual(cancelled);
    expect(await hub.post('/api/recovery/cancel', key, { transactionId })).toEqual(cancelled);
  });

  it('shows a case to the back office by invoice, in its own shape', async () => {
    const opened = await hub.post(execute, key, { paymentMethodToken: 'tok_decline_do_not_honor', amount: 8500, invoiceId: 'inv-ops' });
    expect(await hub.get('/api/recovery/status?invoiceId=inv-ops', key)).toEqual({
      status: 200,
      body: {
        payment: {
          id: `pay_${String(opened.body['transactionId'])}`, stripeInvoiceId: null, invoiceId: 'inv-ops', platform: null, status: 'retrying', amount: 8500, currency: 'usd',
          retryCount: 1, maxRetries: 5, nextRetryAt: Date.parse(String(opened.body['scheduledFor'])), failureReason: 'do_not_honor',
          retryHistory: [{ attemptedAt: expect.any(Number), result: 'failed', reason: 'do_not_honor' }], emailsSent: [],
        },
      },
    });
    expect(await hub.get('/api/recovery/status?invoiceId=inv-none', key)).toMatchObject({ status: 404, body: { error: { type: 'not_found_error' } } });
    expect(await hub.get('/api/recovery/status?invoiceId=a%20b', key)).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error', param: 'invoiceId', code: 'invalid_format' } } });
    expect(await hub.get('/api/recovery/status?invoiceId=a&customerId=b', key)).toMatchObject({ status: 400, body: { error: { code: 'too_many_parameters' } } });
    expect(await hub.get('/api/recovery/status?invoiceId=inv-ops', 'rev_wrong')).toMatchObject({ status: 401, body: { error: { type: 'authentication_error' } } });
  });

  it('simulates without a gateway', async () => {
    const call = (simulateOutcome: string, amount: number) => hub.post(execute, key, { paymentMethodToken: 'anything', amount, simulateOutcome });
    expect(await call('success', 9000)).toMatchObject({ status: 200, body: { success: true } });
    expect(await call('failed', 9000)).toMatchObject({ status: 200, body: { success: false, declineCode: 'generic_decline', recommendedAction: 'request_card_update' } });
    expect(await call('blocked', 9000)).toMatchObject({ status: 403, body: { declineCode: 'fraudulent' } });
  });
});
