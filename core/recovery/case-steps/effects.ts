import type { CardStop } from '../../cards/index.js';
import type { Attempt, AttemptOutcome, CaseDocument, CaseWrite, CommandAnswer, SettlementReversal, OutboxEntry, Plan, Refund } from '../../cases/index.js';
import type { Classification } from '../../declines/index.js';
import type { ChargeableToken, Ending, InvoiceState, Money, RawDecline, RefundOutcome, RepeatProtection, SettlementResult, TakeOver, WriteOnce } from '../../connector-kit/index.js';
import type { Clock } from '../../scheduling/index.js';
import type { Decision, RecoveryEngine, Snapshot } from '../engine.js';
import type { EventToCompose } from '../case-event.js';

/** What the step machine asks of the world. The hub performs it; a model search enumerates its answers. */
export type Effect =
  | { readonly do: 'write'; readonly write: CaseWrite; readonly after?: Partial<Knowledge>; readonly repeat?: 'until_durable'; /** Told to people once it is written. */ readonly alert?: string }
  | { readonly do: 'renew' }
  | { readonly do: 'relay'; readonly entries: readonly OutboxEntry[] }
  | { readonly do: 'read_invoice' }
  | { readonly do: 'read_tokens' }
  | { readonly do: 'reserve'; readonly n: number; readonly amount: Money; readonly token: TokenInHand | undefined; readonly sendBefore: Date }
  /** `earlier`: an earlier request under the attempt's key, which its gateway remembers, may be under way yet. */
  | { readonly do: 'check_permission'; readonly n: number; readonly earlier?: 'perhaps_sent' }
  | { readonly do: 'prepare'; readonly attempt: Attempt }
  | { readonly do: 'charge'; readonly attempt: Attempt }
  | { readonly do: 'ask'; readonly attempt: Attempt }
  | { readonly do: 'revoke'; readonly attempt: Attempt }
  | { readonly do: 'close_ledger'; readonly attempt: Attempt; readonly result: 'sent' | 'not_sent'; readonly stop?: CardStop }
  /** A stop that no charge of ours taught is kept against the card that was declined. */
  | { readonly do: 'stop_card'; readonly card: CaseDocument['tried'][number]; readonly stop: CardStop }
  | { readonly do: 'refund'; readonly refund: Refund; readonly attempt: Attempt; readonly amount: Money }
  | { readonly do: 'hand_back'; readonly ending: Ending }
  /** Reads whether the connection still allows it, then stops the platform's own retries. */
  | { readonly do: 'take_over'; readonly until: Date; readonly sendBefore: Date }
  /** Tells the platform of a payment taken at a gateway; `reverses`: that it went back, and why. */
  | { readonly do: 'record'; readonly attempt: Attempt; readonly once: WriteOnce; readonly sendBefore: Date; readonly reverses?: SettlementReversal['why'] }
  /** Whether our payment stands, asked before it is given back. */
  | { readonly do: 'find_payment'; readonly attempt: Attempt }
  /** Nothing to perform: something follows from what is known already. */
  | { readonly do: 'know'; readonly after: Partial<Knowledge> }
  | { readonly do: 'alert'; readonly fact: string; readonly after: Partial<Knowledge> }
  | { readonly do: 'release'; readonly write: CaseWrite };

/** A token ready to be charged: opened in memory, with the form it rests in. */
export interface TokenInHand { readonly token: ChargeableToken; readonly sealed: NonNullable<Attempt['token']>; readonly tried: CaseDocument['tried'][number] }

/** One way to charge a debt, and what protects a charge on it. `accountId`: of the gateway account, or of the connection. */
export interface RouteFacts {
  readonly kind: 'gateway' | 'platform';
  readonly accountId: string;
  readonly gatewayMode: 'test' | 'live';
  readonly protection: RepeatProtection;
  readonly prepares: 'yes' | 'no';
  readonly revokes: 'yes' | 'no';
}

/** What holds for a case while it is in hand; read when it was claimed. */
export interface CaseFacts {
  readonly source: 'connector' | 'direct';
  readonly policy: Snapshot['policy'];
  /** The one way of a direct case; of a connector's, the platform's. */
  readonly route: RouteFacts;
  /** Gateway accounts that a connector's case may be charged at, or was. */
  readonly gatewayRoutes?: readonly RouteFacts[];
  readonly dunning: 'controllable' | 'not_controllable';
  /** Where the platform's own retries can be kept still: for which routes they must be, and how long after the last possible sending of one call its opposite may leave (wall ms). */
  readonly stillness?: { readonly neededFor: 'gateway' | 'both'; readonly oppositeAfterMs: number };
  /** Nobody but the merchant can stop the platform's own retries. */
  readonly retriesStay?: 'yes';
  /** What the platform's retries do after a block; left out: they are stopped. */
  readonly onBlocked?: 'stop' | 'hand_back';
  /** How the platform learns of a charge at a gateway: it is told, it sees it by itself, or nobody can tell it any more. A connector's case always has it. */
  readonly settlement?: 'recorded' | 'platform_detects' | 'disconnected';
  /** Whether the client wants a duplicate payment of ours given back without being asked. */
  readonly refundsDuplicates?: 'yes' | 'no';
  readonly leaseMs: number;
  /** The mode of a connector's case's connection now, while that is active. */
  readonly connectionMode?: CaseDocument['mode'];
  /** The right to charge this debt: every key of it, as the client's connections stand now. Empty where no debt is named. */
  readonly openKeys: readonly string[];
  /** Why nothing may be charged now, if so. */
  readonly standstill: string | undefined;
  /** `answered_open`: the merchant was told that the case is open. */
  readonly toldOpen: 'yes' | 'no';
  /** An API call waits for this hold: its events leave after the response. */
  readonly respondsToCall: 'yes' | 'no';
  /** The trigger of what this hold brings about, unless the case says otherwise. */
  readonly trigger: 'direct' | 'scheduled_retry';
}

/** What a hold has learnt so far. Forgotten with the hold: the document alone is the truth. */
export interface Knowledge {
  readonly facts: CaseFacts;
  readonly invoice?: { readonly status: 'read'; readonly state: InvoiceState; readonly at: Date } | { readonly status: 'unavailable'; readonly why: string } | undefined;
  readonly tokens?:
    /** `route`: the way this token is charged; left out: the one way of the case. */
    | { readonly status: 'found'; readonly first: TokenInHand; readonly change: 'same' | 'changed'; readonly route?: RouteFacts }
    /** The platform charges what it holds, and shows us none of it. */
    | { readonly status: 'held_by_platform' }
    | { readonly status: 'none'; readonly why: string }
    | { readonly status: 'unavailable'; readonly why: string }
    | undefined;
  /** The `signalSeq` at which invoice and tokens were read: what is told later is not answered by an earlier read. */
  readonly readAt?: number | undefined;
  readonly reserved?: { readonly n: number; readonly result: 'reserved'; readonly sendBefore: Date } | { readonly n: number; readonly result: 'busy'; readonly until: Date; readonly why: 'in_flight' | 'recent_call' | 'full' }
    | { readonly n: number; readonly result: 'stopped'; readonly stop: CardStop } | undefined;
  /** The card of the opening decline is stopped, as far as there was a reason to. */
  readonly cardStopped?: 'yes' | undefined;
  readonly sending?: { readonly n: number; readonly phase: 'written' | 'permitted' } | undefined;
  readonly outcome?: { readonly n: number; readonly outcome: AttemptOutcome; readonly ledger: 'open' | 'closed'; readonly found: 'by_charging' | 'by_asking'; /** It could not be asked about now. */ readonly asked?: 'in_vain'; readonly signalId?: string; readonly answer?: CommandAnswer } | undefined;
  /** The platform says the invoice was paid before our collection: read before it is believed. */
  readonly alreadyPaid?: { readonly n: number } | undefined;
  readonly absent?: { readonly n: number } | undefined;
  /** What was found of an attempt that was closed as absent, where it is no approval. `something`: it may take money yet. */
  readonly lookedAgain?: { readonly n: number; readonly found: 'nothing' | 'something' | 'not_answered' } | undefined;
  readonly revokeNext?: { readonly n: number } | undefined;
  /** An attempt that is taken back because an operator says it failed. */
  readonly resolving?: { readonly n: number } | undefined;
  readonly asked: readonly number[];
  /** Signals that need nothing more: pulled with the next close or release. */
  readonly acted: readonly string[];
  /** Signals that wait for what cannot be read or settled now: kept. */
  readonly deferred: readonly string[];
  readonly right?: 'refused' | undefined;
  /** Who has the right; undefined: nobody any more, or not read. */
  readonly rival?: Pick<CaseDocument, '_id' | 'status' | 'opened'> | undefined;
  readonly toldOfRival?: 'yes' | undefined;
  /** What brought the newest answer of a gateway about, where it is more than the schedule. */
  readonly cause?: 'reconciliation' | 'card_update' | 'manual_retry' | undefined;
  readonly settled?: 'tried' | undefined;
  /** What the platform said of the payment it was told of; `asked`: it is about to be told. */
  readonly recorded?: 'asked' | SettlementResult | { readonly status: 'failed'; readonly answered: 'yes' | 'no' } | undefined;
  /** Whether our payment stands, as its gateway says now. */
  readonly ourPayment?: 'stands' | 'not_shown' | 'not_answered' | undefined;
  /** The stopping of the platform's retries. `before`: whether an earlier call of it may be under way. */
  readonly takeOver?: { readonly before: 'nothing' | 'perhaps'; readonly answer: 'not_yet' | TakeOver | { readonly status: 'refused'; readonly why: string } | { readonly status: 'not_answered' } } | 'done' | undefined;
  /** Of the refund `n`: `asked`, its gateway is about to be asked; else what it said. `failed`: it answered with an error, or nothing left. */
  readonly refund?: { readonly n: number } & ({ readonly status: 'asked' } | { readonly status: 'failed' | 'not_offered' } | RefundOutcome) | undefined;
  readonly handBack?: 'intended' | 'done' | 'failed' | undefined;
  readonly relay?: 'failed' | undefined;
  /** Entries handed over, not yet pulled from the outbox. */
  readonly relayed?: readonly string[] | undefined;
  /** Entries nobody can hand over, not yet put aside. */
  readonly brokenEvents?: readonly OutboxEntry[] | undefined;
  /** What the gateway made for the attempt, not yet stored. */
  readonly prepared?: { readonly n: number; readonly chargeRef: string } | undefined;
  readonly plan?: Plan | undefined;
  readonly stepAt?: Date | undefined;
  /** Nothing more is decided in this hold. */
  readonly decided?: 'yes' | undefined;
}

/** What the machine is given besides the document: pure functions and the clock. */
export interface Tools {
  readonly clock: Clock;
  readonly engine: RecoveryEngine;
  /** What a decline means; null is a code nobody named. */
  readonly classify: (decline: RawDecline | null) => Classification;
  /** Sentences a merchant may read. */
  readonly explain: {
    readonly message: (reason: string) => string;
    readonly recommendation: (classification: Classification, decision: Extract<Decision, { do: 'stop' }>) => string;
  };
  /** Mints an event of this case as an outbox entry, or none where the client does not want it. */
  readonly announce: (document: CaseDocument, event: EventToCompose, facts: CaseFacts) => readonly OutboxEntry[];
}
