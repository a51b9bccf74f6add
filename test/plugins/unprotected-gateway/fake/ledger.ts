import {
  createMoneyLedger, type Asked, type Dated, type FakeClock, type Held, type Instant, type MoneyLedger, type MoneyRequest as RequestFor, type Report, reportOf,
} from '../../../../core/connector-kit/testing/index.js';

/** What a request to move money is about, as it was sent. */
export interface MoneyOrder {
  readonly debtId: string;
  readonly call: 'charges.create' | 'objects.confirm';
  readonly reference: string;
  readonly objectRef: string | null;
}

interface Move extends MoneyOrder {
  /** From when on it can take no money any more; null while it still may. */
  decidedAt: Instant | null;
}

type Result = 'succeeded' | 'declined' | 'refused' | 'replayed';

/**
 * One request to move money, as it arrived at the fake. Its result is null while it is still to be decided: such a request may take money yet, whether or
 * not its caller is still there.
 */
export type MoneyRequest = RequestFor<Move, Result>;

interface Taken {
  readonly requestId: string;
  readonly reference: string;
  readonly chargeRef: string;
  readonly objectRef: string | null;
  readonly amount: number;
  readonly currency: string;
}

/** Money taken. */
export type Success = Dated<Taken>;

/** Money given back. */
export interface Refunded {
  readonly at: Instant;
  readonly reference: string;
  readonly chargeRef: string;
  readonly amount: number;
}

/** One debt: method + amount + currency. */
export interface Debt extends Held<MoneyRequest, Taken> {
  readonly debtId: string;
}

/** What the fake saw, by its own account. A repeat that the key's memory answers is no second try: the gateway knows it for the same request. */
export interface LedgerReport extends Report<Debt> {
  readonly refunds: readonly Refunded[];
}

/** The fake's own book of everything that asked for money. */
export interface Ledger extends Pick<MoneyLedger<Move, Result, Taken>, 'end' | 'success'> {
  receive(asked: Asked, order: MoneyOrder): MoneyRequest;
  /** It was executed, answered by memory, or will never be. */
  decide(request: MoneyRequest, result: NonNullable<MoneyRequest['result']>): void;
  /** No request for this object that is still undecided can take money any more: it is left to its end, and another beside it is no second try. */
  fence(objectRef: string): void;
  refund(refund: Omit<Refunded, 'at'>): void;
  report(): LedgerReport;
}

export const createLedger = (clock: FakeClock): Ledger => {
  const fenced = new Set<MoneyRequest>();
  const refunds: Refunded[] = [];
  const book = createMoneyLedger<Move, Result, Taken>({ clock, mayStillTake: (earlier) => earlier.result === null && !fenced.has(earlier) });
  const debts = (): readonly Debt[] => book.debtIds().map((debtId) => ({ debtId, ...book.of(debtId) }));

  return {
    receive: (asked, order) => book.receive(asked, { ...order, decidedAt: null }),
    decide: (request, result) => {
      request.result = result;
      request.decidedAt ??= clock.instant();
    },
    end: (request, ended) => book.end(request, ended),
    fence: (objectRef) => {
      for (const request of debts().flatMap(({ requests }) => requests)) {
        if (request.objectRef !== objectRef) continue;
        fenced.add(request);
        request.decidedAt ??= clock.instant();
      }
    },
    success: (debtId, success) => book.success(debtId, success),
    refund: (refund) => void refunds.push({ at: clock.instant(), ...refund }),
    report: () => ({ ...reportOf(debts()), refunds: structuredClone(refunds) }),
  };
};
