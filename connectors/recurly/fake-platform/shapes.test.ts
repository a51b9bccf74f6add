import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { KNOWN_DECLINES } from './declines.js';
import { at, type Body, openForTest, type Opened } from './open-for-test.js';
import { withoutAbsent } from './render.js';

const shared = join(import.meta.dirname, '../../../../shared');
const contractFile = join(shared, 'contracts/recurly/recurly-v2021-02-25.prism.json');
const recordedFolder = join(shared, 'fixtures/recurly');
const withContract = existsSync(contractFile);
const withRecorded = existsSync(recordedFolder);
if (!withContract || !withRecorded) {
  process.stdout.write(`shapes.test: skipped ${(withContract ? 0 : 6) + (withRecorded ? 0 : 6)} checks, ../shared is not there\n`);
}

const readJson = (file: string): Body => JSON.parse(readFileSync(file, 'utf8')) as Body;

let opened: Opened;
let invoice: string;
let account: string;
let subscription: string;
beforeAll(async () => {
  opened = await openForTest();
  const billed = opened.fake.world.bill({ label: 'a', amount: 1500, card: { results: ['insufficient_funds'], token: 'stripe' } });
  ({ invoice, account } = billed);
  subscription = billed.subscription ?? '';
});
afterAll(() => opened.fake.close());

(withContract ? describe : describe.skip)('answers, by the contract', () => {
  const contract = (): Body => {
    const document = readJson(contractFile);
    const enums = at(document, 'components.schemas.PaymentGatewayReferencesEnum') as { enum?: unknown };
    // the list of reference types is open: fact('token.stripe')
    delete enums.enum;
    // written with its slashes, which no text can match
    const code = at(document, 'components.schemas.PlanCode') as { pattern?: unknown };
    delete code.pattern;
    return document;
  };
  const problems = (schema: string, value: unknown): readonly string[] => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });
    ajv.addSchema(contract(), 'contract');
    const validate = ajv.getSchema(`contract#/components/schemas/${schema}`);
    if (validate === undefined) return [`no schema ${schema}`];
    return validate(withoutAbsent(value)) === true ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${schema}${instancePath} ${message ?? ''}`);
  };
  const members = (schema: string): readonly string[] => Object.keys(at(readJson(contractFile), `components.schemas.${schema}.properties`) as object);

  it.each<[string, () => string]>([
    ['Invoice', () => `/invoices/${invoice}`],
    ['Account', () => `/accounts/${account}`],
    ['BillingInfo', () => `/accounts/${account}/billing_info`],
    ['Subscription', () => `/subscriptions/${subscription}`],
  ])('%s', async (schema, path) => {
    const { body } = await opened.get(path());
    expect(problems(schema, body)).toEqual([]);
    if (schema !== 'Account') expect(Object.keys(body).filter((name) => !members(schema).includes(name))).toEqual([]);
  });

  it('Transaction, Site, DunningCampaign in their lists', async () => {
    for (const [schema, path] of [['Transaction', '/transactions'], ['Site', '/sites'], ['DunningCampaign', '/dunning_campaigns']] as const) {
      const one = at((await opened.get(path)).body, 'data.0');
      expect(problems(schema, one)).toEqual([]);
      expect(Object.keys(one as object).filter((name) => !members(schema).includes(name))).toEqual([]);
    }
  });

  it('errors, and a decline', async () => {
    expect(problems('Error', (await opened.get('/invoices/none')).body['error'])).toEqual([]);
    const declined = (await opened.put(`/invoices/${invoice}/collect`)).body['error'];
    expect(problems('ErrorMayHaveTransaction', declined)).toEqual([]);
    expect(problems('Invoice', { state: 'lost' })).not.toEqual([]);
  });
});

const names = (xml: string): readonly string[] => [...new Set([...xml.matchAll(/<(\w+)/g)].map((match) => match[1] ?? ''))];

(withRecorded ? describe : describe.skip)('XML, by recorded bodies', () => {
  const recorded = (name: string): string => readFileSync(join(recordedFolder, `recurly-client-ruby-v2-webhooks-xml/${name}-notification.xml`), 'utf8');
  const address = ['address', 'address1', 'address2', 'city', 'zip', 'country', 'phone'];

  it.each<[string, string, readonly string[]]>([
    ['failed-payment', 'payment.failed', []],
    ['past-due-charge-invoice', 'charge_invoice.past_due', address],
    ['new-charge-invoice', 'charge_invoice.created', address],
    ['renewed-subscription', 'subscription.renewed', []],
    ['new-dunning-event', 'dunning_event.created', [...address, 'billing_phone', 'billing_postal', 'billing_country']],
  ])('%s has every element', (name, type, absent) => {
    const ours = names(opened.fake.world.events().find((event) => event.type === type)?.xml ?? '');
    const missing = names(recorded(name)).filter((element) => !ours.includes(element) && !/add_on|usage_percentage|measured_unit|unit_amount/.test(element));
    expect(missing.filter((element) => !absent.includes(element))).toEqual([]);
  });

  it('declines are of the category that is listed', () => {
    const listed = readJson(join(recordedFolder, 'recurly-transaction-error-codes-by-category.json')) as Readonly<Record<string, readonly string[]>>;
    const wrong = Object.entries(KNOWN_DECLINES).filter(([code, { category }]) => {
      const found = Object.entries(listed).find(([, codes]) => codes.includes(code))?.[0];
      return found?.toLowerCase() !== category.replaceAll('_', '');
    });
    expect(wrong).toEqual([]);
  });
});
