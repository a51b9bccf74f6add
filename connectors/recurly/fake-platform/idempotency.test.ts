import { afterEach, describe, expect, it } from '@jest/globals';
import type { RecurlyFakeOptions } from './recurly-fake.js';
import { at, openForTest, type Opened } from './open-for-test.js';

let opened: Opened;
afterEach(() => opened.fake.close());

const key = (value: string) => ({ 'idempotency-key': value });

const begin = async (options: RecurlyFakeOptions = {}) => {
  opened = await openForTest(options);
  const { invoice } = opened.fake.world.bill({ label: 'a', amount: 1500, card: { results: ['insufficient_funds', 'expired_card', 'success'] } });
  return { path: `/invoices/${invoice}`, world: opened.fake.world, put: opened.put };
};

describe('an idempotency key', () => {
  it('replays the first answer, flagged, also of a PUT, and applies once', async () => {
    const { path, put, world } = await begin();
    const first = await put(`${path}/mark_successful`, undefined, key('k'));
    const second = await put(`${path}/mark_successful`, undefined, key('k'));
    expect([first.headers.get('idempotency-prior'), second.headers.get('idempotency-prior')]).toEqual([null, 'true']);
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect(world.ledger().doubleCharges).toEqual([]);
    expect((await put(`${path}/mark_successful`, undefined, key('other'))).status).toBe(422);
  });

  it.each([['refused', 422], ['replayed', 200]] as const)('with another request is %s', async (keyOtherRequest, status) => {
    const { path, put } = await begin({ switches: { keyOtherRequest } });
    await put(`${path}/mark_successful`, undefined, key('k'));
    expect((await put(path, { po_number: 'x' }, key('k'))).status).toBe(status);
  });

  it('is forgotten after an hour', async () => {
    const { path, put } = await begin({ scale: 3_600_000 });
    await put(`${path}/mark_successful`, undefined, key('k'));
    await new Promise<void>((resolve) => setTimeout(resolve, 20));
    expect((await put(`${path}/mark_successful`, undefined, key('k'))).status).toBe(422);
  });

  it.each([[true, 422], [false, 200]] as const)('keeps declines: %s', async (keepsRefusals, status) => {
    const { path, put } = await begin({ switches: { keepsRefusals } });
    expect((await put(`${path}/collect`, {}, key('k'))).status).toBe(422);
    expect((await put(`${path}/collect`, {}, key('k'))).status).toBe(status);
  });

  it('in use is 409 and says to come back', async () => {
    const { path, put, world } = await begin();
    world.setProcessingMs({ ms: 200 });
    const both = await Promise.all([put(`${path}/mark_successful`, undefined, key('k')), put(`${path}/mark_successful`, undefined, key('k'))]);
    const refused = both.find(({ status }) => status === 409);
    expect([refused?.headers.get('recurly-should-retry'), refused?.headers.get('retry-after')]).toEqual(['true', '1']);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
  });

  it('of more than 255 characters is refused', async () => {
    const { path, put } = await begin();
    const { status, body } = await put(`${path}/mark_successful`, undefined, key('k'.repeat(256)));
    expect([status, at(body, 'error.type')]).toEqual([400, 'bad_request']);
  });
});
