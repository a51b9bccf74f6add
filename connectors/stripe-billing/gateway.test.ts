import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChargeRequest } from '../../core/connector-kit/index.js';
import { openBench, readTime, valueOf, writeTime, type Bench } from './stripe-billing.test-bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

let cases = 0;
const request = (results: readonly string[], change: Partial<ChargeRequest> = {}): ChargeRequest => {
  const { paymentMethod } = bench.fake.world.addCustomer({ card: { results: [...results] } });
  const read = bench.gateway.readToken(paymentMethod ?? '');
  if (!read.recognised) throw new Error('the token was not recognised');
  cases += 1;
  const key = `01KTESTDIRECT${String(cases).padStart(13, '0')}-1`;
  return {
    once: { key, firstTriedAt: new Date(), ourReference: key },
    amount: { minor: 2500, currency: 'USD' },
    token: read.token,
    description: 'Recovery',
    ...change,
  };
};

const { prepare, revoke } = {
  prepare: async (order: ChargeRequest): Promise<ChargeRequest> => {
    if (bench.gateway.prepare === undefined) throw new Error('no prepare');
    return { ...order, ...(await valueOf(bench.gateway.prepare(order, writeTime()))) };
  },
  revoke: (order: ChargeRequest) => {
    if (bench.gateway.revoke === undefined) throw new Error('no revoke');
    return valueOf(bench.gateway.revoke(order, writeTime()));
  },
};
const charge = (order: ChargeRequest) => valueOf(bench.gateway.charge(order, writeTime()));
const find = (order: ChargeRequest) => valueOf(bench.gateway.find(order, readTime()));
const successes = () => bench.fake.world.ledger().debts.flatMap((debt) => debt.successes);
const strike = (path: RegExp, action: Parameters<Bench['fake']['world']['inject']>[0]['action']) =>
  bench.fake.world.inject({ match: { method: 'POST', path }, action });

describe('a charge', () => {
  it('is prepared without money, confirmed once, and found', async () => {
    const order = await prepare(request(['success']));
    expect(order.chargeRef).toMatch(/^pi_/);
    expect(successes()).toEqual([]);
    expect(await find(order)).toEqual({ status: 'absent' });
    const approved = {
      status: 'approved',
      gatewayRefs: [order.chargeRef, expect.stringMatching(/^ch_/)],
      amount: { minor: 2500, currency: 'USD' },
      provisional: false,
    };
    expect(await charge(order)).toEqual(approved);
    expect(await find(order)).toEqual(approved);
    expect(successes()).toMatchObject([{ idempotencyKey: order.once.key }]);
  });

  it('prepared twice under one key is one PaymentIntent', async () => {
    const order = request(['success']);
    expect((await prepare(order)).chargeRef).toBe((await prepare(order)).chargeRef);
  });

  it('is charged in the name of the customer the method belongs to, named or not', async () => {
    const bare = request(['success']);
    const { customer, paymentMethod } = bench.fake.world.addCustomer({ card: { results: ['success'] } });
    const named = bench.gateway.readToken(`${customer}|${paymentMethod ?? ''}`);
    expect(named).toMatchObject({ recognised: true, token: { customerRef: customer } });
    expect(await charge(await prepare(bare))).toMatchObject({ status: 'approved' });
    expect(
      await charge(await prepare({ ...bare, ...(named.recognised ? { token: named.token } : {}), once: { ...bare.once, key: 'other-1' } })),
    ).toMatchObject({ status: 'approved' });
  });

  it.each([
    ['insufficient_funds', { system: 'stripe', code: 'insufficient_funds', network: 'visa', networkCode: '51', reachedNetwork: true }],
    ['authentication_required', { system: 'stripe', code: 'authentication_required' }],
    ['radar_block', { system: 'stripe_outcome_reason', code: 'highest_risk_level', reachedNetwork: false }],
  ])('is declined: %s, and found declined', async (result, decline) => {
    const order = await prepare(request([result]));
    expect(await charge(order)).toMatchObject({
      status: 'declined',
      decline,
      gatewayRefs: [order.chargeRef, expect.stringMatching(/^ch_/)],
    });
    expect(await find(order)).toMatchObject({ status: 'declined', decline });
  });

  it.each(['drop_reply_after_applying', 'rubbish_200_after_applying', 'error_without_error_key_503_after_applying'] as const)(
    'whose answer is lost (%s) is unknown and then found',
    async (action) => {
      const order = await prepare(request(['success']));
      strike(/confirm$/, action);
      expect(await charge(order)).toMatchObject({ status: 'unknown', gatewayRefs: [order.chargeRef] });
      expect(await find(order)).toMatchObject({ status: 'approved' });
      expect(successes()).toHaveLength(1);
    },
  );

  it('that never arrived is unknown, absent, and can be charged after it was revoked under a new PaymentIntent only', async () => {
    const order = await prepare(request(['success']));
    strike(/confirm$/, 'close_before_applying');
    expect(await charge(order)).toMatchObject({ status: 'unknown' });
    expect(await find(order)).toEqual({ status: 'absent' });
    expect(await revoke(order)).toEqual({ status: 'revoked' });
    expect(await revoke(order)).toEqual({ status: 'revoked' });
    // The sleeper wakes: its confirmation cannot take money any more.
    expect(await charge(order)).toMatchObject({ status: 'not_sent' });
    expect(await find(order)).toEqual({ status: 'absent' });
    expect(successes()).toEqual([]);
  });

  it('that has succeeded cannot be revoked: its outcome is told', async () => {
    const order = await prepare(request(['success']));
    await charge(order);
    expect(await revoke(order)).toMatchObject({ status: 'approved', gatewayRefs: [order.chargeRef, expect.any(String)] });
  });

  it('confirmed again under a new key after Stripe forgot the old one shows the success it already had', async () => {
    const order = await prepare(request(['success']));
    await charge(order);
    expect(await charge({ ...order, once: { ...order.once, key: 'forgotten-1' } })).toMatchObject({ status: 'approved' });
    expect(successes()).toHaveLength(1);
  });

  it('without a prepared object sends nothing', async () => {
    const order = request(['success']);
    await expect(charge(order)).rejects.toMatchObject({ code: 'invalid_request', reached: 'no' });
    expect(await revoke(order)).toEqual({ status: 'revoked' });
  });

  it('whose prepared object was not stored is found by what we wrote on it', async () => {
    const order = request(['success']);
    expect(await find(order)).toEqual({ status: 'absent' });
    await charge(await prepare(order));
    expect(await find(order)).toMatchObject({ status: 'approved' });
  });

  it('under rate limit is not sent', async () => {
    const order = await prepare(request(['success']));
    strike(/confirm$/, '429');
    expect(await charge(order)).toMatchObject({ status: 'not_sent' });
  });

  it('of a gone payment method, of a refused key, of an amount with too many decimals is a fault with a name', async () => {
    const gone = request(['success'], { token: { gatewayType: 'stripe', gatewayAccountRef: 'own', methodRef: 'pm_1Gone' } });
    await expect(prepare(gone)).rejects.toMatchObject({ code: 'not_found' });
    const stranger = bench.gatewayWith('sk_test_of_nobody');
    await expect(valueOf(stranger.find({ ...request(['success']), chargeRef: 'pi_1' }, readTime()))).rejects.toMatchObject({
      code: 'refused_key',
    });
    await expect(prepare(request(['success'], { amount: { minor: 1234, currency: 'KWD' } }))).rejects.toMatchObject({
      code: 'invalid_request',
      reached: 'no',
    });
  });

  it("has its amount exactly as asked, in the currency's own unit", async () => {
    for (const [amount, expected] of [
      [{ minor: 500, currency: 'JPY' }, 500],
      [{ minor: 1230, currency: 'KWD' }, 1230],
      [{ minor: 7, currency: 'ISK' }, 700],
    ] as const) {
      expect(await charge(await prepare(request(['success'], { amount })))).toMatchObject({ status: 'approved', amount });
      expect(successes().at(-1)).toMatchObject({ amount: expected });
    }
  });
});

describe('tokens written as text', () => {
  it.each(['pm_1ABC', 'cus_1A|pm_1B', 'cus_1A|card_1B', 'cus_1A|src_1B'])('%s is one of ours', (text) => {
    expect(bench.gateway.readToken(text)).toMatchObject({ recognised: true, token: { gatewayType: 'stripe' } });
  });
  it.each(['tok_success', 'src_1B', 'card_1B', 'pm_', 'cus_1A|', '|pm_1', 'pm_1|cus_1', 'pm_1 ', '4111111111111111', 'abc|def', ''])(
    '%s is not',
    (text) => {
      expect(bench.gateway.readToken(text)).toEqual({ recognised: false });
    },
  );
});
