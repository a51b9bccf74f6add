import type { Ended } from './exchange.js';
import type { FakeClock, Instant } from './fake-clock.js';

/** What every request to move money has; `Move` adds what the platform's own says of it. */
export interface Asked {
  readonly requestId: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  /** Said where the platform knows it at once: the memory of its key answers it, so it is the same request and no second try. */
  readonly replayed?: boolean;
}

/** The debt a request wants to move money for. */
export interface Moving {
  readonly debtId: string;
}

/** Received after its debt was paid, or while another that is not the same request was open; null: neither. */
export type SecondTry = 'after_success' | 'while_another_is_open' | null;

/** One request to move money, as it arrived at the fake. */
export type MoneyRequest<Move extends Moving, Result extends string> = Asked & Move & {
  readonly receivedAt: Instant;
  answeredAt: Instant | null;
  /** `open`: neither answered nor given up. */
  ended: 'open' | Ended;
  /** Status of the answer that was sent, or would have been. */
  status: number | null;
  /** Answered by the memory of its key. */
  replayed: boolean;
  /** `not_applied`: a fault kept it from being executed. */
  result: Result | 'not_applied' | null;
  /** The platform's code of a refusal or decline. */
  code: string | null;
  readonly secondTry: SecondTry;
};

/** Something that happened, and when. */
export type Dated<Happening> = Happening & { readonly at: Instant };

/** What the ledger holds of one debt. */
export interface Held<Request, Success> {
  readonly requests: readonly Request[];
  readonly successes: readonly Dated<Success>[];
}

/** The fake's own book of everything that asked for money, and of all money that moved; nobody can write in it from outside. */
export interface MoneyLedger<Move extends Moving, Result extends string, Success> {
  receive(asked: Asked, move: Move): MoneyRequest<Move, Result>;
  /** Only the first end counts. */
  end(request: MoneyRequest<Move, Result>, ended: Ended): void;
  success(debtId: string, success: Success): void;
  hasSuccess(debtId: string): boolean;
  of(debtId: string): Held<MoneyRequest<Move, Result>, Success>;
  /** Every debt that anything is known of. */
  debtIds(): readonly string[];
}

/** What differs between platforms. */
export interface MoneyLedgerOptions<Request> {
  readonly clock: FakeClock;
  /** Whether a debt with a success is paid; default always. Where parts can be paid, a success may leave something due. */
  readonly isPaid?: (debtId: string) => boolean;
  /** Whether an earlier request for the same debt may still take money beside this one; default: it is open and has another key, or one of both has none. */
  readonly mayStillTake?: (earlier: Request, asked: Asked) => boolean;
}

const differ = (one: string | null, other: string | null): boolean => one === null || other === null || one !== other;

const isOpenBeside = (earlier: Asked & { readonly ended: string }, asked: Asked): boolean =>
  earlier.ended === 'open' && differ(earlier.idempotencyKey, asked.idempotencyKey);

/** An empty book. */
export const createMoneyLedger = <Move extends Moving, Result extends string, Success>(
  { clock, isPaid = () => true, mayStillTake = isOpenBeside }: MoneyLedgerOptions<MoneyRequest<Move, Result>>,
): MoneyLedger<Move, Result, Success> => {
  const requests: MoneyRequest<Move, Result>[] = [];
  const successes = new Map<string, Dated<Success>[]>();

  const secondTryOf = (asked: Asked, { debtId }: Move): SecondTry => {
    if (asked.replayed === true) return null;
    if (successes.has(debtId) && isPaid(debtId)) return 'after_success';
    return requests.some((earlier) => earlier.debtId === debtId && mayStillTake(earlier, asked)) ? 'while_another_is_open' : null;
  };

  return {
    receive: (asked, move) => {
      const open = { answeredAt: null, ended: 'open', status: null, replayed: false, result: null, code: null } as const;
      const entry: MoneyRequest<Move, Result> = { ...open, ...asked, ...move, receivedAt: clock.instant(), secondTry: secondTryOf(asked, move) };
      requests.push(entry);
      return entry;
    },
    end: (request, ended) => {
      if (request.ended !== 'open') return;
      request.ended = ended;
      if (ended === 'answered') request.answeredAt = clock.instant();
    },
    success: (debtId, success) => {
      successes.set(debtId, [...(successes.get(debtId) ?? []), { at: clock.instant(), ...success }]);
    },
    hasSuccess: (debtId) => successes.has(debtId),
    of: (debtId) => ({ requests: requests.filter((request) => request.debtId === debtId), successes: successes.get(debtId) ?? [] }),
    debtIds: () => [...new Set([...requests.map(({ debtId }) => debtId), ...successes.keys()])],
  };
};

/** What the fake saw, by its own account, as a copy. */
export interface Report<Debt extends { readonly requests: readonly unknown[] }> {
  readonly debts: readonly Debt[];
  /** Requests to move money received after a success on their debt, or while another might still take money. */
  readonly secondTries: readonly Debt['requests'][number][];
  /** Debts for which money was taken twice. */
  readonly doubleCharges: readonly Debt[];
}

/** Whether more was taken or told for a debt than it asked, where parts of it can be paid. */
export const isOverpaid = ({ successes, owed }: { readonly successes: readonly { readonly amount: number }[]; readonly owed: number }): boolean =>
  successes.reduce((sum, { amount }) => sum + amount, 0) > owed;

/** @param isDouble - Whether more was taken for a debt than it asked; default: it has more than one success. */
export const reportOf = <Debt extends Held<{ readonly secondTry: string | null }, unknown>>(
  debts: readonly Debt[],
  isDouble: (debt: Debt) => boolean = ({ successes }) => successes.length > 1,
): Report<Debt> => {
  const copies = structuredClone(debts);
  return {
    debts: copies,
    secondTries: copies.flatMap(({ requests }): readonly Debt['requests'][number][] => requests).filter(({ secondTry }) => secondTry !== null),
    doubleCharges: copies.filter(isDouble),
  };
};
