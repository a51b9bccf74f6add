import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hubCommand } from '../support/hub-command.js';
import { eventually, startHubWorld, type HubProcess, type HubWorld } from '../support/hub-world.js';

jest.setTimeout(60_000);

const execute = '/api/recovery/execute';

describe('the kill switch, with two hubs on one database', () => {
  let world: HubWorld;
  let hubs: readonly HubProcess[];
  beforeAll(async () => {
    world = await startHubWorld('kill_switch');
    hubs = [await world.startHub(), await world.startHub()];
  });
  afterAll(async () => { await world.stop(); });

  const run = async (...args: readonly string[]) => {
    const end = await hubCommand(world.env, ...args);
    expect(end).toMatchObject({ code: 0 });
    return end;
  };
  const requests = () => world.fake.world.ledger().debts.flatMap((debt) => debt.requests);
  const pay = (hub: HubProcess | undefined, body: object) => {
    if (!hub) throw new Error('no hub');
    return world.post(hub, execute, body);
  };

  it('lets no charge begin a second after it, while open ones are asked about and failures are taken; afterwards each is made once', async () => {
    const { customer, paymentMethod } = world.fake.world.addCustomer({ card: { results: ['success'] } });
    const paymentMethodToken = `${customer}|${String(paymentMethod)}`;
    // a charge whose answer is lost, to be asked about while charges are paused
    world.fake.world.inject({ match: { path: '/confirm$' }, action: 'drop_reply_after_applying', times: 1 });
    const lost = await pay(hubs[0], { paymentMethodToken, amount: 7700 });
    expect(lost.status).toBe(202);

    // failures before and after the stop: the first ones become due around it
    const bill = (count: number, label: string) => Array.from({ length: count }, (_, at) =>
      world.fake.world.bill({ label: `${label}-${String(at)}`, amount: 4900 + at, card: { results: ['do_not_honor', 'success'] } }).invoice);
    const before = bill(6, 'before');
    const paused = await run('pause', '--all', '--note', 'gateway trouble');
    const stoppedAt = Date.now() + 1000;
    expect(paused.err).toContain('"who":"operator CLI","what":"pause"');
    const after = bill(3, 'after');
    expect(await Promise.all(hubs.map(async (hub) => (await pay(hub, { paymentMethodToken, amount: 8800 })).status))).toEqual([503, 503]);

    await eventually('the lost charge found', () => world.events().find((event) => event.transactionId === lost.body['transactionId'] && event.event === 'recovery.success'));
    const waiting = await eventually('every due case says why it waits', async () => {
      const { cases } = JSON.parse((await run('cases', 'list', '--status', 'queued', '--json')).out) as { cases: { transactionId: string; plan: { because: string } | null }[] };
      const saying = cases.filter((one) => one.plan?.because.includes('Charges of the whole hub are paused since'));
      return cases.length === 9 - requests().filter((request) => before.includes(request.debtId) && request.result === 'succeeded').length && saying.length === cases.length ? cases : undefined;
    });
    expect(waiting.length).toBeGreaterThanOrEqual(3);
    expect((await run('cases', 'show', waiting[0]?.transactionId ?? '')).out).toMatch(/Charges of the whole hub are\s+paused\s+since\s\S+\s+\(gateway trouble\)\./);
    expect(requests().filter((request) => Date.parse(request.receivedAt.wall) > stoppedAt)).toEqual([]);

    await run('resume', '--all');
    await eventually('every debt recovered', () => {
      const recovered = world.events().filter((event) => event.event === 'recovery.success').length;
      return recovered === 10 ? recovered : undefined;
    });
    const report = world.fake.world.ledger();
    expect(report.debts.filter((debt) => [...before, ...after].includes(debt.debtId)).map((debt) => debt.successes.length)).toEqual(Array.from({ length: 9 }, () => 1));
    expect(report.secondTries).toEqual([]);
    expect(report.doubleCharges).toEqual([]);
    expect((await pay(hubs[1], { paymentMethodToken, amount: 8800 })).status).toBe(200);
  });
});
