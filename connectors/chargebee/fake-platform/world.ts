import { z } from 'zod';
import {
  accidents, commandsOf, createOrdinaryWorld, type Delivery, named, ordinaryOrders, ordinaryReadings, type OrdinaryWorld, type SeenRequest, type WorldControl,
} from '../../../core/connector-kit/testing/index.js';
import { bill, type Billed, billSchema, cardSchema } from './bill.js';
import { faultKinds, type FaultName } from './faults.js';
import type { LedgerReport } from './ledger.js';
import type { FakeEvent } from './event-log.js';
import { addSource } from './new-parties.js';
import type { FakePlatform } from './platform.js';
import type { Switches } from './switches.js';
import { addEndpoint } from './webhook-endpoint-endpoints.js';
import * as acts from './world-acts.js';

const amount = z.int().min(1).optional();
const tells = z.boolean().default(true);
const how = z.enum(['other_card', 'offline']).default('other_card');

const orders = {
  bill: billSchema,
  updateCard: z.strictObject({ customer: z.string(), card: cardSchema, tells }),
  addCard: z.strictObject({ customer: z.string(), card: cardSchema }),
  deleteCard: z.strictObject({ paymentSource: z.string() }),
  payElsewhere: z.strictObject({ invoice: z.string(), how, amount }),
  voidInvoice: z.strictObject({ invoice: z.string() }),
  writeOff: z.strictObject({ invoice: z.string() }),
  deleteInvoice: z.strictObject({ invoice: z.string() }),
  creditNote: z.strictObject({ invoice: z.string(), amount: z.int().min(1), tells }),
  cancelSubscription: z.strictObject({ subscription: z.string() }),
  settle: z.strictObject({ transaction: z.string(), status: z.enum(['success', 'failure']) }),
  failLate: z.strictObject({ transaction: z.string() }),
  refund: z.strictObject({ invoice: z.string(), amount }),
  dunNow: z.strictObject({ invoice: z.string(), result: z.string().default('success') }),
  dunAfterNextRead: z.strictObject({
    invoice: z.string(), nth: z.int().min(1).default(1), on: z.enum(['invoice', 'payments']).default('invoice'), result: z.string().default('success'),
  }),
  before: z.strictObject({
    invoice: z.string(), call: z.enum(['record_payment', 'collect_payment', 'pause_dunning', 'stop_dunning']),
    act: z.enum(['dunning_succeeds', 'pay_elsewhere', 'void']),
  }),
  registerWebhook: z.strictObject({
    url: z.url(), username: z.string().nullable().default(null), password: z.string().nullable().default(null),
    apiVersion: z.enum(['v1', 'v2']).default('v2'), schema: z.enum(['plans_addons', 'items', 'compat']).optional(),
    enabledEvents: z.array(z.string()).default([]), held: z.boolean().default(false), retries: z.enum(['real', 'patient']).default('real'),
    ...accidents,
  }),
  deliver: z.strictObject({ event: z.string() }),
  addKey: z.strictObject({
    key: z.string(), name: z.string().default('another key'), kind: z.enum(['full_access', 'read_only', 'read_only_without_transactions', 'publishable']).default('full_access'),
  }),
  revokeKey: z.strictObject({ key: z.string() }),
  ...ordinaryOrders(faultKinds),
} as const;

type Commands = typeof orders;
type Input<Name extends keyof Commands> = z.input<Commands[Name]>;

/** Moves the fake world; the same commands answer under `/_fake/<name>` as JSON. */
export interface World extends OrdinaryWorld<Switches, FaultName> {
  /** A customer with a subscription, an older paid invoice and an invoice whose first charge happens at once. */
  bill(order: Input<'bill'>): Billed;
  /** The customer enters a new card, which becomes primary; with `tells: false` no event says so. */
  updateCard(order: Input<'updateCard'>): { readonly paymentSource: string };
  /** A further card beside the primary. */
  addCard(order: Input<'addCard'>): { readonly paymentSource: string };
  deleteCard(order: Input<'deleteCard'>): void;
  /** The customer pays without us, wholly or in part: with another card on the hosted page, or by cheque that the merchant notes. */
  payElsewhere(order: Input<'payElsewhere'>): void;
  voidInvoice(order: Input<'voidInvoice'>): void;
  writeOff(order: Input<'writeOff'>): void;
  deleteInvoice(order: Input<'deleteInvoice'>): void;
  /** Less is due from now on. */
  creditNote(order: Input<'creditNote'>): void;
  cancelSubscription(order: Input<'cancelSubscription'>): void;
  /** A payment whose outcome was open ends. */
  settle(order: Input<'settle'>): void;
  /** A success is taken back. */
  failLate(order: Input<'failLate'>): void;
  /** The merchant refunds by hand. */
  refund(order: Input<'refund'>): void;
  /** Chargebee's own retry happens now. */
  dunNow(order: Input<'dunNow'>): void;
  /** Chargebee's own retry happens directly after the nth read of the invoice was answered, before anything else is served. */
  dunAfterNextRead(order: Input<'dunAfterNextRead'>): void;
  /** Something happens directly before the next such request for the invoice is served. */
  before(order: Input<'before'>): void;
  registerWebhook(order: Input<'registerWebhook'>): { readonly endpointId: string };
  /** One delivery of this event now, to held endpoints too: for any order and any number of duplicates. */
  deliver(order: Input<'deliver'>): Promise<readonly Delivery[]>;
  addKey(order: Input<'addKey'>): void;
  revokeKey(order: Input<'revokeKey'>): void;
  ledger(): LedgerReport;
  events(): readonly FakeEvent[];
  /** Every API request, oldest first; the writes are those that are not GET. */
  requests(): readonly SeenRequest[];
}

const actBefore = (platform: FakePlatform, { invoice, act }: z.output<Commands['before']>): void => {
  if (act === 'dunning_succeeds') acts.dun(platform, invoice, 'success');
  else if (act === 'void') acts.voidInvoice(platform, invoice);
  else acts.payElsewhere(platform, { invoice, how: 'other_card' });
};

export const createWorld = (platform: FakePlatform): World => ({
  bill: (order) => bill(platform, orders.bill.parse(order)),
  updateCard: (order) => acts.updateCard(platform, orders.updateCard.parse(order)),
  addCard: (order) => {
    const { customer, card } = orders.addCard.parse(order);
    return { paymentSource: addSource(platform, named(platform.site.customers, 'customer', customer).id, card).id };
  },
  deleteCard: ({ paymentSource }) => acts.deleteCard(platform, paymentSource),
  payElsewhere: (order) => acts.payElsewhere(platform, orders.payElsewhere.parse(order)),
  voidInvoice: ({ invoice }) => acts.voidInvoice(platform, invoice),
  writeOff: ({ invoice }) => acts.writeOff(platform, invoice),
  deleteInvoice: ({ invoice }) => acts.deleteInvoice(platform, invoice),
  creditNote: (order) => acts.addCreditNote(platform, orders.creditNote.parse(order)),
  cancelSubscription: ({ subscription }) => acts.cancelSubscription(platform, subscription),
  settle: (order) => acts.settlePayment(platform, orders.settle.parse(order)),
  failLate: ({ transaction }) => acts.failLatePayment(platform, transaction),
  refund: (order) => acts.refundByMerchant(platform, orders.refund.parse(order)),
  dunNow: (order) => {
    const { invoice, result } = orders.dunNow.parse(order);
    acts.dun(platform, invoice, result);
  },
  dunAfterNextRead: (order) => {
    const { invoice, nth, on, result } = orders.dunAfterNextRead.parse(order);
    platform.races.afterRead({ path: `/invoices/${invoice}${on === 'invoice' ? '' : '/payments'}`, nth }, () => acts.dun(platform, invoice, result));
  },
  before: (order) => {
    const race = orders.before.parse(order);
    const { id } = named(platform.site.invoices, 'invoice', race.invoice);
    platform.races.beforeWrite(`/invoices/${id}/${race.call}`, () => actBefore(platform, race));
  },
  registerWebhook: (order) => ({ endpointId: addEndpoint(platform, { ...orders.registerWebhook.parse(order), name: 'hub' }).endpointId }),
  deliver: async ({ event: id }) => {
    const event = platform.events.all.find((candidate) => candidate.id === id);
    if (event === undefined) throw new Error(`event: found '${id}', expected the id of one that events() answers`);
    return platform.sender.deliverOnce(event);
  },
  addKey: (order) => {
    const key = orders.addKey.parse(order);
    platform.keys.set(key.key, key);
  },
  revokeKey: ({ key }) => void platform.keys.delete(key),
  ...createOrdinaryWorld(platform),
  ledger: () => platform.ledger.report(),
  events: () => platform.events.all,
  requests: () => platform.requests,
});

/** `GET /_fake/<reading>` and `POST /_fake/<command>`. */
export const controlOf = (world: World, platform: FakePlatform): WorldControl => ({
  readings: { ledger: () => world.ledger(), requests: () => world.requests(), events: () => world.events(), ...ordinaryReadings(platform) },
  commands: commandsOf(orders, world),
});
