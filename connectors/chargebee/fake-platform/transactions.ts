import type { FakePlatform } from './platform.js';
import type { Invoice, LinkedPayment, PaymentSource, Transaction, TransactionStatus } from './resources.js';

export interface NewPayment {
  readonly invoice: Invoice;
  readonly amount: number;
  readonly status: TransactionStatus;
  readonly source: PaymentSource | null;
  /** Of a recorded payment; `card` where a source was charged. */
  readonly paymentMethod: string;
  readonly date: number;
  readonly idAtGateway?: string | undefined;
  readonly referenceNumber?: string | undefined;
  readonly initiator?: 'customer' | 'merchant' | undefined;
  readonly error?: Pick<Transaction, 'error_code' | 'error_text' | 'error_detail'> | null | undefined;
}

/** `payment_method_details` is JSON inside a string: fact('transaction.details_string') */
const cardMembersOf = (source: PaymentSource): Pick<Transaction, 'gateway_account_id' | 'payment_source_id' | 'masked_card_number' | 'payment_method_details'> => ({
  gateway_account_id: source.gateway_account_id,
  payment_source_id: source.id,
  masked_card_number: String(source.card['masked_number']),
  payment_method_details: JSON.stringify({
    card: { brand: source.card['brand'], funding_type: 'credit', iin: source.card['iin'], last4: source.card['last4'] },
  }),
});

/** Adds a payment to an invoice's transactions; what it pays is written by `applyPayment`. */
export const addPayment = (platform: FakePlatform, order: NewPayment): Transaction => {
  const { site, mintId } = platform;
  const { invoice, amount, status, source } = order;
  const at = platform.clock.hubSeconds();
  const idAtGateway = order.idAtGateway ?? (source === null ? undefined : mintId(source.gateway === 'stripe' ? 'ch' : 'cb'));
  const transaction: Transaction = {
    id: mintId('txn'),
    object: 'transaction',
    customer_id: invoice.payment_owner ?? invoice.customer_id,
    ...(invoice.subscription_id === undefined ? {} : { subscription_id: invoice.subscription_id }),
    type: 'payment',
    status,
    payment_method: order.paymentMethod,
    gateway: source?.gateway ?? 'not_applicable',
    ...(source === null ? {} : cardMembersOf(source)),
    ...(idAtGateway === undefined ? {} : { id_at_gateway: idAtGateway }),
    ...(order.referenceNumber === undefined ? {} : { reference_number: order.referenceNumber }),
    ...(order.initiator === undefined ? {} : { initiator_type: order.initiator }),
    date: order.date,
    amount,
    amount_unused: 0,
    currency_code: invoice.currency_code,
    base_currency_code: invoice.base_currency_code,
    exchange_rate: 1,
    ...order.error,
    linked_invoices: [{
      invoice_id: invoice.id, applied_amount: amount, applied_at: at, invoice_date: invoice.date, invoice_total: invoice.total, invoice_status: invoice.status,
    }],
    linked_refunds: [],
    updated_at: at,
    resource_version: 0,
    deleted: false,
  };
  site.transactions.set(transaction.id, transaction);
  const link: LinkedPayment = {
    txn_id: transaction.id, applied_amount: amount, applied_at: at, txn_status: status, txn_date: order.date, txn_amount: amount,
  };
  invoice.linked_payments.push(link);
  site.touch(transaction);
  site.touch(invoice);
  return transaction;
};

/** Changes a transaction's state, there and on its invoice. */
export const changeStatus = (platform: FakePlatform, transaction: Transaction, status: TransactionStatus): void => {
  transaction.status = status;
  platform.site.touch(transaction);
  for (const { invoice_id: id } of transaction.linked_invoices) {
    const invoice = platform.site.invoices.get(id);
    const link = invoice?.linked_payments.find((candidate) => candidate.txn_id === transaction.id);
    if (invoice === undefined || link === undefined) continue;
    link.txn_status = status;
    platform.site.touch(invoice);
  }
};
