import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { entryOf, openNotificationBench, signingSecret, type NotificationBench } from '../../test/support/notification-bench.js';
import { startWebhookReceiver, type WebhookReceiver } from '../../test/support/webhook-receiver.js';
import { createAgendaBells, createClock, createManualClock, createScheduler, type Bells } from '../scheduling/index.js';
import type { WebhookTarget } from './index.js';

const start = new Date('2026-11-20T10:00:00.000Z');
const realClock = createClock({ scale: 1, origin: new Date() });
const noBells: Bells = { ring: () => Promise.resolve(), start: () => Promise.resolve(), stop: () => Promise.resolve() };
const targetOf = (url: string): WebhookTarget => ({ url, secrets: [signingSecret(1)], durableRetry: true, environment: 'test' });

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited 10 s in vain');
    await wait(10);
  }
};

describe('accepting and holding', () => {
  const databases: ReturnType<typeof testDatabase>[] = [];
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => { for (const close of closing.splice(0).toReversed()) await close(); });
  afterAll(async () => { for (const database of databases) await dropTestDatabase(database); });

  const newDatabase = (label: string) => {
    const database = testDatabase(label);
    databases.push(database);
    return database.uri;
  };
  const open = async (options: Parameters<typeof openNotificationBench>[0]): Promise<NotificationBench> => {
    const bench = await openNotificationBench(options);
    closing.push(() => bench.stop());
    return bench;
  };
  const receive = async (answer: Parameters<typeof startWebhookReceiver>[0]): Promise<WebhookReceiver> => {
    const receiver = await startWebhookReceiver(answer);
    closing.push(() => receiver.close());
    return receiver;
  };

  it('takes an entry once, however often and however parallel it is handed over', async () => {
    const receiver = await receive(() => ({ status: 200 }));
    const bench = await open({ uri: newDatabase('accept'), clock: createManualClock(start), target: targetOf(receiver.url) });
    await Promise.all(Array.from({ length: 8 }, () => bench.notifications.accept(entryOf('msg_1'))));
    expect(await bench.drain()).toBe(1);
    await bench.notifications.accept(entryOf('msg_1', { plain: 'other bytes' }));
    expect(await bench.drain()).toBe(0);
    expect(receiver.requests.map(({ body }) => body.toString())).toEqual(['{"event":"recovery.success","note":"msg_1"}']);
    expect(await bench.notifications.list({ clientId: 'client-1' })).toHaveLength(1);
  });

  it('holds what a call caused until its response has been written', async () => {
    const receiver = await receive(() => ({ status: 200 }));
    const clock = createManualClock(start);
    const bench = await open({ uri: newDatabase('hold'), clock, target: targetOf(receiver.url) });
    await bench.notifications.accept(entryOf('msg_1', { caseId: 'case-1', hold: 'until_response' }));
    await bench.notifications.accept(entryOf('msg_2', { caseId: 'case-2', hold: 'until_response' }));
    clock.advance(29_999);
    expect(await bench.drain()).toBe(0);
    await bench.notifications.releaseHeld('case-1');
    expect(await bench.drain()).toBe(1);
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1']);
    clock.advance(1);
    expect(await bench.drain()).toBe(1);
    await bench.notifications.releaseHeld('case-2');
    expect(await bench.drain()).toBe(0);
    expect(receiver.requests).toHaveLength(2);
  });

  it('holds by the wall: a calendar that is moved on releases nothing early', async () => {
    const clock = createClock({ scale: 28_800, origin: new Date() });
    const bench = await open({ uri: newDatabase('hold-scaled'), clock });
    await bench.notifications.accept(entryOf('msg_1', { hold: 'until_response' }));
    const [view] = await bench.notifications.list({ clientId: 'client-1' });
    const wallWait = clock.wallAt(view?.nextAt ?? new Date(0)).getTime() - Date.now();
    expect(wallWait).toBeGreaterThan(25_000);
    expect(wallWait).toBeLessThanOrEqual(30_001);
  });

  it('makes one try of each with two processes on one database', async () => {
    const uri = newDatabase('two');
    const receiver = await receive(() => ({ status: 200, afterMs: 5 }));
    const scheduled = () => open({
      uri, clock: realClock, target: targetOf(receiver.url),
      scheduler: () => createScheduler({ clock: realClock, leaseMs: 3000, bells: noBells, concurrency: 20, works: 'here', onError: () => {} }),
    });
    const [one, two] = await Promise.all([scheduled(), scheduled()]);
    const ids = Array.from({ length: 60 }, (_item, n) => `msg_${n}`);
    await Promise.all(ids.flatMap((id) => [one.notifications.accept(entryOf(id)), two.notifications.accept(entryOf(id))]));
    await until(async () => (await one.notifications.list({ clientId: 'client-1', state: 'delivered' })).length === ids.length);
    expect(receiver.requests.map(({ headers }) => String(headers['webhook-id'])).sort()).toEqual([...ids].sort());
    expect(receiver.peak()).toBeLessThanOrEqual(20);
  });

  it('repeats a try whose result was never written, with the same id and bytes', async () => {
    const uri = newDatabase('crash');
    let crash: () => Promise<void> = () => Promise.resolve();
    const receiver = await receive(async (_request, n) => {
      if (n === 1) await crash();
      return { status: 200 };
    });
    const leaseMs = 300;
    const first = await openNotificationBench({ uri, clock: realClock, leaseMs, target: targetOf(receiver.url) });
    // sent and, as far as the merchant is concerned, taken; but the process is gone before it can write that down
    crash = () => first.storage.close();
    await first.notifications.accept(entryOf('msg_1'));
    const second = await open({ uri, clock: realClock, leaseMs, target: targetOf(receiver.url) });
    first.drain().catch(() => {});
    await until(() => receiver.requests.length === 1);
    await until(async () => (await second.drainStruck()) > 0);
    expect(receiver.requests).toHaveLength(2);
    const [one, two] = receiver.requests;
    expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
    expect(two?.body.equals(one?.body ?? Buffer.alloc(0))).toBe(true);
    expect(await second.notifications.list({ clientId: 'client-1' })).toMatchObject([{ state: 'delivered', tries: [{ status: 200 }] }]);
    await first.notifications.stop();
  });

  it('keeps its lease through a try that takes longer than the lease', async () => {
    const uri = newDatabase('renew');
    const receiver = await receive(() => ({ status: 200, afterMs: 1200 }));
    const leaseMs = 300;
    const first = await open({ uri, clock: realClock, leaseMs, target: targetOf(receiver.url) });
    const second = await open({ uri, clock: realClock, leaseMs, target: targetOf(receiver.url) });
    await first.notifications.accept(entryOf('msg_1'));
    const progress = { over: false };
    const draining = first.drain().finally(() => { progress.over = true; });
    await until(() => receiver.requests.length === 1);
    let stolen = 0;
    while (!progress.over) {
      stolen += await second.drainStruck();
      await wait(20);
    }
    await draining;
    expect(stolen).toBe(0);
    expect(receiver.requests).toHaveLength(1);
    expect(await second.notifications.list({ clientId: 'client-1' })).toMatchObject([{ state: 'delivered' }]);
  });

  it('writes nothing under a fence it has lost', async () => {
    const uri = newDatabase('fence');
    const receiver = await receive(() => ({ status: 500, afterMs: 200 }));
    const bench = await open({ uri, clock: realClock, leaseMs: 3000, target: targetOf(receiver.url) });
    await bench.notifications.accept(entryOf('msg_1'));
    const draining = bench.drain();
    await until(() => receiver.requests.length === 1);
    const taken = { holder: 'another', fence: 7, nextAt: new Date(Date.now() + 60_000) };
    await bench.storage.collection<{ _id: string }>('notifications').updateOne({ _id: 'msg_1' }, { $set: taken });
    await until(() => bench.logged().includes('another process holds it now'));
    expect(await bench.storage.collection('notifications').findOne({})).toMatchObject({ ...taken, tries: [] });
    expect(await bench.notifications.replay('msg_1')).toBe('in_progress');
    await bench.storage.collection('notifications').updateOne({}, { $set: { holder: null } });
    await draining;
  });

  it('lets a slow endpoint hold only its own lane, with at most ten requests at once', async () => {
    const uri = newDatabase('lanes');
    let answerSlow: () => void = () => {};
    const slowMayAnswer = new Promise<void>((resolve) => { answerSlow = resolve; });
    const slow = await receive(async () => { await slowMayAnswer; return { status: 200 }; });
    const quick = await receive(() => ({ status: 200 }));
    const recipients = { webhookTarget: (clientId: string) => Promise.resolve(targetOf(clientId === 'slow' ? slow.url : quick.url)) };
    const bench = await open({
      uri, clock: realClock, recipients,
      scheduler: () => createScheduler({ clock: realClock, leaseMs: 3000, bells: noBells, concurrency: 5, works: 'here', onError: () => {} }),
    });
    await Promise.all(Array.from({ length: 60 }, (_item, n) => bench.notifications.accept(entryOf(`msg_slow_${n}`, { clientId: 'slow' }))));
    await until(() => slow.requests.length === 10);
    await Promise.all(Array.from({ length: 30 }, (_item, n) => bench.notifications.accept(entryOf(`msg_quick_${n}`, { clientId: 'quick' }))));
    await until(async () => (await bench.notifications.list({ clientId: 'quick', state: 'delivered' })).length === 30);
    expect(slow.requests).toHaveLength(10);
    answerSlow();
    await until(async () => (await bench.notifications.list({ clientId: 'slow', state: 'delivered' })).length === 60);
    expect(slow.peak()).toBe(10);
    expect(slow.requests).toHaveLength(60);
  });

  it('makes the second try two wall seconds after the first, also where the calendar runs fast and a bell must ring', async () => {
    const clock = createClock({ scale: 28_800, origin: new Date() });
    const receiver = await receive((_request, n) => ({ status: n === 1 ? 500 : 200 }));
    const errors: unknown[] = [];
    const onError = (error: unknown) => { errors.push(error); };
    const bench = await open({
      uri: newDatabase('bells'), clock, target: targetOf(receiver.url),
      scheduler: (storage) => {
        // Agenda looks after a running job every lease and keeps the process that long after its stop
        const bells = createAgendaBells({ storage, clock, leaseMs: 500, concurrency: 5, onError });
        return createScheduler({ clock, leaseMs: 3000, bells, concurrency: 20, works: 'here', onError });
      },
    });
    await bench.notifications.accept(entryOf('msg_1'));
    await until(async () => (await bench.notifications.list({ clientId: 'client-1', state: 'delivered' })).length === 1);
    const [one, two] = receiver.requests.map(({ at }) => at.getTime());
    expect((two ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(2000);
    expect((two ?? 0) - (one ?? 0)).toBeLessThan(5000);
    expect(errors).toEqual([]);
  });

  it('shows a client its own notifications only, newest first', async () => {
    const clock = createManualClock(start);
    const bench = await open({ uri: newDatabase('list'), clock });
    for (const n of [1, 2, 3]) {
      await bench.notifications.accept(entryOf(`msg_${n}`, { caseId: `case-${n}` }));
      clock.advance(1000);
    }
    await bench.notifications.accept(entryOf('msg_4', { clientId: 'client-2' }));
    const idsOf = async (wanted: object) => (await bench.notifications.list({ clientId: 'client-1', ...wanted })).map(({ id }) => id);
    expect(await idsOf({})).toEqual(['msg_3', 'msg_2', 'msg_1']);
    expect(await idsOf({ limit: 1 })).toEqual(['msg_3']);
    expect(await idsOf({ before: new Date(start.getTime() + 1000) })).toEqual(['msg_1']);
    expect(await idsOf({ caseId: 'case-2' })).toEqual(['msg_2']);
    expect(await idsOf({ state: 'dead' })).toEqual([]);
    expect((await bench.notifications.list({ clientId: 'client-1' }))[0]).not.toHaveProperty('body');
  });
});
