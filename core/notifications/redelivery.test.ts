import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { entryOf, openNotificationBench, signingSecret, testVault, type NotificationBench } from '../../test/support/notification-bench.js';
import { startWebhookReceiver, type Answer, type WebhookReceiver } from '../../test/support/webhook-receiver.js';
import { createClock, createManualClock, type ManualClock } from '../scheduling/index.js';
import type { NotificationView, WebhookTarget } from './index.js';
import { nextTry } from './next-try.js';

const minute = 60_000;
const hour = 60 * minute;
const start = new Date('2026-11-20T10:00:00.000Z');

describe('when the next try is due', () => {
  it.each([
    ['fast', [2000, 8000, undefined]],
    ['durable', [2000, 8000, minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour, 15 * hour, undefined]],
  ] as const)('%s: after these waits', (redelivery, waits) => {
    const clock = createManualClock(start);
    const found = waits.map((_wait, n) => nextTry(n + 1, redelivery, clock)?.getTime()).map((at) => (at === undefined ? undefined : at - start.getTime()));
    expect(found).toEqual(waits);
  });

  it('the fast ones by the wall, the durable ones by the calendar, which may run faster', () => {
    const clock = createClock({ scale: 28_800, origin: start, wallNow: () => new Date(start.getTime() + 1000) });
    const wallWaits = [1, 2, 3, 9].map((done) => nextTry(done, 'durable', clock)).map((at) => at && clock.wallAt(at).getTime() - clock.wallNow().getTime());
    expect(wallWaits).toEqual([2000, 8000, 3, undefined]);
  });
});

describe('an endpoint that does not take an event', () => {
  const database = testDatabase('redelivery');
  let clock: ManualClock;
  let bench: NotificationBench;
  let receiver: WebhookReceiver;
  let answer: Answer;
  let target: WebhookTarget | undefined;
  let lookUp: () => Promise<WebhookTarget | undefined>;
  let openBody: typeof testVault.open;

  beforeAll(async () => { receiver = await startWebhookReceiver(() => answer); });
  beforeEach(async () => {
    clock = createManualClock(start);
    answer = { status: 500, body: 'no' };
    target = { url: receiver.url, secrets: [signingSecret(1)], durableRetry: true, environment: 'test' };
    lookUp = () => Promise.resolve(target);
    openBody = testVault.open;
    bench = await openNotificationBench({
      uri: database.uri, clock, recipients: { webhookTarget: () => lookUp() }, vault: { open: (sealed, context) => openBody(sealed, context) },
    });
    await bench.storage.collection('notifications').deleteMany({});
  });
  afterEach(async () => { await bench.stop(); });
  afterAll(async () => { await receiver.close(); await dropTestDatabase(database); });

  const only = async (): Promise<NotificationView> => {
    const [view] = await bench.notifications.list({ clientId: 'client-1' });
    if (!view) throw new Error('not stored');
    return view;
  };
  /** Drains at each due time until nothing is due any more; the offsets at which a try was made. */
  const runToEnd = async (): Promise<number[]> => {
    const offsets: number[] = [];
    for (let view = await only(); view.nextAt; view = await only()) {
      const wait = view.nextAt.getTime() - clock.hubNow().getTime();
      if (wait > 0) {
        clock.advance(wait - 1);
        expect(await bench.drain()).toBe(0);
        clock.advance(1);
      }
      offsets.push(clock.hubNow().getTime() - start.getTime());
      expect(await bench.drain()).toBe(1);
    }
    return offsets;
  };
  const bodiesSince = (n: number) => new Set(receiver.requests.slice(n).map(({ body, headers }) => `${String(headers['webhook-id'])} ${body.toString('hex')}`));

  it('is tried nine times with the same id and bytes, then the event is dead, listed and alerted', async () => {
    const before = receiver.requests.length;
    await bench.notifications.accept(entryOf('msg_1'));
    const waits = [0, 2000, 8000, minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour, 15 * hour];
    expect(await runToEnd()).toEqual(waits.map((_wait, n) => waits.slice(0, n + 1).reduce((sum, each) => sum + each, 0)));
    const dead = await bench.notifications.list({ clientId: 'client-1', state: 'dead' });
    expect(dead).toMatchObject([{ id: 'msg_1', nextAt: null }]);
    expect(dead[0]?.tries).toHaveLength(9);
    expect(receiver.requests.length - before).toBe(9);
    expect(bodiesSince(before).size).toBe(1);
    const times = receiver.requests.slice(before).map(({ headers }) => Number(headers['webhook-timestamp']) * 1000 - start.getTime());
    expect(times[2]).toBe(10_000);
    expect(bench.logged()).toContain('"alert":"notification_dead"');
    expect(bench.woken.slice(0, 4).map(({ at }) => at.getTime() - start.getTime())).toEqual([0, 2000, 10_000, 70_000]);
  });

  it('is tried three times where durable redelivery is off', async () => {
    target = { ...(target as WebhookTarget), durableRetry: false };
    await bench.notifications.accept(entryOf('msg_1'));
    expect(await runToEnd()).toEqual([0, 2000, 10_000]);
    expect((await only()).state).toBe('dead');
  });

  it('is heard as soon as it answers: 500, then 200', async () => {
    await bench.notifications.accept(entryOf('msg_1'));
    await bench.drain();
    answer = { status: 200 };
    expect(await runToEnd()).toEqual([2000]);
    expect(await only()).toMatchObject({ state: 'delivered', tries: [{ status: 500, answer: 'no' }, { status: 200 }] });
  });

  it('gets a dead event again on replay, with its id and bytes and a whole new round of tries', async () => {
    const before = receiver.requests.length;
    await bench.notifications.accept(entryOf('msg_1'));
    await runToEnd();
    expect(await bench.notifications.replay('msg_1')).toBe('replayed');
    await bench.drain();
    answer = { status: 200 };
    clock.advance(2000);
    await bench.drain();
    expect((await only()).state).toBe('delivered');
    expect(await bench.notifications.replay('msg_1')).toBe('replayed');
    await bench.drain();
    expect((await only()).tries).toHaveLength(12);
    expect(bodiesSince(before).size).toBe(1);
    expect(await bench.notifications.replay('msg_unknown')).toBe('not_found');
  });

  it('is followed to a new address: the target is read at each try', async () => {
    await bench.notifications.accept(entryOf('msg_1'));
    await bench.drain();
    const moved = await startWebhookReceiver(() => ({ status: 200 }));
    target = { ...(target as WebhookTarget), url: moved.url };
    await runToEnd();
    expect(moved.requests).toHaveLength(1);
    await moved.close();
  });

  it('that does not exist withholds the event; it can be replayed once there is one', async () => {
    const there = target;
    target = undefined;
    await bench.notifications.accept(entryOf('msg_1'));
    expect(await runToEnd()).toEqual([0]);
    expect(await only()).toMatchObject({ state: 'withheld', tries: [] });
    target = there;
    answer = { status: 200 };
    await bench.notifications.replay('msg_1');
    await bench.drain();
    expect((await only()).state).toBe('delivered');
  });

  it.each([
    ['the look-up fails', () => { lookUp = () => Promise.reject(new Error('no database')); }],
    ['the body cannot be opened', () => { openBody = () => { throw new Error('key missing'); }; }],
    ['there is no signing secret', () => { target = { ...(target as WebhookTarget), secrets: [] }; }],
  ])('loses no try when %s: that is our fault and comes again, at most every two minutes', async (_name, breakIt) => {
    const before = receiver.requests.length;
    await bench.notifications.accept(entryOf('msg_1'));
    breakIt();
    const waits: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      await bench.drain();
      const wait = ((await only()).nextAt?.getTime() ?? 0) - clock.hubNow().getTime();
      waits.push(wait);
      clock.advance(wait);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000, 120_000]);
    expect(receiver.requests.length).toBe(before);
    lookUp = () => Promise.resolve(target);
    openBody = testVault.open;
    target = { ...(target as WebhookTarget), secrets: [signingSecret(1)] };
    answer = { status: 200 };
    await bench.drain();
    expect(await only()).toMatchObject({ state: 'delivered', tries: [{ status: 200 }] });
  });

  it('that is down while the process dies again and again: the event is put aside, alerted and replayable', async () => {
    await bench.notifications.accept(entryOf('msg_1'));
    await bench.storage.collection<{ _id: string }>('notifications').updateOne({ _id: 'msg_1' }, { $set: { strikes: 5 } });
    expect(await bench.drain()).toBe(0);
    expect(await bench.drainStruck()).toBe(6);
    expect(await only()).toMatchObject({ state: 'dead', tries: [{ status: null, failure: 'processes_ended' }] });
    expect(bench.logged()).toContain('"alert":"notification_dead"');
    answer = { status: 200 };
    await bench.notifications.replay('msg_1');
    await bench.drain();
    expect((await only()).state).toBe('delivered');
  });
});
