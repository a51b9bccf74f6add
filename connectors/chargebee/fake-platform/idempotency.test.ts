import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChargebeeFakeOptions } from './chargebee-fake.js';
import { at, openForTest, type Opened } from './open-for-test.js';

let opened: Opened;
afterEach(() => opened.fake.close());

const HALF_HOUR_IN_MS = 36_000;
const method = { 'transaction[payment_method]': 'other', 'transaction[amount]': '100' };
const key = (value: string) => ({ 'chargebee-idempotency-key': value });

const begin = async (options: ChargebeeFakeOptions = {}, results = ['insufficient_funds', 'stolen_card', 'success']) => {
  opened = await openForTest(options);
  const { invoice } = opened.fake.world.bill({ label: 'a', amount: 1500, card: { results } });
  return { path: `/invoices/${invoice}`, world: opened.fake.world, post: opened.post };
};

describe('an idempotency key', () => {
  it('replays the first answer, flagged, and applies once', async () => {
    const { path, post, world } = await begin();
    const first = await post(`${path}/record_payment`, method, key('k'));
    const second = await post(`${path}/record_payment`, method, key('k'));
    expect([first.headers.get('chargebee-idempotency-replayed'), second.headers.get('chargebee-idempotency-replayed')]).toEqual([null, 'true']);
    expect(second.text).toBe(first.text);
    expect(world.ledger().debts.flatMap(({ successes }) => successes).filter(({ by }) => by === 'recorded')).toHaveLength(1);
  });

  it('with another body, path or header of Chargebee is refused', async () => {
    const { path, post } = await begin();
    await post(`${path}/record_payment`, method, key('k'));
    const others = [
      await post(`${path}/record_payment`, { ...method, comment: 'x' }, key('k')),
      await post(`${path}/stop_dunning`, {}, key('k')),
      await post(`${path}/record_payment`, method, { ...key('k'), 'chargebee-event-webhook': 'all-disabled' }),
    ];
    expect(others.map(({ status, body }) => [status, body['api_error_code']])).toEqual(Array.from({ length: 3 }, () => [422, 'unable_to_process_request']));
  });

  it('is forgotten after half an hour, and then pays again', async () => {
    const { path, post } = await begin({ scale: HALF_HOUR_IN_MS * 2 });
    await post(`${path}/record_payment`, method, key('k'));
    await new Promise<void>((resolve) => setTimeout(resolve, 60));
    const { body } = await post(`${path}/record_payment`, method, key('k'));
    expect(at(body, 'invoice.amount_due')).toBe(1300);
  });

  it.each([[true, 'stolen_card'], [false, 'success']] as const)('keeps declines: %s', async (keepsRefusals, second) => {
    const { path, post } = await begin({ switches: { keepsRefusals } });
    expect((await post(`${path}/collect_payment`, {}, key('k'))).status).toBe(400);
    const answered = await post(`${path}/collect_payment`, {}, key('k'));
    expect(answered.status).toBe(second === 'success' ? 200 : 400);
  });

  it.each([['lock_timeout', 429], ['conflict', 409]] as const)('in use is refused: %s', async (keyInUse, status) => {
    const { path, post, world } = await begin({ switches: { keyInUse } });
    world.setProcessingMs({ ms: 600 });
    const both = await Promise.all([post(`${path}/record_payment`, method, key('k')), post(`${path}/record_payment`, method, key('k'))]);
    expect(both.map((answered) => answered.status).sort((a, b) => a - b)).toEqual([200, status]);
  });

  it('of more than 100 characters is refused', async () => {
    const { path, post } = await begin();
    expect((await post(`${path}/record_payment`, method, key('k'.repeat(101)))).status).toBe(400);
  });
});
