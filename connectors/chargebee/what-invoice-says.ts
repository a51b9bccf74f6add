import type { ChargeableToken, NormalizedEvent, RawDecline, Unresolved } from '../../core/connector-kit/index.js';
import { fromChargebeeAmount } from './amounts.js';
import { gatewayTokens, sourceOf } from './payment-methods.js';
import type { ChargebeeCall } from './platform-api.js';
import { fetchInvoice, paymentsOf, refsOf, stateOf, stateOfTransaction, type InvoiceReading } from './read-invoice.js';
import { toDate, type Transaction } from './shapes.js';
import { toDecline } from './to-decline.js';
import { toInvoiceRef } from './to-invoice-ref.js';
import { tokensOf } from './to-token.js';

/** An invoice that something was said of. */
export interface About {
  readonly invoiceRef: string;
  /** The transaction that was told of. */
  readonly transactionRef?: string;
  readonly occurredAt: Date;
  /** `failure`: that a payment failed counts, where the invoice is still owed. */
  readonly tells: 'failure' | 'state';
}

/** What an invoice says now, whatever was told of it before: paid or closed meanwhile, waiting for a payment, or failed and still owed. */
export const whatInvoiceSays = async (about: About, context: ChargebeeCall): Promise<readonly (NormalizedEvent | Unresolved)[]> => {
  const { occurredAt } = about;
  const reading = await fetchInvoice(about.invoiceRef, context);
  if (reading === undefined) return [{ type: 'invoice_closed', invoice: { ref: about.invoiceRef }, reason: 'deleted', occurredAt }];
  const { invoice } = reading;
  const version = invoice.resource_version === undefined ? {} : { version: String(invoice.resource_version) };
  const said = { invoice: toInvoiceRef(invoice), occurredAt, ...version };
  const state = stateOf(invoice);
  switch (state) {
    case 'paid': {
      const payment = paymentsOf(reading).findLast((each) => each.state === 'succeeded');
      return [{ type: 'invoice_paid', ...said, ...(payment === undefined ? {} : { payment }) }];
    }
    case 'voided':
    case 'written_off':
      return [{ type: 'invoice_closed', ...said, reason: state }];
    case 'not_found':
      return [{ type: 'ignored', platformType: 'failure of an invoice that is still a draft', occurredAt }];
    case 'open':
      break;
  }
  const running = reading.transactions.findLast((transaction) => stateOfTransaction(transaction) === 'in_progress');
  if (running !== undefined) return [{ type: 'payment_pending', ...said, gatewayRefs: refsOf(running) }];
  if (about.tells === 'state') return [{ type: 'ignored', platformType: 'invoice that is still owed', occurredAt }];
  // The first invoice of a subscription: the customer is still at the checkout.
  if (invoice.first_invoice && invoice.subscription_id) return [{ type: 'ignored', platformType: 'failure of a first invoice', occurredAt }];
  return [{ type: 'payment_failed', ...said, ...(await failureOf(reading, about, context)) }];
};

type Failure = Extract<NormalizedEvent, { type: 'payment_failed' }>;

const failureOf = async (
  { invoice, transactions }: InvoiceReading,
  about: About,
  context: ChargebeeCall,
): Promise<Omit<Failure, 'type' | 'invoice' | 'occurredAt' | 'version'>> => {
  const failed = transactions.filter((transaction) => stateOfTransaction(transaction) === 'failed');
  const transaction = failed.find((each) => each.id === about.transactionRef) ?? failed.at(-1);
  const attempt = invoice.dunning_attempts.findIndex((each) => each.transaction_id === transaction?.id) + 1;
  const token = transaction === undefined ? undefined : await tokenOf(transaction, context);
  const next = invoice.next_retry_at;
  return {
    amount: fromChargebeeAmount(invoice.amount_due, invoice.currency_code),
    decline: transaction === undefined ? nothingTried : toDecline(transaction),
    ...(token === undefined ? {} : { token }),
    ...(attempt > 0 ? { platformAttempt: attempt } : {}),
    ...(invoice.status === 'payment_due' && next ? { nextPlatformAttemptAt: toDate(next) } : {}),
    ...(isGivenUp(invoice.status, invoice.dunning_status) ? { platformIsDone: true as const } : {}),
    gatewayRefs: transaction === undefined ? [] : refsOf(transaction),
  };
};

const nothingTried: RawDecline = { system: 'chargebee', code: 'unknown', text: 'The invoice shows no failed payment.', reachedNetwork: 'unknown' };

const isGivenUp = (status: string, dunning: string | null | undefined): boolean => status === 'not_paid' || dunning === 'exhausted' || dunning === 'stopped';

/** The source of this very payment, under the name it would be charged by first. */
const tokenOf = async ({ payment_source_id: ref }: Transaction, context: ChargebeeCall): Promise<ChargeableToken | undefined> => {
  const source = ref ? await sourceOf(ref, context) : undefined;
  return source === undefined ? undefined : tokensOf(source, await gatewayTokens(source, context), context.connection.config.site)[0];
};
