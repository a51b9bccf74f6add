import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { at, type Body, openForTest, type Opened } from './open-for-test.js';
import { renderedFor } from './render.js';
import { matchRoute } from './routes.js';

const shared = join(import.meta.dirname, '../../../../shared');
const requestFile = join(shared, 'contracts/chargebee/chargebee-v2-request-schemas.json');
const v1File = join(shared, 'contracts/chargebee/chargebee_api_v1.prism.json');
const recordedFolder = join(shared, 'fixtures/chargebee');
const withContracts = existsSync(requestFile) && existsSync(v1File);
const withRecorded = existsSync(recordedFolder);
if (!withContracts || !withRecorded) {
  process.stdout.write(`shapes.test: skipped ${(withContracts ? 0 : 15) + (withRecorded ? 0 : 7)} checks, ../shared is not there\n`);
}

interface Action {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

const readJson = (file: string): Body => JSON.parse(readFileSync(file, 'utf8')) as Body;

let opened: Opened;
let invoice: string;
let customer: string;
beforeAll(async () => {
  opened = await openForTest({ catalog: 'v1' });
  ({ invoice, customer } = opened.fake.world.bill({ label: 'a', amount: 1500, dunning: [1], card: { results: ['insufficient_funds'] } }));
});
afterAll(() => opened.fake.close());

const eventOf = (type: string) => {
  const found = opened.fake.world.events().find(({ event_type: known }) => known === type);
  if (found === undefined) throw new Error(`no event ${type}`);
  return found;
};

const nested = (form: Readonly<Record<string, string>>): object => {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(form)) {
    const [, outer = name, inner] = /^([^[]+)(?:\[([^\]]+)\])?$/.exec(name) ?? [];
    const typed = /amount|date/.test(name) ? Number(value) : value;
    if (inner === undefined) body[outer] = typed;
    else body[outer] = { ...(body[outer] as object | undefined), [inner]: typed };
  }
  return body;
};

const long = (length: number): string => 'x'.repeat(length);
const method = { 'transaction[payment_method]': 'other' };

(withContracts ? describe : describe.skip)('requests, by the contract of the SDK', () => {
  const actions = (withContracts ? readJson(requestFile)['actions'] : {}) as Readonly<Record<string, Action>>;
  const validates = (name: string, form: Readonly<Record<string, string>>): boolean =>
    new Ajv2020({ strict: false, validateFormats: false }).compile(actions[name]?.body ?? {})(nested(form));

  it('has an address for every call but the list of reference numbers', () => {
    const missing = Object.entries(actions).filter(([name]) => name !== 'invoice.listPaymentReferenceNumbers').flatMap(([name, { method: verb, path }]) => {
      try {
        matchRoute(verb, path.replace('/api/v2', '').replace('{id}', 'some-id'));
        return [];
      } catch {
        return [name];
      }
    });
    expect(Object.keys(actions).length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['invoice.recordPayment', 'record_payment', { ...method, 'transaction[amount]': '0' }],
    ['invoice.recordPayment', 'record_payment', { 'transaction[payment_method]': 'card' }],
    ['invoice.recordPayment', 'record_payment', { 'transaction[amount]': '1' }],
    ['invoice.recordPayment', 'record_payment', { ...method, 'transaction[amount]': '-1' }],
    ['invoice.recordPayment', 'record_payment', { ...method, 'transaction[reference_number]': long(101) }],
    ['invoice.recordPayment', 'record_payment', { ...method, 'transaction[id_at_gateway]': long(101) }],
    ['invoice.recordPayment', 'record_payment', { ...method, comment: long(301) }],
    ['invoice.recordPayment', 'record_payment', { ...method, 'transaction[status]': 'voided' }],
    ['invoice.pauseDunning', 'pause_dunning', {}],
    ['invoice.pauseDunning', 'pause_dunning', { expected_payment_date: '4102444800', comment: long(300) }],
    ['invoice.collectPayment', 'collect_payment', { amount: '0' }],
    ['invoice.collectPayment', 'collect_payment', { payment_source_id: long(41) }],
    ['invoice.recordRefund', 'record_refund', { ...method }],
  ])('%s takes or refuses as the contract does: %s %j', async (name, call, form) => {
    const { status, body } = await opened.post(`/invoices/${invoice}/${call}`, form);
    expect(status === 400 && body['api_error_code'] === 'param_wrong_value').toBe(!validates(name, form));
  });
});

(withContracts ? describe : describe.skip)('answers, by the contract of version 1', () => {
  it('renders invoice and transaction of a version 1 webhook, and errors, as it says', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });
    ajv.addSchema(readJson(v1File), 'v1');
    const problems = (schema: string, value: unknown): unknown[] => {
      const validate = ajv.getSchema(`v1#/components/schemas/${schema}`);
      if (validate === undefined) return [`no schema ${schema}`];
      return validate(value) === true ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${schema}${instancePath} ${message ?? ''}`);
    };
    const event = renderedFor(eventOf('payment_failed'), { apiVersion: 'v1', schema: 'plans_addons' });
    expect(problems('Invoice', at(event, 'content.invoice'))).toEqual([]);
    expect(problems('Transaction', at(event, 'content.transaction'))).toEqual([]);
    expect(problems('Invoice', { id: 1 })).not.toEqual([]);
    expect(problems('404', (await opened.get('/invoices/none')).body)).toEqual([]);
  });
});

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

/** Members that a recorded body has and ours lacks, and members of another type. */
const differences = (recorded: unknown, ours: unknown): string[] => {
  if (typeof recorded !== 'object' || recorded === null) return ['nothing recorded'];
  return Object.entries(recorded).flatMap(([name, value]) => {
    const own = at(ours, name);
    if (own === undefined) return [name];
    return typeOf(own) === typeOf(value) ? [] : [`${name}: ${typeOf(own)} for ${typeOf(value)}`];
  });
};

(withRecorded ? describe : describe.skip)('recorded bodies', () => {
  const payment = (name: string): unknown => (withRecorded ? readJson(join(recordedFolder, `mock_chargebee-webhooks-pc1/${name}.json`)) : {});
  const resource = (name: string): unknown => (withRecorded ? readJson(join(recordedFolder, `chargebeex-api-pc2/${name}.json`)) : {});

  it.each<[string, readonly string[]]>([
    ['transaction', []],
    ['invoice', []],
    ['customer', []],
    // what a trial, a cancelled term and an addon would add is nothing the fake keeps
    ['subscription', ['plan_free_quantity', 'trial_start', 'trial_end', 'addons', 'due_since', 'exchange_rate', 'base_currency_code']],
  ])('payment_failed has every member of the recorded %s', (name, absent) => {
    const ours = renderedFor(eventOf('payment_failed'), { apiVersion: 'v2', schema: 'plans_addons' });
    expect(differences(at(payment('payment_failed'), `content.${name}`), at(ours, `content.${name}`))).toEqual(absent);
    expect(differences(payment('payment_failed'), ours)).toEqual([]);
  });

  it('an invoice has every member of the recorded one of catalog 2', async () => {
    const { body } = await opened.get(`/invoices/${invoice}`);
    expect(differences(resource('invoice.invoice_params'), body['invoice'])).toEqual(['new_sales_amount', 'paid_at']);
  });

  it('a payment source has every member of the recorded one', async () => {
    const { body } = await opened.get(`/payment_sources?customer_id[is]=${customer}`);
    const ours = at(body, 'list.0.payment_source');
    expect(differences(resource('payment_source.payment_source_params'), ours)).toEqual([]);
    expect(String(at(ours, 'reference_id'))).toMatch(/^cus_\w+\/card_\w+$/);
  });

  it('an event read through the API has every member of the recorded one', async () => {
    const { body } = await opened.get(`/events/${eventOf('payment_failed').id}`);
    // the user is named where a key made the change
    expect(differences(resource('event.event_params'), body['event'])).toEqual(['user']);
  });
});
