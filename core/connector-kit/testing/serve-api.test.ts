import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AcmeFake, startAcmeFake } from './acme-fake.test-bench.js';
import { answeredOf, at, until, type Answered } from './index.js';

let fake: AcmeFake;

beforeEach(async () => {
  fake = await startAcmeFake();
});

afterEach(() => fake.close());

const authorization = 'Bearer key';
const read = async (invoice = 'inv_1'): Promise<Answered> => answeredOf(await fetch(`${fake.url}/v1/invoices/${invoice}`, { headers: { authorization } }));

interface Payment {
  readonly key?: string;
  readonly amount?: number;
  readonly invoice?: string;
  readonly signal?: AbortSignal;
}

const pay = async ({ key, amount = 100, invoice = 'inv_1', signal }: Payment = {}): Promise<Answered> => answeredOf(await fetch(`${fake.url}/v1/invoices/${invoice}/pay`, {
  method: 'POST', body: `amount=${amount}`, headers: { authorization, ...(key === undefined ? {} : { 'acme-key': key }) }, ...(signal === undefined ? {} : { signal }),
}));

const paidOf = (invoice = 'inv_1') => fake.platform.invoices.get(invoice)?.paid;
const requests = () => fake.report().debts.flatMap((debt) => debt.requests);

describe('an API on the harness', () => {
  it('answers in its own style, and refuses what its rules refuse', async () => {
    const found = await read();
    expect([found.status, found.headers.get('content-type'), at(found.body, 'amount')]).toEqual([200, 'application/json', 100]);
    expect(found.headers.get('acme-request')).toMatch(/^req_Ac/);
    expect((await fetch(`${fake.url}/v1/invoices/inv_1`)).status).toBe(401);
    expect((await read('none')).status).toBe(404);
    expect((await answeredOf(await fetch(`${fake.url}/v1/invoices/inv_1`, { method: 'DELETE', headers: { authorization } }))).body).toEqual({ code: 'other_method' });
    expect((await answeredOf(await fetch(`${fake.url}/elsewhere/inv_1`, { headers: { authorization } }))).body).toEqual({ code: 'no_address' });
    expect((await answeredOf(await fetch(`${fake.url}/v1/invoices/inv_1?unknown=1`, { headers: { authorization } }))).status).toBe(400);
    expect(requests()).toEqual([]);
  });

  it('says so when the fake itself fails', async () => {
    fake.platform.invoices.get = () => {
      throw new Error('a bug of the fake');
    };
    const answered = await read();
    expect([answered.status, String(at(answered.body, 'code'))]).toEqual([500, expect.stringContaining('The fake itself failed: Error: a bug of the fake')]);
  });

  it('executes once under a key and gives the same answer again', async () => {
    const first = await pay({ key: 'k-1', amount: 40 });
    const second = await pay({ key: 'k-1', amount: 40 });
    expect(second.body).toEqual(first.body);
    expect([paidOf(), first.headers.get('acme-first'), second.headers.get('acme-replayed')]).toEqual([40, first.headers.get('acme-request'), first.headers.get('acme-request')]);
    expect(requests().map(({ replayed, result }) => [replayed, result])).toEqual([[false, 'succeeded'], [true, 'succeeded']]);
    expect((await pay({ key: 'k-1', amount: 50 })).body).toEqual({ code: 'key_of_another' });
  });

  it('keeps the refusals that its rules keep', async () => {
    await pay();
    expect((await pay({ key: 'k-2' })).body).toEqual({ code: 'paid' });
    fake.world.bill({ invoice: 'inv_1', amount: 100 });
    expect((await pay({ key: 'k-2' })).body).toEqual({ code: 'paid' });
    fake.world.setSwitches({ keepsRefusals: false });
    await pay();
    expect((await pay({ key: 'k-3' })).body).toEqual({ code: 'paid' });
    fake.world.bill({ invoice: 'inv_1', amount: 100 });
    expect((await pay({ key: 'k-3' })).status).toBe(200);
  });

  it('refuses a key and an object that are under way, and lets go of them afterwards', async () => {
    fake.world.setProcessingMs({ ms: 800 });
    const slow = pay({ key: 'k-1', amount: 40 });
    await until(() => requests().length === 1);
    expect((await pay({ key: 'k-1', amount: 40 })).body).toEqual({ code: 'key_in_use' });
    expect((await pay({ key: 'k-2', amount: 40 })).body).toEqual({ code: 'locked' });
    expect((await pay({ key: 'k-3', invoice: 'inv_2' })).status).toBe(200);
    expect((await slow).status).toBe(200);
    expect((await pay({ key: 'k-2', amount: 40 })).status).toBe(200);
    expect(paidOf()).toBe(80);
  });
});

describe('its ledger', () => {
  it('counts a try after the debt is paid, but none on a debt of which a part is left', async () => {
    await pay({ amount: 40 });
    await pay({ amount: 60 });
    await pay();
    const { secondTries, doubleCharges, debts } = fake.report();
    expect(secondTries.map(({ secondTry, code }) => [secondTry, code])).toEqual([['after_success', 'paid']]);
    expect(doubleCharges.map(({ debtId }) => debtId)).toEqual(['inv_1']);
    expect(debts[0]?.successes.map(({ amount }) => amount)).toEqual([40, 60]);
  });

  it('counts a try beside one that is open, unless both have one key', async () => {
    fake.world.inject({ match: { path: '/pay$' }, action: 'hang', times: 'always' });
    const gone = new AbortController();
    const calls = ['k-1', 'k-1', 'k-2'].map((key) => pay({ key, signal: gone.signal }).catch(() => 'left'));
    await until(() => requests().length === 3);
    gone.abort();
    expect(await Promise.all(calls)).toEqual(['left', 'left', 'left']);
    await until(() => requests().every(({ ended }) => ended === 'client_left'));
    const beside = requests().filter(({ secondTry }) => secondTry === 'while_another_is_open');
    expect(beside.length).toBeGreaterThan(0);
    expect(requests().map(({ result, answeredAt }) => [result, answeredAt])).toEqual(Array.from({ length: 3 }, () => ['not_applied', null]));
    fake.world.clearFaults();
    await pay({ amount: 40 });
    expect(requests().at(-1)).toMatchObject({ secondTry: null, result: 'succeeded' });
  });

  it('is told as a copy', async () => {
    await pay();
    for (const { requests: told } of fake.report().debts) (told as unknown[]).splice(0);
    expect(requests()).toHaveLength(1);
  });
});

describe('races', () => {
  it('act after the nth read was answered and before the next write, once', async () => {
    const acts: string[] = [];
    fake.platform.races.afterRead({ path: '/invoices/inv_1', nth: 2 }, () => acts.push('after'));
    fake.platform.races.afterRead({ path: '/invoices/inv_1', query: { with: 'lines' }, nth: 1 }, () => acts.push('after lines'));
    fake.platform.races.beforeWrite('/invoices/inv_1/pay', () => fake.world.bill({ invoice: 'inv_1', amount: 7 }));
    await read();
    expect(acts).toEqual([]);
    await read('inv_1?with=lines');
    await read();
    expect(acts).toEqual(['after', 'after lines']);
    expect((await pay({ amount: 7 })).body).toEqual({ amount: 7, paid: 7 });
    expect((await pay({ amount: 7 })).status).toBe(409);
  });
});
