import { nextResult } from '../../../core/connector-kit/testing/index.js';
import { applyPayment, moveTo, writeOff } from './close-invoice.js';
import { answerCharge } from './declines.js';
import { expireSubscription } from './end-subscription.js';
import type { FakePlatform } from './platform.js';
import type { BillingInfo, Invoice, Transaction, TransactionOrigin } from './resources.js';
import { balanceOf, billingInfoFor, type ChargeResult, openPaymentOf, subscriptionOf } from './site.js';

export interface ChargeOrder {
  readonly invoice: Invoice;
  readonly billingInfo: BillingInfo;
  readonly by: 'request' | 'recurly' | 'customer';
  readonly origin: TransactionOrigin;
  readonly idempotencyKey?: string | null;
  readonly forced?: ChargeResult | undefined;
}

export interface TransactionOrder extends Pick<Transaction, 'amount' | 'status' | 'origin'>, Partial<Pick<Transaction,
  'type' | 'billingInfo' | 'externalMethod' | 'originalTransactionId' | 'description' | 'decline' | 'collectedAt' | 'collectionMethod'>> {
  readonly invoice: Invoice;
}

export const addTransaction = ({ site, clock, mint }: FakePlatform, order: TransactionOrder): Transaction => {
  const { invoice, ...own } = order;
  const at = clock.hubNow();
  const transaction: Transaction = {
    id: mint.id(), uuid: mint.uuid(), accountId: invoice.accountId, invoiceId: invoice.id, type: 'purchase', currency: invoice.currency, description: null,
    collectionMethod: invoice.collectionMethod, billingInfo: null, externalMethod: null, originalTransactionId: null,
    gatewayReference: order.billingInfo === undefined || order.billingInfo === null ? null : `${order.billingInfo.gateway.type}_${mint.id()}`,
    backupUsed: false, decline: null, refunded: false, voidedAt: null, collectedAt: at, createdAt: at, updatedAt: at, ...own,
  };
  site.transactions.set(transaction.id, transaction);
  return transaction;
};

const resultOf = ({ site }: FakePlatform, { id }: BillingInfo): ChargeResult => {
  const script = site.scripts.get(id);
  return (script === undefined ? undefined : nextResult(script)) ?? 'success';
};

/** fact('event.payment_failed') fact('collect.failure_event') */
export const announceFailure = (platform: FakePlatform, invoice: Invoice, transaction: Transaction, by: ChargeOrder['by']): void => {
  moveTo(platform, invoice, 'past_due');
  if (by === 'recurly' || platform.switches.manualFailureSendsEvent) platform.events.emit({ object: 'payment', event: 'failed', transaction });
  if (by !== 'recurly' || invoice.state !== 'past_due') return;
  invoice.dunningEventsSent += 1;
  invoice.finalDunningEvent = platform.dunning.isLast(invoice.id);
  platform.site.touch(invoice);
  // fact('event.dunning')
  platform.events.emit({ object: 'dunning_event', event: 'created', invoice });
  if (invoice.finalDunningEvent) endDunning(platform, invoice);
};

/** fact('dunning.ending') */
const endDunning = (platform: FakePlatform, invoice: Invoice): void => {
  const ending = platform.dunning.ending(invoice.id);
  const subscription = subscriptionOf(platform.site, invoice);
  if (ending !== 'leaves_past_due') writeOff(platform, invoice);
  if (ending === 'expires_subscription' && subscription !== null) expireSubscription(platform, subscription, 'nonpayment');
};

/** Charges the whole balance of an invoice at its gateway: Recurly knows no parts here. fact('collect.whole_balance') */
export const charge = (platform: FakePlatform, order: ChargeOrder): Transaction => {
  const { invoice, billingInfo, by, origin, idempotencyKey = null } = order;
  const { status, decline } = answerCharge(order.forced ?? resultOf(platform, billingInfo));
  // what was charged stays as it was, also when the card changes later
  const snapshot = structuredClone(billingInfo);
  const transaction = addTransaction(platform, {
    invoice, amount: balanceOf(invoice), status, origin, decline, billingInfo: snapshot, collectionMethod: 'automatic',
  });
  if (status === 'success') applyPayment(platform, invoice, transaction, by, idempotencyKey);
  else if (decline !== null) announceFailure(platform, invoice, transaction, by);
  else {
    // fact('event.payment_processing')
    platform.events.emit({ object: 'payment', event: status === 'scheduled' ? 'scheduled' : 'processing', transaction });
    moveTo(platform, invoice, 'processing');
  }
  return transaction;
};

/** One attempt by Recurly itself; none while a payment is open. fact('dunning.behind_our_back') */
export const retryByRecurly = (platform: FakePlatform, invoice: Invoice, forced?: ChargeResult): void => {
  if (invoice.collectionMethod === 'manual' || (invoice.state !== 'past_due' && invoice.state !== 'pending')) return;
  if (openPaymentOf(platform.site, invoice) !== null && platform.switches.collectBesideOpen === 'refused') return;
  const billingInfo = billingInfoFor(platform.site, invoice);
  if (billingInfo === null || balanceOf(invoice) === 0) return;
  charge(platform, { invoice, billingInfo, by: 'recurly', origin: 'recurring', forced });
};

/** fact('dunning.card_update') */
export const collectOverdue = (platform: FakePlatform, accountId: string): void => {
  if (!platform.switches.collectsOnCardUpdate) return;
  for (const invoice of platform.site.invoices.values()) {
    if (invoice.accountId === accountId && invoice.state === 'past_due') retryByRecurly(platform, invoice);
  }
};
