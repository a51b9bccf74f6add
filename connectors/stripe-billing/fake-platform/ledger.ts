import type { FakeAccount } from './account.js';
import type { FakeClock } from './fake-clock.js';
import { refOf } from './ref.js';

export interface Instant {
  readonly hub: string;
  readonly wall: string;
}

export type MoneyCall = 'invoices.pay' | 'payment_intents.confirm' | 'payment_intents.create';

/** One request to move money, as it arrived at the fake. */
export interface MoneyRequest {
  readonly requestId: string;
  readonly debtId: string;
  readonly call: MoneyCall;
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly paymentMethod: string | null;
  readonly receivedAt: Instant;
  answeredAt: Instant | null;
  /** `open`: neither answered nor given up. `dropped`: the fake destroyed the socket. `client_left`: the caller closed it first. */
  ended: 'open' | 'answered' | 'dropped' | 'client_left';
  /** Status of the answer that was sent, or would have been. */
  status: number | null;
  replayed: boolean;
  result: 'succeeded' | 'declined' | 'requires_action' | 'refused' | 'not_applied' | null;
  code: string | null;
  secondTry: 'after_success' | 'while_another_is_open' | null;
}

export interface Success {
  readonly at: Instant;
  /** The last two: paid at another processor, and told to Stripe by a payment record or by `paid_out_of_band`. */
  readonly by: 'request' | 'stripe' | 'customer' | 'payment_record' | 'out_of_band';
  readonly idempotencyKey: string | null;
  readonly requestId: string | null;
  readonly paymentIntent: string | null;
  readonly charge: string | null;
  readonly amount: number;
  readonly currency: string;
}

/** One debt: an invoice, or customer + amount + currency of direct PaymentIntents. */
export interface Debt {
  readonly debtId: string;
  readonly kind: 'invoice' | 'direct';
  readonly label: string | null;
  readonly customer: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly invoiceStatus: string | null;
  readonly autoAdvance: boolean | null;
  readonly requests: readonly MoneyRequest[];
  readonly successes: readonly Success[];
}

export interface LedgerReport {
  readonly debts: readonly Debt[];
  /** Requests to move money received after a success on their debt, or while another with a different key was open. */
  readonly secondTries: readonly MoneyRequest[];
  /** Debts with more than one success: money taken twice. */
  readonly doubleCharges: readonly Debt[];
}

export interface OpenRequest {
  readonly requestId: string;
  readonly debtId: string;
  readonly call: MoneyCall;
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly paymentMethod: string | null;
}

export interface Ledger {
  receive(request: OpenRequest): MoneyRequest;
  end(request: MoneyRequest, ended: 'answered' | 'dropped' | 'client_left'): void;
  success(debtId: string, success: Omit<Success, 'at'>): void;
  hasSuccess(debtId: string): boolean;
  report(): LedgerReport;
}

const differ = (one: string | null, other: string | null): boolean => one === null || other === null || one !== other;

export const createLedger = (account: FakeAccount, clock: FakeClock): Ledger => {
  const requests: MoneyRequest[] = [];
  const successes = new Map<string, Success[]>();
  const now = (): Instant => ({ hub: clock.hubNow().toISOString(), wall: clock.wallNow().toISOString() });

  const secondTryOf = (request: OpenRequest): MoneyRequest['secondTry'] => {
    if (successes.has(request.debtId)) return 'after_success';
    const another = requests.some(
      (earlier) => earlier.debtId === request.debtId && earlier.ended === 'open' && differ(earlier.idempotencyKey, request.idempotencyKey),
    );
    return another ? 'while_another_is_open' : null;
  };

  const debtOf = (debtId: string): Debt => {
    const invoice = account.invoices.get(debtId);
    const own = { requests: requests.filter((request) => request.debtId === debtId), successes: successes.get(debtId) ?? [] };
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
        autoAdvance: null, ...own,
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
      ...own,
    };
  };

  return {
    receive: (request) => {
      const entry: MoneyRequest = {
        ...request,
        receivedAt: now(),
        answeredAt: null,
        ended: 'open',
        status: null,
        replayed: false,
        result: null,
        code: null,
        secondTry: secondTryOf(request),
      };
      requests.push(entry);
      return entry;
    },
    end: (request, ended) => {
      if (request.ended !== 'open') return;
      request.ended = ended;
      if (ended === 'answered') request.answeredAt = now();
    },
    success: (debtId, success) => {
      successes.set(debtId, [...(successes.get(debtId) ?? []), { at: now(), ...success }]);
    },
    hasSuccess: (debtId) => successes.has(debtId),
    report: () => {
      const debtIds = new Set([...account.invoices.keys(), ...requests.map((request) => request.debtId), ...successes.keys()]);
      const debts = structuredClone([...debtIds].map(debtOf));
      return {
        debts,
        secondTries: debts.flatMap((debt) => debt.requests).filter((request) => request.secondTry !== null),
        doubleCharges: debts.filter((debt) => debt.successes.length > 1),
      };
    },
  };
};
