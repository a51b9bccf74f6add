import { LRUCache } from 'lru-cache';
import type { Money } from '../connector-kit/index.js';
import type { Clock } from '../scheduling/index.js';
import type { IndexPlan, Storage } from '../storage/index.js';
import { inherited, united } from './learn-fingerprint.js';
import { createLedgerStore } from './ledger-store.js';
import { emptyLedger, freeAgainAt, mostEntries, recentCall, stopOn, trimmed, velocityEnds, withStop, type CardStop, type LedgerDocument } from './ledger-document.js';

const voidAfterMs = 60_000;
const callMs = 25_000;
const aliasesRemembered = 10_000;

/**
 * A card of a client. `cardKey`: the fingerprint's key, else the token's. `tokenKey`: the token's key beside a fingerprint's; what the ledger keeps under
 * the token is then joined to the card.
 */
export interface CardRef { readonly clientId: string; readonly cardKey: string; readonly tokenKey?: string }

/**
 * One charge about to be made. `series`: the subscription, else the invoice or case it is for. `sendBefore` is wall time; `absentIsFinalAfterMs` comes
 * from the gateway's protection.
 */
export interface Reservation {
  readonly attemptKey: string; readonly amount: Money; readonly network?: string; readonly series: string; readonly sendBefore: Date; readonly absentIsFinalAfterMs: number;
  /** A retry of a direct case of its own: another call of the same amount does not keep it waiting. */
  readonly velocity?: 'exempt';
}

/** `busy`: until a wall time, because a charge is in flight, a call of that amount was made within five minutes, or the ledger holds as many tries as it may. */
export type ReserveResult =
  | { readonly status: 'reserved' }
  | { readonly status: 'busy'; readonly until: Date; readonly why: 'in_flight' | 'recent_call' | 'full' }
  | { readonly status: 'stopped'; readonly stop: CardStop };

/** A direct call on a card. */
export interface DirectEntry { readonly transactionId: string; readonly idempotencyKey?: string; readonly amount: Money; readonly reservation: Reservation | undefined }

export type EnterResult =
  | { readonly status: 'entered'; readonly charge: ReserveResult | undefined }
  /** An earlier call with the same idempotency key is entered: the case is opened under its id, its charge with `sendBefore` (wall) if one is reserved. */
  | { readonly status: 'own_entry'; readonly transactionId: string; readonly reserved?: { readonly sendBefore: Date } }
  | { readonly status: 'velocity'; readonly transactionId: string };

/** The ledger of all cards. Every change is a compare-and-set on the document's revision. */
export interface CardLedger {
  /** One charge in flight per card: reserved, stopped, or busy until a wall time. Reserving again under the same key is the same write. */
  reserve(card: CardRef, reservation: Reservation): Promise<ReserveResult>;
  /** Closes a try, and keeps a stop learnt with it. `not_sent` holds only while the ledger still has this very send in flight. */
  close(card: CardRef, facts: { readonly attemptKey: string; readonly sendBefore: Date; readonly result: 'sent' | 'not_sent'; readonly stop?: CardStop }): Promise<void>;
  /** Keeps a stop that no try of ours taught. Learnt again it stays as it was. */
  stop(card: CardRef, stop: CardStop): Promise<void>;
  /** Velocity and reservation of a direct call in one step. */
  enter(card: CardRef, entry: DirectEntry, caseExists: (transactionId: string) => Promise<boolean>): Promise<EnterResult>;
  /** A call that failed later takes its entry back. */
  takeBack(card: CardRef, facts: { readonly transactionId: string; readonly attemptKey: string }): Promise<void>;
}

/** The ledger is read and written by `_id` only. */
export const cardIndexes: IndexPlan = { collection: 'card_ledger', indexes: [] };

type Decided<R> = { readonly result: R; readonly change: 'made' | 'none' };

/** The ledger on a database. */
export const createCardLedger = (options: { readonly storage: Storage; readonly clock: Clock }): CardLedger => {
  const { clock } = options;
  const ledger = createLedgerStore(options.storage.collection<LedgerDocument>('card_ledger'));
  const learnt = new LRUCache<string, string>({ max: aliasesRemembered });

  const read = async (clientId: string, cardKey: string): Promise<LedgerDocument> => {
    const _id = `${clientId}|${cardKey}`;
    const stored = await ledger.find(_id);
    return { ...emptyLedger(_id, clientId), ...stored };
  };

  const readFollowing = async ({ clientId, cardKey }: CardRef): Promise<LedgerDocument> => {
    const document = await read(clientId, cardKey);
    return trimmed(document.alias === undefined ? document : await read(clientId, document.alias), clock.hubNow());
  };

  /** Joins what stands under the token to its card, once. Undefined: joined; else until when two charges in flight keep them apart. */
  const join = async ({ clientId, cardKey, tokenKey }: CardRef): Promise<Date | undefined> => {
    const memory = `${clientId}|${tokenKey ?? cardKey}`;
    if (tokenKey === undefined || tokenKey === cardKey || learnt.get(memory) === cardKey) return undefined;
    for (;;) {
      const token = await read(clientId, tokenKey);
      if (token.alias !== cardKey) {
        const card = await read(clientId, cardKey);
        const union = token.alias === undefined ? united(token, card, clock.wallNow()) : { status: 'united' as const, card: inherited(await read(clientId, token.alias), card) };
        if (union.status === 'busy') return union.until;
        if (await ledger.replace(trimmed(union.card, clock.hubNow()), card.rev) === 'lost') continue;
        if (await ledger.replace({ ...emptyLedger(token._id, clientId), alias: cardKey }, token.rev) === 'lost') continue;
      }
      learnt.set(memory, cardKey);
      return undefined;
    }
  };

  const change = async <R>(card: CardRef, decide: (document: LedgerDocument) => Promise<Decided<R>>, replace = ledger.replace): Promise<R> => {
    for (;;) {
      const document = await readFollowing(card);
      const { rev } = document;
      const { result, change: made } = await decide(document);
      if (made === 'none' || await replace(document, rev) === 'written') return result;
    }
  };

  const reserveIn = (document: LedgerDocument, reservation: Reservation): ReserveResult => {
    // its answer is known: a latecomer under the same key puts nothing in flight again
    if (document.tries.some((entry) => entry.key === reservation.attemptKey && entry.state === 'sent')) return { status: 'reserved' };
    const stop = stopOn(document, reservation.series);
    if (stop) return { status: 'stopped', stop };
    const inFlight = document.open;
    if (inFlight && inFlight.attemptKey !== reservation.attemptKey && inFlight.until > clock.wallNow()) return { status: 'busy', until: inFlight.until, why: 'in_flight' };
    const others = document.tries.filter((entry) => entry.key !== reservation.attemptKey);
    if (others.length >= mostEntries) return { status: 'busy', until: clock.wallAt(freeAgainAt(document)), why: 'full' };
    const until = new Date(reservation.sendBefore.getTime() + callMs + reservation.absentIsFinalAfterMs);
    document.open = { attemptKey: reservation.attemptKey, sendBefore: reservation.sendBefore, until };
    document.tries = [
      ...others,
      { key: reservation.attemptKey, at: clock.hubNow(), amount: reservation.amount, state: 'reserved', ...(reservation.network ? { network: reservation.network } : {}) },
    ];
    return { status: 'reserved' };
  };

  const keepStop = (document: LedgerDocument, stop: CardStop): void => {
    const { series: _series, ...wide } = stop;
    document.stops = withStop(document.stops, { ...(stop.scope === 'series' ? stop : wide), since: clock.hubNow() });
  };

  return {
    reserve: async (card, reservation) => {
      const apartUntil = await join(card);
      if (apartUntil) return { status: 'busy', until: apartUntil, why: 'in_flight' };
      return change<ReserveResult>(card, async (document) => {
        const recent = reservation.velocity === 'exempt' ? undefined : recentCall(document, reservation.amount, clock.hubNow(), (entry) => !reservation.attemptKey.startsWith(`${entry.transactionId}-`));
        // a direct call for the same card and amount: a connector's charge waits out its five minutes
        if (recent) return { result: { status: 'busy', until: clock.wallAt(velocityEnds(recent)), why: 'recent_call' }, change: 'none' };
        const result = reserveIn(document, reservation);
        return { result, change: result.status === 'reserved' ? 'made' : 'none' };
      }, ledger.replaceRepeatable);
    },
    close: (card, facts) => change(card, async (document) => {
      if (facts.stop) keepStop(document, facts.stop);
      const open = document.open?.attemptKey === facts.attemptKey ? document.open : undefined;
      if (facts.result === 'not_sent' && open?.sendBefore.getTime() !== facts.sendBefore.getTime()) return { result: undefined, change: facts.stop ? 'made' : 'none' };
      const entry = document.tries.find((one) => one.key === facts.attemptKey);
      if (entry && entry.state !== 'sent') entry.state = facts.result;
      if (open) document.open = null;
      return { result: undefined, change: 'made' };
    }, ledger.replaceRepeatable),
    stop: async ({ clientId, cardKey, tokenKey }, stop) => {
      // under both names: they may not have been joined yet
      for (const key of new Set([cardKey, tokenKey ?? cardKey])) {
        await change({ clientId, cardKey: key }, async (document) => {
          keepStop(document, stop);
          return { result: undefined, change: 'made' };
        });
      }
    },
    enter: async (card, entry, caseExists) => {
      const apartUntil = await join(card);
      return change<EnterResult>(card, async (document) => {
        // a call that was cut before its case was written is taken up again under its own id, whatever the hour
        const own = document.opened.find((earlier) => entry.idempotencyKey !== undefined && earlier.idempotencyKey === entry.idempotencyKey);
        if (own) {
          const open = document.open?.attemptKey.startsWith(`${own.transactionId}-`) ? document.open : undefined;
          return { result: { status: 'own_entry', transactionId: own.transactionId, ...(open ? { reserved: { sendBefore: open.sendBefore } } : {}) }, change: 'none' };
        }
        const abandoned = new Set<string>();
        for (;;) {
          const recent = recentCall(document, entry.amount, clock.hubNow(), (earlier) => !abandoned.has(earlier.transactionId));
          if (!recent) break;
          const old = clock.wallNow().getTime() - recent.writtenAt.getTime() > voidAfterMs;
          if (!old || await caseExists(recent.transactionId)) return { result: { status: 'velocity', transactionId: recent.transactionId }, change: 'none' };
          abandoned.add(recent.transactionId);
        }
        const latest = document.opened.at(-1);
        if (latest && document.opened.length >= mostEntries) return { result: { status: 'velocity', transactionId: latest.transactionId }, change: 'none' };
        const apart: ReserveResult | undefined = apartUntil && { status: 'busy', until: apartUntil, why: 'in_flight' };
        const charge = entry.reservation ? apart ?? reserveIn(document, entry.reservation) : undefined;
        document.opened.push({
          transactionId: entry.transactionId, amount: entry.amount.minor, currency: entry.amount.currency, at: clock.hubNow(), writtenAt: clock.wallNow(),
          ...(entry.idempotencyKey === undefined ? {} : { idempotencyKey: entry.idempotencyKey }),
        });
        return { result: { status: 'entered', charge }, change: 'made' };
      });
    },
    takeBack: (card, facts) => change(card, async (document) => {
      document.opened = document.opened.filter((entry) => entry.transactionId !== facts.transactionId);
      document.tries = document.tries.filter((entry) => entry.key !== facts.attemptKey || entry.state === 'sent');
      if (document.open?.attemptKey === facts.attemptKey) document.open = null;
      return { result: undefined, change: 'made' };
    }),
  };
};
