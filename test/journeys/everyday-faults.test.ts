import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { startEmbeddedMongo, type EmbeddedMongo } from '../../scripts/embedded-mongo/index.js';
import { startEverydayWorld, statusOf, type EverydayHub, type EverydayWorld } from '../support/everyday-world.js';
import { eventually } from '../support/hub-world.js';

jest.setTimeout(400_000);

const patienceMs = 90_000;
/** Six processes one after the other: half a minute, and many times that on a machine that is busy otherwise. */
const sixStartsMs = 300_000;
const pay = (method: string, more: Readonly<Record<string, unknown>> = {}) => ({ paymentMethodToken: `um_${method}`, amount: 4900, currency: 'EUR', ...more });
const failed = (invoice: string) => ({ id: `evt_${invoice}`, events: [{ say: 'failed' as const, invoice, amount: { minor: 4900, currency: 'EUR' }, code: 'card_declined', charge: `ch_${invoice}` }] });
const lineWith = (hub: EverydayHub | undefined, text: string) => hub?.lines.find((line) => line.includes(text));

interface Row { readonly _id: string; readonly state: string; readonly status: string; readonly fence: number; readonly holder: string | null; readonly strikes: number; readonly reason?: string }
const rows = (world: EverydayWorld, name: string) => world.storage.collection<Row>(name);

const withWorld = async (options: Parameters<typeof startEverydayWorld>[0], play: (world: EverydayWorld) => Promise<void>): Promise<void> => {
  const world = await startEverydayWorld(options);
  try { await play(world); } finally { await world.stop(); }
};

/** A database server of its own, that can be killed and come back at the same address. */
const withOwnServer = async (play: (server: { readonly uri: string; kill(): Promise<void>; start(clockShiftMs?: number): Promise<void> }) => Promise<void>, clockShiftMs = 0): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'recovery-hub-everyday-'));
  let server: EmbeddedMongo = await startEmbeddedMongo({ dataDir, port: 0, clockShiftMs });
  const { uri } = server;
  const port = Number(new URL(uri.replace('mongodb', 'http')).port);
  try {
    await play({
      uri: uri.replace('/?', '/everyday?'),
      kill: () => new Promise<void>((resolve) => {
        server.onExit(() => { resolve(); });
        process.kill(server.pid, 'SIGKILL');
      }),
      start: async (shift = 0) => { server = await startEmbeddedMongo({ dataDir, port, clockShiftMs: shift }); },
    });
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

describe('SIGTERM', () => {
  const term = (hub: EverydayHub) => {
    hub.child.kill('SIGTERM');
    return performance.now();
  };

  it.concurrent('lets a charge in flight finish, answers its caller, refuses what is new, and ends long before its time is up', () => withWorld({ label: 'term_short' }, async (world) => {
    const hub = await world.startHub({ HUB_SHUTDOWN_SECONDS: '60', HUB_LOG_LEVEL: 'info' });
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => { get(`${hub.url}/healthz`, { agent }, (answer) => { answer.resume().once('end', resolve); }).once('error', reject); });
    world.platform.chargeMs = 6000;
    const call = world.execute(hub, pay('card', { idempotencyKey: 'short' }));
    const charge = await eventually('the charge at the gateway', () => world.platform.charges[0], patienceMs);
    const from = term(hub);
    await eventually('unready', async () => (await statusOf(`${hub.url}/readyz`) === 503 ? true : undefined), patienceMs);
    expect(charge.state).toBe('under_way');
    expect((await world.execute(hub, pay('other'))).body).toMatchObject({ error: 'Service unavailable', message: 'The hub is ending. Send it again.' });
    expect(await world.deliver(hub, failed('in_late'))).toBe(503);
    expect((await call).body).toMatchObject({ success: true });
    expect(await hub.ended).toBe(0);
    expect(performance.now() - from).toBeLessThan(30_000);
    expect(world.platform.charges.map(({ state }) => state)).toEqual(['answered']);
    expect(lineWith(hub, 'the hub has stopped')).toBeDefined();
    agent.destroy();
    await world.startHub();
    await eventually('the event', () => (world.events().length === 1 ? true : undefined), patienceMs);
    expect(world.platform.charges).toHaveLength(1);
  }));

  it.concurrent('leaves a charge that outlasts its time to be asked: never cut before, its caller told, and nothing charged twice', () => withWorld({ label: 'term_long', env: { HUB_TIME_SCALE: '28800', HUB_LEASE_SECONDS: '6' } }, async (world) => {
    const hub = await world.startHub({ HUB_SHUTDOWN_SECONDS: '3' });
    world.platform.chargeMs = 60_000;
    const call = world.execute(hub, pay('card', { idempotencyKey: 'long' }));
    const charge = await eventually('the charge at the gateway', () => world.platform.charges[0], patienceMs);
    const from = term(hub);
    const cutAt = eventually('the end of the charge', () => (charge.state === 'cut' ? performance.now() - from : undefined), patienceMs);
    const told = await call;
    const toldAfter = performance.now() - from;
    expect([told.status, told.body['status']]).toEqual([202, 'unknown']);
    expect(await hub.ended).toBe(0);
    const endedAfter = performance.now() - from;
    expect(toldAfter).toBeGreaterThanOrEqual(2300);
    expect(endedAfter).toBeLessThan(10_000);
    expect(await cutAt).toBeGreaterThanOrEqual(2600);
    expect(lineWith(hub, 'took longer than HUB_SHUTDOWN_SECONDS')).toContain('"calls"');
    await world.startHub();
    await eventually('the event', () => world.events().find(({ event }) => event === 'recovery.success'), patienceMs);
    expect(world.platform.charges).toHaveLength(1);
  }));
});

describe('what ends every process that takes it up', () => {
  /** Keeps a worker running until it has put the lethal document aside: five of them must have died with it. */
  const untilParked = async (
    world: EverydayWorld, collection: string, parked: { readonly where: Readonly<Record<string, unknown>>; readonly alert: string; readonly done: Readonly<Record<string, unknown>> }, env: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    let struckAtFirst: readonly Row[] = [];
    const strikes = new Set<number>();
    const kept = world.keepHub({ HUB_ROLE: 'worker', HUB_WORKER_CONCURRENCY: '40', HUB_LEASE_SECONDS: '3', ...env }, async () => {
      const struck = await rows(world, collection).find({ strikes: { $gt: 0 } }).toArray();
      if (struckAtFirst.length === 0) struckAtFirst = struck;
      strikes.add(Math.max(0, ...struck.map((row) => row.strikes)));
    });
    try {
      await eventually('put aside', async () => (await rows(world, collection).findOne(parked.where)) ?? undefined, sixStartsMs);
      // a busy machine may end a process before it has claimed anything
      expect([...strikes].filter((count) => count > 0)).toEqual([1, 2, 3, 4, 5]);
      // what the first one died with was in one claim with neighbours
      expect(struckAtFirst.length).toBeGreaterThan(1);
      expect(new Set(struckAtFirst.map(({ holder }) => holder)).size).toBe(1);
      expect(await eventually('the alert', () => kept.hubs.map((hub) => lineWith(hub, parked.alert)).find((line) => line !== undefined), patienceMs)).toContain('"level":"error"');
      await eventually('the neighbours done', async () => (await rows(world, collection).countDocuments(parked.done) === 9 ? true : undefined), patienceMs);
    } finally { await kept.stop(); }
  };

  it.concurrent('a delivery: five starts and it is parked with an alert; its nine neighbours of one claim are understood', () => withWorld({ label: 'lethal_delivery' }, async (world) => {
    const web = await world.startHub({ HUB_ROLE: 'web' });
    const bodies = Array.from({ length: 10 }, (_, at) => (at === 4 ? { id: 'evt_lethal', events: [{ say: 'other' as const, what: 'lethal' }] } : failed(`in_${String(at)}`)));
    expect(await Promise.all(bodies.map((body) => world.deliver(web, body)))).toEqual(bodies.map(() => 200));
    await untilParked(world, 'deliveries', { where: { state: 'parked' }, alert: 'a delivery is put aside', done: { state: 'understood' } });
    const count = (where: object) => rows(world, 'deliveries').countDocuments(where);
    expect([await count({ state: 'parked', reason: 'poison' }), await count({ state: 'understood' })]).toEqual([1, 9]);
    expect(await rows(world, 'cases').countDocuments()).toBe(9);
  }));

  it.concurrent('a case: five starts and it is parked with an alert; its nine neighbours of one claim are charged', () => withWorld({ label: 'lethal_case', env: { HUB_TIME_SCALE: '28800' } }, async (world) => {
    const web = await world.startHub({ HUB_ROLE: 'web' });
    const methods = ['lethal', ...Array.from({ length: 9 }, (_, at) => `card${String(at)}`)];
    // the schedule of a later try is set aside: all ten are due now
    await Promise.all(methods.map((method) => world.execute(web, pay(method, { idempotencyKey: method, originalDeclineCode: 'insufficient_funds' }))));
    await rows(world, 'cases').updateMany({ status: 'queued' }, { $set: { 'due.step': new Date(0), nextAt: new Date(0) } });
    await untilParked(world, 'cases', { where: { parkedAt: { $exists: true } }, alert: 'a case is parked', done: { status: 'succeeded' } });
    expect(world.platform.charges).toHaveLength(9);
    await eventually('the events', () => (world.events().length === 9 ? true : undefined), patienceMs);
  }));

  it.concurrent('an event: five starts and it is dead with an alert; its nine neighbours of one claim are received', () => withWorld({ label: 'lethal_event' }, async (world) => {
    const web = await world.startHub({ HUB_ROLE: 'web' });
    const keys = ['lethal', ...Array.from({ length: 9 }, (_, at) => `order${String(at)}`)];
    const answers = await Promise.all(keys.map((idempotencyKey) => world.execute(web, pay(`card${idempotencyKey}`, { idempotencyKey }))));
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    await eventually('all free', async () => (await rows(world, 'notifications').countDocuments({ held: { $exists: false } }) === 10 ? true : undefined), patienceMs);
    await untilParked(world, 'notifications', { where: { state: 'dead' }, alert: '"alert":"notification_dead"', done: { state: 'delivered' } }, { LETHAL_EVENTS: 'yes' });
    expect(new Set(world.events().map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set(keys.slice(1)));
    expect(await rows(world, 'notifications').countDocuments({ state: 'delivered' })).toBe(9);
  }));
});

describe('MongoDB', () => {
  it.concurrent('gone and back: 503 meanwhile, nothing acknowledged lost, and the same process goes on', () => withOwnServer(async (server) => withWorld({ label: 'gone', databaseUri: server.uri, env: { HUB_TIME_SCALE: '28800', HUB_LEASE_SECONDS: '6' } }, async (world) => {
    const hub = await world.startHub();
    world.platform.chargeMs = 3000;
    const charge = world.execute(hub, pay('card', { idempotencyKey: 'held' })).catch(() => undefined);
    await eventually('the charge at the gateway', () => world.platform.charges[0], patienceMs);
    const acknowledged = await Promise.all(Array.from({ length: 20 }, (_, at) => world.deliver(hub, failed(`in_${String(at)}`))));
    expect(acknowledged).toEqual(acknowledged.map(() => 200));
    await server.kill();
    const from = performance.now();
    expect([await statusOf(`${hub.url}/readyz`), await statusOf(`${hub.url}/healthz`)]).toEqual([503, 200]);
    const [webhook, call] = await Promise.all([world.deliver(hub, failed('in_refused')), world.execute(hub, pay('other', { idempotencyKey: 'refused' }))]);
    expect([webhook, call.status, call.body['error']]).toEqual([503, 503, 'Service unavailable']);
    expect(performance.now() - from).toBeLessThan(20_000);
    await server.start();
    await eventually('ready again', async () => (await statusOf(`${hub.url}/readyz`) === 200 ? true : undefined), patienceMs);
    expect(await world.deliver(hub, failed('in_refused'))).toBe(200);
    world.platform.chargeMs = 0;
    expect((await world.execute(hub, pay('other', { idempotencyKey: 'refused' }))).status).toBe(200);
    await eventually('every delivery understood', async () => (await rows(world, 'deliveries').countDocuments({ state: 'understood' }) === 21 ? true : undefined), patienceMs);
    expect(await rows(world, 'cases').countDocuments({ connectionId: world.connectionId })).toBe(21);
    await charge;
    await eventually('both charges told', () => (world.events().filter(({ event }) => event === 'recovery.success').length === 2 ? true : undefined), patienceMs);
    expect(world.platform.charges).toHaveLength(2);
    expect([hub.child.exitCode, hub.child.signalCode]).toEqual([null, null]);
  })));

  it.concurrent('with another time: nothing is claimed or charged and the process is unready beyond 10 s, works and warns beyond 2 s', () => withOwnServer(async (server) => withWorld({ label: 'skewed', databaseUri: server.uri }, async (world) => {
    const hub = await world.startHub();
    const ready = async () => { const answer = await fetch(`${hub.url}/readyz`); return [answer.status, JSON.stringify(await answer.json())] as const; };
    const [status, body] = await ready();
    expect([status, await statusOf(`${hub.url}/healthz`)]).toEqual([503, 200]);
    expect(body).toMatch(/^\{"status":"unavailable","reason":"The clock of this process is 1[45]\.\d s behind the database's; nothing is claimed or charged until they agree\. Set both clocks by NTP\."\}$/);
    expect(lineWith(hub, 'nothing is claimed or charged until they agree')).toContain('"alert":"clock_skew"');
    expect([await world.deliver(hub, failed('in_1')), (await world.execute(hub, pay('card'))).status]).toEqual([200, 503]);
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
    expect(await rows(world, 'deliveries').find().toArray()).toMatchObject([{ state: 'received', fence: 0, holder: null }]);
    await server.kill();
    await server.start(3500);
    await eventually('ready again', async () => ((await ready())[0] === 200 ? true : undefined), patienceMs);
    expect(lineWith(hub, '; over 10 s nothing is claimed any more')).toContain('"level":"warn"');
    await eventually('understood', async () => (await rows(world, 'deliveries').countDocuments({ state: 'understood' }) === 1 ? true : undefined), patienceMs);
    expect((await world.execute(hub, pay('card'))).status).toBe(200);
  }), 15_000));
});

describe('roles', () => {
  it.concurrent('web takes webhooks and calls and charges at once, worker does everything later: two processes, one hub', () => withWorld({ label: 'roles', env: { HUB_TIME_SCALE: '28800' } }, async (world) => {
    const [web, worker] = await Promise.all([world.startHub({ HUB_ROLE: 'web' }), world.startHub({ HUB_ROLE: 'worker' })]);
    expect([await statusOf(`${web.url}/readyz`), worker.url]).toEqual([200, '']);
    expect((await world.execute(web, pay('now', { idempotencyKey: 'now' }))).status).toBe(200);
    expect((await world.execute(web, pay('later', { idempotencyKey: 'later', originalDeclineCode: 'insufficient_funds' }))).status).toBe(202);
    expect(await world.deliver(web, failed('in_1'))).toBe(200);
    await eventually('the case of the webhook', async () => (await rows(world, 'cases').countDocuments({ connectionId: world.connectionId }) === 1 ? true : undefined), patienceMs);
    await eventually('both events', () => (['now', 'later'].every((key) => world.events().some(({ event, idempotencyKey }) => event === 'recovery.success' && idempotencyKey === key)) ? true : undefined), patienceMs);
    web.child.kill('SIGTERM');
    worker.child.kill('SIGTERM');
    expect(await Promise.all([web.ended, worker.ended])).toEqual([0, 0]);
  }));
});
