/**
 * What a world leaves behind, as plain values: read from the fakes' ledgers, the receiver's log and the database, never from a hub's memory.
 * Times are wall time unless they are called `hub…`.
 */
export interface Evidence {
  /** Requests to move money, by the ledgers of the fakes, in the order they came. */
  readonly requests: readonly MoneyRequest[];
  readonly taken: readonly MoneyTaken[];
  readonly returned: readonly MoneyReturned[];
  /** Invoices as the platforms hold them now. */
  readonly invoices: readonly PlatformInvoice[];
  /** Webhooks for which a platform was answered 2xx, by its own log. */
  readonly acknowledged: readonly { readonly deliveryId: string }[];
  /** What the merchant's endpoint got. */
  readonly received: readonly ReceivedNotification[];
  readonly cases: readonly StoredCase[];
  readonly notifications: readonly StoredNotification[];
  readonly deliveries: readonly StoredDelivery[];
  readonly cards: readonly StoredCard[];
  /** What the world did itself, so that it may be seen in the rest. */
  readonly world: WorldFacts;
}

export interface WorldFacts {
  readonly leaseMs: number;
  /** How long a search of the gateway may be blind, wall time. */
  readonly absentIsFinalAfterMs: number;
  /** Deliveries that the world made to kill or to be unreadable, by {@link StoredDelivery.deliveryId}. */
  readonly poison: readonly string[];
  /** Deliveries that operators have made due again after they had been put aside, by the same name. */
  readonly replayed: readonly string[];
  /** How often each case was opened again after its end, by the world's own doing. */
  readonly reopened: Readonly<Record<string, number>>;
  /** Events this merchant does not want. */
  readonly unwanted: readonly string[];
}

export interface MoneyRequest {
  /** Which fake. */
  readonly ledger: string;
  readonly requestId: string;
  /** In the words of the fake. */
  readonly debtId: string;
  readonly card: string | null;
  readonly network: string | null;
  /** What names our attempt: the idempotency key, or the reference where there is none. */
  readonly key: string | null;
  /** Whether this fake answers a repeat of a key from memory, so that it is no second request. */
  readonly keyProtects: boolean;
  /** The single-use object it speaks of. */
  readonly objectRef: string | null;
  readonly begunAt: Date;
  readonly hubBegunAt: Date;
  /** From when on it can take no money any more; null: it still may. */
  readonly decidedAt: Date | null;
  readonly result: 'succeeded' | 'declined' | 'refused' | 'not_applied' | null;
  /** Answered from memory: it moved nothing. */
  readonly replayed: boolean;
  /** What the fake itself has against it. */
  readonly objection: 'after_success' | 'while_another_is_open' | null;
}

export interface MoneyTaken {
  readonly ledger: string;
  readonly debtId: string;
  readonly at: Date;
  /** `recorded`: no money; a payment taken elsewhere was written down at the platform by us. */
  readonly by: 'us' | 'platform' | 'customer' | 'recorded';
  readonly requestId: string | null;
  readonly key: string | null;
  readonly chargeRef: string | null;
  readonly amount: number;
  readonly currency: string;
}

export interface MoneyReturned {
  readonly ledger: string;
  readonly chargeRef: string;
  /** The idempotency key, or our reference where the fake keeps that. */
  readonly key: string | null;
  readonly amount: number;
  readonly at: Date;
}

export interface PlatformInvoice {
  readonly ref: string;
  readonly status: string;
  /** Whether the platform goes on collecting by itself; null where it has no such switch. */
  readonly autoAdvance: boolean | null;
}

export interface ReceivedNotification {
  readonly id: string;
  /** Of the body's bytes. */
  readonly digest: string;
  readonly event: string;
  readonly caseId: string;
  readonly at: Date;
  readonly answered: number | null;
}

/** A stored case, as far as the laws look at it. */
export interface StoredCase {
  readonly _id: string;
  readonly status: string;
  readonly opened: Amount;
  readonly mode: string;
  readonly simulated: boolean;
  readonly invoice?: { readonly ref: string };
  readonly attempts: readonly StoredAttempt[];
  readonly due: { readonly step?: Date; readonly settle?: Date; readonly handBack?: Date; readonly refund?: Date; readonly relay?: Date };
  readonly signals: readonly { readonly id: string; readonly event: { readonly type: string } }[];
  readonly settlement?: { readonly state: string };
  readonly takeOver?: { readonly state: string; readonly ending?: { readonly outcome: string } };
  readonly refunds: readonly StoredRefund[];
  readonly outbox: readonly { readonly id: string }[];
  readonly parkedAt?: Date;
}

export interface Amount { readonly minor: number; readonly currency: string }

export interface StoredAttempt {
  readonly n: number;
  readonly key: string;
  readonly route: string;
  readonly chargeRef?: string;
  readonly amount: Amount;
  /** Hub time. */
  readonly startedAt: Date;
  readonly sendBefore: Date;
  readonly outcome: { readonly status: string; readonly amount?: Amount } | null;
  readonly resolved: boolean;
}

export interface StoredRefund {
  readonly n: number;
  readonly why: string;
  readonly state: string;
  readonly once: { readonly key: string; readonly ourReference?: string };
  readonly evidence?: { readonly ours: string; readonly other: unknown };
}

export interface StoredNotification {
  readonly _id: string;
  readonly caseId: string;
  readonly event: string;
  readonly state: string;
}

export interface StoredDelivery {
  readonly _id: string;
  /** As the platform names it. */
  readonly deliveryId: string;
  readonly alsoKnownAs?: string;
  readonly state: string;
}

export interface StoredCard {
  readonly _id: string;
  readonly tries: readonly { readonly key: string; readonly state: string; readonly at: Date; readonly network?: string }[];
  readonly open: { readonly attemptKey: string; readonly until: Date } | null;
}

/** Something that must not be, with what shows it. */
export interface Violation {
  readonly law: LawNumber;
  /** A sentence. */
  readonly what: string;
  readonly shownBy: unknown;
}

export type LawNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** A law of money-protocol, section 7, over what a world left behind when it had come to rest. */
export interface Law {
  readonly number: LawNumber;
  readonly says: string;
  judge(evidence: Evidence): readonly Violation[];
}
