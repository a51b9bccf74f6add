/** Chargebee's resources as far as the fake keeps them; amounts in Chargebee's units, times in seconds, versions in milliseconds. */
interface Versioned {
  readonly id: string;
  updated_at: number;
  resource_version: number;
  deleted: boolean;
}

export type TransactionStatus = 'in_progress' | 'success' | 'voided' | 'failure' | 'timeout' | 'needs_attention' | 'late_failure';

export interface LinkedInvoice {
  invoice_id: string;
  applied_amount: number;
  applied_at: number;
  invoice_date: number;
  invoice_total: number;
  invoice_status: string;
}

export interface Transaction extends Versioned {
  readonly object: 'transaction';
  readonly customer_id: string;
  readonly subscription_id?: string;
  readonly type: 'payment' | 'refund';
  status: TransactionStatus;
  readonly payment_method: string;
  readonly gateway: string;
  readonly gateway_account_id?: string;
  readonly payment_source_id?: string;
  readonly payment_method_details?: string;
  readonly masked_card_number?: string;
  id_at_gateway?: string;
  readonly reference_number?: string;
  readonly refunded_txn_id?: string;
  readonly initiator_type?: 'customer' | 'merchant';
  readonly date: number;
  readonly amount: number;
  amount_unused: number;
  readonly currency_code: string;
  readonly base_currency_code: string;
  readonly exchange_rate: number;
  error_code?: string;
  error_text?: string;
  error_detail?: Readonly<Record<string, string>>;
  linked_invoices: LinkedInvoice[];
  readonly linked_refunds: { txn_id: string; txn_status: string; txn_date: number; txn_amount: number }[];
}

export interface LinkedPayment {
  readonly txn_id: string;
  readonly applied_amount: number;
  readonly applied_at: number;
  txn_status: TransactionStatus;
  readonly txn_date: number;
  readonly txn_amount: number;
}

export interface DunningAttempt {
  readonly attempt: number;
  readonly transaction_id: string;
  readonly dunning_type: 'auto_collect';
  readonly created_at: number;
  readonly txn_status: TransactionStatus;
  readonly txn_amount: number;
}

export interface LineItem {
  readonly id: string;
  readonly object: 'line_item';
  readonly subscription_id?: string;
  readonly customer_id: string;
  readonly date_from: number;
  readonly date_to: number;
  readonly unit_amount: number;
  readonly quantity: number;
  readonly amount: number;
  readonly description: string;
  readonly entity_type: 'plan' | 'plan_item_price';
  readonly entity_id: string;
  readonly is_taxed: boolean;
  readonly tax_amount: number;
  readonly discount_amount: number;
  readonly item_level_discount_amount: number;
  readonly pricing_model: 'per_unit';
  readonly tax_exempt_reason: 'tax_not_configured';
}

export interface CreditNoteLink {
  readonly cn_id: string;
  readonly cn_reason_code: string;
  readonly cn_date: number;
  readonly cn_total: number;
  readonly cn_status: 'adjusted' | 'refunded';
}

export type InvoiceStatus = 'paid' | 'posted' | 'payment_due' | 'not_paid' | 'voided' | 'pending';

export interface Invoice extends Versioned {
  readonly object: 'invoice';
  readonly customer_id: string;
  readonly payment_owner?: string;
  readonly subscription_id?: string;
  readonly recurring: boolean;
  readonly first_invoice: boolean;
  status: InvoiceStatus;
  readonly price_type: 'tax_exclusive';
  readonly date: number;
  readonly due_date: number;
  readonly net_term_days: number;
  readonly currency_code: string;
  readonly base_currency_code: string;
  readonly exchange_rate: number;
  readonly total: number;
  readonly sub_total: number;
  readonly tax: number;
  amount_paid: number;
  amount_adjusted: number;
  write_off_amount: number;
  readonly credits_applied: number;
  amount_due: number;
  amount_to_collect: number;
  readonly round_off_amount: number;
  readonly has_advance_charges: boolean;
  readonly is_gifted: boolean;
  readonly term_finalized: boolean;
  paid_at?: number;
  voided_at?: number;
  dunning_status?: 'in_progress' | 'exhausted' | 'stopped' | 'success';
  next_retry_at?: number;
  expected_payment_date?: number;
  readonly line_items: readonly LineItem[];
  linked_payments: LinkedPayment[];
  dunning_attempts: DunningAttempt[];
  readonly applied_credits: readonly never[];
  readonly adjustment_credit_notes: CreditNoteLink[];
  readonly issued_credit_notes: CreditNoteLink[];
  readonly linked_orders: readonly never[];
  readonly billing_address: Readonly<Record<string, string>>;
}

export interface PaymentSource extends Versioned {
  readonly object: 'payment_source';
  readonly customer_id: string;
  readonly type: 'card';
  reference_id: string;
  status: 'valid' | 'expiring' | 'expired' | 'invalid' | 'pending_verification';
  readonly gateway: string;
  readonly gateway_account_id: string;
  readonly issuing_country: string;
  readonly created_at: number;
  readonly card: Readonly<Record<string, string | number>>;
}

export interface Customer extends Versioned {
  readonly object: 'customer';
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly locale: string;
  auto_collection: 'on' | 'off';
  readonly net_term_days: number;
  readonly allow_direct_debit: boolean;
  readonly created_at: number;
  readonly taxability: 'taxable';
  card_status: 'valid' | 'no_card';
  readonly pii_cleared: 'active';
  primary_payment_source_id?: string;
  backup_payment_source_id?: string;
  payment_method?: Readonly<Record<string, string>>;
  readonly promotional_credits: number;
  readonly refundable_credits: number;
  excess_payments: number;
  readonly unbilled_charges: number;
  readonly preferred_currency_code: string;
}

export interface Subscription extends Versioned {
  readonly object: 'subscription';
  readonly customer_id: string;
  payment_source_id?: string;
  readonly plan_id: string;
  readonly plan_quantity: number;
  readonly plan_unit_price: number;
  readonly subscription_items: readonly Readonly<Record<string, string | number>>[];
  readonly billing_period: number;
  readonly billing_period_unit: 'month';
  status: 'active' | 'cancelled' | 'paused' | 'non_renewing';
  readonly current_term_start: number;
  readonly current_term_end: number;
  readonly next_billing_at: number;
  readonly created_at: number;
  readonly started_at: number;
  readonly activated_at: number;
  cancelled_at?: number;
  cancel_reason?: string;
  readonly has_scheduled_changes: boolean;
  readonly currency_code: string;
  due_invoices_count: number;
  due_since?: number;
  total_dues?: number;
  readonly mrr: number;
}

export interface CreditNote extends Versioned {
  readonly object: 'credit_note';
  readonly customer_id: string;
  readonly reference_invoice_id: string;
  readonly type: 'adjustment' | 'refundable';
  readonly reason_code: string;
  readonly status: 'adjusted' | 'refunded';
  readonly date: number;
  readonly total: number;
  readonly currency_code: string;
}
