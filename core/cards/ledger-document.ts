import type { Money } from '../connector-kit/index.js';

const velocityMs = 5 * 60_000;
const keptMs = 35 * 86_400_000;

/**
 * A stop that outlives the case it was learnt in. `series`: only the payments of one subscription, else invoice or case; `merchant` and `all`: every
 * charge of this client, as the ledger is the client's own.
 */
export interface CardStop {
  readonly kind: 'consent' | 'fraud';
  readonly scope: 'series' | 'merchant' | 'all';
  /** Of a `series`: what it is about. */
  readonly series?: string;
  /** The reason of the decline, or the event that said so. */
  readonly because: string;
}

/** A stop as the ledger keeps it; `since` is hub time. */
export type KeptStop = CardStop & { readonly since: Date };

export interface Try { key: string; at: Date; amount: Money; network?: string; state: 'reserved' | 'sent' | 'not_sent' }
export interface Opened { transactionId: string; idempotencyKey?: string; amount: number; currency: string; at: Date; writtenAt: Date }

/** One card of one client. */
export interface LedgerDocument {
  _id: string;
  v: 1;
  rev: number;
  clientId: string;
  tries: Try[];
  stops: KeptStop[];
  /** The one charge in flight; `until` and `sendBefore` are wall time. */
  open: { attemptKey: string; sendBefore: Date; until: Date } | null;
  opened: Opened[];
  /** The token's fingerprint is known: everything stands under this card key. */
  alias?: string;
}

/** More tries of one card in 35 days, or calls on it in five minutes, than any card has: beyond it nothing is forgotten and nothing is added. */
export const mostEntries = 2000;

/** A card nothing is known of. */
export const emptyLedger = (_id: string, clientId: string): LedgerDocument => ({ _id, v: 1, rev: 0, clientId, tries: [], stops: [], open: null, opened: [] });

/** What is too old to count leaves; what may be in flight stays. */
export const trimmed = (document: LedgerDocument, hubNow: Date): LedgerDocument => ({
  ...document,
  tries: document.tries.filter((entry) => hubNow.getTime() - entry.at.getTime() < keptMs || document.open?.attemptKey === entry.key),
  opened: document.opened.filter((entry) => hubNow.getTime() - entry.at.getTime() < velocityMs || document.open?.attemptKey.startsWith(`${entry.transactionId}-`)),
});

/** When the oldest try leaves the ledger, in hub time. */
export const freeAgainAt = (document: LedgerDocument): Date => new Date(Math.min(...document.tries.map((entry) => entry.at.getTime())) + keptMs);

/** The call on this card with the same amount within five minutes of hub time, if there is one. */
export const recentCall = (document: LedgerDocument, amount: Money, hubNow: Date, isOther: (entry: Opened) => boolean): Opened | undefined =>
  document.opened.find((entry) => isOther(entry) && entry.amount === amount.minor && entry.currency === amount.currency && hubNow.getTime() - entry.at.getTime() < velocityMs);

/** Until when a call keeps the same amount from being charged by another case, in hub time. */
export const velocityEnds = (entry: Opened): Date => new Date(entry.at.getTime() + velocityMs);

const isSameStop = (one: CardStop, other: CardStop): boolean => one.kind === other.kind && one.scope === other.scope && one.series === other.series;

/** The stops with one more; learnt again it stays as it was. */
export const withStop = (stops: readonly KeptStop[], stop: KeptStop): KeptStop[] => (stops.some((one) => isSameStop(one, stop)) ? [...stops] : [...stops, stop]);

/** The stop that forbids a charge of this series. */
export const stopOn = (document: LedgerDocument, series: string): KeptStop | undefined =>
  document.stops.find((stop) => stop.scope !== 'series' || stop.series === series);
