import type { Debt, LedgerReport, MoneyRequest } from '../../connectors/stripe-billing/fake-platform.js';
import { readMerchantLog, type Delivery } from './merchant-log.js';
import type { BilledRow } from './play.js';
import type { Stage } from './stage.js';
import { findTransaction, readStatus, type Status } from './status.js';

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
  /** Whether `status` has named a time at which the row is to be charged. */
  isPlanned(row: number): boolean;
}

/** The hub allows a key 600 such calls in 60 s; the last look needs some of them. */
const statusesPerMinute = 560;
const statusesPerLook = 6;
/** It allows a client 100 look-ups by invoice in the same time. */
const lookUpEveryMs = 700;

export const createObserver = (stage: Stage, billed: readonly BilledRow[]): Observer => {
  const named = new Map<number, string>();
  const statuses = new Map<number, Status>();
  const shownWhenRead = new Map<number, string>();
  const planned = new Map<number, Date[]>();
  let ledger: LedgerReport | undefined;
  let log: readonly Delivery[] = [];
  const readAt: number[] = [];
  let turn = 0;
  let lookedUpAt = 0;

  /** What the world shows of a row: where it has changed, the status has too. */
  const outside = ({ invoice }: BilledRow): string => {
    const debt = ledger?.debts.find((one) => one.debtId === invoice);
    return JSON.stringify([debt?.invoiceStatus, debt?.requests.map(({ ended }) => ended), log.filter((delivery) => delivery.invoiceId === invoice).length]);
  };

  const budget = (): number => {
    while ((readAt[0] ?? Infinity) < Date.now() - 60_000) readAt.shift();
    return Math.min(statusesPerLook, statusesPerMinute - readAt.length);
  };

  const transactionOf = ({ row, invoice }: BilledRow): string | undefined =>
    named.get(row) ?? log.find((delivery) => delivery.invoiceId === invoice && delivery.verified)?.transactionId ?? undefined;

  const readStatusOf = async (row: BilledRow): Promise<void> => {
    const transactionId = transactionOf(row);
    if (transactionId === undefined) return;
    readAt.push(Date.now());
    const shown = outside(row);
    const status = await readStatus(stage, transactionId);
    if (status === undefined) return;
    statuses.set(row.row, status);
    shownWhenRead.set(row.row, shown);
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

  /** Before the first webhook of a case, only the invoice leads to it. */
  const lookUp = async (): Promise<void> => {
    if (Date.now() - lookedUpAt < lookUpEveryMs) return;
    const unnamed = billed.filter((row) => transactionOf(row) === undefined);
    lookedUpAt = Date.now();
    await Promise.all(unnamed.map(async ({ row, invoice }) => {
      const transactionId = await findTransaction(stage, invoice);
      if (transactionId !== undefined) named.set(row, transactionId);
    }));
  };

  const readOutside = async (): Promise<void> => {
    [ledger, log] = await Promise.all([stage.stripe.ledger(), readMerchantLog(stage.merchantUrl)]);
  };

  return {
    look: async () => {
      await readOutside();
      await lookUp();
      const known = billed.filter((row) => transactionOf(row) !== undefined);
      const changed = known.filter((row) => shownWhenRead.get(row.row) !== outside(row));
      const same = known.filter((row) => !changed.includes(row));
      const open = same.filter(({ row }) => !isClosed(statuses.get(row)));
      turn += 1;
      const due = [...rotated(changed, turn), ...rotated(open, turn), ...rotated(same.filter((row) => !open.includes(row)), turn)].slice(0, budget());
      await Promise.all(due.map(readStatusOf));
      return billed.map(observed);
    },
    lookAtAll: async () => {
      await readOutside();
      await Promise.all(billed.map(readStatusOf));
      return billed.map(observed);
    },
    isPlanned: (row) => planned.has(row),
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
