import type { FakeClock } from './fake-clock.js';
import type { FakeSite } from './site.js';

export interface Instant {
  readonly hub: string;
  readonly wall: string;
}

/** One request to move money (`collect_payment`), as it arrived at the fake. */
export interface MoneyRequest {
  readonly requestId: string;
  readonly debtId: string;
  readonly call: 'invoices.collect_payment';
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly paymentSource: string | null;
  readonly receivedAt: Instant;
  answeredAt: Instant | null;
  /** `open`: neither answered nor given up. `dropped`: the fake destroyed the socket. `client_left`: the caller closed it first. */
  ended: 'open' | 'answered' | 'dropped' | 'client_left';
  /** Status of the answer that was sent, or would have been. */
  status: number | null;
  replayed: boolean;
  result: 'succeeded' | 'declined' | 'pending' | 'refused' | 'not_applied' | null;
  code: string | null;
  secondTry: 'after_success' | 'while_another_is_open' | null;
}

export interface Success {
  readonly at: Instant;
  /** `chargebee`: dunning behind our back. `recorded`: charged elsewhere and told by `record_payment`. `out_of_band`: offline, told by the merchant. */
  readonly by: 'request' | 'chargebee' | 'customer' | 'recorded' | 'out_of_band';
  readonly transaction: string;
  readonly idAtGateway: string | null;
  readonly referenceNumber: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly idempotencyKey: string | null;
}

/** One debt: an invoice. */
export interface Debt {
  readonly debtId: string;
  readonly label: string | null;
  readonly customer: string;
  /** Total less credit notes and write-offs, in Chargebee's units. */
  readonly owed: number;
  readonly currency: string;
  readonly invoiceStatus: string;
  readonly dunningStatus: string | null;
  readonly requests: readonly MoneyRequest[];
  readonly successes: readonly Success[];
}

export interface LedgerReport {
  readonly debts: readonly Debt[];
  /** Requests to move money received after a debt was paid, or while another with a different key was open. */
  readonly secondTries: readonly MoneyRequest[];
  /** Debts for which more was taken or recorded than was owed. */
  readonly doubleCharges: readonly Debt[];
  /** Debts on which one charge of a gateway was recorded more than once. */
  readonly recordedTwice: readonly Debt[];
}

export type OpenRequest = Pick<MoneyRequest, 'requestId' | 'debtId' | 'call' | 'path' | 'idempotencyKey' | 'paymentSource'>;

export interface Ledger {
  receive(request: OpenRequest): MoneyRequest;
  end(request: MoneyRequest, ended: 'answered' | 'dropped' | 'client_left'): void;
  success(debtId: string, success: Omit<Success, 'at'>): void;
  report(): LedgerReport;
}

const differ = (one: string | null, other: string | null): boolean => one === null || other === null || one !== other;

const hasTwin = ({ successes }: Debt): boolean => {
  const refs = successes.filter(({ by }) => by === 'recorded').flatMap(({ idAtGateway }) => (idAtGateway === null ? [] : [idAtGateway]));
  return new Set(refs).size < refs.length;
};

export const createLedger = (site: FakeSite, clock: FakeClock): Ledger => {
  const requests: MoneyRequest[] = [];
  const successes = new Map<string, Success[]>();
  const now = (): Instant => ({ hub: clock.hubNow().toISOString(), wall: clock.wallNow().toISOString() });

  const secondTryOf = (request: OpenRequest): MoneyRequest['secondTry'] => {
    if (site.invoices.get(request.debtId)?.amount_due === 0 && successes.has(request.debtId)) return 'after_success';
    const another = requests.some(
      (earlier) => earlier.debtId === request.debtId && earlier.ended === 'open' && differ(earlier.idempotencyKey, request.idempotencyKey),
    );
    return another ? 'while_another_is_open' : null;
  };

  const debtOf = (debtId: string): Debt[] => {
    const invoice = site.invoices.get(debtId);
    if (invoice === undefined) return [];
    return [{
      debtId,
      label: site.labels.get(debtId) ?? null,
      customer: invoice.customer_id,
      owed: invoice.total - invoice.amount_adjusted - invoice.write_off_amount - invoice.credits_applied,
      currency: invoice.currency_code,
      invoiceStatus: invoice.status,
      dunningStatus: invoice.dunning_status ?? null,
      requests: requests.filter((request) => request.debtId === debtId),
      successes: successes.get(debtId) ?? [],
    }];
  };

  return {
    receive: (request) => {
      const open = { answeredAt: null, ended: 'open', status: null, replayed: false, result: null, code: null } as const;
      const entry: MoneyRequest = { ...request, ...open, receivedAt: now(), secondTry: secondTryOf(request) };
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
    report: () => {
      const debts = structuredClone([...site.invoices.keys()].flatMap(debtOf));
      return {
        debts,
        secondTries: debts.flatMap((debt) => debt.requests).filter((request) => request.secondTry !== null),
        doubleCharges: debts.filter((debt) => debt.successes.reduce((sum, { amount }) => sum + amount, 0) > debt.owed),
        recordedTwice: debts.filter(hasTwin),
      };
    },
  };
};
