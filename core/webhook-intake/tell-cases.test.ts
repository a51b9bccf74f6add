import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openIntakeBench, type IntakeBench, type IntakeProcess } from '../../test/support/intake-bench.js';
import { stopServing } from '../../test/support/serve-routes.js';
import type { SampleBody } from '../../test/sample-billing/connector.js';
import { signedDelivery } from '../../test/sample-billing/signed-delivery.js';
import type { CaseDocument } from '../cases/index.js';
import type { ConnectionDuty } from '../clients/index.js';
import { newDirectCase, openKeysOfDirectCase } from '../cases/index.js';

let bench: IntakeBench;
let hub: IntakeProcess;
let count = 0;
beforeAll(async () => {
  bench = await openIntakeBench('intake cases');
  hub = await bench.start();
});
afterAll(async () => { await bench.stop(); await stopServing(); });

type Said = SampleBody['events'][number];
const failed = (invoice: string, more: Partial<Extract<Said, { say: 'failed' }>> = {}): Said =>
  ({ say: 'failed', invoice, amount: { minor: 4900, currency: 'EUR' }, code: 'card_declined', charge: `ch_${invoice}`, ...more });

/** Sends what the platform says and waits until it is understood; answers with how the delivery ended. */
const say = async (...events: readonly Said[]) => {
  count += 1;
  const id = `evt_${count}`;
  const answer = await hub.send(signedDelivery({ id, events: [...events] }));
  expect(answer.status).toBe(200);
  await hub.settled('understood', 'ignored', 'not_understood', 'parked');
  const document = await hub.deliveries.findOne({ _id: String(answer.body['eventId']) });
  return { id, state: document?.state, reason: document?.reason };
};
const caseOf = async (invoice: string): Promise<CaseDocument | undefined> => {
  const found = (await hub.allCases()).filter((one) => one.invoice?.ref === invoice);
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0];
};
const heard = async (invoice: string) => ((await caseOf(invoice))?.signals ?? []).map(({ id, event }) => [id, event.type]);

describe('a failure', () => {
  it('of an unknown debt opens a case, due at once', async () => {
    const { id, state } = await say(failed('in_new', { customer: 'cus_1', subscription: 'sub_1', token: { methodRef: 'pm_secret_1', fingerprint: 'fp_1' } }));
    expect(state).toBe('understood');
    const document = await caseOf('in_new');
    expect(document).toMatchObject({
      clientId: bench.clientId, connectionId: bench.connectionId, platform: 'sample-billing', invoice: { ref: 'in_new', customerRef: 'cus_1', subscriptionRef: 'sub_1' },
      status: 'queued', opened: { minor: 4900, currency: 'EUR' }, decline: { system: 'sample', code: 'card_declined' }, mode: 'active', refs: ['ch_in_new'], applied: [`${id}#0`], signals: [],
      openKeys: [`${bench.connectionId}/in_new`], holder: null, tried: [{ methodDigest: expect.stringMatching(/^[0-9a-f]{64}$/), fingerprintDigest: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    expect(document?.nextAt?.getTime()).toBeLessThanOrEqual(Date.now());
    expect(JSON.stringify(document)).not.toMatch(/pm_secret_1|fp_1/);
  });

  it('of a known debt is a signal to its case, whatever its status', async () => {
    await say(failed('in_known'));
    const again = await say(failed('in_known'));
    await hub.cases.collection.updateOne({ 'invoice.ref': 'in_known' }, { $set: { status: 'failed', watched: false } });
    const closed = await say(failed('in_known'));
    expect(await heard('in_known')).toEqual([[`${again.id}#0`, 'payment_failed'], [`${closed.id}#0`, 'payment_failed']]);
  });

  it('said by ten deliveries at once is one case and nine signals', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, at) => hub.send(signedDelivery({ id: `evt_race_${at}`, events: [failed('in_race')] }))));
    await hub.settled('understood', 'ignored');
    const document = await caseOf('in_race');
    expect(document?.applied).toHaveLength(10);
    expect(document?.signals).toHaveLength(9);
  });

  it('of a debt that a direct case may charge opens a case without that right', async () => {
    const now = new Date();
    const opened = await hub.cases.open(newDirectCase({
      caseId: '01KDIRECT00000000000000000', clientId: bench.clientId, accountId: 'a', invoiceId: 'in_direct', openKeys: openKeysOfDirectCase('in_direct', [bench.connectionId]),
      amount: { minor: 4900, currency: 'EUR' }, decline: null, method: { sealed: 'x', gatewayType: 'sample', last4: '4242', cardKey: 'c' }, tried: { methodDigest: 'd' }, simulated: false,
      hold: { holder: 'api', leaseUntil: new Date(now.getTime() + 60_000), nextAt: new Date(now.getTime() + 60_000) }, now,
    }));
    expect(opened.status).toBe('opened');
    expect((await say(failed('in_direct'))).state).toBe('understood');
    const document = await caseOf('in_direct');
    expect(document).toMatchObject({ status: 'queued', connectionId: bench.connectionId });
    expect(document?.openKeys).toBeUndefined();
  });
});

describe('what else the platform says', () => {
  it('is a signal to the cases it is about, in its order', async () => {
    await say(failed('in_all', { customer: 'cus_all', subscription: 'sub_all' }), failed('in_other', { customer: 'cus_all' }));
    const { id, state } = await say({ say: 'card', customer: 'cus_all' }, { say: 'ended', subscription: 'sub_all' }, { say: 'void', invoice: 'in_all' }, { say: 'paid', invoice: 'in_all' });
    expect(state).toBe('understood');
    expect(await heard('in_all')).toEqual([[`${id}#0`, 'payment_method_updated'], [`${id}#1`, 'subscription_ended'], [`${id}#2`, 'invoice_closed'], [`${id}#3`, 'invoice_paid']]);
    expect(await heard('in_other')).toEqual([[`${id}#0`, 'payment_method_updated']]);
    const woken = await caseOf('in_all');
    expect(woken?.nextAt).toBeDefined();
    expect(woken?.signalSeq).toBe(4);
  });

  it('of no case of ours is ignored', async () => {
    expect(await say({ say: 'paid', invoice: 'in_none' })).toMatchObject({ state: 'ignored' });
    expect(await say({ say: 'card', customer: 'cus_none' }, { say: 'other', what: 'plan.created' })).toMatchObject({ state: 'ignored' });
    expect(await say()).toMatchObject({ state: 'ignored' });
  });

  it('beside what concerns a case makes the delivery understood', async () => {
    await say(failed('in_mixed'));
    expect(await say({ say: 'other', what: 'x' }, { say: 'paid', invoice: 'in_mixed' }, { say: 'paid', invoice: 'in_none' })).toMatchObject({ state: 'understood' });
  });

  it('of another connection of the same names reaches nobody', async () => {
    await say(failed('in_foreign'));
    await hub.cases.collection.updateOne({ 'invoice.ref': 'in_foreign' }, { $set: { connectionId: 'another' } });
    expect(await say({ say: 'paid', invoice: 'in_foreign' })).toMatchObject({ state: 'ignored' });
    await hub.cases.collection.deleteOne({ 'invoice.ref': 'in_foreign' });
  });
});

describe('a connection that is being taken down', () => {
  it('because its platform says so is due at once to whoever tells its cases; the delivery tells none itself', async () => {
    await say(failed('in_revoked_1'), failed('in_revoked_2'), failed('in_before'));
    const { state } = await say({ say: 'revoked' });
    expect(state).toBe('understood');
    for (const invoice of ['in_revoked_1', 'in_revoked_2']) expect(await heard(invoice)).toEqual([]);
    expect(await hub.clients.connectionFresh(bench.connectionId)).toMatchObject({ state: 'disconnecting' });
    expect(await hub.storage.collection<ConnectionDuty>('connections').findOne({ _id: bench.connectionId })).toMatchObject({ lane: `connection/${bench.connectionId}`, nextAt: new Date(0), holder: null });
  });

  it('tells known cases and opens none; once it is gone its address is too', async () => {
    await hub.clients.beginDisconnect(bench.connectionId);
    expect(await say(failed('in_after'))).toMatchObject({ state: 'ignored' });
    const { id } = await say(failed('in_before'));
    expect(await caseOf('in_after')).toBeUndefined();
    expect((await heard('in_before')).at(-1)).toEqual([`${id}#0`, 'payment_failed']);
    await hub.clients.finishDisconnect(bench.connectionId);
    expect((await hub.send(signedDelivery({ id: 'evt_gone', events: [] }))).status).toBe(404);
  });
});
