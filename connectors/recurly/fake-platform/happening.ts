import type { Account, Invoice, Subscription, Transaction } from './resources.js';

/** Something Recurly tells, and of what. */
export type Happening =
  | { readonly object: 'payment'; readonly event: 'failed' | 'succeeded' | 'scheduled' | 'processing' | 'refunded' | 'voided' | 'transaction_status_updated'; readonly transaction: Transaction }
  | { readonly object: 'charge_invoice'; readonly event: 'created' | 'processing' | 'past_due' | 'paid' | 'failed' | 'reopened' | 'updated'; readonly invoice: Invoice }
  | { readonly object: 'credit_invoice'; readonly event: 'created'; readonly invoice: Invoice }
  | { readonly object: 'dunning_event'; readonly event: 'created'; readonly invoice: Invoice }
  | { readonly object: 'subscription'; readonly event: 'created' | 'updated' | 'canceled' | 'expired' | 'renewed'; readonly subscription: Subscription }
  | { readonly object: 'account'; readonly event: 'created' | 'updated'; readonly account: Account }
  | { readonly object: 'billing_info'; readonly event: 'updated'; readonly account: Account };
