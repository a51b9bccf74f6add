import { z } from 'zod';
import {
  commandsOf, createOrdinaryWorld, type Delivery, named, ordinaryOrders, ordinaryReadings, type OrdinaryWorld, type WorldControl,
} from '../../../core/connector-kit/testing/index.js';
import { bill, type Billed, billSchema } from './bill.js';
import { addEndpoint, endpointSchema, rotateSecret } from './endpoints.js';
import { cancelSubscription, expireSubscription } from './end-subscription.js';
import type { FakeEvent } from './event-log.js';
import { faultKinds, type FaultName } from './faults.js';
import type { LedgerReport } from './ledger.js';
import { addBillingInfo, cardSchema } from './new-parties.js';
import type { FakePlatform, SeenRequest } from './platform.js';
import { refund } from './refund.js';
import { settle, takeBack, voidPayment } from './settle.js';
import { balanceOf, numberOf } from './site.js';
import type { Switches } from './switches.js';
import * as acts from './world-acts.js';

const minor = z.int().min(1);
const tells = z.boolean().default(true);
const result = z.string().default('success');

const orders = {
  bill: billSchema,
  updateCard: z.strictObject({ account: z.string(), card: cardSchema, tells }),
  addCard: z.strictObject({ account: z.string(), card: cardSchema }),
  deleteCard: z.strictObject({ account: z.string() }),
  payElsewhere: z.strictObject({ invoice: z.string(), how: z.enum(['other_card', 'external', 'marked']).default('other_card'), amount: minor.optional() }),
  voidInvoice: z.strictObject({ invoice: z.string() }),
  failInvoice: z.strictObject({ invoice: z.string() }),
  creditNote: z.strictObject({ invoice: z.string(), amount: minor, tells }),
  cancelSubscription: z.strictObject({ subscription: z.string() }),
  expireSubscription: z.strictObject({ subscription: z.string() }),
  settle: z.strictObject({ transaction: z.string(), result: z.enum(['success', 'declined']) }),
  takeBack: z.strictObject({ transaction: z.string(), why: z.enum(['late_failure', 'chargeback']).default('late_failure') }),
  voidPayment: z.strictObject({ invoice: z.string() }),
  refund: z.strictObject({ invoice: z.string(), amount: minor.optional() }),
  dunNow: z.strictObject({ invoice: z.string(), result }),
  dunAfterNextRead: z.strictObject({ invoice: z.string(), nth: z.int().min(1).default(1), result }),
  before: z.strictObject({
    invoice: z.string(), call: z.enum(['collect', 'mark_successful', 'mark_failed', 'transactions']),
    act: z.enum(['dunning_succeeds', 'pay_elsewhere', 'mark_successful', 'void']),
  }),
  registerWebhook: endpointSchema,
  rotateSecret: z.strictObject({ endpoint: z.string(), secret: z.string() }),
  deliver: z.strictObject({ event: z.string() }),
  addKey: z.strictObject({ key: z.string(), kind: z.enum(['private', 'limited']).default('private') }),
  revokeKey: z.strictObject({ key: z.string() }),
  ...ordinaryOrders(faultKinds),
} as const;

type Commands = typeof orders;
type Input<Name extends keyof Commands> = z.input<Commands[Name]>;

/** Moves the fake world; the same commands answer under `/_fake/<name>` as JSON. Invoices and accounts are named by id, or by number and code. */
export interface World extends OrdinaryWorld<Switches, FaultName> {
  /** An account with billing info, a subscription, an older paid invoice and an invoice whose first charge happens at once. */
  bill(order: Input<'bill'>): Billed;
  /** The customer changes the card; with `tells: false` no event says so. Recurly then collects what is overdue by itself. */
  updateCard(order: Input<'updateCard'>): { readonly billingInfo: string };
  /** A further card beside the primary, in the account's wallet. */
  addCard(order: Input<'addCard'>): { readonly billingInfo: string };
  deleteCard(order: Input<'deleteCard'>): void;
  /** The customer pays without us. */
  payElsewhere(order: Input<'payElsewhere'>): void;
  voidInvoice(order: Input<'voidInvoice'>): void;
  /** The merchant marks the invoice as failed, which writes it off. */
  failInvoice(order: Input<'failInvoice'>): void;
  /** Less is due from now on. */
  creditNote(order: Input<'creditNote'>): void;
  /** Will not renew. */
  cancelSubscription(order: Input<'cancelSubscription'>): void;
  /** Ends now. */
  expireSubscription(order: Input<'expireSubscription'>): void;
  /** A payment whose outcome was open ends. */
  settle(order: Input<'settle'>): void;
  /** A success is taken back. */
  takeBack(order: Input<'takeBack'>): void;
  voidPayment(order: Input<'voidPayment'>): void;
  /** The merchant refunds by hand. */
  refund(order: Input<'refund'>): void;
  /** Recurly's own retry happens now. */
  dunNow(order: Input<'dunNow'>): void;
  /** Recurly's own retry happens directly after the nth read of the invoice was answered, before anything else is served. */
  dunAfterNextRead(order: Input<'dunAfterNextRead'>): void;
  /** Something happens directly before the next such request for the invoice is served. */
  before(order: Input<'before'>): void;
  registerWebhook(order: Input<'registerWebhook'>): { readonly endpointId: string; readonly secret: string };
  /** A new key signs beside the old one, for a day of hub time. */
  rotateSecret(order: Input<'rotateSecret'>): void;
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
  switch (act) {
    case 'dunning_succeeds': return acts.dun(platform, invoice, 'success');
    case 'void': return acts.voidInvoice(platform, invoice);
    case 'pay_elsewhere': return acts.payElsewhere(platform, { invoice, how: 'other_card' });
    case 'mark_successful': return acts.payElsewhere(platform, { invoice, how: 'marked' });
  }
};

/** An invoice has two addresses; what waits for either happens once. */
const atEither = (platform: FakePlatform, ref: string, act: () => void): { readonly paths: readonly string[]; readonly once: () => void } => {
  const invoice = acts.invoiceNamed(platform, ref);
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    act();
  };
  return { paths: [`/invoices/${invoice.id}`, `/invoices/number-${numberOf(invoice)}`], once };
};

export const createWorld = (platform: FakePlatform): World => {
  const { site, races } = platform;
  return {
    bill: (order) => bill(platform, orders.bill.parse(order)),
    updateCard: (order) => acts.updateCard(platform, orders.updateCard.parse(order)),
    addCard: (order) => {
      const { account, card } = orders.addCard.parse(order);
      return { billingInfo: addBillingInfo(platform, acts.accountNamed(platform, account).id, card).id };
    },
    deleteCard: ({ account }) => acts.deleteCard(platform, account),
    payElsewhere: (order) => acts.payElsewhere(platform, orders.payElsewhere.parse(order)),
    voidInvoice: ({ invoice }) => acts.voidInvoice(platform, invoice),
    failInvoice: ({ invoice }) => acts.failInvoice(platform, invoice),
    creditNote: (order) => acts.creditNote(platform, orders.creditNote.parse(order)),
    cancelSubscription: ({ subscription }) => cancelSubscription(platform, named(site.subscriptions, 'subscription', subscription)),
    expireSubscription: ({ subscription }) => expireSubscription(platform, named(site.subscriptions, 'subscription', subscription), 'canceled'),
    settle: ({ transaction, result: ends }) => settle(platform, named(site.transactions, 'transaction', transaction), ends),
    takeBack: (order) => {
      const { transaction, why } = orders.takeBack.parse(order);
      takeBack(platform, named(site.transactions, 'transaction', transaction), why);
    },
    voidPayment: ({ invoice }) => voidPayment(platform, acts.invoiceNamed(platform, invoice)),
    refund: ({ invoice: ref, amount }) => {
      const invoice = acts.invoiceNamed(platform, ref);
      refund(platform, invoice, amount ?? invoice.total - balanceOf(invoice));
    },
    dunNow: (order) => {
      const { invoice, result: ends } = orders.dunNow.parse(order);
      acts.dun(platform, invoice, ends);
    },
    dunAfterNextRead: (order) => {
      const { invoice, nth, result: ends } = orders.dunAfterNextRead.parse(order);
      const { paths, once } = atEither(platform, invoice, () => acts.dun(platform, invoice, ends));
      for (const path of paths) races.afterRead({ path, nth }, once);
    },
    before: (order) => {
      const race = orders.before.parse(order);
      const { paths, once } = atEither(platform, race.invoice, () => actBefore(platform, race));
      for (const path of paths) races.beforeWrite(`${path}/${race.call}`, once);
    },
    registerWebhook: (order) => addEndpoint(platform, orders.registerWebhook.parse(order)),
    rotateSecret: (order) => rotateSecret(platform, orders.rotateSecret.parse(order)),
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
  };
};

/** `GET /_fake/<reading>` and `POST /_fake/<command>`. */
export const controlOf = (world: World, platform: FakePlatform): WorldControl => ({
  readings: { ledger: () => world.ledger(), requests: () => world.requests(), events: () => world.events(), ...ordinaryReadings(platform) },
  commands: commandsOf(orders, world),
});
