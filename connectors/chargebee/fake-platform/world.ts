import { z } from 'zod';
import { bill, type Billed, billSchema, cardSchema } from './bill.js';
import { type Fault, faultSchema } from './faults.js';
import type { LedgerReport } from './ledger.js';
import type { FakeEvent } from './event-log.js';
import { addSource } from './new-parties.js';
import type { FakePlatform, SeenRequest } from './platform.js';
import type { Switches } from './switches.js';
import { addEndpoint } from './webhook-endpoint-endpoints.js';
import type { Delivery } from './webhook-sender.js';
import * as acts from './world-acts.js';

const amount = z.int().min(1).optional();
const tells = z.boolean().default(true);
const how = z.enum(['other_card', 'offline']).default('other_card');

export const commands = {
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
    seed: z.int().default(1), duplicates: z.number().min(0).max(1).default(0), disorder: z.number().min(0).max(1).default(0),
  }),
  deliver: z.strictObject({ event: z.string() }),
  addKey: z.strictObject({
    key: z.string(), name: z.string().default('another key'), kind: z.enum(['full_access', 'read_only', 'read_only_without_transactions', 'publishable']).default('full_access'),
  }),
  revokeKey: z.strictObject({ key: z.string() }),
  setSwitches: z.record(z.string(), z.unknown()),
  setProcessingMs: z.strictObject({ ms: z.int().min(0) }),
  inject: faultSchema,
  clearFaults: z.strictObject({ faultId: z.string().optional() }),
} as const;

type Commands = typeof commands;
type Input<Name extends keyof Commands> = z.input<Commands[Name]>;

/** Moves the fake world; the same commands answer under `/_fake/<name>` as JSON. */
export interface World {
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
  setSwitches(switches: Partial<Switches>): void;
  setProcessingMs(order: Input<'setProcessingMs'>): void;
  inject(fault: Fault): { readonly faultId: string };
  clearFaults(order?: Input<'clearFaults'>): void;
  ledger(): LedgerReport;
  events(): readonly FakeEvent[];
  deliveries(): readonly Delivery[];
  /** Every API request, oldest first; the writes are those that are not GET. */
  requests(): readonly SeenRequest[];
  faultsStruck(): readonly { readonly faultId: string; readonly times: number }[];
}

const setSwitches = (platform: FakePlatform, change: Readonly<Record<string, unknown>>): void => {
  const unknown = Object.keys(change).find((name) => !(name in platform.switches));
  if (unknown !== undefined) throw new Error(`switch: found '${unknown}', expected one of ${Object.keys(platform.switches).join(', ')}`);
  Object.assign(platform.switches, change);
};

const actBefore = (platform: FakePlatform, { invoice, act }: z.output<Commands['before']>): void => {
  if (act === 'dunning_succeeds') acts.dun(platform, invoice, 'success');
  else if (act === 'void') acts.voidInvoice(platform, invoice);
  else acts.payElsewhere(platform, { invoice, how: 'other_card' });
};

export const createWorld = (platform: FakePlatform): World => ({
  bill: (order) => bill(platform, commands.bill.parse(order)),
  updateCard: (order) => acts.updateCard(platform, commands.updateCard.parse(order)),
  addCard: (order) => {
    const { customer, card } = commands.addCard.parse(order);
    return { paymentSource: addSource(platform, acts.named(platform.site.customers, 'customer', customer).id, card).id };
  },
  deleteCard: ({ paymentSource }) => acts.deleteCard(platform, paymentSource),
  payElsewhere: (order) => acts.payElsewhere(platform, commands.payElsewhere.parse(order)),
  voidInvoice: ({ invoice }) => acts.voidInvoice(platform, invoice),
  writeOff: ({ invoice }) => acts.writeOff(platform, invoice),
  deleteInvoice: ({ invoice }) => acts.deleteInvoice(platform, invoice),
  creditNote: (order) => acts.addCreditNote(platform, commands.creditNote.parse(order)),
  cancelSubscription: ({ subscription }) => acts.cancelSubscription(platform, subscription),
  settle: (order) => acts.settlePayment(platform, commands.settle.parse(order)),
  failLate: ({ transaction }) => acts.failLatePayment(platform, transaction),
  refund: (order) => acts.refundByMerchant(platform, commands.refund.parse(order)),
  dunNow: (order) => {
    const { invoice, result } = commands.dunNow.parse(order);
    acts.dun(platform, invoice, result);
  },
  dunAfterNextRead: (order) => {
    const race = commands.dunAfterNextRead.parse(order);
    platform.races.afterRead(race, () => acts.dun(platform, race.invoice, race.result));
  },
  before: (order) => {
    const race = commands.before.parse(order);
    platform.races.before(acts.named(platform.site.invoices, 'invoice', race.invoice).id, race.call, () => actBefore(platform, race));
  },
  registerWebhook: (order) => ({ endpointId: addEndpoint(platform, { ...commands.registerWebhook.parse(order), name: 'hub' }).id }),
  deliver: async ({ event: id }) => {
    const event = platform.events.all.find((candidate) => candidate.id === id);
    if (event === undefined) throw new Error(`event: found '${id}', expected the id of one that events() answers`);
    return platform.sender.deliverOnce(event);
  },
  addKey: (order) => {
    const key = commands.addKey.parse(order);
    platform.keys.set(key.key, key);
  },
  revokeKey: ({ key }) => void platform.keys.delete(key),
  setSwitches: (switches) => setSwitches(platform, switches),
  setProcessingMs: ({ ms }) => {
    platform.processingMs = ms;
  },
  inject: (fault) => ({ faultId: platform.faults.inject(fault) }),
  clearFaults: (order) => platform.faults.clear(order?.faultId),
  ledger: () => platform.ledger.report(),
  events: () => platform.events.all,
  deliveries: () => platform.sender.deliveries(),
  requests: () => platform.requests,
  faultsStruck: () => platform.faults.struck(),
});
