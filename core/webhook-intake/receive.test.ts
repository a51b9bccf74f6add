import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openIntakeBench, type IntakeBench, type IntakeProcess, type ProcessOptions } from '../../test/support/intake-bench.js';
import { stopServing } from '../../test/support/serve-routes.js';
import { signedDelivery } from '../../test/sample-billing/signed-delivery.js';
import { webhookLimit } from '../http-server/index.js';

const ulid = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const failed = (invoice: string) => ({ say: 'failed' as const, invoice, amount: { minor: 4900, currency: 'EUR' }, code: 'card_declined', charge: `ch_${invoice}` });

let bench: IntakeBench;
let hub: IntakeProcess;
const restart = async (options: ProcessOptions) => { await hub.stop(); hub = await bench.start(options); };
beforeAll(async () => {
  bench = await openIntakeBench('intake receive');
  hub = await bench.start();
});
afterEach(async () => { await hub.settled('understood', 'ignored', 'not_understood', 'received'); });
afterAll(async () => { await bench.stop(); await stopServing(); });

const stored = () => hub.deliveries.countDocuments();

describe('a webhook is refused', () => {
  const unauthorized = (message: string) => ({ status: 401, body: { error: 'Unauthorized', message } });
  const noProof = unauthorized('The webhook carries no proof of who sent it. Check that signing or the credentials are set up on the platform.');
  const wrong = unauthorized('The proof of this webhook is wrong. Check that the secret of this connection is the one the platform uses.');
  const old = unauthorized('The proof of this webhook is too old, or from the future. Check the clocks.');
  const good = signedDelivery({ id: 'evt_refused', events: [failed('in_refused')] });
  const altered = Buffer.from(good.body);
  altered[altered.length - 3] = (altered[altered.length - 3] ?? 0) ^ 1;
  const unknown = { status: 404, body: { error: 'Not found', message: 'There is no connection at this webhook address. Copy the address the hub shows for the connection.' } };

  it.each([
    ['unsigned', { ...good, headers: { 'content-type': 'application/json' } }, noProof],
    ['with one byte altered', { ...good, body: altered }, wrong],
    ['with another body', { ...good, body: Buffer.from('{}') }, wrong],
    ['signed with another secret', signedDelivery({ id: 'evt_refused', events: [] }, { secret: 'other' }), wrong],
    ['stale', signedDelivery({ id: 'evt_refused', events: [] }, { at: new Date(Date.now() - 301_000) }), old],
    ['from the future', signedDelivery({ id: 'evt_refused', events: [] }, { at: new Date(Date.now() + 310_000) }), old],
    ['of another topic than it was signed for', signedDelivery({ id: 'evt_refused', events: [] }, { topic: 'charge/failed' }), wrong],
  ])('%s', async (_what, delivery, expected) => {
    const before = await stored();
    const answer = await hub.send(delivery);
    expect({ status: answer.status, body: answer.body }).toEqual(expected);
    expect(await stored()).toBe(before);
  });

  it('with the challenge its platform needs to send a proof', async () => {
    expect((await hub.send({ ...good, headers: {} })).headers.get('www-authenticate')).toBe('Sample realm="webhooks"');
    expect((await hub.send({ ...good, body: altered })).headers.get('www-authenticate')).toBeNull();
  });

  it.each([
    ['an unknown client', `/api/connectors/sample-billing/webhook/00000000-0000-4000-8000-000000000000`],
    ['an unknown platform', '/api/connectors/nothing-billing/webhook/00000000-0000-4000-8000-000000000000'],
    ['names that reach for prototypes', '/api/connectors/__proto__/webhook/constructor'],
    ['a key longer than any', `/api/connectors/sample-billing/webhook/${'k'.repeat(500)}`],
  ])('for %s', async (_what, path) => {
    const answer = await hub.send(good, path);
    expect({ status: answer.status, body: answer.body }).toEqual(unknown);
  });

  it('over 1 MB, and not below', async () => {
    const sized = (size: number) => { const text = JSON.stringify({ id: 'evt_large', events: [], pad: '' }); return text.replace('"pad":""', `"pad":"${'x'.repeat(size - text.length)}"`); };
    const over = await hub.send(signedDelivery(sized(webhookLimit + 1)));
    expect({ status: over.status, body: over.body }).toEqual({ status: 413, body: { error: 'Payload too large', message: 'The body is larger than 1048576 bytes.' } });
    expect((await hub.send(signedDelivery(sized(webhookLimit)))).body).toMatchObject({ action: 'accepted' });
  });

  it('without a word of it in the log', () => {
    expect(hub.lines.join('')).not.toMatch(/in_refused|sample-webhook-secret|v1=|sample-api-key/);
  });
});

describe('a genuine webhook', () => {
  it('is acknowledged once it is stored, with the id of the delivery', async () => {
    const answer = await hub.send(signedDelivery({ id: 'evt_1', events: [{ say: 'other', what: 'customer.created' }] }));
    expect([answer.status, answer.body]).toEqual([200, { success: true, received: true, eventId: expect.stringMatching(ulid), action: 'accepted' }]);
    const document = await hub.deliveries.findOne({ _id: String(answer.body['eventId']) });
    expect(document).toMatchObject({ clientId: bench.clientId, connectionId: bench.connectionId, platform: 'sample-billing', deliveryId: 'evt_1', lane: `delivery/${bench.connectionId}` });
  });

  it('rests sealed', async () => {
    const answer = await hub.send(signedDelivery({ id: 'evt_sealed', events: [{ say: 'other', what: 'canary-4711' }] }, { change: 'canary-change' }));
    await hub.settled('understood', 'ignored');
    const { alsoKnownAs, ...document } = (await hub.deliveries.findOne({ _id: String(answer.body['eventId']) })) ?? {};
    expect(alsoKnownAs).toBe('canary-change');
    expect(JSON.stringify(document)).not.toContain('canary');
  });

  it('is accepted with its topic in the path, whatever slashes it has', async () => {
    const answer = await hub.send(signedDelivery({ id: 'evt_topic', events: [] }, { topic: 'charge/failed' }), `${bench.path}/charge/failed`);
    expect(answer.body).toMatchObject({ action: 'accepted' });
  });

  it('that nobody can read is acknowledged and kept', async () => {
    const answer = await hub.send(signedDelivery('this is no JSON'));
    expect([answer.status, answer.body['action']]).toEqual([200, 'accepted']);
    await hub.settled('understood', 'ignored', 'not_understood');
    expect(await hub.deliveries.findOne({ _id: String(answer.body['eventId']) })).toMatchObject({ state: 'not_understood', reason: 'not_understood' });
    expect(hub.lines.join('')).not.toContain('this is no JSON');
  });

  it('that says a second time what was said is a duplicate, in turn', async () => {
    const delivery = signedDelivery({ id: 'evt_twice', events: [failed('in_twice')] });
    const first = await hub.send(delivery);
    const again = await Promise.all([hub.send(delivery), hub.send(signedDelivery({ id: 'evt_twice', events: [failed('in_twice')] }, { at: new Date(Date.now() - 60_000) }))]);
    expect(again.map(({ status, body }) => [status, body])).toEqual(Array.from({ length: 2 }, () => [200, { success: true, received: true, eventId: first.body['eventId'], action: 'duplicate' }]));
    await hub.settled('understood', 'ignored', 'not_understood');
    expect((await hub.allCases()).filter((one) => one.invoice?.ref === 'in_twice')).toHaveLength(1);
  });

  it('that says something else under an id that was used is a duplicate: the id is what one webhook is known by, and the first body stands', async () => {
    const before = await stored();
    const first = await hub.send(signedDelivery({ id: 'evt_two_bodies', events: [failed('in_first_body')] }));
    const second = signedDelivery({ id: 'evt_two_bodies', events: [failed('in_second_body')] });
    const answers = [await hub.send(second), ...await Promise.all([hub.send(second), hub.send(second)])];
    expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [200, { success: true, received: true, eventId: first.body['eventId'], action: 'duplicate' }]));
    await hub.settled('understood', 'ignored', 'not_understood');
    expect(await stored()).toBe(before + 1);
    const invoices = (await hub.allCases()).map((one) => one.invoice?.ref);
    expect([invoices.filter((ref) => ref === 'in_first_body').length, invoices.includes('in_second_body')]).toEqual([1, false]);
  });

  it('that says a second time what was said is a duplicate, in parallel', async () => {
    const delivery = signedDelivery({ id: 'evt_parallel', events: [failed('in_parallel')] });
    const answers = await Promise.all(Array.from({ length: 20 }, () => hub.send(delivery)));
    expect(answers.filter(({ body }) => body['action'] === 'accepted')).toHaveLength(1);
    expect(answers.filter(({ body }) => body['action'] === 'duplicate')).toHaveLength(19);
    expect(new Set(answers.map(({ body }) => body['eventId'])).size).toBe(1);
    await hub.settled('understood', 'ignored', 'not_understood');
    expect((await hub.allCases()).filter((one) => one.invoice?.ref === 'in_parallel')).toHaveLength(1);
    expect(await hub.deliveries.countDocuments({ deliveryId: 'evt_parallel' })).toBe(1);
  });

  it('that tells of one change by a second event is a duplicate', async () => {
    const first = await hub.send(signedDelivery({ id: 'evt_a', events: [failed('in_change')] }, { change: 'change-1' }));
    const second = await hub.send(signedDelivery({ id: 'evt_b', events: [failed('in_change')] }, { change: 'change-1' }));
    const third = await hub.send(signedDelivery({ id: 'evt_c', events: [failed('in_change')] }, { change: 'change-2' }));
    expect([first, second, third].map(({ body }) => body['action'])).toEqual(['accepted', 'duplicate', 'accepted']);
    expect(second.body['eventId']).toBe(first.body['eventId']);
  });

  it('with an id too long to be indexed is known again all the same', async () => {
    const id = 'e'.repeat(3000);
    const answers = [await hub.send(signedDelivery({ id, events: [] })), await hub.send(signedDelivery({ id, events: [] })), await hub.send(signedDelivery({ id: `${id}x`, events: [] }))];
    expect(answers.map(({ body }) => body['action'])).toEqual(['accepted', 'duplicate', 'accepted']);
  });

  it('of a burst is stored in few writes, each with its own answer', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, at) => hub.send(signedDelivery({ id: `evt_burst_${at % 40}`, events: [] }))));
    expect(answers.filter(({ body }) => body['action'] === 'accepted')).toHaveLength(40);
    expect(answers.filter(({ body }) => body['action'] === 'duplicate')).toHaveLength(20);
  });
});

describe('a handshake', () => {
  it('is answered with what the platform expects, and nothing is stored', async () => {
    const before = await stored();
    const answer = await fetch(`${hub.url}${bench.path}?challenge=abc`);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/plain', 'abc']);
    expect(await stored()).toBe(before);
  });

  it('that is none is refused', async () => {
    const unsigned = await fetch(`${hub.url}${bench.path}`);
    expect(unsigned.status).toBe(401);
    const signed = await fetch(`${hub.url}${bench.path}`, { headers: signedDelivery('').headers });
    expect([signed.status, await signed.json()]).toEqual([400, { error: 'Invalid request', message: 'Send webhooks with POST.' }]);
  });
});

describe('a fault of ours is 503, never a refusal', () => {
  const good = () => signedDelivery({ id: `evt_fault_${Math.random()}`, events: [] });
  const unavailable = (message: string) => ({ status: 503, body: { error: 'Service unavailable', message, requestId: expect.any(String) } });
  afterAll(() => restart({}));

  it.each<readonly [string, ProcessOptions, string]>([
    ['a quarantined connector', { quarantined: 'connector' }, 'Webhooks of this connection cannot be taken at the moment. Send it again.'],
    ['a proof step that throws', { connector: { webhook: { verify: () => { throw new Error('a bug'); }, parse: () => [] } } }, 'The webhook could not be checked. Send it again.'],
    ['a proof step that hangs', { connector: { webhook: { verify: () => new Promise(() => undefined), parse: () => [] } } }, 'The webhook could not be checked. Send it again.'],
  ])('%s', async (_what, options, message) => {
    await restart(options);
    const before = await stored();
    const from = performance.now();
    const answer = await hub.send(good());
    expect({ status: answer.status, body: answer.body }).toEqual(unavailable(message));
    expect(performance.now() - from).toBeLessThan(2500);
    expect(await stored()).toBe(before);
  });
});
