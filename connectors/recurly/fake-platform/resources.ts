/** Money inside the fake is in minor units; only what is rendered is in Recurly's decimals. */
export type Minor = number;

export type CollectionMethod = 'automatic' | 'manual';
export type InvoiceState = 'pending' | 'processing' | 'past_due' | 'paid' | 'failed' | 'open' | 'closed' | 'voided';
export type TransactionStatus = 'success' | 'declined' | 'error' | 'pending' | 'processing' | 'scheduled' | 'void' | 'chargeback';
export type TransactionOrigin = 'recurring' | 'api_force_collect' | 'force_collect' | 'hpp' | 'merchant' | 'api' | 'chargeback' | 'recurly_admin';

interface Dated {
  readonly createdAt: Date;
  updatedAt: Date;
}

/** A gateway account of the merchant: fact('token.gateway') */
export interface Gateway {
  readonly code: string;
  readonly type: string;
  readonly name: string;
}

/** What Recurly holds of a card at its gateway: fact('token.sources') */
export interface CardTokens {
  readonly references: readonly { readonly token: string; readonly reference_type: string }[];
  readonly gatewayToken: string | null;
  readonly accountReference: string | null;
}

export interface Card {
  readonly cardType: string;
  readonly firstSix: string;
  readonly lastFour: string;
  readonly expMonth: number;
  readonly expYear: number;
}

export interface Account extends Dated {
  readonly id: string;
  readonly code: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly dunningCampaignId: string;
}

export interface BillingInfo extends Dated {
  readonly id: string;
  readonly accountId: string;
  readonly card: Card;
  readonly gateway: Gateway;
  readonly tokens: CardTokens;
  primary: boolean;
  valid: boolean;
}

export interface Subscription extends Dated {
  readonly id: string;
  readonly uuid: string;
  readonly accountId: string;
  readonly planId: string;
  readonly planCode: string;
  readonly planName: string;
  readonly currency: string;
  readonly unitAmount: Minor;
  readonly collectionMethod: CollectionMethod;
  readonly periodStartedAt: Date;
  readonly periodEndsAt: Date;
  readonly activatedAt: Date;
  state: 'active' | 'canceled' | 'expired' | 'failed' | 'future' | 'paused';
  canceledAt: Date | null;
  expiresAt: Date | null;
  expirationReason: string | null;
  /** Where it charges another billing info than the primary: fact('collect.billing_info') */
  billingInfoId: string | null;
}

export interface Invoice extends Dated {
  readonly id: string;
  readonly uuid: string;
  readonly number: number;
  readonly prefix: string;
  readonly type: 'charge' | 'credit';
  readonly origin: 'renewal' | 'purchase' | 'refund' | 'write_off';
  readonly accountId: string;
  readonly subscriptionIds: readonly string[];
  readonly previousInvoiceId: string | null;
  readonly collectionMethod: CollectionMethod;
  readonly currency: string;
  readonly total: Minor;
  readonly description: string;
  readonly dueAt: Date;
  state: InvoiceState;
  /** By credit, which lowers the balance. */
  credited: Minor;
  /** By successful transactions. */
  paid: Minor;
  /** Closed by word alone, `mark_successful`. */
  forced: Minor;
  writtenOff: Minor;
  refunded: Minor;
  closedAt: Date | null;
  dunningEventsSent: number;
  finalDunningEvent: boolean;
  poNumber: string | null;
  customerNotes: string | null;
  termsAndConditions: string | null;
}

export interface Decline {
  readonly statusCode: string;
  readonly category: string;
  readonly declineCode: string | null;
  readonly merchantMessage: string;
  readonly customerMessage: string;
  readonly merchantAdvice: string | null;
  /** The gateway's own code: fact('transaction.raw_code') */
  readonly gatewayCode: string;
  readonly gatewayMessage: string;
}

export interface Transaction extends Dated {
  readonly id: string;
  readonly uuid: string;
  readonly accountId: string;
  readonly invoiceId: string;
  readonly type: 'purchase' | 'refund';
  readonly origin: TransactionOrigin;
  readonly currency: string;
  readonly amount: Minor;
  readonly description: string | null;
  readonly collectionMethod: CollectionMethod;
  /** The billing info as it was charged; null for what was paid outside. */
  readonly billingInfo: BillingInfo | null;
  /** How it was paid outside. */
  readonly externalMethod: string | null;
  readonly originalTransactionId: string | null;
  readonly gatewayReference: string | null;
  readonly backupUsed: boolean;
  readonly collectedAt: Date;
  status: TransactionStatus;
  decline: Decline | null;
  refunded: boolean;
  voidedAt: Date | null;
}
