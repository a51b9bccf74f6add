import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RecurlyFakeOptions } from './recurly-fake.js';
import { type Body, openForTest, type Opened, openReceiver, type Receiver } from './open-for-test.js';
import { RETRY_SECONDS, signatureOf } from './webhook-sender.js';

const vectorFile = join(import.meta.dirname, '../../../../shared/fixtures/recurly/signature-vector.json');
const withVector = existsSync(vectorFile);
if (!withVector) process.stdout.write('webhooks.test: skipped 1 check, ../shared is not there\n');

let opened: Opened;
let receiver: Receiver;
afterEach(async () => {
  await opened.fake.close();
  await receiver.close();
});

const begin = async (options: RecurlyFakeOptions = {}, endpoint: object = {}) => {
  opened = await openForTest(options);
  receiver = await openReceiver();
  const { endpointId, secret } = opened.fake.world.registerWebhook({ url: receiver.url, secret: 'a'.repeat(64), ...endpoint });
  return { world: opened.fake.world, fake: opened.fake, received: receiver.received, endpointId, secret };
};

const failing = { label: 'a', amount: 1500, card: { results: ['insufficient_funds'] } };

const isSigned = (headers: Readonly<Record<string, unknown>>, body: string, secret: string): boolean => {
  const [timestamp = '', ...signatures] = String(headers['recurly-signature']).split(',');
  return signatures.includes(signatureOf(body, [secret], timestamp).split(',')[1] ?? '');
};

describe('JSON notifications', () => {
  it('tell what happened to what and no more, signed in milliseconds', async () => {
    const { world, fake, received, secret } = await begin();
    const { invoice, invoiceNumber } = world.bill(failing);
    await fake.webhooksIdle();
    expect(received.map(({ type }) => type)).toEqual(['account.created', 'charge_invoice.created', 'subscription.renewed', 'charge_invoice.past_due', 'payment.failed', 'dunning_event.created']);
    const failed = received[4];
    const transaction = (await opened.get(`/invoices/${invoice}`)).body['transactions'] as Body[];
    expect(failed?.body).toEqual({
      id: expect.stringMatching(/^\w{10,13}$/), object_type: 'payment', site_id: fake.siteId, event_type: 'failed',
      event_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), uuid: transaction[0]?.['uuid'],
    });
    expect(received[3]?.body['invoice_number']).toBe(Number(invoiceNumber));
    expect(failed?.headers['recurly-notification-id']).toBe(failed?.body['id']);
    expect(String(failed?.headers['recurly-signature'])).toMatch(/^\d{13},[0-9a-f]{64}$/);
    expect(isSigned(failed?.headers ?? {}, failed?.text ?? '', secret)).toBe(true);
    expect(isSigned(failed?.headers ?? {}, `${failed?.text ?? ''} `, secret)).toBe(false);
  });

  it.each([[1, [true, true]], [86_400_000, [true, false]]] as const)('are signed with both keys for a day after a rotation, a day in %d-fold time', async (scale, signed) => {
    const { world, fake, received, endpointId, secret } = await begin({ scale });
    world.rotateSecret({ endpoint: endpointId, secret: 'new' });
    await new Promise<void>((resolve) => setTimeout(resolve, 20));
    world.bill(failing);
    await fake.webhooksIdle();
    const { headers = {}, text = '' } = received.at(-1) ?? {};
    expect(['new', secret].map((key) => isSigned(headers, text, key))).toEqual(signed);
    expect(String(headers['recurly-signature']).split(',')).toHaveLength(1 + signed.filter(Boolean).length);
  });

  it('may say seconds', async () => {
    const { world, fake, received } = await begin({ switches: { signatureUnit: 'seconds' } });
    world.bill(failing);
    await fake.webhooksIdle();
    expect(String(received.at(-1)?.headers['recurly-signature'])).toMatch(/^\d{10},/);
  });

  it.each([['renewed', false], ['of_first_try', true]] as const)('come again with the same id and body, their timestamp %s', async (signatureTimestamp, same) => {
    const { world, fake, received } = await begin({ scale: 2_000, switches: { signatureTimestamp } }, { enabledEvents: ['payment.failed'] });
    receiver.answerWith(500, 302);
    world.bill(failing);
    await fake.webhooksIdle();
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ text }) => text)).size).toBe(1);
    const timestamps = new Set(received.map(({ headers }) => String(headers['recurly-signature']).split(',')[0]));
    expect(timestamps.size === 1).toBe(same);
    expect(world.deliveries().map(({ attempt, status }) => [attempt, status])).toEqual([[1, 500], [2, 302], [3, 200]]);
  });

  it('come again ten times in three days', () => {
    expect(RETRY_SECONDS).toEqual([10, 74, 266, 778, 2058, 5130, 12298, 28682, 65546, 147466]);
  });

  it('are given up after the last retry', async () => {
    const { world, fake, received } = await begin({ scale: 1e9 }, { enabledEvents: ['payment.failed'] });
    receiver.answerWith(...Array.from({ length: 60 }, () => 503));
    world.bill(failing);
    await fake.webhooksIdle();
    const [first] = world.events().filter(({ type }) => type === 'payment.failed');
    expect(received.filter(({ body }) => body['id'] === first?.id)).toHaveLength(11);
  });

  it('befall duplicates and disorder by their seed', async () => {
    const { world, fake, received } = await begin({}, { seed: 7, duplicates: 0.5, disorder: 0.5 });
    world.bill(failing);
    await fake.webhooksIdle();
    const ids = received.map(({ body }) => String(body['id']));
    expect(new Set(ids).size).toBe(6);
    expect(ids.length).toBeGreaterThan(6);
    expect([...new Set(ids)]).not.toEqual(world.events().map(({ id }) => id));
  });

  it('are delivered one by one where they are held', async () => {
    const { world, fake, received } = await begin({}, { held: true });
    world.bill(failing);
    await fake.webhooksIdle();
    expect(received).toHaveLength(0);
    const event = world.events().find(({ type }) => type === 'payment.failed')?.id ?? '';
    expect(await world.deliver({ event })).toMatchObject([{ status: 200, type: 'payment.failed' }]);
    expect(received.map(({ type }) => type)).toEqual(['payment.failed']);
  });

  it.each([['with_prefix', 'FR1001'], ['digits_only', 1001]] as const)('name an invoice with a prefix: %s', async (prefixedInvoiceNumber, number) => {
    const { world } = await begin({ switches: { prefixedInvoiceNumber } });
    const { invoiceNumber } = world.bill({ ...failing, kind: 'one_time', numberPrefix: 'FR' });
    expect(invoiceNumber).toBe('FR1001');
    expect(world.events().find(({ type }) => type === 'charge_invoice.past_due')?.body['invoice_number']).toBe(number);
    expect((await opened.get('/invoices/number-FR1001')).status).toBe(200);
  });

  (withVector ? it : it.skip)('are signed as the official vector is', () => {
    const { secret, body, header } = JSON.parse(readFileSync(vectorFile, 'utf8')) as { secret: string; body: string; header: string };
    expect(signatureOf(body, [secret], header.split(',')[0] ?? '')).toBe(header);
  });
});

describe('XML notifications', () => {
  it('bring the resource, unsigned and without id or currency, with Basic', async () => {
    const { world, fake, received } = await begin({}, { format: 'xml', username: 'hub', password: 'pass' });
    const { invoiceNumber } = world.bill(failing);
    await fake.webhooksIdle();
    const failed = received.find(({ type }) => type === 'failed_payment_notification');
    expect(failed?.headers).toMatchObject({ authorization: `Basic ${Buffer.from('hub:pass').toString('base64')}`, 'content-type': 'application/xml; charset=utf-8' });
    expect([failed?.headers['recurly-signature'], failed?.headers['recurly-notification-id']]).toEqual([undefined, undefined]);
    expect(failed?.text).toContain(`<invoice_number type="integer">${invoiceNumber}</invoice_number>`);
    expect(failed?.text).toContain('<amount_in_cents type="integer">1500</amount_in_cents>');
    expect(failed?.text).toContain('<gateway_error_codes>51</gateway_error_codes>');
    expect(failed?.text).toContain('<failure_type>insufficient_funds</failure_type>');
    expect(failed?.text).not.toContain('USD');
  });

  it.each([['units', 1500], ['times_100', 150_000]] as const)('of a currency without decimals hold %s', async (xmlCentsOfZeroDecimals, cents) => {
    const { world } = await begin({ switches: { xmlCentsOfZeroDecimals } });
    world.bill({ ...failing, currency: 'JPY' });
    expect(world.events().find(({ type }) => type === 'payment.failed')?.xml).toContain(`<amount_in_cents type="integer">${cents}</amount_in_cents>`);
  });

  it('write what is absent and what is declined either way', async () => {
    const { world } = await begin({ switches: { xmlEmpty: 'empty', xmlStatusCase: 'capital' } });
    world.bill(failing);
    const empty = world.events().at(-1)?.xml;
    world.setSwitches({ xmlEmpty: 'nil', xmlStatusCase: 'lower' });
    world.bill({ ...failing, label: 'b' });
    const marked = world.events().at(-1)?.xml;
    expect(empty).toContain('<status>Declined</status>');
    expect(empty).toContain('<username></username>');
    expect(marked).toContain('<status>declined</status>');
    expect(marked).toContain('<username nil="true"></username>');
  });
});
