import type { ChargeableToken, ChargeOutcome, Ending, InvoiceRef, InvoiceState, Money, NormalizedEvent, PlatformPayment, RawDecline, WriteOnce } from '../connector-kit/index.js';
import type { DueDocument } from '../scheduling/index.js';

export type CaseStatus = 'queued' | 'attempting' | 'succeeded' | 'failed' | 'blocked' | 'unknown' | 'cancelled';

/** A token as it rests in the database: sealed, with what may be shown and what it is compared by. */
export interface SealedToken {
  sealed: string;
  gatewayType: string;
  last4: string;
  network?: string;
  /** The card in the ledger: a keyed digest of the fingerprint, else of the token. */
  cardKey: string;
}

/** What "the card has changed" is decided by: nothing in it can be charged. `n` is the attempt that tried it; without it others did, before the case. */
export interface TriedCard { methodDigest: string; fingerprintDigest?: string; expires?: string; n?: number }

/** What people ask of a case. An operator may say why. */
export type Command =
  | { readonly type: 'cancel'; readonly by: 'merchant' | 'operator'; readonly note?: string }
  /** Charge now: overrides the schedule, no other rule. */
  | { readonly type: 'retry'; readonly by: 'operator'; readonly note?: string }
  /** What became of a charge that nobody could find out: `gatewayRef` is the payment an operator found. */
  | { readonly type: 'resolve'; readonly by: 'operator'; readonly outcome: 'succeeded' | 'failed'; readonly gatewayRef?: string; readonly note?: string }
  /** Give a payment back; `attempt` names it where several were taken. */
  | { readonly type: 'refund'; readonly by: 'operator'; readonly attempt?: number; readonly note?: string }
  /** Tell the platform of the payment again, from the beginning. */
  | { readonly type: 'settle'; readonly by: 'operator'; readonly note?: string }
  /** Return the invoice's retries to the platform now. */
  | { readonly type: 'hand_back'; readonly by: 'operator'; readonly note?: string };

/** Why a command was not done: the words of the operations API, and three of the command line. */
export type Refusal =
  | 'already_recovered' | 'blocked' | 'cancelled' | 'in_progress' | 'outcome_unknown' | 'max_retries_reached' | 'network_limit' | 'not_active'
  | 'closed' | 'nothing_open' | 'nothing_taken_over';

/** What became of an operator's command. `id` is its signal's, `at` hub time. */
export interface CommandAnswer { id: string; type: Command['type']; at: Date; result: 'done' | Refusal; message: string; note?: string }

/** An approval learnt by a worker that had lost its hold meanwhile: told to whoever holds the case now. */
export interface ApprovedElsewhere { readonly type: 'attempt_approved'; readonly n: number; readonly outcome: Extract<ChargeOutcome, { status: 'approved' }> }

/** The connection of a case charges from now on. */
export interface ConnectionActivated { readonly type: 'connection_activated'; readonly occurredAt: Date }

/** A decline with its meaning in our words (a canonical reason). */
export interface RawDeclineSeen { readonly decline: RawDecline; readonly reason: string }

export type SignalEvent = NormalizedEvent | Command | ApprovedElsewhere | ConnectionActivated;
export interface Signal { id: string; at: Date; event: SignalEvent }

/** `already_paid`: the platform said so and the payment was not ours. */
export type AttemptOutcome = ChargeOutcome | { readonly status: 'revoked' } | { readonly status: 'absent' } | { readonly status: 'already_paid' };

export interface Attempt {
  n: number;
  /** `<caseId>-<n>`, the idempotency key, minted once. */
  key: string;
  route: 'gateway' | 'platform';
  accountId: string;
  chargeRef?: string;
  amount: Money;
  token?: SealedToken;
  /** The invoice as it was read before: a payment that was already there is not ours. Direct cases have none. */
  before?: InvoiceState;
  /** Hub time. */
  startedAt: Date;
  /** Wall time; nothing leaves after it. */
  sendBefore: Date;
  asks: number;
  /** Wall times of the reads that found nothing. */
  absentReads: Date[];
  notSent: number;
  outcome: AttemptOutcome | null;
  /** A decline in our words (a canonical reason). */
  reason?: string;
  resolved: boolean;
  /** Closed as absent: asked once more then (hub time), and how often it has been. */
  watchAt?: Date;
  watches?: number;
  /** Why this charge was allowed: what was read when, the rule and its numbers. */
  grounds: { strategy: StrategyUsed; rule: string; because: string } & Record<string, unknown>;
}

/** What is owed and when, in hub time. A free case is due at the earliest. */
export interface DueTimes { step?: Date; settle?: Date; handBack?: Date; refund?: Date; relay?: Date; watch?: Date }

export interface Plan { step: string; until?: Date; because: string; rule: string; numbers: Record<string, unknown>; at: Date }

export interface Settlement {
  state: 'not_needed' | 'due' | 'recorded' | 'confirmed' | 'refused' | 'reversed';
  route: 'gateway' | 'platform';
  updatedAt: Date;
  once: WriteOnce;
  tries: number;
  platformPaymentRef?: string;
  reason?: string;
  /** How much of it went back, in minor units of what was taken. */
  reversedMinor?: number;
  /** The platform is told that all of it went back. */
  reversal?: SettlementReversal;
}

/** The record of a payment, taken back on the platform. `firstTriedAt` is hub time. */
export interface SettlementReversal { state: 'due' | 'written_back' | 'refused'; why: 'refund' | 'dispute' | 'late_failure'; once: WriteOnce; tries: number; reason?: string }

/** Money that is owed back, or was given back. */
export interface Refund {
  n: number;
  why: 'duplicate' | 'partial_approval' | 'operator';
  state: 'due' | 'pending' | 'refunded' | 'voided' | 'refused' | 'gave_up';
  /** Frozen when it is owed. */
  once: WriteOnce;
  /** The attempt whose money goes back; left out: the one whose key is our reference. */
  attempt?: number;
  /** How much; left out: all it took. */
  amount?: Money;
  /** Of a duplicate: our payment and the other one, both seen in one hold. */
  evidence?: { ours: string; other: PlatformPayment };
  tries?: number;
  /** Wall time; nothing of its last try leaves after it. */
  sendBefore?: Date;
  /** Hub time. */
  updatedAt?: Date;
  refundRef?: string;
  /** Why it was not made, for people. */
  reason?: string;
  /** The platform has told of it as well. */
  echoed?: 'yes';
}

/** The platform's own retries, kept still by us. */
export interface TakeOver {
  /** `intended`: a call that stops them may be under way. `handed_back`: nothing of it is ours. */
  state: 'intended' | 'taken' | 'handed_back';
  /** Until when they are asked to be still. Hub time. */
  until: Date;
  /** Wall time, never lowered: nothing of the last call, either way, leaves after it. */
  sendBefore: Date;
  /** How often they were given back, or stopped for good. */
  tries: number;
  /** What was last told of our end; without it the last call took over. */
  ending?: Ending;
}

export interface OutboxEntry {
  id: string;
  kind: 'notification' | 'alert';
  event: 'recovery.success' | 'recovery.failed' | 'recovery.blocked' | 'recovery.cancelled';
  /** Sealed for `event/<id>`. */
  body: string;
}

export type StrategyUsed =
  | 'primary' | 'smart_time' | 'token_refresh' | 'fallback_token' | 'backup_gateway' | 'platform_collect' | 'manual_retry' | 'card_update' | 'none';

/** How the case ended, in the words of the wire. */
export interface Ended {
  at: Date;
  strategyUsed: StrategyUsed;
  trigger: 'direct' | 'scheduled_retry' | 'manual_retry' | 'card_update' | 'reconciliation' | 'external' | 'reversal';
  message: string;
  recoveredBy?: 'retry' | 'manual_retry' | 'card_update' | 'external';
  declineCode?: string;
  recommendedAction?: 'request_card_update' | 'retry_later' | 'manual_review' | 'monitor';
  recommendedActionReason?: string;
  action?: 'blocked' | 'authentication_required';
  reason?: 'invoice_voided' | 'subscription_ended' | 'merchant' | 'operator' | 'disconnected' | 'observed';
}

/** One document per debt. `_id` is the `transactionId` on the wire. */
export interface CaseDocument extends DueDocument {
  v: 1;
  clientId: string;
  idempotencyKey?: string;
  connectionId?: string;
  platform?: string;
  invoice?: InvoiceRef;
  /** The merchant's own reference of a direct case. */
  invoiceId?: string;
  /** The right to charge this debt: each element unique with the client, kept by a success. */
  openKeys?: string[];
  status: CaseStatus;
  opened: Money;
  /** The decline the case opened with; none when the API was given none. */
  decline: RawDecline | null;
  /** The newest decline seen, ours or the platform's. */
  lastDecline: RawDecline | null;
  /** `lastDecline` in our words (a canonical reason). */
  lastReason?: string;
  mode: 'observe' | 'schedule_only' | 'active';
  simulated: boolean;
  watched: boolean;
  /** Hub time. */
  createdAt: Date;
  lane: string;
  due: DueTimes;
  signals: Signal[];
  signalSeq: number;
  applied: string[];
  plan?: Plan;
  attempts: Attempt[];
  tried: TriedCard[];
  promptRetries: number;
  /** Set while the next charge answers a changed card, or a person. */
  prompt?: 'card_update' | 'manual_retry';
  /** A case that closed with the advice to retry later reopens itself, once: `owed` at a hub time, `now` until that charge has an answer. */
  laterRetry?: { state: 'owed' | 'now' | 'used'; dueAt: Date };
  /** The holder of the card withdrew consent. Hub time. */
  consentRevokedAt?: Date;
  /** When a case that had ended only because we might not charge was taken up again: its schedule counts from there. Hub time. */
  revivedAt?: Date;
  /** What a direct case may charge. */
  method?: SealedToken;
  refs: string[];
  emailHash?: string;
  settlement?: Settlement;
  takeOver?: TakeOver;
  refunds: Refund[];
  outbox: OutboxEntry[];
  /** Events that cannot be read by anybody: put aside for an operator. */
  brokenEvents?: OutboxEntry[];
  ended?: Ended;
  /** An operator found that the charge the case was opened with, made before us, took no money. */
  earlierCharge?: 'absent';
  /** The last 16 answers to operators. */
  commands?: CommandAnswer[];
  /** The newest write that was made together with those of other cases: by it the writer knows it again. */
  wrote?: string;
  /** Put aside: five processes ended with it in hand. Hub time. */
  parkedAt?: Date;
  /** Its newest holds could not be worked on to their end: how many in a row, since when (hub time), and what the newest met. Gone with the first that could. */
  putOff?: PutOff;
}

/** `reason` is a sentence for operators, without secrets. */
export interface PutOff { since: Date; times: number; reason: string }

/** A token in hand, opened from a {@link SealedToken} or read from the platform. */
export type OpenedToken = ChargeableToken;
