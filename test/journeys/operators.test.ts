import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startHub } from '../../core/main.js';
import { createLogger } from '../../core/observability/index.js';
import { connectStorage, type Storage } from '../../core/storage/index.js';
import plugins from '../../plugins.config.js';
import { hubCommand } from '../support/hub-command.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { eventually } from '../support/hub-world.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(60_000);

interface Row { _id: string; [member: string]: unknown }

describe('what an operator does from the command line, while a hub runs and while none does', () => {
  let hub: TestHub;
  let storage: Storage;
  let receiver: WebhookReceiver;
  let key: string;
  let clientId: string;
  beforeAll(async () => {
    hub = await startTestHub({ label: 'operators' });
    storage = await connectStorage(hub.databaseUri);
    receiver = await startWebhookReceiver(() => ({ status: 204 }));
    const created = await hub.createClient({ notificationChannels: ['WEBHOOK'], webhookUrl: receiver.url });
    key = created.apiKey;
    ({ clientId } = created.client);
  });
  afterAll(async () => {
    await receiver.close();
    await storage.close();
    await hub.stop();
  });

  const run = (...args: readonly string[]) => hubCommand({ HUB_ENV: 'test', MONGODB_URI: hub.databaseUri, HUB_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}` }, ...args);
  const rows = (name: string) => storage.collection<Row>(name);
  let amount = 5000;
  const open = async (paymentMethodToken: string, originalDeclineCode?: string): Promise<string> => {
    amount += 1;
    const answer = await hub.post('/api/recovery/execute', key, { paymentMethodToken, amount, ...(originalDeclineCode === undefined ? {} : { originalDeclineCode }) });
    return String(answer.body['transactionId']);
  };
  const statusOf = async (caseId: string) => (await hub.get(`/api/recovery/status/${caseId}`, key)).body;
  const lastLine = (err: string): unknown => JSON.parse(err.trim().split('\n').at(-1) ?? '');
  const errorOf = (err: string) => (lastLine(err) as { error: { type: string; code: string; message: string } }).error;

  it('charges a waiting case at once, and is refused a second time', async () => {
    const caseId = await open('tok_success', 'insufficient_funds');
    const retried = await run('cases', 'retry', caseId, '--note', 'the customer called');
    expect(retried).toMatchObject({ code: 0, out: expect.stringContaining(`Case ${caseId}: succeeded (manual_retry)`) });
    expect(lastLine(retried.err)).toMatchObject({ who: 'operator CLI', what: 'cases retry', target: caseId, change: { note: 'the customer called', result: 'done' } });
    expect(await rows('audit').findOne({ target: caseId })).toMatchObject({ who: 'operator CLI', what: 'cases retry', at: expect.any(Date) });
    expect(await statusOf(caseId)).toMatchObject({ status: 'succeeded', recoveredBy: 'manual_retry', strategyUsed: 'manual_retry' });
    const again = await run('cases', 'retry', `pay_${caseId}`, '--json');
    expect([again.code, again.out]).toEqual([1, '']);
    expect(errorOf(again.err)).toEqual({ type: 'conflict', code: 'already_recovered', message: 'The payment has been recovered.' });
  });

  it('finds what was put aside, and cancels it', async () => {
    const caseId = await open('tok_success', 'insufficient_funds');
    await rows('cases').updateOne({ _id: caseId }, { $set: { parkedAt: new Date(), strikes: 6 }, $unset: { nextAt: '' } });
    expect((await run('cases', 'list', '--parked', '--client', clientId)).out).toMatch(new RegExp(`^ {2}${caseId} {2}queued, parked {2}\\d+\\.\\d\\d USD`, 'm'));
    const shown = (await run('cases', 'show', caseId)).out;
    expect(shown).toContain(`Case ${caseId}: queued, parked\n`);
    expect(shown).not.toContain('Next attempt');
    expect(shown).toMatch(new RegExp(`Nothing happens to it until you ask for it: recovery-hub cases retry\\|cancel\\|resolve\\s+${caseId}`));
    expect((await run('cases', 'show', caseId)).out).toMatch(/Put aside +2\d{3}-/);
    expect(await run('cases', 'cancel', caseId)).toMatchObject({ code: 0 });
    expect(await statusOf(caseId)).toMatchObject({ status: 'cancelled' });
    expect(JSON.parse((await run('cases', 'list', '--parked', '--json')).out)).toEqual({ cases: [] });
  });

  it('resolves a charge that nobody knows the end of', async () => {
    const caseId = await open('tok_timeout_absent');
    expect(await statusOf(caseId)).toMatchObject({ status: 'unknown' });
    expect(errorOf((await run('cases', 'resolve', caseId, '--outcome', 'failed', '--json')).err)).toMatchObject({ code: 'in_progress', message: expect.stringContaining('may still be on its way') });
    const resolved = await run('cases', 'resolve', caseId, '--outcome', 'succeeded', '--gateway-ref', 'ch_found', '--json');
    expect(resolved).toMatchObject({ code: 0 });
    expect(JSON.parse(resolved.out)).toMatchObject({ result: 'done', case: { status: 'succeeded' } });
    const event = await eventually('the event', () => receiver.requests.map((request) => JSON.parse(request.body.toString()) as Record<string, unknown>).find((body) => body['revtainTransactionId'] === caseId));
    expect(event).toMatchObject({ trigger: 'reconciliation', gatewayTransactionToken: 'ch_found' });
    expect((await run('cases', 'show', caseId)).out).toMatch(/Asked by operators[\s\S]+resolve +in_progress[\s\S]+resolve +done/);
  });

  it('sends a dead event again, with its id and bytes', async () => {
    const caseId = await open('tok_success');
    const received = () => receiver.requests.filter((request) => request.body.toString().includes(caseId));
    await eventually('the first', () => (received().length === 1 ? true : undefined));
    const id = String(received()[0]?.headers['webhook-id']);
    await eventually('delivered', async () => ((await rows('notifications').findOne({ _id: id }))?.['state'] === 'delivered' ? true : undefined));
    await rows('notifications').updateOne({ _id: id }, { $set: { state: 'dead' } });
    expect((await run('notifications', 'list', '--state', 'dead')).out).toContain(`  ${id}  dead   recovery.success`);
    expect(await run('notifications', 'replay', id)).toMatchObject({ code: 0 });
    await eventually('the second', () => (received().length === 2 ? true : undefined), 5000);
    await eventually('delivered again', async () => ((await rows('notifications').findOne({ _id: id }))?.['state'] === 'delivered' ? true : undefined));
    await rows('notifications').updateOne({ _id: id }, { $set: { state: 'dead' } });
    expect(JSON.parse((await run('notifications', 'replay', '--state', 'dead', '--client', clientId, '--json')).out)).toEqual({ count: 1 });
    await eventually('the third', () => (received().length === 3 ? true : undefined), 5000);
    expect(new Set(received().map((request) => `${String(request.headers['webhook-id'])} ${request.body.toString()}`)).size).toBe(1);
    expect(await run('notifications', 'replay', 'msg_none')).toMatchObject({ code: 1, err: expect.stringContaining('error: There is no event msg_none in this database.\n') });
  });

  it('makes a parked webhook due again, which a running hub takes up at once', async () => {
    const now = new Date();
    const parked = (eventId: string): Row => ({
      _id: eventId, v: 1, clientId, connectionId: 'gone', platform: 'stripe-billing', lane: 'delivery/gone', deliveryId: eventId, state: 'parked', reason: 'poison', deferrals: 0, receivedAt: now,
      acceptedAt: now, finishedAt: now, expiresAt: new Date(now.getTime() + 86_400_000), bytes: 2, sealed: 'nothing', holder: null, fence: 3, strikes: 0,
    });
    await rows('deliveries').insertMany([parked('01KPARKED1'), parked('01KPARKED2')]);
    expect((await run('deliveries', 'list', '--state', 'parked', '--connection', 'gone')).out).toMatch(/01KPARKED2 {2}parked {2}poison {2}stripe-billing/);
    expect(await run('deliveries', 'replay', '01KPARKED1')).toMatchObject({ code: 0 });
    const reasonOf = async (eventId: string) => (await rows('deliveries').findOne({ _id: eventId }))?.['reason'];
    await eventually('the first worked on', async () => (await reasonOf('01KPARKED1') === 'disconnected' ? true : undefined), 5000);
    expect(JSON.parse((await run('deliveries', 'replay', '--state', 'parked', '--json')).out)).toEqual({ count: 2 });
    await eventually('the second worked on', async () => (await reasonOf('01KPARKED2') === 'disconnected' ? true : undefined), 5000);
    expect((await run('deliveries', 'list', '--client', clientId)).out).toContain('    The connection is gone.\n');
    expect(await run('deliveries', 'replay', '01KNONE')).toMatchObject({ code: 1 });
  });

  it('is told by the doctor what waits for a person', async () => {
    await rows('deliveries').deleteMany({});
    await rows('notifications').updateMany({ state: 'dead' }, { $set: { state: 'delivered' } });
    const well = await run('doctor');
    expect(well).toEqual({ code: 0, err: '', out: expect.stringMatching(/^\n {2}Database {2}answers in \d+ ms\n {2}Clocks {4}agree\n {2}Charges {3}run\n\n {2}Nothing waits for a person\.\n\n$/) });
    const caseId = await open('tok_success', 'insufficient_funds');
    await rows('cases').updateOne({ _id: caseId }, { $set: { parkedAt: new Date(), strikes: 6 }, $unset: { nextAt: '' } });
    await run('pause', '--all');
    const ill = await run('doctor');
    expect(ill).toMatchObject({ code: 1, err: 'error: 2 things need a person.\n  code: needs_attention\n' });
    expect(ill.out).toMatch(/! Charges are paused since \S+ \S+ UTC: recovery-hub resume --all\n {2}! One case is parked: recovery-hub cases list --parked\n/);
    await run('resume', '--all');
    expect(JSON.parse((await run('doctor', '--json')).out)).toMatchObject({ ok: false, parkedCases: 1, clocks: { state: 'agree' }, complaints: [expect.stringContaining('One case is parked')] });
    await rows('cases').updateOne({ _id: caseId }, {
      $set: { strikes: 0, status: 'succeeded', watched: true, settlement: { state: 'refused', reason: 'gave_up' }, refunds: [{ n: 1, state: 'gave_up' }] }, $unset: { parkedAt: '' },
    });
    const stuck = await run('doctor');
    expect(stuck).toMatchObject({ code: 1, err: 'error: 2 things need a person.\n  code: needs_attention\n' });
    const said = stuck.out.replaceAll(/\s+/g, ' ');
    expect(said).toContain(`! The platform could not be told of one payment: recovery-hub cases show ${caseId} ! One refund is owed and was not made: recovery-hub cases show ${caseId} `);
    await rows('cases').deleteOne({ _id: caseId });
  });

  it('is told what to write', async () => {
    expect(await run('connections', 'release', '01KNONE')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('error: There is no connection 01KNONE in this database.') });
    expect(await run('pause')).toEqual({ code: 2, out: '', err: 'error: "pause" is for the charges of the whole hub and must say so: recovery-hub pause --all\n' });
    expect(await run('deliveries', 'replay')).toMatchObject({ code: 2, err: expect.stringContaining('deliveries replay --state parked') });
    expect(await run('cases', 'resolve', 'x', '--outcome', 'maybe')).toMatchObject({ code: 2, err: 'error: --outcome is "maybe"; it must be one of succeeded, failed.\n' });
    expect(await run('cases', 'list', '--limit', 'all')).toMatchObject({ code: 2, err: 'error: --limit is "all"; it must be a number from 1 to 1000.\n' });
  });

  it('leaves a command for the next start where no hub runs', async () => {
    const caseId = await open('tok_success', 'insufficient_funds');
    await hub.hub.stop();
    const asked = await run('cases', 'retry', caseId, '--json');
    expect(asked.code).toBe(1);
    expect(errorOf(asked.err)).toMatchObject({ code: 'no_hub', message: expect.stringContaining('acted on when a hub starts') });
    const next = await startHub(plugins, hub.settings, { logger: createLogger({ level: 'silent' }) });
    try {
      await eventually('the charge', async () => ((await rows('cases').findOne({ _id: caseId }))?.['status'] === 'succeeded' ? true : undefined), 5000);
    } finally { await next.stop(); }
  });
});
