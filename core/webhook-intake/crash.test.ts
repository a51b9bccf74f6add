import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openIntakeBench, until, type IntakeBench, type IntakeProcess } from '../../test/support/intake-bench.js';
import { stopServing } from '../../test/support/serve-routes.js';
import { signedDelivery } from '../../test/sample-billing/signed-delivery.js';
import type { Cases } from '../cases/index.js';

const failed = (invoice: string) => ({ say: 'failed' as const, invoice, amount: { minor: 4900, currency: 'EUR' }, code: 'card_declined', charge: `ch_${invoice}` });

let bench: IntakeBench;
beforeAll(async () => { bench = await openIntakeBench('intake crash'); });
afterEach(async () => {
  const hub = await bench.start({ works: 'elsewhere' });
  await Promise.all([hub.deliveries.deleteMany({}), hub.cases.collection.deleteMany({})]);
  await hub.stop();
});
afterAll(async () => { await bench.stop(); await stopServing(); });

/** Cases of a process that dies when it is about to tell them, or has just told them: it never says another word, to anybody. */
const dying = (when: 'before' | 'after', died: () => void) => (cases: Cases): Cases => {
  const die = () => { died(); return new Promise<never>(() => undefined); };
  return {
    ...cases,
    open: async (document) => { if (when === 'after') await cases.open(document); return die(); },
    signal: async (...told) => { if (when === 'after') await cases.signal(...told); return die(); },
  };
};

const applied = async (hub: IntakeProcess, invoice: string) => (await hub.allCases()).filter((one) => one.invoice?.ref === invoice).map((one) => one.applied);

describe('a process that dies after the acknowledgement', () => {
  it.each(['before', 'after'] as const)('%s it opened the case: another opens it once and marks the delivery', async (when) => {
    let die: () => void = () => undefined;
    const died = new Promise<void>((resolve) => { die = resolve; });
    const first = await bench.start({ leaseMs: 500, cases: dying(when, () => { die(); }) });
    const answer = await first.send(signedDelivery({ id: 'evt_dies', events: [failed('in_dies')] }));
    expect([answer.status, answer.body['action']]).toEqual([200, 'accepted']);
    await died;
    await first.kill();
    const second = await bench.start({ leaseMs: 500 });
    expect(await second.deliveries.findOne({})).toMatchObject({ state: 'received', fence: 1, strikes: 1 });
    await second.deliveries.updateOne({}, { $set: { nextAt: new Date() } });
    second.scheduler.due(`delivery/${bench.connectionId}`, new Date());
    const [document] = await second.settled('understood');
    expect(document).toMatchObject({ fence: 2, strikes: 0 });
    expect(await applied(second, 'in_dies')).toEqual([['evt_dies#0']]);
    await second.stop();
  });

  it.each(['before', 'after'] as const)('%s it signalled the case: another signals it once', async (when) => {
    const calm = await bench.start();
    await calm.send(signedDelivery({ id: 'evt_opens', events: [failed('in_told')] }));
    await calm.settled('understood');
    await calm.stop();
    let die: () => void = () => undefined;
    const died = new Promise<void>((resolve) => { die = resolve; });
    const first = await bench.start({ leaseMs: 500, cases: dying(when, () => { die(); }) });
    await first.send(signedDelivery({ id: 'evt_paid', events: [{ say: 'paid', invoice: 'in_told' }] }));
    await died;
    await first.kill();
    const second = await bench.start({ leaseMs: 500 });
    second.scheduler.due(`delivery/${bench.connectionId}`, new Date(Date.now() + 600));
    await second.settled('understood');
    expect(await applied(second, 'in_told')).toEqual([['evt_opens#0', 'evt_paid#0']]);
    expect((await second.allCases()).map((one) => one.signals.length)).toEqual([1]);
    await second.stop();
  });

  it('is waited for until its lease ends, and no longer: then the sweep finds what it left', async () => {
    let die: () => void = () => undefined;
    const died = new Promise<void>((resolve) => { die = resolve; });
    const first = await bench.start({ leaseMs: 700, cases: dying('before', () => { die(); }) });
    await first.send(signedDelivery({ id: 'evt_left', events: [failed('in_left')] }));
    await died;
    await first.kill();
    const lease = (await bench.start({ works: 'elsewhere' }));
    const leaseUntil = (await lease.deliveries.findOne({}))?.leaseUntil?.getTime() ?? 0;
    const second = await bench.start({ leaseMs: 700 });
    second.scheduler.due(`delivery/${bench.connectionId}`, new Date());
    await second.settled('understood');
    expect(Date.now()).toBeGreaterThanOrEqual(leaseUntil);
    expect(await applied(second, 'in_left')).toEqual([['evt_left#0']]);
  });

  it('and comes back late has nothing to say any more', async () => {
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => { wake = resolve; });
    let fell: () => void = () => undefined;
    const sleeping = new Promise<void>((resolve) => { fell = resolve; });
    const first = await bench.start({ leaseMs: 60_000, cases: (cases) => ({ ...cases, open: async (document) => { fell(); await asleep; return cases.open(document); } }) });
    await first.send(signedDelivery({ id: 'evt_late', events: [failed('in_late')] }));
    await sleeping;
    await first.deliveries.updateOne({}, { $set: { leaseUntil: new Date(0), nextAt: new Date(0) } });
    const second = await bench.start();
    const [document] = await second.settled('understood');
    wake();
    await first.intake.close();
    expect(await second.deliveries.findOne({})).toEqual(document);
    expect(await applied(second, 'in_late')).toEqual([['evt_late#0']]);
  });

  it('five times over is what the delivery does to it: it is put aside', async () => {
    const web = await bench.start({ works: 'elsewhere' });
    await web.send(signedDelivery({ id: 'evt_poison', events: [failed('in_poison')] }));
    await web.deliveries.updateOne({}, { $set: { strikes: 5, holder: 'dead', leaseUntil: new Date(0), fence: 5 } });
    const hub = await bench.start();
    const [document] = await hub.settled('parked');
    expect(document).toMatchObject({ reason: 'poison' });
    expect(hub.lines.join('')).toContain('a delivery is put aside');
    expect(await hub.allCases()).toEqual([]);
    expect(await hub.intake.replay(document?._id ?? '')).toBe('accepted');
    await hub.settled('understood');
  });
});

describe('a process that only serves', () => {
  it('stores deliveries free and rings for the workers', async () => {
    const web = await bench.start({ works: 'elsewhere' });
    const answer = await web.send(signedDelivery({ id: 'evt_web', events: [failed('in_web')] }));
    expect(answer.body['action']).toBe('accepted');
    const stored = await web.deliveries.findOne({});
    expect(stored).toMatchObject({ state: 'received', holder: null, fence: 0, strikes: 0 });
    expect(stored?.leaseUntil).toBeUndefined();
    expect(web.rung).toEqual([`delivery/${bench.connectionId}`]);
    const worker = await bench.start();
    await worker.settled('understood');
    expect(await applied(worker, 'in_web')).toEqual([['evt_web#0']]);
  });

  it('that has more than it may hold leaves the rest to the lane, and all is understood', async () => {
    const hub = await bench.start({ inHand: 1 });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => hub.send(signedDelivery({ id: `evt_many_${at}`, events: [failed(`in_many_${at}`)] }))));
    expect(answers.every(({ body }) => body['action'] === 'accepted')).toBe(true);
    await hub.settled('understood');
    expect(await hub.cases.collection.countDocuments()).toBe(30);
  });
});

describe('a database out of reach', () => {
  let proxy: Server;
  const open = new Set<Socket>();
  let reachable: 'yes' | 'no' = 'yes';
  let uri = '';

  /** Stands between the hub and its database, so that the way can be cut. */
  beforeAll(async () => {
    const [, host = ''] = /^mongodb:\/\/([^/?,]+)/.exec(bench.database.uri) ?? [];
    const [name = '', port = '27017'] = host.split(':');
    proxy = createServer((incoming) => {
      if (reachable === 'no') { incoming.destroy(); return; }
      const outgoing = name.startsWith('%2F') ? connect(decodeURIComponent(name)) : connect(Number(port), name);
      for (const socket of [incoming, outgoing]) { open.add(socket); socket.on('close', () => { open.delete(socket); incoming.destroy(); outgoing.destroy(); }).on('error', () => undefined); }
      incoming.pipe(outgoing).pipe(incoming);
    });
    await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
    uri = `mongodb://127.0.0.1:${(proxy.address() as AddressInfo).port}/${bench.database.name}?directConnection=true`;
  });
  afterAll(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => { proxy.close(resolve); });
  });
  const cut = () => { reachable = 'no'; for (const socket of open) socket.destroy(); };

  it('is 503, and what is sent again when it is back is accepted, once', async () => {
    const hub = await bench.start({ databaseUri: uri, leaseMs: 1000 });
    const delivery = signedDelivery({ id: 'evt_down', events: [failed('in_down')] });
    expect((await hub.send(signedDelivery({ id: 'evt_up', events: [] }))).status).toBe(200);
    cut();
    const answer = await hub.send(delivery);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 503, body: { error: 'Service unavailable', message: expect.stringMatching(/^The (?:database cannot be reached|webhook could not be stored)\. /), requestId: expect.any(String) } });
    reachable = 'yes';
    const again = await until('accepted again', async () => { const sent = await hub.send(delivery); return sent.status === 200 ? sent : undefined; }, 15_000);
    expect(['accepted', 'duplicate']).toContain(again.body['action']);
    const direct = await bench.start();
    await direct.settled('understood', 'ignored');
    expect(await applied(direct, 'in_down')).toEqual([['evt_down#0']]);
  });
});
