import type {
  ChargeableToken,
  ChargeOutcome,
  ChargeRequest,
  CollectRequest,
  Ending,
  FindOutcome,
  Found,
  HealthReport,
  InvoiceRef,
  InvoiceState,
  NormalizedEvent,
  PaymentToRecord,
  PlatformError,
  Pointer,
  RefundOutcome,
  RefundRequest,
  RepeatProtection,
  SettlementResult,
  TakeOver,
  TokenList,
  TokenReading,
  Unresolved,
  Verdict,
  VerifiedDelivery,
  WebhookDelivery,
  WriteOnce,
} from '../connector-kit/index.js';

/** How far a merchant has switched a connection on. In `observe` nothing that could change the platform leaves. */
export type ConnectionMode = 'observe' | 'schedule_only' | 'active';

/** How a connection is opened. `revision` changes with every change of its configuration and closes the session of the old one. */
export interface OpenedAs {
  readonly connectionMode: ConnectionMode;
  readonly revision: string;
}

/** The answer of a guarded call: it never throws for what a plugin or platform does. Values are deep-frozen plain data. */
export type CallResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PlatformError };

/** Until when a read may take. Wall time. */
export interface ReadTime {
  readonly deadline: Date;
}

/** A call that is not a read: nothing leaves at or after `sendBefore`; the answer is awaited until `deadline`. Wall time. */
export interface WriteTime extends ReadTime {
  readonly sendBefore: Date;
  /** Asked, like `sendBefore`, in the tick that would write the first bytes: why nothing may begin any more. Left out: nothing stops it. */
  readonly heldBack?: () => string | undefined;
}

/** What every method takes last. */
export type CallTime = ReadTime | WriteTime;

type Answer<T> = Promise<CallResult<T>>;

/** The verdict of a connector, and on a genuine delivery the proven delivery that `parse` takes. */
export type Verification =
  Exclude<Verdict, { genuine: true }> | (Extract<Verdict, { genuine: true }> & { readonly delivery: VerifiedDelivery });

/** The guarded webhook part. */
export interface WebhookUse {
  /** Proves a delivery. The network is closed to it. */
  verify(delivery: WebhookDelivery, time: ReadTime): Answer<Verification>;
  /** Brings back a delivery that `verify` proved earlier and that was stored since. For nothing else: it asks no proof. */
  provenBefore(delivery: WebhookDelivery): VerifiedDelivery;
  /** Understands a proven delivery. The network is closed to it; a delivery that this registry did not prove is refused. */
  parse(delivery: VerifiedDelivery, time: ReadTime): Answer<Found>;
}

/** One merchant's connection, every method of its connector guarded. Parts mirror the contract; a part the connector lacks is absent. */
export interface ConnectorUse {
  readonly webhook: WebhookUse & { topics(): readonly string[] };
  readonly understand?: (pointer: Pointer, time: ReadTime) => Answer<readonly (NormalizedEvent | Unresolved)[]>;
  readonly invoices: { read(invoice: InvoiceRef, time: ReadTime): Answer<InvoiceState> };
  readonly paymentMethods:
    | { readonly mode: 'readable'; list(invoice: InvoiceRef, time: ReadTime): Answer<TokenList> }
    | { readonly mode: 'held_by_platform'; readonly why: string };
  readonly dunning:
    | {
        readonly mode: 'controllable';
        readonly neededFor: 'gateway' | 'both';
        takeOver(invoice: InvoiceRef, until: Date, time: WriteTime): Answer<TakeOver>;
        handBack(invoice: InvoiceRef, ending: Ending, time: WriteTime): Answer<'handed_back' | 'nothing_to_do'>;
      }
    | { readonly mode: 'merchant_switches_off'; readonly how: string }
    | { readonly mode: 'harmless'; readonly why: string };
  readonly collection?: {
    /** `already_paid` is passed on only if exactly one request went out under `request.once.key`, else it becomes `unknown`. */
    collectNow(request: CollectRequest, time: WriteTime): Answer<ChargeOutcome | { readonly status: 'already_paid' }>;
    findCollection(request: CollectRequest, time: ReadTime): Answer<FindOutcome>;
    protection(): RepeatProtection;
  };
  readonly settlement:
    | { readonly mode: 'platform_detects' }
    | {
        readonly mode: 'recorded';
        record(payment: PaymentToRecord, time: WriteTime): Answer<SettlementResult>;
        readonly reverse?: (
          payment: PaymentToRecord,
          why: 'refund' | 'dispute' | 'late_failure',
          once: WriteOnce,
          time: WriteTime,
        ) => Answer<SettlementResult>;
      };
  readonly failures?: {
    list(since: Date, cursor: string | undefined, time: ReadTime): Answer<{ readonly found: Found; readonly next?: string }>;
  };
  readonly setup?: {
    ensure(
      endpoints: readonly { readonly topic?: string; readonly url: string; readonly secret?: string }[],
      time: WriteTime,
    ): Answer<HealthReport>;
    remove(time: WriteTime): Answer<void>;
  };
  checkHealth(time: ReadTime): Answer<HealthReport>;
}

/** One gateway account, every method of its gateway guarded. */
export interface GatewayUse {
  /** A token that a merchant wrote as one text; not recognised where the gateway documents no such form. */
  readToken(text: string): TokenReading;
  /** Whether this account can charge the token. */
  accepts(token: ChargeableToken): boolean;
  /** Which currencies the account takes; `any` where the gateway does not say. */
  currencies(): 'any' | readonly string[];
  protection(): RepeatProtection;
  readonly prepare?: (request: ChargeRequest, time: WriteTime) => Answer<{ readonly chargeRef: string }>;
  charge(request: ChargeRequest, time: WriteTime): Answer<ChargeOutcome>;
  find(request: ChargeRequest, time: ReadTime): Answer<FindOutcome>;
  readonly revoke?: (request: ChargeRequest, time: WriteTime) => Answer<{ readonly status: 'revoked' } | ChargeOutcome>;
  refund(request: RefundRequest, time: WriteTime): Answer<RefundOutcome>;
  readonly webhook?: WebhookUse;
  checkHealth(time: ReadTime): Answer<HealthReport>;
}
