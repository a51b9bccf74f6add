import {
  createMoneyLedger, type Dated, type FakeClock, type Held, type MoneyLedger, type MoneyRequest as RequestFor, type Report, reportOf,
} from '../../../core/connector-kit/testing/index.js';
import { balanceOf, type FakeSite, numberOf, owedOf } from './site.js';

/** What a request to move money (`collect`) is about. */
export interface Move {
  readonly debtId: string;
  readonly call: 'invoices.collect';
  readonly billingInfo: string | null;
}

export type Result = 'succeeded' | 'declined' | 'pending' | 'refused';

/** One request to move money, as it arrived at the fake. */
export type MoneyRequest = RequestFor<Move, Result>;

interface Taken {
  /** `recurly`: a retry behind our back. `recorded`: charged elsewhere and told by API. `out_of_band`: offline, told by the merchant. */
  readonly by: 'request' | 'recurly' | 'customer' | 'recorded' | 'out_of_band';
  /** None where the invoice was marked successful: that makes no transaction. */
  readonly transaction: string | null;
  readonly description: string | null;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly idempotencyKey: string | null;
}

export type Success = Dated<Taken>;

/** One debt: a charge invoice. */
export interface Debt extends Held<MoneyRequest, Taken> {
  readonly debtId: string;
  readonly number: string;
  readonly label: string | null;
  readonly account: string;
  /** Total less credit, in minor units. */
  readonly owed: number;
  readonly currency: string;
  readonly invoiceState: string;
}

/** Here a debt counts as charged twice when more was taken or recorded for it than was owed. */
export interface LedgerReport extends Report<Debt> {
  /** Debts on which one charge of a gateway was recorded more than once, by its description. */
  readonly recordedTwice: readonly Debt[];
}

export interface Ledger extends MoneyLedger<Move, Result, Taken> {
  report(): LedgerReport;
}

const isOverpaid = ({ successes, owed }: Debt): boolean => successes.reduce((sum, { amount }) => sum + amount, 0) > owed;

const hasTwin = ({ successes }: Debt): boolean => {
  const told = successes.filter(({ by }) => by === 'recorded').flatMap(({ description }) => (description === null ? [] : [description]));
  return new Set(told).size < told.length;
};

export const createLedger = (site: FakeSite, clock: FakeClock): Ledger => {
  const isPaid = (debtId: string): boolean => {
    const invoice = site.invoices.get(debtId);
    return invoice !== undefined && balanceOf(invoice) === 0;
  };
  const book = createMoneyLedger<Move, Result, Taken>({ clock, isPaid });

  const debts = (): readonly Debt[] => [...site.invoices.values()].filter(({ type }) => type === 'charge').map((invoice) => ({
    debtId: invoice.id,
    number: numberOf(invoice),
    label: site.labels.get(invoice.id) ?? null,
    account: site.accounts.get(invoice.accountId)?.code ?? '',
    owed: owedOf(invoice),
    currency: invoice.currency,
    invoiceState: invoice.state,
    ...book.of(invoice.id),
  }));

  return {
    ...book,
    report: () => {
      const report = reportOf(debts(), isOverpaid);
      return { ...report, recordedTwice: report.debts.filter(hasTwin) };
    },
  };
};
