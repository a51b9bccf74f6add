import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type AcmeFake, faultKinds, startAcmeFake } from './acme-fake.test-bench.js';
import { answeredOf, type Answered } from './index.js';

let fake: AcmeFake;

beforeEach(async () => {
  fake = await startAcmeFake();
});

afterEach(() => fake.close());

const pay = async (key?: string, patienceMs = 10_000): Promise<Answered> => answeredOf(await fetch(`${fake.url}/v1/invoices/inv_1/pay`, {
  method: 'POST', body: 'amount=100', headers: { authorization: 'Bearer key', ...(key === undefined ? {} : { 'acme-key': key }) }, signal: AbortSignal.timeout(patienceMs),
}));

const match = { method: 'POST' } as const;
const paid = () => fake.platform.invoices.get('inv_1')?.paid;
const ends = () => fake.report().debts.flatMap(({ requests }) => requests).map(({ ended, result }) => [ended, result]);

describe('a fault', () => {
  it.each([
    ['close_before_applying', 0, 'dropped', 'not_applied'],
    ['drop_reply_after_applying', 100, 'dropped', 'succeeded'],
    ['hang', 0, 'client_left', 'not_applied'],
    ['hang_after_applying', 100, 'client_left', 'succeeded'],
    ['stall_body', 0, 'client_left', 'not_applied'],
    ['stall_body_after_applying', 100, 'client_left', 'succeeded'],
  ] as const)('%s gives no answer, with %i paid', async (action, amount, ended, result) => {
    fake.world.inject({ match, action });
    await expect(pay(undefined, 500)).rejects.toThrow();
    expect(paid()).toBe(amount);
    while (ends()[0]?.[0] === 'open') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ends()).toEqual([[ended, result]]);
  });

  it('answers by name, before the request is applied and after', async () => {
    fake.world.inject({ match, action: 'rubbish_200' });
    const first = await pay();
    expect([first.status, first.text, first.headers.get('content-type'), paid()]).toEqual([200, 'rubbish', 'text/plain', 0]);
    fake.world.inject({ match, action: 'rubbish_200_after_applying' });
    expect([(await pay()).text, paid()]).toEqual(['rubbish', 100]);
  });

  it('answers what a test writes, which the platform keeps under a key where it is told to', async () => {
    fake.world.inject({ match, action: { status: 500, body: { code: 'boom' }, headers: { 'acme-own': 'yes' }, keptUnderKey: true } });
    const first = await pay('k-1');
    expect([first.status, first.headers.get('acme-own')]).toEqual([500, 'yes']);
    const second = await pay('k-1');
    expect([second.status, second.body, paid()]).toEqual([500, { code: 'boom' }, 0]);
    fake.world.inject({ match, action: { status: 503, body: '', afterApplying: true } });
    expect([(await pay()).status, paid()]).toEqual([503, 100]);
  });

  it('makes a request late, which is applied all the same when its caller has gone', async () => {
    fake.world.inject({ match, action: { delayMs: 1_500 } });
    await expect(pay(undefined, 300)).rejects.toThrow('timeout');
    expect(paid()).toBe(0);
    while (paid() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ends()).toEqual([['client_left', 'succeeded']]);
  });

  it('strikes as often as it says, counts, and can be called off', async () => {
    const { faultId } = fake.world.inject({ match, action: { status: 429, body: {} }, times: 2 });
    expect([(await pay()).status, (await pay()).status, (await pay()).status]).toEqual([429, 429, 200]);
    const always = fake.world.inject({ match: {}, action: { status: 503, body: {} }, times: 'always' });
    expect((await pay()).status).toBe(503);
    expect(fake.world.faultsStruck()).toEqual([{ faultId, times: 2 }, { faultId: always.faultId, times: 1 }]);
    fake.world.clearFaults({ faultId: always.faultId });
    expect((await pay()).status).toBe(409);
    fake.world.inject({ match: {}, action: { status: 503, body: {} } });
    fake.world.clearFaults();
    expect(fake.world.faultsStruck()).toEqual([]);
  });
});

describe('a match', () => {
  const take = (list: ReturnType<typeof faultKinds.createList>, method: string, path: string, idempotencyKey: string | null = null) =>
    list.take({ method, path, idempotencyKey }) !== null;

  it.each([
    [{ method: 'GET' }, false], [{ method: 'POST' }, true], [{ path: 'pay$' }, true], [{ path: /^\/refund/ }, false], [{ request: '^POST /invoices/' }, true],
    [{ request: '^GET ' }, false], [{ invoice: 'inv_1' }, true], [{ invoice: 'inv_2' }, false], [{}, true],
  ] as const)('of %j strikes a payment of inv_1: %s', (given, expected) => {
    const list = faultKinds.createList();
    list.inject({ match: given, action: 'hang', times: 'always' });
    expect(take(list, 'POST', '/invoices/inv_1/pay')).toBe(expected);
  });

  it('binds to the key of the first request where it says so', () => {
    const list = faultKinds.createList();
    list.inject({ match: { bindToFirstKey: true }, action: 'hang', times: 'always' });
    expect(['k-1', 'k-2', 'k-1'].map((key) => take(list, 'POST', '/', key))).toEqual([true, false, true]);
  });

  it.each([
    { match: {}, action: 'explode' }, { match: { verb: 'GET' }, action: 'hang' }, { match: {}, action: 'hang', times: 0 }, { match: {}, action: { status: 99, body: {} } },
    { match: {}, action: { delayMs: 0 } },
  ])('that cannot be meant is refused: %j', (fault) => {
    expect(() => faultKinds.createList().inject(fault as never)).toThrow(z.ZodError);
  });
});
