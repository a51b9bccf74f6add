import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OWN_ACCOUNT } from '../../core/connector-kit/index.js';
import { billFailing, openBench, readTime, refOf, valueOf, type Bench } from './chargebee.test-bench.js';
import type { Billed } from './fake-platform.js';
import { splitReference } from './gateway-names.js';
import type { Switches } from './fake-platform.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const list = async (billed: Billed, connector = bench.connector) => {
  const part = connector.paymentMethods;
  if (part.mode !== 'readable') throw new Error('not readable');
  return valueOf(part.list(refOf(billed), readTime()));
};
const tokens = async (billed: Billed) => {
  const listed = await list(billed);
  if (!listed.found) throw new Error(listed.detail);
  return listed.tokens;
};
/** The payment sources behind the tokens, in order. */
const sources = async (billed: Billed) => [...new Set((await tokens(billed)).map(({ card }) => card?.fingerprint?.split(':')[1]))];
const answers: readonly Switches['gatewayTokens'][] = ['answered', 'not_found', 'not_supported', 'forbidden'];

describe('the payment sources of a debt', () => {
  it.each(answers)('are named for their gateway, then for Chargebee, one card under both names; gateway tokens %s', async (gatewayTokens) => {
    bench.fake.world.setSwitches({ gatewayTokens });
    const billed = billFailing(bench, { card: { gateway: 'braintree', gatewayAccount: 'gw_B', referenceId: 'cus1/tok1', results: ['2001'] } });
    const card = { network: 'visa', bin: '424242', last4: '4242', country: 'US', expires: expect.stringMatching(/^\d{4}-12$/), fingerprint: `fake-test:${billed.paymentSource}` };
    expect(await tokens(billed)).toEqual([
      { gatewayType: 'braintree', gatewayAccountRef: 'gw_B', customerRef: 'cus1', methodRef: 'tok1', card },
      { gatewayType: 'chargebee', gatewayAccountRef: OWN_ACCOUNT, customerRef: billed.customer, methodRef: billed.paymentSource, card },
    ]);
  });

  it('begin with the source of the failed payment, not with the customer\'s primary', async () => {
    const billed = billFailing(bench, { subscriptionCard: { results: ['insufficient_funds'] } });
    const [first, second] = await sources(billed);
    expect(first).toBe(billed.paymentSource);
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
  });

  it('begin with a card that was entered after the failure, told or not', async () => {
    await bench.close();
    bench = await openBench({ scale: 86_400 });
    const billed = billFailing(bench);
    await new Promise((resolve) => { setTimeout(resolve, 30); });
    const { paymentSource } = bench.fake.world.updateCard({ customer: billed.customer, card: { results: ['success'] }, tells: false });
    expect(await sources(billed)).toEqual([paymentSource, billed.paymentSource]);
  });

  it('are those of the customer who pays', async () => {
    const billed = billFailing(bench, { paidByParent: true });
    const listed = await tokens(billed);
    expect(listed.at(-1)).toMatchObject({ gatewayAccountRef: OWN_ACCOUNT, methodRef: billed.paymentSource });
    expect(listed.at(-1)?.customerRef).not.toBe(billed.customer);
  });

  it('of a consolidated invoice and of one without any subscription are found', async () => {
    for (const kind of ['consolidated', 'one_time'] as const) {
      const billed = billFailing(bench, { kind });
      expect(await sources(billed)).toEqual([billed.paymentSource]);
    }
  });

  it('at Chargebee\'s test gateway can be charged by Chargebee alone', async () => {
    const billed = billFailing(bench, { card: { gateway: 'chargebee', gatewayAccount: 'gw_Test', results: ['3001'] } });
    expect(await tokens(billed)).toMatchObject([{ gatewayType: 'chargebee', gatewayAccountRef: OWN_ACCOUNT, methodRef: billed.paymentSource }]);
  });

  it('are none where they were deleted', async () => {
    const billed = billFailing(bench);
    bench.fake.world.deleteCard({ paymentSource: billed.paymentSource });
    expect(await list(billed)).toMatchObject({ found: false, reason: 'no_payment_source' });
  });

  it('cannot be read with such a key; of another site\'s invoice nothing is known', async () => {
    const billed = billFailing(bench);
    bench.fake.world.addKey({ key: 'reduced', kind: 'read_only_without_transactions' });
    expect(await list(billed, bench.connectorWith({ apiKey: 'reduced' }))).toMatchObject({ found: false, reason: 'insufficient_permissions' });
    expect(await list({ ...billed, invoice: 'INV-9999' })).toMatchObject({ found: false, reason: 'mode_mismatch' });
  });

  it('are refused with a wrong key by an error, because nothing was said of them', async () => {
    const billed = billFailing(bench);
    await expect(list(billed, bench.connectorWith({ apiKey: 'wrong' }))).rejects.toMatchObject({ code: 'refused_key' });
  });
});

describe('a reference of a payment source', () => {
  it.each([
    ['stripe', 'cus_1/card_1', { customerRef: 'cus_1', methodRef: 'card_1' }],
    ['stripe', 'cus_1/pm_1/more', { customerRef: 'cus_1', methodRef: 'pm_1/more' }],
    ['authorize_net', '11/22', { customerRef: '11', methodRef: '22' }],
    ['braintree', 'onlyhalf', { methodRef: 'onlyhalf' }],
    ['stripe', '/pm_1', { methodRef: '/pm_1' }],
    ['stripe', 'cus_1/', { methodRef: 'cus_1/' }],
    ['adyen', 'shopper/recurring', { methodRef: 'shopper/recurring' }],
    ['gocardless', 'MD0001', { methodRef: 'MD0001' }],
  ])('at %s: %s', (gateway, reference, expected) => {
    expect(splitReference(gateway, reference)).toEqual(expected);
  });
});
