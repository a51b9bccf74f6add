import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { owesNothing, startChargebeeWorld, type ChargebeeWorld } from '../support/chargebee-world.js';

jest.setTimeout(90_000);

describe('a failing payment of a Chargebee site', () => {
  let world: ChargebeeWorld;
  beforeAll(async () => { world = await startChargebeeWorld('chargebee'); });
  afterAll(async () => { await world.stop(); });

  it('is heard of by a webhook, read again, collected by Chargebee, and paid', async () => {
    const billed = world.bill('platform route');
    const document = await world.until(billed, 'recovered', (found) => found.status === 'succeeded' && owesNothing(found));
    expect(document).toMatchObject({ attempts: [{ route: 'platform', outcome: { status: 'approved', amount: { minor: 4900, currency: 'USD' } } }] });
    expect(world.debtOf(billed)).toMatchObject({
      invoiceStatus: 'paid', requests: [{ idempotencyKey: document.attempts[0]?.key, paymentSource: billed.paymentSource, result: 'succeeded' }], successes: [{ by: 'request', amount: 4900 }],
    });
    expect(world.events(document._id)).toEqual(['recovery.success']);
  });
});
