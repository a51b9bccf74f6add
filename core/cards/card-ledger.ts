import type { Money } from '../connector-kit/index.js';
import type { Clock } from '../scheduling/index.js';
import { duplicateKeyOf, type IndexPlan, type Storage } from '../storage/index.js';

const velocityMs = 5 * 60_000;
const voidAfterMs = 60_000;
const keptMs = 35 * 86_400_000;
const callMs = 25_000;

interface Try { key: string; at: Date; amount: Money; network?: string; state: 'reserved' | 'sent' | 'not_sent' }
interface Opened { transactionId: string; idempotencyKey?: string; amount: number; currency: string; at: Date; writtenAt: Date }

interface LedgerDocument {
  _id: string;
  v: 1;
  rev: number;
  clientId: string;
  tries: Try[];
  /** The one charge in flight; `until` and `sendBefore` are wall time. */
  open: { attemptKey: string; sendBefore: Date; until: Date } | null;
  opened: Opened[];
}

/** A card of a client. */
export interface CardRef { readonly clientId: string; readonly cardKey: string }

/** One charge about to be made. `sendBefore` is wall time; `absentIsFinalAfterMs` comes from the gateway's protection. */
export interface Reservation { readonly attemptKey: string; readonly amount: Money; readonly network?: string; readonly sendBefore: Date; readonly absentIsFinalAfterMs: number }

export type ReserveResult = { readonly status: 'reserved' } | { readonly status: 'busy'; readonly until: Date };

/** A direct call on a card. */
export interface DirectEntry { readonly transactionId: string; readonly idempotencyKey?: string; readonly amount: Money; readonly reservation: Reservation | undefined }

export type EnterResult =
  | { readonly status: 'entered'; readonly charge: ReserveResult | undefined }
  /** An earlier call with the same idempotency key is entered: the case is opened under its id. */
  | { readonly status: 'own_entry'; readonly transactionId: string }
  | { readonly status: 'velocity'; readonly transactionId: string };

/** The ledger of all cards. Every change is a compare-and-set on the document's revision. */
export interface CardLedger {
  /** One charge in flight per card: reserved, or busy until a wall time. Reserving again under the same key is the same write. */
  reserve(card: CardRef, reservation: Reservation): Promise<ReserveResult>;
  /** Closes a try. `not_sent` holds only while the ledger still has this very send in flight. */
  close(card: CardRef, facts: { readonly attemptKey: string; readonly sendBefore: Date; readonly result: 'sent' | 'not_sent' }): Promise<void>;
  /** Velocity and reservation of a direct call in one step. */
  enter(card: CardRef, entry: DirectEntry, caseExists: (transactionId: string) => Promise<boolean>): Promise<EnterResult>;
  /** A call that failed later takes its entry back. */
  takeBack(card: CardRef, facts: { readonly transactionId: string; readonly attemptKey: string }): Promise<void>;
}

/** The ledger is read and written by `_id` only. */
export const cardIndexes: IndexPlan = { collection: 'card_ledger', indexes: [] };

/** The ledger on a database. */
export const createCardLedger = (options: { readonly storage: Storage; readonly clock: Clock }): CardLedger => {
  const { clock } = options;
  const ledger = options.storage.collection<LedgerDocument>('card_ledger');

  const change = async <R>(card: CardRef, decide: (document: LedgerDocument) => Promise<{ readonly result: R; readonly change: 'made' | 'none' }>): Promise<R> => {
    const _id = `${card.clientId}|${card.cardKey}`;
    for (;;) {
      const stored = await ledger.findOne({ _id });
      const document: LedgerDocument = stored ?? { _id, v: 1, rev: 0, clientId: card.clientId, tries: [], open: null, opened: [] };
      const { result, change: made } = await decide(document);
      if (made === 'none') return result;
      const after = { ...trimmed(document, clock.hubNow()), rev: document.rev + 1 };
      if (stored) {
        const written = await ledger.replaceOne({ _id, rev: stored.rev }, after);
        if (written.matchedCount === 1) return result;
      } else {
        try {
          await ledger.insertOne(after);
          return result;
        } catch (error) { if (!duplicateKeyOf(error)) throw error; }
      }
    }
  };

  const reserveIn = (document: LedgerDocument, reservation: Reservation): ReserveResult => {
    // its answer is known: a latecomer under the same key puts nothing in flight again
    if (document.tries.some((entry) => entry.key === reservation.attemptKey && entry.state === 'sent')) return { status: 'reserved' };
    const inFlight = document.open;
    if (inFlight && inFlight.attemptKey !== reservation.attemptKey && inFlight.until > clock.wallNow()) return { status: 'busy', until: inFlight.until };
    const until = new Date(reservation.sendBefore.getTime() + callMs + reservation.absentIsFinalAfterMs);
    document.open = { attemptKey: reservation.attemptKey, sendBefore: reservation.sendBefore, until };
    document.tries = [
      ...document.tries.filter((entry) => entry.key !== reservation.attemptKey),
      { key: reservation.attemptKey, at: clock.hubNow(), amount: reservation.amount, state: 'reserved', ...(reservation.network ? { network: reservation.network } : {}) },
    ];
    return { status: 'reserved' };
  };

  return {
    reserve: (card, reservation) => change<ReserveResult>(card, async (document) => {
      const recent = document.opened.find((entry) => !reservation.attemptKey.startsWith(`${entry.transactionId}-`)
        && entry.amount === reservation.amount.minor && entry.currency === reservation.amount.currency
        && clock.hubNow().getTime() - entry.at.getTime() < velocityMs);
      // a direct call for the same card and amount: this charge waits out its five minutes
      if (recent) return { result: { status: 'busy', until: clock.wallAt(new Date(recent.at.getTime() + velocityMs)) }, change: 'none' };
      const result = reserveIn(document, reservation);
      return { result, change: result.status === 'reserved' ? 'made' : 'none' };
    }),
    close: (card, facts) => change(card, async (document) => {
      const open = document.open?.attemptKey === facts.attemptKey ? document.open : undefined;
      if (facts.result === 'not_sent' && open?.sendBefore.getTime() !== facts.sendBefore.getTime()) return { result: undefined, change: 'none' };
      const entry = document.tries.find((one) => one.key === facts.attemptKey);
      if (entry && entry.state !== 'sent') entry.state = facts.result;
      if (open) document.open = null;
      return { result: undefined, change: 'made' };
    }),
    enter: (card, entry, caseExists) => change<EnterResult>(card, async (document) => {
      const now = clock.hubNow().getTime();
      for (const earlier of document.opened) {
        // a call that was cut before its case was written is taken up again under its own id, whatever the hour
        if (entry.idempotencyKey !== undefined && earlier.idempotencyKey === entry.idempotencyKey) {
          return { result: { status: 'own_entry', transactionId: earlier.transactionId }, change: 'none' };
        }
        if (earlier.amount !== entry.amount.minor || earlier.currency !== entry.amount.currency || now - earlier.at.getTime() >= velocityMs) continue;
        const abandoned = clock.wallNow().getTime() - earlier.writtenAt.getTime() > voidAfterMs && !(await caseExists(earlier.transactionId));
        if (abandoned) continue;
        return { result: { status: 'velocity', transactionId: earlier.transactionId }, change: 'none' };
      }
      const charge = entry.reservation ? reserveIn(document, entry.reservation) : undefined;
      document.opened.push({
        transactionId: entry.transactionId, amount: entry.amount.minor, currency: entry.amount.currency, at: new Date(now), writtenAt: clock.wallNow(),
        ...(entry.idempotencyKey === undefined ? {} : { idempotencyKey: entry.idempotencyKey }),
      });
      return { result: { status: 'entered', charge }, change: 'made' };
    }),
    takeBack: (card, facts) => change(card, async (document) => {
      document.opened = document.opened.filter((entry) => entry.transactionId !== facts.transactionId);
      document.tries = document.tries.filter((entry) => entry.key !== facts.attemptKey || entry.state === 'sent');
      if (document.open?.attemptKey === facts.attemptKey) document.open = null;
      return { result: undefined, change: 'made' };
    }),
  };
};

const trimmed = (document: LedgerDocument, hubNow: Date): LedgerDocument => ({
  ...document,
  tries: document.tries.filter((entry) => hubNow.getTime() - entry.at.getTime() < keptMs),
  opened: document.opened.filter((entry) => hubNow.getTime() - entry.at.getTime() < velocityMs || document.open?.attemptKey.startsWith(`${entry.transactionId}-`)),
});
