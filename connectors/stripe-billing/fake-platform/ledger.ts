import {
  createMoneyLedger, type Dated, type FakeClock, type Held, type MoneyLedger, type MoneyRequest as RequestFor, type Report, reportOf,
} from '../../../core/connector-kit/testing/index.js';
import type { FakeAccount } from './account.js';
import { refOf } from './ref.js';

export type MoneyCall = 'invoices.pay' | 'payment_intents.confirm' | 'payment_intents.create';

/** What a request to move money is about. */
export interface Move {
  readonly debtId: string;
  readonly call: MoneyCall;
  readonly paymentMethod: string | null;
}

export type Result = 'succeeded' | 'declined' | 'requires_action' | 'refused';

/** One request to move money, as it arrived at the fake. */
export type MoneyRequest = RequestFor<Move, Result>;

interface Taken {
  /** The last two: paid at another processor, and told to Stripe by a payment record or by `paid_out_of_band`. */
  readonly by: 'request' | 'stripe' | 'customer' | 'payment_record' | 'out_of_band';
  readonly idempotencyKey: string | null;
  readonly requestId: string | null;
  readonly paymentIntent: string | null;
  readonly charge: string | null;
  readonly amount: number;
  readonly currency: string;
}

export type Success = Dated<Taken>;

/** One debt: an invoice, or customer + amount + currency of direct PaymentIntents. */
export interface Debt extends Held<MoneyRequest, Taken> {
  readonly debtId: string;
  readonly kind: 'invoice' | 'direct';
  readonly label: string | null;
  readonly customer: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly invoiceStatus: string | null;
  readonly autoAdvance: boolean | null;
}

export type LedgerReport = Report<Debt>;

export interface Ledger extends MoneyLedger<Move, Result, Taken> {
  report(): LedgerReport;
}

export const createLedger = (account: FakeAccount, clock: FakeClock): Ledger => {
  const book = createMoneyLedger<Move, Result, Taken>({ clock });

  const debtOf = (debtId: string): Debt => {
    const invoice = account.invoices.get(debtId);
    if (invoice === undefined) {
      const [, customer, amount, currency] = debtId.split('/');
      return {
        debtId,
        kind: 'direct',
        label: null,
        customer: customer ?? null,
        amount: Number(amount),
        currency: currency ?? null,
        invoiceStatus: null,
        autoAdvance: null,
        ...book.of(debtId),
      };
    }
    return {
      debtId,
      kind: 'invoice',
      label: account.labels.get(debtId) ?? null,
      customer: refOf(invoice.customer),
      amount: invoice.amount_due,
      currency: invoice.currency,
      invoiceStatus: invoice.status,
      autoAdvance: invoice.auto_advance ?? null,
      ...book.of(debtId),
    };
  };

  return { ...book, report: () => reportOf([...new Set([...account.invoices.keys(), ...book.debtIds()])].map(debtOf)) };
};
