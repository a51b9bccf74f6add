import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startStripeFake, type StripeFake } from '../../../connectors/stripe-billing/fake-platform.js';
import { judge, soundWorld, type Evidence } from '../laws/index.js';
import { evidenceOfStripe } from './from-stripe.js';
import { readStripeRefunds } from './stripe-refunds.js';

describe('refunds made at the Stripe fake', () => {
  let fake: StripeFake;
  beforeEach(async () => { fake = await startStripeFake({ apiKey: 'sk_test_evidence' }); });
  afterEach(async () => { await fake.close(); });

  const post = async (path: string, fields: Readonly<Record<string, string>>, key?: string): Promise<{ readonly id: string; readonly latest_charge?: string }> => {
    const answer = await fetch(`${fake.url}/v1/${path}`, {
      method: 'POST', body: new URLSearchParams(fields),
      headers: { authorization: `Bearer ${fake.apiKey}`, 'content-type': 'application/x-www-form-urlencoded', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    });
    const body = await answer.json() as { readonly id: string };
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body;
  };
  const charged = async () => {
    const { customer, paymentMethod } = fake.world.addCustomer({ card: { results: ['success'] } });
    return post('payment_intents', { amount: '4900', currency: 'usd', customer, payment_method: paymentMethod ?? '', confirm: 'true', off_session: 'true' }, 'case1-1');
  };
  const lawsBroken = async (change: Partial<Evidence>) => {
    const evidence = { ...soundWorld, ...evidenceOfStripe(fake.world.ledger(), await readStripeRefunds(fake), (hub) => hub), invoices: [], ...change };
    return judge(evidence).filter(({ law }) => law === 6).map(({ what }) => what);
  };

  it('that nobody owed are objected to by law 6', async () => {
    const intent = await charged();
    expect(await lawsBroken({})).toEqual([]);
    await post('refunds', { payment_intent: intent.id });
    expect(await lawsBroken({})).toEqual(['Money was given back at stripe that no case owed.']);
  });

  it('as a duplicate, of a debt that was paid once, are objected to by law 6; on an operator\'s word they are not', async () => {
    const intent = await charged();
    await post('refunds', { 'payment_intent': intent.id, 'metadata[recovery_hub_refund]': 'case1-1-refund-1' });
    const [sound] = soundWorld.cases;
    if (!sound) throw new Error('the sound world has a case');
    const owed = (why: string): Partial<Evidence> => ({
      cases: [{ ...sound, refunds: [{ n: 1, why, state: 'refunded', once: { key: 'other', ourReference: 'case1-1-refund-1' }, evidence: { ours: 'x', other: 'y' } }] }],
    });
    expect(await lawsBroken(owed('duplicate'))).toEqual([expect.stringContaining('refunded as a duplicate, and it was paid 1 time(s)')]);
    expect(await lawsBroken(owed('operator'))).toEqual([]);
  });

  it('are all read, also where they fill more than a page', async () => {
    const intent = await charged();
    for (let n = 0; n < 101; n += 1) await post('refunds', { payment_intent: intent.id, amount: '1' });
    expect(new Set((await readStripeRefunds(fake)).map(({ id }) => id)).size).toBe(101);
  });
});
