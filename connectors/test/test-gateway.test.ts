import { describe, expect, it } from '@jest/globals';
import type { CallContext, ChargeRequest } from '../../core/connector-kit/index.js';
import { gateway } from './index.js';

const context: CallContext<Record<string, never>, undefined> = {
  log: { debug: () => undefined, warn: () => undefined },
  connection: { connectionId: 'account_1', clientId: 'client_1', mode: 'test', config: {} },
  session: undefined,
  signal: new AbortController().signal,
  deadline: new Date(Date.now() + 25_000),
  credential: () => Promise.reject(new Error('no credential is minted here')),
};

const request = (text: string, n = 1, minor = 1000): ChargeRequest => {
  const read = gateway.readToken?.(text, {});
  if (read?.recognised !== true) throw new Error(`${text} was not recognised`);
  const key = `01KTESTCASE000000000000000-${n}`;
  return {
    once: { key, firstTriedAt: new Date(), ourReference: key },
    amount: { minor, currency: 'EUR' },
    token: read.token,
    description: 'x',
  };
};
const charge = (order: ChargeRequest) => gateway.charge(order, context);
const find = (order: ChargeRequest) => gateway.find(order, context);

describe('the test gateway', () => {
  it.each([
    'tok_success',
    'tok_anything_else',
    '4111111111111111',
    '4111 1111 1111 1111',
    '5555555555554444',
    '378282246310005',
    '3530111333300000',
  ])('approves %s', async (token) => {
    const order = request(token);
    const approved = { status: 'approved', gatewayRefs: [`test_${order.once.key}`], amount: order.amount, provisional: false };
    expect(await charge(order)).toEqual(approved);
    expect(await find(order)).toEqual(approved);
    expect(order.token.methodRef).not.toContain(' ');
  });

  it('declines by name, always or once', async () => {
    const decline = { system: 'test', code: 'insufficient_funds', reachedNetwork: true };
    expect(await charge(request('tok_decline_insufficient_funds'))).toMatchObject({ status: 'declined', decline });
    expect(await charge(request('tok_decline_insufficient_funds', 4))).toMatchObject({ status: 'declined', decline });
    expect(await charge(request('tok_decline_insufficient_funds_then_success'))).toMatchObject({ status: 'declined', decline });
    expect(await charge(request('tok_decline_insufficient_funds_then_success', 2))).toMatchObject({ status: 'approved' });
  });

  it('settles a pending charge when next asked', async () => {
    expect(await charge(request('tok_pending'))).toMatchObject({ status: 'pending' });
    expect(await find(request('tok_pending'))).toMatchObject({ status: 'approved' });
  });

  it('loses the answer of a charge that happened', async () => {
    expect(await charge(request('tok_timeout'))).toMatchObject({ status: 'unknown' });
    expect(await find(request('tok_timeout'))).toMatchObject({ status: 'approved' });
    expect(await gateway.revoke?.(request('tok_timeout'), context)).toMatchObject({ status: 'approved' });
  });

  it('loses a charge that never happened; the next attempt is approved', async () => {
    expect(await charge(request('tok_timeout_absent'))).toMatchObject({ status: 'unknown' });
    expect(await find(request('tok_timeout_absent'))).toEqual({ status: 'absent' });
    expect(await gateway.revoke?.(request('tok_timeout_absent'), context)).toEqual({ status: 'revoked' });
    expect(await charge(request('tok_timeout_absent', 2))).toMatchObject({ status: 'approved' });
    expect(await find(request('tok_timeout_absent', 2))).toMatchObject({ status: 'approved' });
  });

  it('never gets tok_not_sent out of the house', async () => {
    expect(await charge(request('tok_not_sent'))).toMatchObject({ status: 'not_sent' });
    expect(await find(request('tok_not_sent'))).toEqual({ status: 'absent' });
  });

  it('fails the amount 44 for good, whatever the token', async () => {
    for (const token of ['tok_success', 'tok_pending', 'tok_timeout']) {
      expect(await charge(request(token, 1, 44))).toMatchObject({
        status: 'declined',
        decline: { system: 'test', code: 'account_closed' },
      });
      expect(await find(request(token, 1, 44))).toMatchObject({ status: 'declined' });
    }
  });

  it.each(['pm_1ABC', 'cus_1|pm_1', 'tok_', 'tok_a b', '4242424242424242', '4111111111111112', 'token|customer', ''])(
    'does not know %j',
    (text) => {
      expect(gateway.readToken?.(text, {})).toEqual({ recognised: false });
    },
  );

  it('has no setting, no host and only test mode', () => {
    expect(gateway.configSchema.safeParse({}).success).toBe(true);
    expect(gateway.configSchema.safeParse({ apiKey: 'x' }).success).toBe(false);
    expect(gateway.hosts({})).toEqual([]);
    expect(gateway.mode({})).toBe('test');
  });

  it('gives money back, and is always well', async () => {
    const { once, amount } = request('tok_success');
    expect(await gateway.refund({ once, amount, gatewayRefs: ['test_x'], why: 'duplicate' }, context)).toMatchObject({
      status: 'refunded',
    });
    expect(await gateway.checkHealth(context)).toEqual({ findings: [] });
  });
});
