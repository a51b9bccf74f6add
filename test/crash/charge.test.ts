import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually, startHubWorld, type HubProcess, type HubWorld } from '../support/hub-world.js';

jest.setTimeout(60_000);

const places = ['reserved', 'attempt written', 'prepared', 'charge sent', 'charge answered', 'outcome written'] as const;

/** Lets the hub come to the place and kills it there: the process says where it is, or the fake holds its charge. */
const killAt = async (world: HubWorld, hub: HubProcess, place: string, chargePath: string, fault: { readonly faultId: string } | undefined): Promise<void> => {
  if (place === 'charge sent') {
    await eventually('the charge at the fake', () => (world.fake.world.ledger().debts.some((debt) => debt.requests.some((request) => request.path.endsWith(chargePath) && request.result !== null)) ? true : undefined));
  } else {
    expect(await hub.reached).toContain(place);
  }
  await hub.kill();
  if (fault) world.fake.world.clearFaults(fault);
};

const finalState = (world: HubWorld, debtId: string) => {
  const report = world.fake.world.ledger();
  const debt = report.debts.find((one) => one.debtId === debtId);
  return { debt, successes: debt?.successes.length, secondTries: report.secondTries.length, doubleCharges: report.doubleCharges.length };
};

describe('a hub killed around a charge', () => {
  let world: HubWorld;
  afterEach(async () => { await world.stop(); });

  it.each(places.filter((place) => place !== 'prepared'))('collects an invoice once: %s', async (place) => {
    world = await startHubWorld('crash_pay');
    const hub = await world.startHub(place === 'charge sent' ? undefined : place);
    const billed = world.fake.world.bill({ label: 'crash', amount: 4900, card: { results: ['do_not_honor', 'success'] } });
    const fault = place === 'charge sent' ? world.fake.world.inject({ match: { path: '/pay$', invoice: billed.invoice }, action: 'hang_after_applying', times: 1 }) : undefined;
    await killAt(world, hub, place, '/pay', fault);
    await world.startHub();
    const success = await eventually('recovery.success', () => world.events().find((event) => event.event === 'recovery.success'));
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
    const end = finalState(world, billed.invoice);
    expect(end).toMatchObject({ successes: 1, secondTries: 0, doubleCharges: 0 });
    expect(end.debt?.invoiceStatus).toBe('paid');
    expect(world.events().map((event) => event.id)).toEqual([success.id]);
  });

  it.each(places)('charges a direct call once: %s', async (place) => {
    world = await startHubWorld('crash_direct');
    const hub = await world.startHub(place === 'charge sent' ? undefined : place);
    const { customer, paymentMethod } = world.fake.world.addCustomer({ card: { results: ['success'] } });
    const fault = place === 'charge sent' ? world.fake.world.inject({ match: { path: '/confirm$' }, action: 'hang_after_applying', times: 1 }) : undefined;
    const body = { paymentMethodToken: `${customer}|${String(paymentMethod)}`, amount: 7700, idempotencyKey: 'order-1' };
    const call = world.post(hub, '/api/recovery/execute', body).catch(() => 'cut');
    await killAt(world, hub, place, '/confirm', fault);
    expect(await call).toBe('cut');
    const again = await world.startHub();
    // the merchant asks again with the same key, as a merchant does whose call was cut
    const repeated = await world.post(again, '/api/recovery/execute', body);
    expect([200, 202, 409]).toContain(repeated.status);
    const success = await eventually('recovery.success', () => world.events().find((event) => event.event === 'recovery.success'));
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
    const report = world.fake.world.ledger();
    const debts = report.debts.filter((debt) => debt.kind === 'direct');
    expect(debts.flatMap((debt) => debt.successes)).toHaveLength(1);
    expect(report.secondTries).toEqual([]);
    expect(report.doubleCharges).toEqual([]);
    expect(world.events().map((event) => event.id)).toEqual([success.id]);
  });
});
