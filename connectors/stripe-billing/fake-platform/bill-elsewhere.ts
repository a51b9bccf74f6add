import type Stripe from 'stripe';
import { z } from 'zod';
import { credit } from './attach-payment.js';
import { type Billed, makeParties, MONTH, openInvoice } from './bill.js';
import { addCustomMethod } from './custom-method.js';
import type { Cause } from './event-log.js';
import { newPaymentRecord } from './payment-record-object.js';
import type { FakePlatform } from './platform.js';
import { askForAttempt } from './retry-by-stripe.js';
import { refOf } from './ref.js';

export const billElsewhereSchema = z.strictObject({
  label: z.string(),
  amount: z.int().min(1),
  currency: z.string().regex(/^[a-z]{3}$/).default('usd'),
  method: z.strictObject({
    type: z.string().regex(/^cpmt_\w+$/).default('cpmt_1FakeProcessor'),
    displayName: z.string().default('Other processor'),
    metadata: z.record(z.string(), z.string()).default({}),
  }).prefault({}),
  /** What the merchant writes on the payment record of the failed charge. */
  failureMetadata: z.record(z.string(), z.string()).default({}),
  /** Days after now at which Stripe asks for another attempt. */
  retries: z.array(z.number().positive()).optional(),
});

export type BillElsewhereOrder = z.output<typeof billElsewhereSchema>;

export interface BilledElsewhere extends Billed {
  /** The payment record of the charge that failed. */
  readonly failedRecord: string;
}

/** What the merchant's own program does: charge at the other processor, report, attach. */
const reportAsMerchant = (
  platform: FakePlatform,
  invoice: Stripe.Invoice,
  { method, failureMetadata }: BillElsewhereOrder,
  paymentMethod: string,
  outcome: 'guaranteed' | 'failed',
): string => {
  const { account, clock, mintId } = platform;
  const cause: Cause = { requestId: mintId('req'), idempotencyKey: `merchant-${mintId('key')}`, by: 'request' };
  const record = newPaymentRecord({
    id: mintId('pr'),
    attemptRecord: mintId('par'),
    amount: invoice.amount_remaining,
    currency: invoice.currency,
    outcome,
    customer: refOf(invoice.customer),
    customerPresence: 'off_session',
    paymentMethod,
    customType: method.type,
    displayName: method.displayName,
    paymentReference: mintId('charge'),
    description: null,
    metadata: outcome === 'failed' ? { ...failureMetadata } : {},
    created: clock.hubSeconds(),
    livemode: account.livemode,
  });
  account.paymentRecords.set(record.id, record);
  credit(platform, invoice, record, cause);
  return record.id;
};

/** Bills a renewal at a merchant with another processor: Stripe asks for the payment, the merchant charges, fails, and reports that. */
export const billElsewhere = (platform: FakePlatform, order: BillElsewhereOrder): BilledElsewhere => {
  const { account, clock, events, switches } = platform;
  const everyone = makeParties(platform, order, (customer) => addCustomMethod(platform, { ...order.method, customer }));
  const now = clock.hubSeconds();
  const open = (created: number) => openInvoice(platform, everyone, order, { created, intent: switches.customMethodIntent });
  const older = open(now - MONTH);
  account.labels.set(older.id, `${order.label} (older)`);
  events.quietly(() => reportAsMerchant(platform, older, order, everyone.paymentMethod.id, 'guaranteed'));
  const invoice = open(now);
  account.labels.set(invoice.id, order.label);
  const byStripe: Cause = { requestId: null, idempotencyKey: null, by: 'stripe' };
  events.emit('invoice.created', invoice, byStripe);
  events.emit('invoice.finalized', invoice, byStripe);
  if (order.retries !== undefined) platform.smartRetries.schedule(invoice, order.retries);
  askForAttempt(platform, invoice);
  const failedRecord = reportAsMerchant(platform, invoice, order, everyone.paymentMethod.id, 'failed');
  return {
    customer: everyone.customer.id,
    subscription: everyone.subscription.id,
    invoice: invoice.id,
    olderInvoice: older.id,
    paymentMethod: everyone.paymentMethod.id,
    failedRecord,
  };
};
