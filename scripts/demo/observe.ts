import type { Debt, LedgerReport, MoneyRequest } from '../../connectors/stripe-billing/fake-platform.js';
import { readMerchantLog, type Delivery } from './merchant-log.js';
import type { BilledRow } from './play.js';
import type { Stage } from './stage.js';
import { readStatus, type Status } from './status.js';

/** What is known of one row from outside the hub: the platform's ledger, the merchant's log, and `status`. */
export interface Observed {
  readonly row: number;
  readonly billed: BilledRow;
  readonly debt: Debt | undefined;
  /** Our own charges by the platform's ledger: one per idempotency key, first request first. */
  readonly charges: readonly MoneyRequest[];
  readonly secondTries: readonly MoneyRequest[];
  readonly deliveries: readonly Delivery[];
  /** The deliveries without repeats, in the order in which they first arrived. */
  readonly events: readonly Delivery[];
  readonly transactionId: string | undefined;
  readonly status: Status | undefined;
  /** Every `nextAttemptAt` that `status` has shown, oldest first. */
  readonly plannedFor: readonly Date[];
}

/** Everything known from outside, kept up to date by `look`. */
export interface Observer {
  /** Reads the ledger and the log, and the status of as many rows as the merchant's rate limit allows. */
  look(): Promise<readonly Observed[]>;
  /** Reads everything once more. */
  lookAtAll(): Promise<readonly Observed[]>;
  /** Finds the transaction of a row that no webhook has named. */
  name(row: number, transactionId: string): void;
  ledger(): LedgerReport | undefined;
}

/** The specification allows a key 600 such calls in 60 s. */
const statusesPerLook = 2;

export const createObserver = (stage: Stage, billed: readonly BilledRow[]): Observer => {
  const named = new Map<number, string>();
  const statuses = new Map<number, Status>();
  const planned = new Map<number, Date[]>();
  let ledger: LedgerReport | undefined;
  let log: readonly Delivery[] = [];
  let turn = 0;

  const transactionOf = ({ row, invoice }: BilledRow): string | undefined =>
    named.get(row) ?? log.find((delivery) => delivery.invoiceId === invoice && delivery.verified)?.transactionId ?? undefined;

  const readStatusOf = async (row: BilledRow): Promise<void> => {
    const transactionId = transactionOf(row);
    const status = transactionId === undefined ? undefined : await readStatus(stage, transactionId);
    if (status === undefined) return;
    statuses.set(row.row, status);
    const seen = planned.get(row.row) ?? [];
    if (status.nextAttemptAt !== null && seen.at(-1)?.getTime() !== status.nextAttemptAt.getTime()) planned.set(row.row, [...seen, status.nextAttemptAt]);
  };

  const observed = (row: BilledRow): Observed => {
    const debt = ledger?.debts.find((one) => one.debtId === row.invoice);
    const deliveries = log.filter((delivery) => delivery.invoiceId === row.invoice);
    return {
      row: row.row, billed: row, debt, deliveries,
      charges: firstOfEach(debt?.requests ?? [], (request) => request.idempotencyKey),
      secondTries: (debt?.requests ?? []).filter((request) => request.secondTry !== null),
      events: firstOfEach(deliveries, (delivery) => delivery.id),
      transactionId: transactionOf(row),
      status: statuses.get(row.row),
      plannedFor: planned.get(row.row) ?? [],
    };
  };

  const readOutside = async (): Promise<void> => {
    [ledger, log] = await Promise.all([stage.stripe.ledger(), readMerchantLog(stage.merchantUrl)]);
  };

  return {
    look: async () => {
      await readOutside();
      const known = billed.filter((row) => transactionOf(row) !== undefined);
      const open = known.filter(({ row }) => !isClosed(statuses.get(row)));
      const closed = known.filter(({ row }) => isClosed(statuses.get(row)));
      turn += 1;
      const due = [...rotated(open, turn), ...rotated(closed, turn)].slice(0, statusesPerLook);
      await Promise.all(due.map(readStatusOf));
      return billed.map(observed);
    },
    lookAtAll: async () => {
      await readOutside();
      await Promise.all(billed.map(readStatusOf));
      return billed.map(observed);
    },
    name: (row, transactionId) => void named.set(row, transactionId),
    ledger: () => ledger,
  };
};

const isClosed = (status: Status | undefined): boolean => status !== undefined && status.status !== 'queued' && status.status !== 'unknown';

const rotated = <T>(list: readonly T[], by: number): readonly T[] => {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
};

const firstOfEach = <T>(list: readonly T[], key: (item: T) => string | null): readonly T[] => {
  const keys = new Set<string | null>();
  return list.filter((item) => {
    const found = key(item);
    if (keys.has(found)) return false;
    keys.add(found);
    return true;
  });
};
