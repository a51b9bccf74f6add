import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AcmeFake, startAcmeFake } from './acme-fake.test-bench.js';
import { answeredOf, at, named, type Answered } from './index.js';

let fake: AcmeFake;

beforeEach(async () => {
  fake = await startAcmeFake({ scale: 86_400, origin: new Date('2026-11-20T09:00:00Z') });
});

afterEach(() => fake.close());

const ask = async (name: string): Promise<Answered> => answeredOf(await fetch(`${fake.url}/_fake/${name}`));
const tell = async (name: string, order: unknown): Promise<Answered> =>
  answeredOf(await fetch(`${fake.url}/_fake/${name}`, { method: 'POST', body: typeof order === 'string' ? order : JSON.stringify(order) }));

describe('the control of a world', () => {
  it('tells readings', async () => {
    expect((await ask('switches')).body).toEqual({ keepsRefusals: true });
    expect((await ask('clock')).body).toMatchObject({ scale: 86_400, origin: '2026-11-20T09:00:00.000Z' });
    expect((await ask('ledger')).body).toEqual({ debts: [{ debtId: 'inv_1', requests: [], successes: [] }, { debtId: 'inv_2', requests: [], successes: [] }], secondTries: [], doubleCharges: [] });
    expect((await ask('deliveries')).text).toBe('[]');
  });

  it('runs commands and answers what they answer', async () => {
    expect((await tell('bill', { invoice: 'inv_9', amount: 5 })).body).toEqual({ invoice: 'inv_9' });
    expect((await tell('setProcessingMs', { ms: 5 })).body).toEqual({ done: true });
    expect((await tell('setSwitches', { keepsRefusals: false })).status).toBe(200);
    expect((await tell('inject', { match: { path: 'pay$' }, action: 'hang' })).body).toEqual({ faultId: 'fault-1' });
    expect((await ask('faults')).text).toContain('fault-1');
    expect((await tell('clearFaults', '')).status).toBe(200);
    expect((await ask('faults')).text).toBe('[]');
    expect([fake.platform.processingMs, fake.platform.switches.keepsRefusals]).toEqual([5, false]);
  });

  it.each([
    ['bill', { invoice: 'inv_9' }, 'amount'],
    ['bill', 'no json', 'bill'],
    ['setSwitches', { unheardOf: 1 }, "found 'unheardOf', expected one of keepsRefusals"],
    ['inject', { match: {}, action: 'explode' }, 'action'],
  ])('refuses %s of %j by name', async (name, order, said) => {
    const { status, body } = await tell(name, order);
    expect([status, at(body, 'error')]).toEqual([400, expect.stringContaining(said)]);
  });

  it('names what there is where there is nothing', async () => {
    const { status, body } = await ask('toString');
    expect(status).toBe(404);
    expect(at(body, 'error')).toMatch(/^GET \/_fake\/toString: expected GET ledger, .* or POST .*bill$/);
  });
});

describe('the server of a fake', () => {
  it('listens on loopback, refuses a body over a megabyte, and says why it cannot start', async () => {
    expect(new URL(fake.url).hostname).toBe('127.0.0.1');
    await expect(tell('bill', 'x'.repeat(1_048_577))).rejects.toThrow();
    expect((await ask('clock')).status).toBe(200);
    await expect(startAcmeFake({ port: fake.port })).rejects.toThrow('EADDRINUSE');
  });
});

it('a thing that is not there is named with what to do', () => {
  expect(() => named(new Map(), 'invoice', 'inv_0')).toThrow("invoice: found 'inv_0', expected the id of a invoice in this fake; bill() answers the ids");
});
