import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answering, hangingUp, startLoopbackPlatform, type Behaviour, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { openIntakeBench, until, type IntakeBench, type IntakeProcess, type ProcessOptions } from '../../test/support/intake-bench.js';
import { stopServing } from '../../test/support/serve-routes.js';
import { sampleBilling, type SampleBody } from '../../test/sample-billing/connector.js';
import { signedDelivery } from '../../test/sample-billing/signed-delivery.js';

const failed = (invoice: string) => ({ say: 'failed' as const, invoice, amount: { minor: 4900, currency: 'EUR' }, code: 'card_declined', charge: `ch_${invoice}` });
const look = (at: string) => ({ say: 'look' as const, at });

let bench: IntakeBench;
let platform: LoopbackPlatform;
let hub: IntakeProcess;
let count = 0;
beforeAll(async () => {
  bench = await openIntakeBench('intake understand');
  platform = await startLoopbackPlatform();
});
afterEach(async () => {
  platform.arrived.splice(0);
  await hub.deliveries.deleteMany({});
  await hub.stop();
});
afterAll(async () => { await bench.stop(); await platform.close(); await stopServing(); });

/** Hub time runs twenty times as fast: the first deferral takes 50 ms. */
const start = async (options: ProcessOptions = {}) => {
  hub = await bench.start({ apiPort: platform.port, scale: 20, ...options });
  return hub;
};
const say = async (...events: SampleBody['events']) => {
  count += 1;
  const answer = await hub.send(signedDelivery({ id: `evt_${count}`, events }));
  expect(answer.status).toBe(200);
  return String(answer.body['eventId']);
};
const reaches = (eventId: string, state: string) => until(`${eventId} ${state}`, async () => (await hub.deliveries.findOne({ _id: eventId, state: state as 'parked', holder: null })) ?? undefined);
const casesOf = async (invoice: string) => (await hub.allCases()).filter((one) => one.invoice?.ref === invoice).length;

describe('a pointer', () => {
  it('is followed to what the platform says there', async () => {
    await start();
    platform.behave((request, response, socket) => { answering({ events: [failed(`in_${request.path.split('/').at(-1)}`)] })(request, response, socket); });
    const eventId = await say(look('one'), look('two'));
    await reaches(eventId, 'understood');
    expect([await casesOf('in_one'), await casesOf('in_two')]).toEqual([1, 1]);
    const applied = (await hub.allCases()).filter((one) => one.invoice?.ref === 'in_two').flatMap((one) => one.applied);
    expect(applied).toEqual([`evt_${count}#1.0`]);
  });

  it.each(['ambiguous_invoice', 'mode_mismatch', 'gone'] as const)('to what cannot be resolved parks the delivery: %s', async (reason) => {
    await start();
    platform.behave(answering({ events: [failed(`in_beside_${reason}`), { say: 'unresolved', reason }] }));
    const document = await reaches(await say(look('x')), 'parked');
    expect([document.reason, document.nextAt]).toEqual([reason, undefined]);
    expect(await casesOf(`in_beside_${reason}`)).toBe(1);
    await until('a line in the log', () => (hub.lines.join('').includes(`"reason":"${reason}"`) ? true : undefined));
  });

  it.each<readonly [string, Behaviour, string, string, string | undefined]>([
    ['is down', answering({}, 503), 'deferred', 'platform_down', 'platform'],
    ['hangs up', hangingUp, 'deferred', 'platform_down', 'platform'],
    ['asks for patience', answering({}, 429), 'deferred', 'rate_limited', 'platform'],
    ['answers with rubbish', answering({ rubbish: true }), 'deferred', 'unexpected_answer', 'platform'],
    ['refuses the key', answering({}, 401), 'deferred', 'insufficient_permissions', 'repair'],
    ['misses a permission', answering({}, 403), 'deferred', 'insufficient_permissions', 'repair'],
    ['knows nothing there', answering({}, 404), 'parked', 'not_found', undefined],
  ])('to a platform that %s', async (_what, behaviour, state, reason, waitsFor) => {
    await start({ scale: 1 });
    platform.behave(behaviour);
    const document = await reaches(await say(look('x')), state);
    expect({ reason: document.reason, waitsFor: document.waitsFor }).toEqual({ reason, waitsFor });
    expect(document.strikes).toBe(0);
  });

  it('to a platform that was away is followed when it answers again', async () => {
    await start();
    platform.behave(answering({}, 503));
    const eventId = await say(look('x'));
    await until('three tries', () => (platform.arrived.length >= 3 ? true : undefined));
    expect((await hub.deliveries.findOne({ _id: eventId }))?.state).not.toBe('understood');
    platform.behave(answering({ events: [failed('in_away')] }));
    const document = await reaches(eventId, 'understood');
    expect(await casesOf('in_away')).toBe(1);
    expect([document.nextAt, document.waitsFor, document.reason, document.sealedDetail]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('that is answered pulls forward what waits for the platform, and not what waits for a repair', async () => {
    await start({ scale: 1 });
    platform.behave(answering({}, 503));
    const waiting = await reaches(await say(look('a')), 'deferred');
    platform.behave(answering({}, 403));
    const forbidden = await reaches(await say(look('b')), 'deferred');
    const far = new Date(Date.now() + 3_600_000);
    await hub.deliveries.updateMany({}, { $set: { nextAt: far } });
    platform.behave(answering({ events: [] }));
    await reaches(await say(look('c')), 'ignored');
    await reaches(waiting._id, 'ignored');
    expect((await hub.deliveries.findOne({ _id: forbidden._id }))?.nextAt).toEqual(far);
  });

  it('that is pulled forward and fails again is left alone for two minutes', async () => {
    await start({ scale: 1 });
    platform.behave((request, response, socket) => { answering(request.path.endsWith('/bad') ? {} : { events: [] }, request.path.endsWith('/bad') ? 503 : 200)(request, response, socket); });
    const bad = await reaches(await say(look('bad')), 'deferred');
    const far = new Date(Date.now() + 3_600_000);
    await hub.deliveries.updateOne({ _id: bad._id }, { $set: { nextAt: far } });
    await reaches(await say(look('good')), 'ignored');
    await until('pulled once', async () => ((await hub.deliveries.findOne({ _id: bad._id, deferrals: 2 })) ? true : undefined));
    await hub.deliveries.updateOne({ _id: bad._id }, { $set: { nextAt: far } });
    await reaches(await say(look('good')), 'ignored');
    expect(await hub.deliveries.findOne({ _id: bad._id })).toMatchObject({ nextAt: far, deferrals: 2 });
  });

  it('of a connector without understand() is not understood', async () => {
    await start({ connector: { understand: undefined } as never });
    await reaches(await say(look('x')), 'not_understood');
  });
});

describe('what a connector cannot read', () => {
  it('is kept, and understood when the connector is mended and the delivery replayed', async () => {
    await start({ connector: { webhook: { ...sampleBilling().webhook, parse: () => { throw new Error('a bug'); } } } });
    const eventId = await say(failed('in_mended'));
    await reaches(eventId, 'not_understood');
    await hub.stop();
    await start();
    expect(await hub.intake.replay(eventId)).toBe('accepted');
    await reaches(eventId, 'understood');
    expect(await casesOf('in_mended')).toBe(1);
    expect(await hub.intake.replay('01KUNKNOWN0000000000000000')).toBe('unknown');
  });

  it('is understood once however often it is replayed', async () => {
    await start();
    const opened = await say(failed('in_replayed'));
    const second = await say({ say: 'paid', invoice: 'in_replayed' });
    for (let time = 0; time < 3; time += 1) {
      for (const eventId of [opened, second]) {
        await reaches(eventId, 'understood');
        expect(await hub.intake.replay(eventId)).toBe('accepted');
      }
    }
    await hub.settled('understood');
    const [document] = (await hub.allCases()).filter((one) => one.invoice?.ref === 'in_replayed');
    expect([document?.signals.length, document?.applied.length]).toEqual([1, 2]);
  });

  it('because the connector is out of order waits for it to come back', async () => {
    await start({ works: 'elsewhere' });
    const eventId = await say(failed('in_quarantined'));
    await hub.stop();
    await start({ quarantined: 'connector' });
    expect(await reaches(eventId, 'deferred')).toMatchObject({ reason: 'connector_unavailable', waitsFor: 'repair' });
    await hub.stop();
    await start();
    await reaches(eventId, 'understood');
    expect(await casesOf('in_quarantined')).toBe(1);
  });
});

describe('a slow platform', () => {
  it('keeps the delivery in the hands of who asked, by renewing', async () => {
    await start({ leaseMs: 300, scale: 1 });
    const other = await bench.start({ apiPort: platform.port, leaseMs: 300, scale: 1 });
    platform.behave((request, response, socket) => { setTimeout(() => { answering({ events: [failed('in_slow')] })(request, response, socket); }, 1200); });
    const eventId = await say(look('x'));
    const asking = setInterval(() => { other.scheduler.due(`delivery/${bench.connectionId}`, new Date()); }, 100);
    await reaches(eventId, 'understood');
    clearInterval(asking);
    await other.stop();
    expect(platform.arrived).toHaveLength(1);
    expect(await hub.deliveries.findOne({ _id: eventId })).toMatchObject({ fence: 1, strikes: 0 });
  });

  it('about a case that a newer version of the hub wrote waits for that version, and strikes nobody', async () => {
    await start();
    await reaches(await say(failed('in_newer')), 'understood');
    const setFormat = (v: number) => hub.cases.collection.updateOne({ 'invoice.ref': 'in_newer' }, { $set: { v: v as 1 } });
    await setFormat(2);
    const eventId = await say({ say: 'paid', invoice: 'in_newer' }, failed('in_beside_newer'));
    const waiting = await until('deferred again', async () => (await hub.deliveries.findOne({ _id: eventId, state: 'deferred', deferrals: { $gt: 1 } })) ?? undefined);
    expect(waiting).toMatchObject({ reason: 'newer_format', waitsFor: 'repair', strikes: 0 });
    expect(await casesOf('in_beside_newer')).toBe(1);
    await setFormat(1);
    await reaches(eventId, 'understood');
    expect((await hub.allCases()).find((one) => one.invoice?.ref === 'in_newer')?.applied).toHaveLength(2);
  });

  it('does not keep a process that stops from finishing what it has in hand', async () => {
    await start();
    platform.behave((request, response, socket) => { setTimeout(() => { answering({ events: [failed('in_stopping')] })(request, response, socket); }, 300); });
    await say(look('x'));
    await until('asked', () => (platform.arrived.length > 0 ? true : undefined));
    await hub.intake.close();
    expect(await casesOf('in_stopping')).toBe(1);
  });

  it('never holds back the acknowledgement, nor other deliveries', async () => {
    await start({ inHand: 2 });
    const waiting: (() => void)[] = [];
    platform.behave((request, response, socket) => { waiting.push(() => { answering({ events: [] })(request, response, socket); }); });
    const from = performance.now();
    await Promise.all([say(look('a')), say(look('b')), say(look('c'))]);
    expect(performance.now() - from).toBeLessThan(2000);
    await reaches(await say({ say: 'other', what: 'x' }), 'ignored');
    platform.behave(answering({ events: [] }));
    for (const answer of waiting) answer();
  });
});
