import {
  createMoneyLedger, type Dated, type FakeClock, type Held, isOverpaid, type MoneyLedger, type MoneyRequest as RequestFor, type Report, reportOf,
} from '../../../core/connector-kit/testing/index.js';
import type { FakeSite } from './site.js';

/** What a request to move money (`collect_payment`) is about. */
export interface Move {
  readonly debtId: string;
  readonly call: 'invoices.collect_payment';
  readonly paymentSource: string | null;
}

export type Result = 'succeeded' | 'declined' | 'pending' | 'refused';

/** One request to move money, as it arrived at the fake. */
export type MoneyRequest = RequestFor<Move, Result>;

interface Taken {
  /** `chargebee`: dunning behind our back. `recorded`: charged elsewhere and told by `record_payment`. `out_of_band`: offline, told by the merchant. */
  readonly by: 'request' | 'chargebee' | 'customer' | 'recorded' | 'out_of_band';
  readonly transaction: string;
  readonly idAtGateway: string | null;
  readonly referenceNumber: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly idempotencyKey: string | null;
}

export type Success = Dated<Taken>;

/** One debt: an invoice. */
export interface Debt extends Held<MoneyRequest, Taken> {
  readonly debtId: string;
  readonly label: string | null;
  readonly customer: string;
  /** Total less credit notes and write-offs, in Chargebee's units. */
  readonly owed: number;
  readonly currency: string;
  readonly invoiceStatus: string;
  readonly dunningStatus: string | null;
}

/** Here a debt counts as charged twice when more was taken or recorded for it than was owed. */
export interface LedgerReport extends Report<Debt> {
  /** Debts on which one charge of a gateway was recorded more than once. */
  readonly recordedTwice: readonly Debt[];
}

export interface Ledger extends MoneyLedger<Move, Result, Taken> {
  report(): LedgerReport;
}

const hasTwin = ({ successes }: Debt): boolean => {
  const refs = successes.filter(({ by }) => by === 'recorded').flatMap(({ idAtGateway }) => (idAtGateway === null ? [] : [idAtGateway]));
  return new Set(refs).size < refs.length;
};

export const createLedger = (site: FakeSite, clock: FakeClock): Ledger => {
  const book = createMoneyLedger<Move, Result, Taken>({ clock, isPaid: (debtId) => site.invoices.get(debtId)?.amount_due === 0 });

  const debts = (): readonly Debt[] => [...site.invoices].map(([debtId, invoice]) => ({
    debtId,
    label: site.labels.get(debtId) ?? null,
    customer: invoice.customer_id,
    owed: invoice.total - invoice.amount_adjusted - invoice.write_off_amount - invoice.credits_applied,
    currency: invoice.currency_code,
    invoiceStatus: invoice.status,
    dunningStatus: invoice.dunning_status ?? null,
    ...book.of(debtId),
  }));

  return {
    ...book,
    report: () => {
      const report = reportOf(debts(), isOverpaid);
      return { ...report, recordedTwice: report.debts.filter(hasTwin) };
    },
  };
};
