/** The events an endpoint must be sent: failures, and whatever may end or change a recovery. */
export const SUBSCRIBED = [
  'payment_failed',
  'payment_succeeded',
  'payment_initiated',
  'payment_refunded',
  'transaction_created',
  'transaction_updated',
  'invoice_updated',
  'invoice_deleted',
  'subscription_cancelled',
  'subscription_canceled_with_backdating',
  'subscription_deleted',
  'payment_source_added',
  'payment_source_updated',
  'card_added',
  'card_updated',
  'customer_changed',
] as const satisfies readonly string[];

/** What an event is about, and so where its truth is read. `subscription_canceled_with_backdating` is spelt so by Chargebee. */
export type Topic = 'failure' | 'payment' | 'refund' | 'transaction' | 'invoice' | 'subscription' | 'payment_source';

const TOPICS: Readonly<Record<string, Topic>> = {
  payment_failed: 'failure',
  payment_initiated: 'failure',
  payment_succeeded: 'payment',
  payment_refunded: 'refund',
  transaction_created: 'transaction',
  transaction_updated: 'transaction',
  invoice_updated: 'invoice',
  invoice_deleted: 'invoice',
  dunning_updated: 'invoice',
  subscription_cancelled: 'subscription',
  subscription_canceled_with_backdating: 'subscription',
  subscription_deleted: 'subscription',
  payment_source_added: 'payment_source',
  payment_source_updated: 'payment_source',
  card_added: 'payment_source',
  card_updated: 'payment_source',
  customer_changed: 'payment_source',
};

/** Undefined for an event that nothing is done about. */
export const topicOf = (eventType: string): Topic | undefined => (Object.hasOwn(TOPICS, eventType) ? TOPICS[eventType] : undefined);
