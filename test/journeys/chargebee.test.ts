import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Billed } from '../../connectors/chargebee/fake-platform.js';
import type { CaseDocument } from '../../core/cases/index.js';
import { owesNothing, startChargebeeWorld, type ChargebeeWorld } from '../support/chargebee-world.js';

jest.setTimeout(90_000);

type Elsewhere = Billed & { readonly method: string };

const recovered = (found: CaseDocument): boolean => found.status === 'succeeded' && owesNothing(found);

describe('failing payments of a Chargebee site', () => {
  let world: ChargebeeWorld;
  const billed: Record<string, Billed | Elsewhere> = {};
  const the = (name: string): Billed => {
    const found = billed[name];
    if (!found) throw new Error(`nothing was billed as ${name}`);
    return found;
  };
  const gatewayDebt = async (name: string) => {
    const { debts } = await world.gateway.ledger();
    return debts.find(({ debtId }) => debtId.startsWith(`um_${name.replaceAll(/\W/g, '_')}/`));
  };
  const callsOn = (name: string): readonly string[] => world.fake.world.requests()
    .flatMap(({ method, path }) => (method === 'POST' && path.startsWith(`/invoices/${the(name).invoice}/`) ? [path.split('/').at(-1) ?? ''] : []));

  // all at once, because each waits for hub days
  beforeAll(async () => {
    world = await startChargebeeWorld('chargebee');
    const { fake } = world;
    billed['collected'] = world.bill('collected');
    billed['collected from the failed source'] = world.bill('collected from the failed source', { card: { results: ['success'] }, subscriptionCard: { results: ['do_not_honor', 'success'] } });
    billed['recorded'] = await world.billElsewhere('recorded', undefined, { dunning: [4, 8, 12] });
    billed['lost collection'] = world.bill('lost collection');
    fake.world.inject({ match: { invoice: the('lost collection').invoice, path: 'collect_payment$' }, action: 'drop_reply_after_applying' });
    billed['lost record'] = await world.billElsewhere('lost record');
    fake.world.inject({ match: { invoice: the('lost record').invoice, path: 'record_payment$' }, action: 'drop_reply_after_applying' });
    billed['retried by Chargebee'] = world.bill('retried by Chargebee');
    fake.world.before({ invoice: the('retried by Chargebee').invoice, call: 'collect_payment', act: 'dunning_succeeds' });
    billed['paid twice'] = await world.billElsewhere('paid twice');
    fake.world.before({ invoice: the('paid twice').invoice, call: 'record_payment', act: 'pay_elsewhere' });
    billed['less by a credit note'] = world.bill('less by a credit note');
    fake.world.creditNote({ invoice: the('less by a credit note').invoice, amount: 1900, tells: false });
    billed['new card'] = world.bill('new card', { card: { results: ['expired_card'] } });
    billed['failed'] = await world.billElsewhere('failed', ['do_not_honor'], { dunning: [9, 18, 27, 60] });
    billed['blocked'] = await world.billElsewhere('blocked', ['suspected_fraud'], { dunning: [9, 18, 27] });
  });
  afterAll(async () => { await world.stop(); });

  it('are heard of by a webhook, read again, collected by Chargebee, and paid', async () => {
    const document = await world.until(the('collected'), 'recovered', recovered);
    expect(document).toMatchObject({ attempts: [{ route: 'platform', outcome: { status: 'approved', amount: { minor: 4900, currency: 'USD' } } }] });
    expect(world.debtOf(the('collected'))).toMatchObject({
      invoiceStatus: 'paid', requests: [{ idempotencyKey: document.attempts[0]?.key, paymentSource: the('collected').paymentSource, result: 'succeeded' }], successes: [{ by: 'request', amount: 4900 }],
    });
    expect(world.events(document._id)).toEqual(['recovery.success']);
  });

  it('are collected from the source that failed, not from the customer\'s primary', async () => {
    const name = 'collected from the failed source';
    await world.until(the(name), 'recovered', recovered);
    expect(world.debtOf(the(name)).requests).toMatchObject([{ paymentSource: the(name).paymentSource }]);
  });

  it('are charged at a mapped gateway with dunning paused, and recorded once', async () => {
    const document = await world.until(the('recorded'), 'recovered', recovered);
    expect(document).toMatchObject({ settlement: { state: 'confirmed', route: 'gateway' }, takeOver: { state: 'handed_back' } });
    expect(callsOn('recorded')).toEqual(['pause_dunning', 'record_payment']);
    expect(world.debtOf(the('recorded'))).toMatchObject({
      invoiceStatus: 'paid', requests: [], successes: [{ by: 'recorded', amount: 4900, referenceNumber: document.attempts[0]?.key }],
    });
    expect(await gatewayDebt('recorded')).toMatchObject({ successes: [{ amount: 4900, currency: 'USD' }] });
    expect(world.events(document._id)).toEqual(['recovery.success']);
  });

  it('are found collected where the answer was lost', async () => {
    const document = await world.until(the('lost collection'), 'recovered', recovered);
    expect(document.attempts).toHaveLength(1);
    expect(world.debtOf(the('lost collection'))).toMatchObject({ requests: [{ ended: 'dropped' }], successes: [{ by: 'request' }] });
  });

  it('are recorded once where the answer to the record was lost', async () => {
    await world.until(the('lost record'), 'confirmed', (found) => found.settlement?.state === 'confirmed' && owesNothing(found));
    expect(callsOn('lost record').filter((call) => call === 'record_payment')).toHaveLength(1);
    expect(world.debtOf(the('lost record')).successes).toHaveLength(1);
    expect((await gatewayDebt('lost record'))?.successes).toHaveLength(1);
  });

  it('are paid by Chargebee\'s own retry, and not by us, where that was first', async () => {
    const document = await world.until(the('retried by Chargebee'), 'paid', recovered);
    expect(document.ended?.recoveredBy).toBe('external');
    expect(world.debtOf(the('retried by Chargebee')).successes).toMatchObject([{ by: 'chargebee' }]);
  });

  it('are given back by us where the customer has paid meanwhile, once both payments are seen', async () => {
    const document = await world.until(the('paid twice'), 'refunded', (found) => found.refunds.some(({ state }) => state === 'refunded') && owesNothing(found));
    expect(document).toMatchObject({
      status: 'succeeded', settlement: { state: 'refused', reason: 'already_paid_by_other' },
      refunds: [{ why: 'duplicate', evidence: { other: { ref: expect.stringMatching(/^txn_/), state: 'succeeded' } } }],
    });
    const { refunds } = await world.gateway.ledger();
    const taken = (await gatewayDebt('paid twice'))?.successes[0];
    expect(refunds.filter(({ chargeRef }) => chargeRef === taken?.chargeRef)).toMatchObject([{ amount: 4900 }]);
    expect(world.debtOf(the('paid twice')).successes).toMatchObject([{ by: 'customer' }]);
  });

  it('are collected at exactly what is due after a credit note that nobody told of', async () => {
    const document = await world.until(the('less by a credit note'), 'recovered', recovered);
    expect(document.attempts).toMatchObject([{ amount: { minor: 3000 } }]);
    expect(world.debtOf(the('less by a credit note'))).toMatchObject({ invoiceStatus: 'paid', successes: [{ amount: 3000 }] });
  });

  it('are charged on a new card', async () => {
    const one = the('new card');
    await world.until(one, 'waiting for a card', (found) => found.status === 'failed' || found.status === 'queued');
    const { paymentSource } = world.fake.world.updateCard({ customer: one.customer, card: { results: ['success'] } });
    const document = await world.until(one, 'recovered', recovered);
    expect(world.debtOf(one)).toMatchObject({ invoiceStatus: 'paid', successes: [{ by: 'request' }] });
    expect(world.debtOf(one).requests.at(-1)).toMatchObject({ paymentSource });
    expect(document.status).toBe('succeeded');
  });

  it('are handed back to Chargebee\'s retries after a failed case', async () => {
    await world.until(the('failed'), 'failed and handed back', (found) => found.status === 'failed' && found.takeOver?.state === 'handed_back');
    expect(callsOn('failed')).toEqual(['pause_dunning', 'resume_dunning']);
    expect(world.debtOf(the('failed'))).toMatchObject({ invoiceStatus: 'payment_due', dunningStatus: 'in_progress' });
  });

  it('are left by Chargebee for good after a blocked case', async () => {
    await world.until(the('blocked'), 'blocked and stopped', (found) => found.status === 'blocked' && found.takeOver?.state === 'handed_back');
    expect(callsOn('blocked').at(-1)).toBe('stop_dunning');
    expect(world.debtOf(the('blocked'))).toMatchObject({ invoiceStatus: 'not_paid', dunningStatus: 'stopped' });
  });

  it('are charged twice nowhere, and recorded twice nowhere', async () => {
    const { doubleCharges, secondTries } = await world.gateway.ledger();
    expect({ doubleCharges, secondTries }).toEqual({ doubleCharges: [], secondTries: [] });
    const ledger = world.fake.world.ledger();
    expect({ doubleCharges: ledger.doubleCharges, recordedTwice: ledger.recordedTwice }).toEqual({ doubleCharges: [], recordedTwice: [] });
  });
});
