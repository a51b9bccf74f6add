import { z } from 'zod';
import { retryByRecurly } from './charge-invoice.js';
import { nextNumber } from './close-invoice.js';
import { addAccount, addBillingInfo, addSubscription, cardSchema, MONTH_MS } from './new-parties.js';
import type { FakePlatform } from './platform.js';
import type { Account, Invoice, Subscription } from './resources.js';
import { numberOf } from './site.js';

export const billSchema = z.strictObject({
  label: z.string(),
  /** Minor units of the currency. */
  amount: z.int().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/).default('USD'),
  /** None where the account has no billing info. */
  card: cardSchema.optional(),
  /** Where the subscription charges another billing info than the primary: the site uses the wallet. */
  subscriptionCard: cardSchema.optional(),
  kind: z.enum(['renewal', 'one_time']).default('renewal'),
  /** Manual invoices are not charged by Recurly: due at once and overdue. */
  collection: z.enum(['automatic', 'manual']).default('automatic'),
  /** As in `FR1001`, where the site numbers its invoices by country. */
  numberPrefix: z.string().default(''),
  /** Days after the first failure at which Recurly tries by itself; fact('dunning.limits') */
  dunning: z.array(z.number().positive().max(60)).max(20).default([]),
  dunningEnding: z.enum(['leaves_past_due', 'fails_invoice', 'expires_subscription']).default('leaves_past_due'),
});

export type BillOrder = z.output<typeof billSchema>;

export interface Billed {
  readonly account: string;
  readonly accountCode: string;
  readonly subscription: string | null;
  readonly subscriptionUuid: string | null;
  readonly invoice: string;
  readonly invoiceNumber: string;
  /** The invoice of the period before, paid; null where there is none. */
  readonly olderInvoice: string | null;
  readonly billingInfo: string | null;
}

const addInvoice = ({ site, mint }: FakePlatform, account: Account, subscription: Subscription | null, order: BillOrder, created: Date): Invoice => {
  const invoice: Invoice = {
    id: mint.id(), uuid: mint.uuid(), number: nextNumber(site.invoices), prefix: order.numberPrefix, type: 'charge',
    origin: subscription === null ? 'purchase' : 'renewal', accountId: account.id, subscriptionIds: subscription === null ? [] : [subscription.id],
    previousInvoiceId: null, collectionMethod: order.collection, currency: order.currency, total: order.amount, description: order.label, dueAt: created,
    state: 'pending', credited: 0, paid: 0, forced: 0, writtenOff: 0, refunded: 0, closedAt: null, dunningEventsSent: 0, finalDunningEvent: false,
    poNumber: null, customerNotes: null, termsAndConditions: null, createdAt: created, updatedAt: created,
  };
  site.invoices.set(invoice.id, invoice);
  site.labels.set(invoice.id, order.label);
  return invoice;
};

/** fact('invoice.first_charge'): an automatic invoice is charged as it is made; one that fails is overdue at once. */
export const bill = (platform: FakePlatform, order: BillOrder): Billed => {
  const { clock, events, dunning } = platform;
  const account = addAccount(platform);
  const primary = order.card === undefined ? null : addBillingInfo(platform, account.id, order.card);
  const subscription = order.kind === 'one_time' ? null : addSubscription(platform, account, order);
  const other = order.subscriptionCard === undefined || subscription === null ? null : addBillingInfo(platform, account.id, order.subscriptionCard);
  if (subscription !== null && other !== null) subscription.billingInfoId = other.id;

  const now = clock.hubNow();
  let older: Invoice | null = null;
  if (subscription !== null && order.collection === 'automatic' && primary !== null) {
    const before = addInvoice(platform, account, subscription, { ...order, label: `${order.label} (older)` }, new Date(now.getTime() - MONTH_MS));
    events.quietly(() => retryByRecurly(platform, before, 'success'));
    older = before;
  }
  const invoice = addInvoice(platform, account, subscription, order, now);
  events.emit({ object: 'charge_invoice', event: 'created', invoice });
  if (subscription !== null) events.emit({ object: 'subscription', event: 'renewed', subscription });
  if (order.collection === 'automatic') {
    dunning.schedule(invoice, order.dunning.length > 0 ? order.dunning : NEVER_DAYS, order.dunningEnding);
    retryByRecurly(platform, invoice);
  }
  if (invoice.state === 'pending') overdue(platform, invoice);
  return {
    account: account.id, accountCode: account.code, subscription: subscription?.id ?? null, subscriptionUuid: subscription?.uuid ?? null, invoice: invoice.id,
    invoiceNumber: numberOf(invoice), olderInvoice: older?.id ?? null, billingInfo: (other ?? primary)?.id ?? null,
  };
};

/** What nobody charged is overdue when it is due. */
const overdue = ({ site, events }: FakePlatform, invoice: Invoice): void => {
  invoice.state = 'past_due';
  site.touch(invoice);
  events.emit({ object: 'charge_invoice', event: 'past_due', invoice });
};

/** A site without own retries in the time of any test, but whose dunning has not ended. */
const NEVER_DAYS = [3_650];
