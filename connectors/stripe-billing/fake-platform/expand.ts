import type { FakeAccount } from './account.js';
import { fact } from './fact.js';
import { refOf } from './ref.js';
import { invalidRequest } from './stripe-failure.js';

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What may be expanded, by object: the path of the reference inside it. */
const EXPANDABLE: Readonly<Record<string, readonly string[]>> = {
  charge: ['customer', 'payment_intent'],
  customer: ['invoice_settings.default_payment_method'],
  invoice: ['customer', 'default_payment_method', 'parent.subscription_details.subscription', 'payments', 'confirmation_secret'],
  invoice_payment: ['invoice', 'payment.payment_intent', 'payment.charge', 'payment.payment_record'],
  payment_intent: ['customer', 'latest_charge', 'payment_method'],
  payment_method: ['customer'],
  refund: ['charge', 'payment_intent'],
  subscription: ['customer', 'default_payment_method', 'latest_invoice'],
};

const cannotExpand = (path: string) =>
  invalidRequest({ fact: fact('expand.unknown'), message: `This property cannot be expanded (${path}).`, param: 'expand' });

const lookUp = (account: FakeAccount, id: string): object | undefined =>
  account.customers.get(id) ?? account.paymentMethods.get(id) ?? account.subscriptions.get(id) ?? account.invoices.get(id) ??
  account.paymentIntents.get(id) ?? account.charges.get(id) ?? account.paymentRecords.get(id);

const included = (account: FakeAccount, owner: Json, name: string): unknown => {
  if (owner['object'] !== 'invoice') return undefined;
  const payments = [...account.invoicePayments.values()].filter((payment) => payment.invoice === owner['id']).toReversed();
  // fact('invoice.payments_only_expanded')
  if (name === 'payments') return { object: 'list', data: structuredClone(payments), has_more: false, url: '/v1/invoices/payments' };
  const intent = account.paymentIntents.get(refOf(payments[0]?.payment.payment_intent) ?? '');
  return intent?.client_secret ? { client_secret: intent.client_secret, type: 'payment_intent' } : null;
};

interface Place {
  readonly node: Json;
  readonly owner: Json;
  readonly path: readonly string[];
}

/** Replaces one reference by its object and returns where the path goes on. */
const step = (account: FakeAccount, { node, owner, path }: Place, name: string, whole: string): Place[] => {
  if (node['object'] === 'list') {
    if (name !== 'data' || !Array.isArray(node['data'])) throw cannotExpand(whole);
    return node['data'].filter(isJson).map((item) => ({ node: item, owner: item, path: [] }));
  }
  const inside = [...path, name].join('.');
  const allowed = EXPANDABLE[String(owner['object'])] ?? [];
  if (!allowed.some((candidate) => candidate === inside || candidate.startsWith(`${inside}.`))) throw cannotExpand(whole);
  if (node[name] === undefined && (name === 'payments' || name === 'confirmation_secret')) node[name] = included(account, owner, name);
  const value = node[name];
  if (typeof value === 'string') {
    const found = lookUp(account, value);
    if (found !== undefined) node[name] = structuredClone(found);
  }
  const next = node[name];
  if (!isJson(next)) return [];
  const isOwner = typeof next['object'] === 'string';
  return [{ node: next, owner: isOwner ? next : owner, path: isOwner ? [] : [...path, name] }];
};

/** A copy of an answer with the asked references expanded, four levels at most: fact('expand.four_levels') */
export const expanded = (account: FakeAccount, body: object, paths: readonly string[]): object => {
  const copy = structuredClone(body) as Json;
  for (const whole of paths) {
    const names = whole.split('.');
    if (names.length > 4) {
      throw invalidRequest({
        fact: fact('expand.four_levels'),
        message: `You cannot expand more than 4 levels of a property. Property: ${whole}`,
        param: 'expand',
      });
    }
    let places: Place[] = [{ node: copy, owner: copy, path: [] }];
    for (const name of names) places = places.flatMap((place) => step(account, place, name, whole));
  }
  return copy;
};
