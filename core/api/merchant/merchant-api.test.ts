import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoServerSelectionError, type TopologyDescription } from 'mongodb';
import { createFakeRecovery, fakeClients, keys, sampleView, type FakeRecovery } from '../../../test/support/fake-recovery.js';
import { serveRoutes, stopServing } from '../../../test/support/serve-routes.js';
import type { CaseView } from '../../cases/index.js';
import { merchantRoutes } from '../../http-server/index.js';
import type { ExecuteResult } from '../../recovery/index.js';
import { createMerchantApi } from './index.js';

const good = { paymentMethodToken: 'tok_success', amount: 5000 };
const transactionId = '01KTRANSACTION0000000000AA';

let recovery: FakeRecovery;
let served: Awaited<ReturnType<typeof serveRoutes>>;
beforeEach(async () => {
  recovery = createFakeRecovery();
  served = await serveRoutes(merchantRoutes(createMerchantApi({ recovery, ...fakeClients() })));
});
afterEach(stopServing);

const call = async (method: 'get' | 'post', path: string, headers: Readonly<Record<string, string>>, body?: object) => {
  const sent = served.agent[method](`/api/recovery/${path}`).set(headers);
  const answer = await (body === undefined ? sent : sent.send(body));
  return { status: answer.status, body: answer.body as unknown };
};
const key = { 'X-API-KEY': keys.test };
const execute = (body: object = good) => call('post', 'execute', key, body);
const opens = (view: Partial<CaseView>) => { recovery.answers.execute = () => ({ status: 'opened', view: sampleView(view) }); };

describe('the key', () => {
  const unauthorized = { status: 401, body: { error: 'Unauthorized', message: 'Missing or invalid API key. Send it in the X-API-KEY header.' } };
  const bearer = { Authorization: `Bearer ${keys.test}` };

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['absent', {}],
    ['empty', { 'X-API-KEY': '' }],
    ['unknown', { 'X-API-KEY': 'rev_unknownunknownunknownunk' }],
    ['in Authorization only', bearer],
    ['one here and another there', { ...key, Authorization: `Bearer ${keys.live}` }],
    ['twice, and different', { 'X-API-KEY': `${keys.test}, ${keys.live}` }],
  ])('%s is 401 on every route', async (_what, headers) => {
    for (const [method, path] of [['post', 'execute'], ['post', 'cancel'], ['get', `status/${transactionId}`], ['get', 'status?idempotencyKey=k']] as const) {
      expect(await call(method, path, headers, method === 'post' ? good : undefined)).toEqual(unauthorized);
    }
    expect([recovery.executed, recovery.cancelled, recovery.asked]).toEqual([[], [], []]);
  });

  it('is asked for before the body is read', async () => {
    const answer = await served.agent.post('/api/recovery/execute').type('text').send('{');
    expect(answer.status).toBe(401);
  });

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['in its header', key],
    ['in a header of any case', { 'x-Api-Key': keys.test }],
    ['here and there the same', { ...key, ...bearer }],
    ['beside an Authorization that is no key', { ...key, Authorization: 'Basic dXNlcjpwdw==' }],
  ])('%s opens the API', async (_what, headers) => {
    expect((await call('post', 'execute', headers, good)).status).toBe(202);
  });

  it('that is publishable, or of a suspended client, is 403', async () => {
    expect(await call('post', 'execute', { 'X-API-KEY': keys.publishable }, good)).toEqual({ status: 403, body: { error: 'Forbidden', message: 'A publishable key cannot be used here. Send a secret key.' } });
    expect(await call('get', `status/${transactionId}`, { 'X-API-KEY': keys.suspended })).toEqual({ status: 403, body: { error: 'Forbidden', message: 'This account is suspended.' } });
  });
});

describe('execute answers', () => {
  const engine = { strategyUsed: 'primary', gatewaysAttempted: 1, recoveryEngineApplied: true };
  const unknown = { status: 202, body: { success: false, status: 'unknown', message: 'Not confirmed by the gateway. Do not retry; a webhook follows.', transactionId } };

  it.each<readonly [string, Partial<CaseView>, { status: number; body: object }]>([
    ['recovered', { status: 'succeeded', strategyUsed: 'primary', gatewaysAttempted: 1, recoveredAt: new Date(), message: 'Payment recovered.' },
      { status: 200, body: { success: true, message: 'Payment recovered.', error: null, transactionId, ...engine } }],
    ['failed for good', { status: 'failed', strategyUsed: 'primary', gatewaysAttempted: 1, message: 'Card account is closed.', lastDeclineCode: 'account_closed', recommendedAction: 'request_card_update' },
      { status: 200, body: { success: false, message: 'Payment could not be recovered.', error: 'Card account is closed.', transactionId, ...engine, declineCode: 'account_closed', recommendedAction: 'request_card_update' } }],
    ['failed without a call', { status: 'failed', strategyUsed: 'none', message: 'Card was lost.', lastDeclineCode: 'lost_card', recommendedAction: 'request_card_update' },
      { status: 200, body: { success: false, message: 'Payment could not be recovered.', error: 'Card was lost.', transactionId, strategyUsed: 'none', gatewaysAttempted: 0, recoveryEngineApplied: true, declineCode: 'lost_card', recommendedAction: 'request_card_update' } }],
    ['cancelled meanwhile', { status: 'cancelled', strategyUsed: 'none' },
      { status: 200, body: { success: false, message: 'Recovery was cancelled.', error: 'Recovery was cancelled.', transactionId, strategyUsed: 'none', gatewaysAttempted: 0, recoveryEngineApplied: true, declineCode: null, recommendedAction: null } }],
    ['queued for a time', {}, { status: 202, body: { success: false, status: 'queued', message: 'Retry scheduled.', transactionId, strategyUsed: 'smart_time', scheduledFor: '2026-11-27T15:00:00.000Z' } }],
    ['pending', { status: 'attempting', pending: 'yes', strategyUsed: 'primary' },
      { status: 202, body: { success: false, status: 'queued', message: 'The gateway has accepted the payment and not finished it; a webhook follows.', transactionId, strategyUsed: 'primary' } }],
    ['unknown', { status: 'unknown', nextAttemptAt: null }, unknown],
    ['an attempt nobody has answered', { status: 'attempting', nextAttemptAt: null }, unknown],
    ['blocked', { status: 'blocked', action: 'blocked', lastDeclineCode: 'fraudulent' }, { status: 403, body: { error: 'Transaction blocked', declineCode: 'fraudulent', action: 'blocked', transactionId } }],
    ['in need of the customer', { status: 'blocked', action: 'authentication_required', lastDeclineCode: 'sca_required' },
      { status: 403, body: { error: 'Customer authentication required', declineCode: 'authentication_required', action: 'authentication_required', transactionId } }],
  ])('%s', async (_what, view, expected) => {
    opens(view);
    expect(await execute()).toEqual(expected);
  });

  const existing = (view: Partial<CaseView>) => sampleView({ transactionId: '01KEXISTING00000000000000A', ...view });
  it.each<readonly [ExecuteResult & { status: 'duplicate' }, string, unknown]>([
    [{ status: 'duplicate', reason: 'idempotency_key', existing: existing({ status: 'succeeded' }) }, 'This idempotencyKey was used before.', 'succeeded'],
    [{ status: 'duplicate', reason: 'velocity', existing: existing({ status: 'attempting' }) }, 'The same card and amount were submitted less than 5 minutes ago.', 'queued'],
    [{ status: 'duplicate', reason: 'open_case', existing: existing({ status: 'unknown' }) }, 'A recovery of this invoiceId is open or has succeeded.', 'unknown'],
  ])('a duplicate: %j', async (result, message, existingStatus) => {
    recovery.answers.execute = () => result;
    expect(await execute()).toEqual({ status: 409, body: { error: 'Duplicate recovery request', message, existingTransactionId: '01KEXISTING00000000000000A', existingStatus, reason: result.reason } });
  });

  it('a duplicate of a case that is not written yet', async () => {
    recovery.answers.execute = () => ({ status: 'duplicate', reason: 'velocity', existing: null });
    expect(await execute()).toMatchObject({ status: 409, body: { existingTransactionId: null, existingStatus: null, reason: 'velocity' } });
  });

  it('paused charges, a database out of reach and a fault of ours with the request id and no insides', async () => {
    recovery.answers.execute = () => ({ status: 'paused' });
    const requestId = expect.stringMatching(/^[0-9A-Z]{26}$/);
    expect(await execute()).toEqual({ status: 503, body: { error: 'Service unavailable', message: 'Charges are paused. Nothing was charged; try again later.', requestId } });
    recovery.answers.execute = () => { throw new MongoServerSelectionError('connect ECONNREFUSED', {} as TopologyDescription); };
    expect(await execute()).toEqual({ status: 503, body: { error: 'Service unavailable', message: 'The database cannot be reached. Try again.', requestId } });
    recovery.answers.execute = () => { throw new Error('insides'); };
    expect(await execute()).toEqual({ status: 500, body: { error: 'Internal error', message: 'Something went wrong on our side.', requestId } });
  });

  const released = async () => {
    for (let turn = 0; turn < 100 && recovery.released.length === 0; turn += 1) await new Promise((resolve) => { setTimeout(resolve, 5); });
    return recovery.released;
  };

  it('and only then lets its events leave', async () => {
    let during: readonly string[] = ['not called'];
    recovery.answers.execute = () => { during = [...recovery.released]; return { status: 'opened', view: sampleView() }; };
    await execute();
    expect([during, await released()]).toEqual([[], [transactionId]]);
  });

  it('a duplicate without letting the events of the other leave', async () => {
    recovery.answers.execute = () => ({ status: 'duplicate', reason: 'open_case', existing: sampleView() });
    await execute();
    await execute();
    expect(recovery.released).toEqual([]);
  });
});

describe('status', () => {
  const full = sampleView({
    status: 'succeeded', recoveredAt: new Date('2026-11-21T09:00:00Z'), strategyUsed: 'primary', attemptCount: 1, lastDeclineCode: 'generic_decline', nextAttemptAt: null, idempotencyKey: 'k-1',
    recoveredBy: 'retry', settlement: { state: 'confirmed', route: 'platform', updatedAt: new Date('2026-11-21T09:01:00Z') },
  });
  const body = {
    transactionId, status: 'succeeded', recovered: true, amount: 5000, currency: 'USD', recoveredAt: '2026-11-21T09:00:00.000Z', strategyUsed: 'primary', attemptCount: 1,
    lastDeclineCode: 'generic_decline', recommendedAction: null, recommendedActionReason: null, nextAttemptAt: null, idempotencyKey: 'k-1', isSimulated: false, recoveredBy: 'retry',
    settlement: { state: 'confirmed', route: 'platform', updatedAt: '2026-11-21T09:01:00.000Z' },
  };

  it.each([
    [`status/${transactionId}`, { transactionId }],
    [`status/pay_${transactionId}`, { transactionId }],
    ['status?idempotencyKey=k-1', { idempotencyKey: 'k-1' }],
    ['status?idempotencyKey=a%20b%26c', { idempotencyKey: 'a b&c' }],
  ])('of %s', async (path, selector) => {
    recovery.answers.find = () => full;
    const answer = await call('get', path, key);
    expect(answer).toEqual({ status: 200, body });
    expect(Object.keys(answer.body as object)).toEqual(Object.keys(body));
    expect(recovery.asked).toEqual([{ clientId: 'client-test', selector }]);
  });

  it('of an open case', async () => {
    recovery.answers.find = () => sampleView({ status: 'attempting' });
    expect(await call('get', `status/${transactionId}`, key)).toMatchObject({
      status: 200, body: { status: 'queued', recovered: false, recoveredAt: null, recoveredBy: null, nextAttemptAt: '2026-11-27T15:00:00.000Z', settlement: { state: 'not_needed', route: 'gateway' } },
    });
  });

  it('is 404 for what is unknown and for what is another client\'s', async () => {
    const noId = { status: 404, body: { error: 'Not found', message: 'There is no recovery with this id.' } };
    expect(await call('get', 'status/01KOTHER', key)).toEqual(noId);
    expect(await call('get', 'status?idempotencyKey=k', key)).toEqual({ status: 404, body: { error: 'Not found', message: 'There is no recovery with this idempotencyKey.' } });
    recovery.answers.find = () => sampleView({ clientId: 'client-other' });
    expect(await call('get', `status/${transactionId}`, key)).toEqual(noId);
  });

  it.each([
    ['status', 'missing_parameter', 'Send one of idempotencyKey, invoiceId, customerId.'],
    ['status?idempotencyKey=', 'missing_parameter', 'Send one of idempotencyKey, invoiceId, customerId.'],
    ['status?other=1', 'missing_parameter', 'Send one of idempotencyKey, invoiceId, customerId.'],
    ['status?idempotencyKey=a&idempotencyKey=b', 'too_many_parameters', 'Send only one of idempotencyKey, invoiceId, customerId, once.'],
    ['status?idempotencyKey=a&invoiceId=in_1', 'too_many_parameters', 'Send only one of idempotencyKey, invoiceId, customerId, once.'],
  ])('of %s is an enveloped 400', async (path, code, message) => {
    expect(await call('get', path, key)).toEqual({ status: 400, body: { error: { type: 'invalid_request_error', message, code } } });
  });
});

describe('cancel', () => {
  it.each([
    [{ transactionId }, { transactionId }],
    [{ transactionId: `pay_${transactionId}` }, { transactionId }],
    [{ idempotencyKey: 'k-1', other: 1 }, { idempotencyKey: 'k-1' }],
  ])('by %j, as often as it is asked', async (body, selector) => {
    recovery.answers.cancel = () => ({ status: 'cancelled', view: sampleView({ status: 'cancelled' }) });
    for (let time = 0; time < 2; time += 1) expect(await call('post', 'cancel', key, body)).toEqual({ status: 200, body: { success: true, transactionId, status: 'cancelled' } });
    expect(recovery.cancelled).toEqual([{ clientId: 'client-test', selector }, { clientId: 'client-test', selector }]);
  });

  it('is 404 and 409 in the words of recovery', async () => {
    expect(await call('post', 'cancel', key, { transactionId })).toEqual({ status: 404, body: { error: 'Not found', message: 'There is no recovery with this id.' } });
    expect(await call('post', 'cancel', key, { idempotencyKey: 'k' })).toEqual({ status: 404, body: { error: 'Not found', message: 'There is no recovery with this idempotencyKey.' } });
    recovery.answers.cancel = () => ({ status: 'conflict', message: 'The payment has succeeded.' });
    expect(await call('post', 'cancel', key, { transactionId })).toEqual({ status: 409, body: { error: 'Conflict', message: 'The payment has succeeded.' } });
  });

  it.each([
    [{}, 'transactionId', 'transactionId or idempotencyKey is required'],
    [{ transactionId, idempotencyKey: 'k' }, 'idempotencyKey', 'idempotencyKey must be left out when transactionId is sent'],
    [{ transactionId: 1 }, 'transactionId', 'transactionId must be a string of 1 to 128 characters'],
    [{ transactionId: '' }, 'transactionId', 'transactionId must be a string of 1 to 128 characters'],
    [{ transactionId: { $ne: '' } }, 'transactionId', 'transactionId must be a string of 1 to 128 characters'],
    [{ idempotencyKey: 'x'.repeat(129) }, 'idempotencyKey', 'idempotencyKey must be a string of 1 to 128 characters'],
  ])('of %j is 400', async (body, param, message) => {
    expect(await call('post', 'cancel', key, body)).toEqual({ status: 400, body: { error: 'Invalid request', message, param } });
    expect(recovery.cancelled).toEqual([]);
  });
});

it('no key, token, e-mail or query of any call is in the log', async () => {
  await execute({ ...good, customerEmail: 'someone@mail.test', idempotencyKey: 'key-of-the-call' });
  await call('get', 'status?idempotencyKey=key-of-the-call', key);
  await call('post', 'execute', { 'X-API-KEY': keys.live, Authorization: `Bearer ${keys.test}` }, good);
  const log = served.lines.join('');
  expect(served.lines.length).toBe(3);
  expect(log).not.toMatch(/rev_|tok_success|someone|key-of-the-call/);
  expect(log).toContain('"clientId":"client-test"');
});
