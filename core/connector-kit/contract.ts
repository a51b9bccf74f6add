import type { z } from 'zod';

/* ---- values ------------------------------------------------------------------------------------------------------ */
export interface Money { readonly minor: number; readonly currency: string }
/** A debt on the platform. Two failures carry the same `ref` if and only if paying one pays the other. */
export interface InvoiceRef { readonly ref: string; readonly subscriptionRef?: string; readonly customerRef?: string }
/** Which cases an event is about: at least one of the three. */
export type Subject = { readonly invoiceRef: string } | { readonly subscriptionRef: string } | { readonly customerRef: string };
/** What a gateway needs to charge; the tuple is never a glued string. */
export interface ChargeableToken {
  readonly gatewayType: string;              // 'stripe', 'braintree': matched against gateway plugins
  readonly gatewayAccountRef: string;        // the platform's id of the account; the connection maps it to ours
  readonly methodRef: string; readonly customerRef?: string;
  readonly card?: { readonly network?: string; readonly bin?: string; readonly last4?: string; readonly fingerprint?: string; readonly expires?: string; readonly country?: string };
}
export interface RawDecline {
  readonly system: string; readonly code: string; readonly text?: string;
  readonly network?: string; readonly networkCode?: string;
  readonly adviceSystem?: string; readonly adviceCode?: string;
  readonly reachedNetwork: boolean | 'unknown';           // a blocked charge counts for no network limit
}
/** One payment the platform knows on an invoice. `ourReference` is what we wrote on it, if the platform kept it. */
export interface PlatformPayment { readonly ref: string; readonly gatewayRefs: readonly string[]; readonly ourReference?: string; readonly state: 'succeeded' | 'in_progress' | 'failed'; readonly amount: Money; readonly at: Date }
export interface InvoiceState {
  readonly state: 'open' | 'paid' | 'voided' | 'written_off' | 'not_found';
  readonly due: Money;                                    // exactly this is charged
  readonly payments: readonly PlatformPayment[];          // all known, oldest first; empty if the platform tells none
  readonly paymentsComplete: boolean;                     // false: a payment may exist that is not listed (Recurly mark_successful, Zuora without parts)
  readonly nextPlatformAttemptAt?: Date;
  readonly collectBefore?: Date;                          // the debt dies then (first invoice of an incomplete subscription)
}


/* ---- what a connector is given ------------------------------------------------------------------------------------ */
/** The only sockets of a plugin: metered, host-checked, deadlined. Hand `fetch` or `agent` to the official SDK. */
export interface PluginIo { readonly fetch: typeof fetch; readonly agent: import('node:https').Agent; readonly log: Log }
export interface Log { debug(fact: string, fields?: object): void; warn(fact: string, fields?: object): void }
export interface Connection<C> { readonly connectionId: string; readonly clientId: string; readonly mode: 'test' | 'live'; readonly config: C }
export interface CallContext<C, S> {
  readonly connection: Connection<C>; readonly session: S;
  readonly signal: AbortSignal; readonly deadline: Date; readonly log: Log;
  /** Short-lived credentials (OAuth, refresh tokens): minted once over all processes, encrypted, kept until `expiresAt`. */
  credential(name: string, mint: (previous: string | undefined) => Promise<{ value: string; expiresAt: Date }>): Promise<string>;
}
/** A write is repeated by the core until answered. `key` never changes for one duty; `firstTriedAt` tells how old it is. */
export interface WriteOnce { readonly key: string; readonly firstTriedAt: Date; readonly ourReference: string }

/* ---- inbound -------------------------------------------------------------------------------------------------------- */
export interface WebhookDelivery { readonly method: 'POST' | 'GET'; readonly topic?: string; readonly query: URLSearchParams; readonly headers: Headers; readonly body: Uint8Array; readonly receivedAt: Date }
declare const verified: unique symbol;
export type VerifiedDelivery = WebhookDelivery & { readonly [verified]: true };
export type Verdict =
  | { readonly genuine: true; readonly deliveryId: string; readonly alsoKnownAs?: string }     // alsoKnownAs: a second dedupe key where one change makes two events
  | { readonly genuine: false; readonly reason: 'missing_proof' | 'wrong_proof' | 'too_old'; readonly challenge?: string }
  | { readonly genuine: 'handshake'; readonly reply: { readonly contentType: string; readonly body: string } };  // answered 200, nothing stored

/** Said by the platform and complete: the core may act on it after its own read of the invoice. */
export type NormalizedEvent = { readonly occurredAt: Date; readonly version?: string } & (
  | { readonly type: 'payment_failed'; readonly invoice: InvoiceRef; readonly amount: Money; readonly decline: RawDecline; readonly token?: ChargeableToken; readonly platformAttempt?: number; readonly nextPlatformAttemptAt?: Date; readonly platformIsDone?: true; readonly gatewayRefs: readonly string[] }
  | { readonly type: 'invoice_paid'; readonly invoice: InvoiceRef; readonly payment?: PlatformPayment }
  | { readonly type: 'invoice_closed'; readonly invoice: InvoiceRef; readonly reason: 'voided' | 'written_off' | 'deleted' }
  | { readonly type: 'payment_pending'; readonly invoice: InvoiceRef; readonly gatewayRefs: readonly string[] }
  | { readonly type: 'payment_reversed'; readonly subject: Subject; readonly gatewayRefs: readonly string[]; readonly why: 'refund' | 'dispute' | 'late_failure'; readonly amount: Money }
  | { readonly type: 'payment_method_updated'; readonly subject: Subject; readonly token?: ChargeableToken }
  | { readonly type: 'consent_revoked'; readonly subject: Subject; readonly methodRef: string }
  | { readonly type: 'subscription_ended'; readonly subject: Subject; readonly reason: 'cancelled' | 'expired' | 'platform_gave_up' }
  | { readonly type: 'connection_revoked' }
  | { readonly type: 'ignored'; readonly platformType: string });
/** A pointer says only where to look: metadata-only bodies, thin events, unsigned senders. */
export interface Pointer { readonly type: 'pointer'; readonly kind: string; readonly refs: Readonly<Record<string, string>>; readonly occurredAt: Date }
export type Unresolved = { readonly type: 'unresolved'; readonly reason: 'ambiguous_invoice' | 'no_payment_source' | 'insufficient_permissions' | 'mode_mismatch' | 'forged' | 'gone'; readonly detail: string };

export interface Webhook<C> {
  verify(delivery: WebhookDelivery, connection: Connection<C>): Verdict | Promise<Verdict>;
  /** No network, no clock. Async only because some SDK parsers are. */
  parse(delivery: VerifiedDelivery, connection: Connection<C>): Found | Promise<Found>;
}
export type Found = readonly (NormalizedEvent | Pointer)[];

/* ---- the connector -------------------------------------------------------------------------------------------------- */
export interface ConnectorDefinition<C, S = undefined> {
  readonly id: string; readonly displayName: string; readonly contract: string;
  readonly configSchema: z.ZodType<C>;
  mode(config: C): 'test' | 'live' | 'undeclared';
  hosts(config: C): readonly string[];
  /** POSTs that change nothing, so that `observe` may send them. */
  readonly readRequests?: readonly { readonly method: 'POST'; readonly path: string }[];
  limits(config: C): { readonly perMinute: number; readonly concurrent: number };
  open(connection: Connection<C>, io: PluginIo): S;        // SDK client; one per connection, closed over nothing else
  readonly webhook: Webhook<C> & { topics?(config: C): readonly string[] };
  /** Present where `parse` may yield pointers. Retried for days on `reached: no|unknown`; `unresolved` parks the delivery for a person. */
  understand?(pointer: Pointer, context: CallContext<C, S>): Promise<readonly (NormalizedEvent | Unresolved)[]>;
  readonly invoices: { read(invoice: InvoiceRef, context: CallContext<C, S>): Promise<InvoiceState> };
  readonly paymentMethods:
    | { readonly mode: 'readable'; list(invoice: InvoiceRef, context: CallContext<C, S>): Promise<TokenList> }    // asked before the first and on every refresh
    | { readonly mode: 'held_by_platform'; readonly why: string };
  readonly dunning:
    | { readonly mode: 'controllable'; readonly neededFor: 'gateway' | 'both'; takeOver(invoice: InvoiceRef, until: Date, context: CallContext<C, S>): Promise<TakeOver>; handBack(invoice: InvoiceRef, ending: Ending, context: CallContext<C, S>): Promise<'handed_back' | 'nothing_to_do'> }
    | { readonly mode: 'merchant_switches_off'; readonly how: string }
    | { readonly mode: 'harmless'; readonly why: string };
  readonly collection?: {
    /** `already_paid` only if `io` wrote once under this key; else the answer is `unknown`. */
    collectNow(request: CollectRequest, context: CallContext<C, S>): Promise<ChargeOutcome | { readonly status: 'already_paid' }>;
    findCollection(request: CollectRequest, context: CallContext<C, S>): Promise<FindOutcome>;
    protection(config: C): RepeatProtection;
  };
  readonly settlement:
    | { readonly mode: 'platform_detects' }                                    // only the platform route exists
    | { readonly mode: 'recorded';                                            // first looks for `ourReference` or the gateway refs, then records: repeatable for ever
        record(payment: PaymentToRecord, context: CallContext<C, S>): Promise<SettlementResult>;
        reverse?(payment: PaymentToRecord, why: 'refund' | 'dispute' | 'late_failure', once: WriteOnce, context: CallContext<C, S>): Promise<SettlementResult> };
  readonly failures?: { list(since: Date, cursor: string | undefined, context: CallContext<C, S>): Promise<{ found: Found; next?: string }> };   // poll behind lossy webhooks, and the import of open failures at connect
  readonly setup?: { ensure(endpoints: readonly { topic?: string; url: string; secret?: string }[], context: CallContext<C, S>): Promise<HealthReport>; remove(context: CallContext<C, S>): Promise<void> };   // at connect and daily
  checkHealth(context: CallContext<C, S>): Promise<HealthReport>;
}
export type TokenList = { readonly found: true; readonly tokens: readonly [ChargeableToken, ...ChargeableToken[]] } | { readonly found: false; readonly reason: 'no_payment_source' | 'unsupported_gateway' | 'insufficient_permissions' | 'mode_mismatch'; readonly detail: string };
export type TakeOver = { readonly status: 'taken'; readonly until?: Date } | { readonly status: 'not_possible'; readonly reason: string };
export interface Ending { readonly outcome: 'failed' | 'blocked' | 'cancelled' | 'succeeded'; readonly recommendedAction?: string; readonly startDunning: boolean }
export interface CollectRequest { readonly once: WriteOnce; readonly invoice: InvoiceRef; readonly amount: Money; readonly before: InvoiceState; readonly token?: ChargeableToken }
export interface PaymentToRecord { readonly once: WriteOnce; readonly invoice: InvoiceRef; readonly amount: Money; readonly chargedAt: Date; readonly gatewayRefs: readonly [string, ...string[]]; readonly gatewayType: string; readonly token: ChargeableToken }
export type SettlementResult = { readonly status: 'recorded' | 'already_recorded'; readonly platformPaymentRef?: string } | { readonly status: 'paid_by_other'; readonly payment: PlatformPayment } | { readonly status: 'refused'; readonly reason: 'invoice_voided' | 'amount_mismatch' | 'paid_unexplained' | 'not_allowed'; readonly detail: string };
export interface HealthReport { readonly findings: readonly { readonly code: 'wrong_key' | 'missing_permission' | 'wrong_mode' | 'platform_down' | 'webhook_missing' | 'platform_retries_on'; readonly message: string; readonly fix: string }[]; readonly facts?: Readonly<Record<string, string | boolean>> }

/* ---- the gateway ---------------------------------------------------------------------------------------------------- */
/** How a lost call is kept from charging twice. The core refuses to repeat beyond what is declared. */
export type RepeatProtection = { /** A charge sent before this long ago is visible to `find`, or never happened. At least twice the longest processing time. */ readonly absentIsFinalAfterMs: number }
  & (| { readonly kind: 'key'; readonly keptForMs: number }         // same key, same answer, that long
     | { readonly kind: 'single_use_object' }                       // prepare() makes an object that can succeed once (Stripe PaymentIntent, an invoice)
     | { readonly kind: 'search_only' });                           // found or absent, nothing more
export interface GatewayDefinition<C, S = undefined> {
  readonly id: string; readonly displayName: string; readonly contract: string; readonly configSchema: z.ZodType<C>;
  mode(config: C): 'test' | 'live'; hosts(config: C): readonly string[];
  limits(config: C): { readonly perMinute: number; readonly concurrent: number };
  accepts(token: ChargeableToken, config: C): boolean;
  currencies?(config: C): 'any' | readonly string[];
  open(connection: Connection<C>, io: PluginIo): S;
  /** By configuration: the same gateway may keep keys on one account and not on another. */
  protection(config: C): RepeatProtection;
  /** Makes what `charge` will confirm and returns its ref; stored before `charge`. */
  prepare?(request: ChargeRequest, context: CallContext<C, S>): Promise<{ readonly chargeRef: string }>;
  charge(request: ChargeRequest, context: CallContext<C, S>): Promise<ChargeOutcome>;
  find(request: ChargeRequest, context: CallContext<C, S>): Promise<FindOutcome>;
  /** After it no earlier call for this attempt can take money any more: the fence at the gateway. */
  revoke?(request: ChargeRequest, context: CallContext<C, S>): Promise<{ readonly status: 'revoked' } | ChargeOutcome>;
  refund(request: RefundRequest, context: CallContext<C, S>): Promise<RefundOutcome>;
  readonly webhook?: Webhook<C>;                                  // late failures, refunds, disputes of API clients
  checkHealth(context: CallContext<C, S>): Promise<HealthReport>;
}
export interface ChargeRequest { readonly once: WriteOnce; readonly chargeRef?: string; readonly amount: Money; readonly token: ChargeableToken; readonly description: string }
export type ChargeOutcome =
  | { readonly status: 'approved'; readonly gatewayRefs: readonly [string, ...string[]]; readonly amount: Money; readonly provisional: boolean; readonly token?: ChargeableToken }   // less than asked: the core refunds and declines
  | { readonly status: 'declined'; readonly decline: RawDecline; readonly gatewayRefs: readonly string[] }
  | { readonly status: 'pending'; readonly gatewayRefs: readonly [string, ...string[]] }
  | { readonly status: 'not_sent'; readonly cause: string; readonly retryAfterMs?: number }
  | { readonly status: 'unknown'; readonly cause: string; readonly gatewayRefs: readonly string[] };
export type FindOutcome = ChargeOutcome | { readonly status: 'absent' };
export interface RefundRequest { readonly once: WriteOnce; readonly gatewayRefs: readonly string[]; readonly amount: Money; readonly why: 'duplicate' | 'partial_approval' | 'operator' }
export type RefundOutcome = { readonly status: 'refunded' | 'voided' | 'pending'; readonly refundRef: string } | { readonly status: 'refused'; readonly detail: string } | { readonly status: 'unknown'; readonly cause: string };

