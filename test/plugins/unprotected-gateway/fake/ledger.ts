import type { FakeClock } from './fake-clock.js';

/** One moment on both clocks. */
export interface Instant {
  readonly hub: string;
  readonly wall: string;
}

/** What a request to move money is about, as it was sent. */
export interface MoneyOrder {
  readonly debtId: string;
  readonly call: 'charges.create' | 'objects.confirm';
  readonly reference: string;
  readonly objectRef: string | null;
  readonly idempotencyKey: string | null;
}

/** One request to move money, as it arrived at the fake. */
export interface MoneyRequest extends MoneyOrder {
  readonly requestId: string;
  readonly receivedAt: Instant;
  /** From when on it can take no money any more; null while it still may. */
  decidedAt: Instant | null;
  /** Whether the key's memory answers it, so that it moves nothing. */
  readonly replayed: boolean;
  /** `open`: neither answered nor given up. `dropped`: the fake destroyed the socket. `client_left`: the caller closed it first. */
  ended: 'open' | 'answered' | 'dropped' | 'client_left';
  /** Null while it is still to be decided: such a request may take money yet, whether or not its caller is still there. `replayed`: answered by memory. */
  result: 'succeeded' | 'declined' | 'refused' | 'replayed' | 'not_applied' | null;
  readonly secondTry: 'after_success' | 'while_another_is_open' | null;
}

/** Money taken. */
export interface Success {
  readonly at: Instant;
  readonly requestId: string;
  readonly reference: string;
  readonly chargeRef: string;
  readonly objectRef: string | null;
  readonly amount: number;
  readonly currency: string;
}

/** Money given back. */
export interface Refunded {
  readonly at: Instant;
  readonly reference: string;
  readonly chargeRef: string;
  readonly amount: number;
}

/** One debt: method + amount + currency. */
export interface Debt {
  readonly debtId: string;
  readonly requests: readonly MoneyRequest[];
  readonly successes: readonly Success[];
}

/** What the fake saw, by its own account. */
export interface LedgerReport {
  readonly debts: readonly Debt[];
  /**
   * Requests to move money received after a success on their debt or while another might still take money. A repeat that the key's memory answers is
   * none: the gateway knows it for the same request.
   */
  readonly secondTries: readonly MoneyRequest[];
  /** Debts with more than one success: money taken twice. */
  readonly doubleCharges: readonly Debt[];
  readonly refunds: readonly Refunded[];
}

/** The fake's own book of everything that asked for money. */
export interface Ledger {
  receive(order: MoneyOrder & { readonly requestId: string; readonly replayed: boolean }): MoneyRequest;
  /** It was executed, answered by memory, or will never be. */
  decide(request: MoneyRequest, result: NonNullable<MoneyRequest['result']>): void;
  end(request: MoneyRequest, ended: 'answered' | 'dropped' | 'client_left'): void;
  /** No request for this object that is still undecided can take money any more: it is left to its end, and another beside it is no second try. */
  fence(objectRef: string): void;
  success(debtId: string, success: Omit<Success, 'at'>): void;
  refund(refund: Omit<Refunded, 'at'>): void;
  report(): LedgerReport;
}

export const createLedger = (clock: FakeClock): Ledger => {
  const requests: MoneyRequest[] = [];
  const successes = new Map<string, Success[]>();
  const refunds: Refunded[] = [];
  const fenced = new Set<MoneyRequest>();
  const now = (): Instant => ({ hub: clock.hubNow().toISOString(), wall: clock.wallNow().toISOString() });

  const secondTryOf = (debtId: string): MoneyRequest['secondTry'] => {
    if (successes.has(debtId)) return 'after_success';
    const another = requests.some((earlier) => earlier.debtId === debtId && earlier.result === null && !fenced.has(earlier));
    return another ? 'while_another_is_open' : null;
  };

  return {
    receive: (order) => {
      const entry: MoneyRequest = {
        ...order,
        receivedAt: now(),
        decidedAt: null,
        ended: 'open',
        result: null,
        secondTry: order.replayed ? null : secondTryOf(order.debtId),
      };
      requests.push(entry);
      return entry;
    },
    decide: (request, result) => {
      request.result = result;
      request.decidedAt ??= now();
    },
    end: (request, ended) => {
      if (request.ended === 'open') request.ended = ended;
    },
    fence: (objectRef) => {
      for (const request of requests) {
        if (request.objectRef !== objectRef) continue;
        fenced.add(request);
        request.decidedAt ??= now();
      }
    },
    success: (debtId, success) => {
      successes.set(debtId, [...(successes.get(debtId) ?? []), { at: now(), ...success }]);
    },
    refund: (refund) => void refunds.push({ at: now(), ...refund }),
    report: () => {
      const debts = structuredClone(
        [...new Set(requests.map((request) => request.debtId))].map((debtId) => ({
          debtId,
          requests: requests.filter((request) => request.debtId === debtId),
          successes: successes.get(debtId) ?? [],
        })),
      );
      return {
        debts,
        secondTries: debts.flatMap((debt) => debt.requests).filter((request) => request.secondTry !== null),
        doubleCharges: debts.filter((debt) => debt.successes.length > 1),
        refunds: structuredClone(refunds),
      };
    },
  };
};
