import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChargeRequest, FindOutcome, RepeatProtection } from '../../../core/connector-kit/index.js';
import { chargeOutcome } from '../../../core/gateways/index.js';
import type { FaultAction } from './fake/faults.js';
import { API_KEY, chargeRequest, openUnprotected, within, type OpenUnprotected } from './open-unprotected.js';

const kinds = ['single_use_object', 'key', 'search_only'] as const satisfies readonly RepeatProtection['kind'][];
const CHARGES = '^POST /v1/(charges|objects/[^/]+/confirm)$';

const world: { open?: OpenUnprotected | undefined } = {};
afterEach(async () => {
  await world.open?.close();
  world.open = undefined;
});

const open = async (...given: Parameters<typeof openUnprotected>): Promise<OpenUnprotected> => (world.open = await openUnprotected(...given));

/** Prepares as the core does, and gives the request that `charge`, `find` and `revoke` are called with. */
const ready = async ({ use }: OpenUnprotected, request = chargeRequest()): Promise<ChargeRequest> => {
  const made = await use.prepare?.(request, within(5000));
  if (made?.ok !== true) throw new Error('It could not be prepared.');
  return { ...request, chargeRef: made.value.chargeRef };
};

/** Short where the fake says nothing. */
const patience = (action: FaultAction): number => (action === 'hang' || action === 'hang_after_applying' ? 400 : 5000);

const asFound = (result: Awaited<ReturnType<OpenUnprotected['use']['find']>>): FindOutcome => {
  if (!result.ok) throw result.error;
  return result.value;
};

describe.each(kinds)('on an account with %s', (kind) => {
  it('charges, and finds what it charged', async () => {
    const opened = await open(kind);
    const request = await ready(opened);
    const charged = chargeOutcome(await opened.use.charge(request, within(5000)));
    expect(charged).toMatchObject({ status: 'approved', amount: { minor: 4900, currency: 'EUR' }, provisional: false });
    expect(asFound(await opened.use.find(request, within(5000)))).toEqual(charged);
    expect(asFound(await opened.use.find(await ready(opened, chargeRequest(2)), within(5000)))).toEqual({ status: 'absent' });
  });

  const applied = ['drop_reply_after_applying', 'hang_after_applying', { status: 503, body: 'down', applied: 'before' }, { status: 200, body: '<html>', applied: 'before' }] as const;
  it.each(applied)('does not know after %j, and finds the money taken', async (action) => {
    const opened = await open(kind);
    const request = await ready(opened);
    await opened.fake.inject({ match: CHARGES, action });
    expect(chargeOutcome(await opened.use.charge(request, within(patience(action))))).toMatchObject({ status: 'unknown' });
    expect(asFound(await opened.use.find(request, within(5000)))).toMatchObject({ status: 'approved' });
    expect((await opened.fake.ledger()).debts).toMatchObject([{ requests: [{ result: 'succeeded', secondTry: null }], successes: [{}] }]);
  });

  const neverApplied = ['close_before_applying', 'hang', { status: 502 }, { status: 500, body: 'down' }, { status: 400, body: 'from a proxy' }] as const;
  it.each(neverApplied)('does not know after %j, and finds nothing', async (action) => {
    const opened = await open(kind);
    const request = await ready(opened);
    await opened.fake.inject({ match: CHARGES, action });
    const wait = typeof action === 'string' ? patience(action) : 5000;
    expect(chargeOutcome(await opened.use.charge(request, within(wait)))).toMatchObject({ status: 'unknown' });
    expect(asFound(await opened.use.find(request, within(5000)))).toEqual({ status: 'absent' });
    expect((await opened.fake.ledger()).debts).toMatchObject([{ requests: [{ result: 'not_applied' }], successes: [] }]);
  });

  it('does not know what is still under way at the deadline, and finds it later', async () => {
    const opened = await open(kind);
    const request = await ready(opened);
    await opened.fake.inject({ match: CHARGES, action: { delayMs: 600 } });
    expect(chargeOutcome(await opened.use.charge(request, within(200)))).toMatchObject({ status: 'unknown' });
    expect(asFound(await opened.use.find(request, within(5000)))).toEqual({ status: 'absent' });
    const deadline = Date.now() + 5000;
    let found = asFound(await opened.use.find(request, within(5000)));
    while (found.status === 'absent' && Date.now() < deadline) found = asFound(await opened.use.find(request, within(5000)));
    expect(found).toMatchObject({ status: 'approved' });
  });

  it('has not sent what the gateway turned away, or what nobody listened to', async () => {
    const opened = await open(kind);
    const request = await ready(opened);
    await opened.fake.inject({ match: CHARGES, action: { status: 429 } });
    expect(chargeOutcome(await opened.use.charge(request, within(5000)))).toMatchObject({ status: 'not_sent' });
    await opened.unplug();
    expect(chargeOutcome(await opened.use.charge(request, within(5000)))).toMatchObject({ status: 'not_sent' });
  });

  it('passes a decline on as it was said, and less than asked as it is', async () => {
    const opened = await open(kind);
    await opened.fake.method('um_card', ['insufficient_funds', { approve: 1900 }]);
    const declined = { status: 'declined', decline: { system: 'test', code: 'insufficient_funds', reachedNetwork: true } };
    const first = await ready(opened);
    expect(chargeOutcome(await opened.use.charge(first, within(5000)))).toMatchObject(declined);
    expect(asFound(await opened.use.find(first, within(5000)))).toMatchObject(declined);
    const second = await ready(opened, chargeRequest(2));
    expect(chargeOutcome(await opened.use.charge(second, within(5000)))).toMatchObject({ status: 'approved', amount: { minor: 1900, currency: 'EUR' } });
  });

  it('calls a search that fails no absence', async () => {
    const opened = await open(kind);
    const request = await ready(opened);
    await opened.fake.inject({ match: '^GET /v1/charges$', action: { status: 503 }, times: 2 });
    expect(await opened.use.find(request, within(5000))).toMatchObject({ ok: false, error: { code: 'platform_down', reached: 'yes' } });
  });

  it('gives back once, however often it is told to', async () => {
    const opened = await open(kind);
    const charged = chargeOutcome(await opened.use.charge(await ready(opened), within(5000)));
    if (charged.status !== 'approved') throw new Error('It was not charged.');
    const once = { key: 'case-1-refund-1', firstTriedAt: new Date(), ourReference: 'case-1-refund-1' };
    const order = { once, gatewayRefs: charged.gatewayRefs, amount: charged.amount, why: 'operator' as const };
    await opened.fake.inject({ match: '^POST /v1/refunds$', action: 'drop_reply_after_applying' });
    expect(await opened.use.refund(order, within(5000))).toMatchObject({ ok: false, error: { reached: 'unknown' } });
    expect(await opened.use.refund(order, within(5000))).toMatchObject({ ok: true, value: { status: 'refunded' } });
    const again = { ...order, once: { ...once, key: 'case-1-refund-2', ourReference: 'case-1-refund-2' } };
    expect(await opened.use.refund(again, within(5000))).toMatchObject({ ok: true, value: { status: 'refused', detail: 'Only 0 of this charge can be refunded.' } });
  });

  it('tells a wrong key from a gateway that is down, and shows the key to nobody', async () => {
    const opened = await open(kind, { switch: kind }, `${API_KEY}_not`);
    expect(await opened.use.checkHealth(within(5000))).toMatchObject({ ok: true, value: { findings: [{ code: 'wrong_key' }] } });
    const refused = await opened.use.charge({ ...chargeRequest(), chargeRef: 'uo_1' }, within(5000));
    expect(refused).toMatchObject({ ok: false, error: { code: 'refused_key', reached: 'yes' } });
    await opened.unplug();
    const down = await opened.use.checkHealth(within(5000));
    expect(down.ok).toBe(false);
    if (!refused.ok && !down.ok) expect(`${String(refused.error.stack)}${String(down.error.stack)}`).not.toContain(API_KEY);
  });
});

describe('what is sent', () => {
  it('carries the key of the core only where keys are believed to be kept', async () => {
    for (const kind of kinds) {
      const opened = await openUnprotected(kind);
      await opened.use.charge(await ready(opened), within(5000));
      const [request] = (await opened.fake.ledger()).debts.flatMap((debt) => debt.requests);
      expect([kind, request?.call, request?.idempotencyKey]).toEqual([kind, kind === 'single_use_object' ? 'objects.confirm' : 'charges.create', kind === 'key' ? 'case-1' : null]);
      await opened.close();
    }
  });

  it('is nothing where it has to be prepared and was not', async () => {
    const opened = await open('single_use_object');
    expect(await opened.use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: false, error: { code: 'invalid_request', reached: 'no' } });
    expect((await opened.fake.ledger()).debts).toEqual([]);
  });
});

describe('a revoked object', () => {
  it('takes no money any more, also from a confirmation under way', async () => {
    const opened = await open('single_use_object');
    const request = await ready(opened);
    await opened.fake.inject({ match: CHARGES, action: { delayMs: 300 } });
    const sleeper = opened.use.charge(request, within(5000));
    while ((await opened.fake.ledger()).debts.length === 0) await new Promise((resolve) => { setTimeout(resolve, 5); });
    expect(await opened.use.revoke?.(request, within(5000))).toMatchObject({ ok: true, value: { status: 'revoked' } });
    expect(await sleeper).toMatchObject({ ok: true, value: { status: 'not_sent' } });
    expect((await opened.fake.ledger()).debts).toMatchObject([{ successes: [] }]);
  });

  it('is what it was when it had succeeded', async () => {
    const opened = await open('single_use_object');
    const request = await ready(opened);
    await opened.use.charge(request, within(5000));
    expect(await opened.use.revoke?.(request, within(5000))).toMatchObject({ ok: true, value: { status: 'approved' } });
    expect(await opened.use.charge(request, within(5000))).toMatchObject({ ok: true, value: { status: 'approved' } });
    expect((await opened.fake.ledger()).doubleCharges).toEqual([]);
  });

  it('does not exist elsewhere', async () => {
    const opened = await open('key');
    expect(await opened.use.revoke?.(chargeRequest(), within(5000))).toMatchObject({ ok: false, error: { code: 'invalid_request', reached: 'no' } });
  });
});
