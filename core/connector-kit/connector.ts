import type { z } from 'zod';
import type { ChargeOutcome, FindOutcome, RepeatProtection } from './charging.js';
import type { HealthReport } from './health.js';
import type { CallContext, Connection, PluginIo } from './plugin-io.js';
import type { ChargeableToken, InvoiceRef, InvoiceState, Money, PlatformPayment, WriteOnce } from './values.js';
import type { Found, NormalizedEvent, Pointer, Unresolved, Webhook } from './webhook.js';

/** The payment methods of a debt, the one to try first in front. */
export type TokenList =
  | { readonly found: true; readonly tokens: readonly [ChargeableToken, ...ChargeableToken[]] }
  | {
      readonly found: false;
      /** `mode_mismatch`: the key is of the test world and the debt of the live one, or the other way round. */
      readonly reason: 'no_payment_source' | 'unsupported_gateway' | 'insufficient_permissions' | 'mode_mismatch';
      /** For people: what was found and what to do. Holds no secret. */
      readonly detail: string;
    };

/** Whether the platform's own retries are now still. */
export type TakeOver =
  | {
      readonly status: 'taken';
      /** Until when, if the platform grants less than asked. */
      readonly until?: Date;
    }
  | {
      readonly status: 'not_possible';
      /** For people. */
      readonly reason: string;
    };

/** How our work on a debt ended, for the platform. */
export interface Ending {
  readonly outcome: 'failed' | 'blocked' | 'cancelled' | 'succeeded';
  /** What the merchant is advised to do. */
  readonly recommendedAction?: string;
  /** True: the platform's own dunning goes on from here. False: its retries stay off. */
  readonly startDunning: boolean;
}

/** One collection by the platform. */
export interface CollectRequest {
  readonly once: WriteOnce;
  readonly invoice: InvoiceRef;
  readonly amount: Money;
  /** The invoice as it was read before the call. Rule 4: a payment that was there already is not ours. */
  readonly before: InvoiceState;
  /** The method to use, where the platform lets us choose. */
  readonly token?: ChargeableToken;
}

/** A charge of ours that the platform has to be told of. */
export interface PaymentToRecord {
  readonly once: WriteOnce;
  readonly invoice: InvoiceRef;
  readonly amount: Money;
  readonly chargedAt: Date;
  /** The gateway's ids of the charge. */
  readonly gatewayRefs: readonly [string, ...string[]];
  readonly gatewayType: string;
  readonly token: ChargeableToken;
}

/** What became of a payment to record. */
export type SettlementResult =
  | {
      /** `already_recorded`: our own record was found. */
      readonly status: 'recorded' | 'already_recorded';
      /** The platform's id of the payment, if it gives one. */
      readonly platformPaymentRef?: string;
    }
  | {
      /** Rule 5: said only with the other payment in hand; without one to show it is `paid_unexplained`. */
      readonly status: 'paid_by_other';
      readonly payment: PlatformPayment;
    }
  | {
      readonly status: 'refused';
      readonly reason: 'invoice_voided' | 'amount_mismatch' | 'paid_unexplained' | 'not_allowed';
      /** For people; holds no secret. */
      readonly detail: string;
    };

/** An address that the platform has to call. */
export interface WebhookEndpoint {
  /** Which topic it is for, where each topic has its own. */
  readonly topic?: string;
  readonly url: string;
  /** What the platform shall prove deliveries with, where we choose it. */
  readonly secret?: string;
}

/** Whether and how payment methods can be read. */
export type PaymentMethodsPart<C, S> =
  | {
      readonly mode: 'readable';
      /** Asked before the first attempt and on every refresh. */
      list(invoice: InvoiceRef, context: CallContext<C, S>): Promise<TokenList>;
    }
  | {
      readonly mode: 'held_by_platform';
      /** For people: why the hub cannot charge these methods itself. */
      readonly why: string;
    };

/** How the platform's own retries are kept still while we work. */
export type DunningPart<C, S> =
  | {
      readonly mode: 'controllable';
      /** For which routes they must be kept still: only while our gateway charges, or also while the platform collects for us. */
      readonly neededFor: 'gateway' | 'both';
      /** Stops the platform's retries on this debt until then. Repeatable. */
      takeOver(invoice: InvoiceRef, until: Date, context: CallContext<C, S>): Promise<TakeOver>;
      /** Gives the debt back, or stops its retries for good (`startDunning: false`). Rule 2: looks first; repeatable. */
      handBack(invoice: InvoiceRef, ending: Ending, context: CallContext<C, S>): Promise<'handed_back' | 'nothing_to_do'>;
    }
  | {
      readonly mode: 'merchant_switches_off';
      /** For the merchant: where to switch the retries off. */
      readonly how: string;
    }
  | {
      readonly mode: 'harmless';
      /** For people: why a retry of the platform cannot collide with ours. */
      readonly why: string;
    };

/** The platform route: the platform is told to collect. */
export interface CollectionPart<C, S> {
  /** Tells the platform to collect now. `already_paid` is an answer only if `io` wrote once under this key; else the registry makes it `unknown`. */
  collectNow(request: CollectRequest, context: CallContext<C, S>): Promise<ChargeOutcome | { readonly status: 'already_paid' }>;
  /** Asks what became of it, by comparing the invoice with `before` (rule 4). Read-only. */
  findCollection(request: CollectRequest, context: CallContext<C, S>): Promise<FindOutcome>;
  /** What keeps a lost collection from happening twice. */
  protection(config: C): RepeatProtection;
}

/** How the platform learns of our charges. Rule 6: only the gateway route needs it; a collection by the platform settles itself. */
export type SettlementPart<C, S> =
  | {
      /** Nothing to tell: only the platform route exists, or the platform sees our charge by itself. */
      readonly mode: 'platform_detects';
    }
  | {
      readonly mode: 'recorded';
      /** Rule 2: looks for our reference or the gateway's ids first, then records. Repeatable for ever. */
      record(payment: PaymentToRecord, context: CallContext<C, S>): Promise<SettlementResult>;
      /** Takes a recorded payment back. Same rule; `once` is the reversal's own. */
      reverse?(
        payment: PaymentToRecord,
        why: 'refund' | 'dispute' | 'late_failure',
        once: WriteOnce,
        context: CallContext<C, S>,
      ): Promise<SettlementResult>;
    };

/** For lossy webhooks, and for the import of open failures when a merchant connects. */
export interface FailuresPart<C, S> {
  /** Failures since then, page by page; `next` is given back as `cursor` until it is absent. */
  list(since: Date, cursor: string | undefined, context: CallContext<C, S>): Promise<{ readonly found: Found; readonly next?: string }>;
}

/** For platforms whose webhooks are registered by API. Run at connect and daily. */
export interface SetupPart<C, S> {
  /** Makes the platform call these addresses, and no others of ours. Repeatable. */
  ensure(endpoints: readonly WebhookEndpoint[], context: CallContext<C, S>): Promise<HealthReport>;
  /** Undoes it. Repeatable. */
  remove(context: CallContext<C, S>): Promise<void>;
}

/**
 * A connector: code for a billing platform. Stateless, one per process.
 *
 * Rule 10: members are methods, not properties of function type. Rule 12: arguments and results are plain data (no class instances but `Date`); what a
 * connector can do follows from the parts and modes it has, there is no second list. A method throws only a {@link PlatformError}; everything else is
 * taken for `unexpected_answer`, `reached: 'unknown'`. SDK objects live in the session (rule 15): one per connection, kept while used, opened again after
 * any change of the connection; the SDK's own retries are off.
 *
 * @typeParam C - The parsed config. @typeParam S - The session that `open` makes.
 */
export interface ConnectorDefinition<C, S = undefined> {
  /** Equals the key in the plugin list and stands in webhook addresses: lower case, digits, hyphens. */
  readonly id: string;
  /** For people. */
  readonly displayName: string;
  /** The version of the contract it was written for: `CONTRACT_VERSION`. */
  readonly contract: string;
  /** What a merchant enters: a strict object, each credential made with `secret()`. */
  readonly configSchema: z.ZodType<C>;
  /** Whether the credentials are of the platform's test or live world; `undeclared` where they do not tell. */
  mode(config: C): 'test' | 'live' | 'undeclared';
  /** Every host it may talk to, as `name` or `name:port`. */
  hosts(config: C): readonly string[];
  /** POSTs that change nothing, so that `observe` lets them through (rule 16). In `path`, `{name}` stands for one segment. */
  readonly readRequests?: readonly { readonly method: 'POST'; readonly path: string }[];
  /** What the account allows: requests per minute, and at once. */
  limits(config: C): { readonly perMinute: number; readonly concurrent: number };
  /** Makes the SDK client. Sends nothing; keeps nothing outside the session. */
  open(connection: Connection<C>, io: PluginIo): S;
  /** Proof and reading of deliveries; `topics` where the platform needs one address per topic. */
  readonly webhook: Webhook<C> & { topics?(config: C): readonly string[] };
  /**
   * Present where `parse` may yield pointers: reads by API what they point at. Repeated for days while it throws `reached: 'no'` or `'unknown'`;
   * an `unresolved` parks the delivery for a person.
   */
  understand?(pointer: Pointer, context: CallContext<C, S>): Promise<readonly (NormalizedEvent | Unresolved)[]>;
  readonly invoices: {
    /** The invoice as it is now, from the platform itself. */
    read(invoice: InvoiceRef, context: CallContext<C, S>): Promise<InvoiceState>;
  };
  readonly paymentMethods: PaymentMethodsPart<C, S>;
  readonly dunning: DunningPart<C, S>;
  /** Present where the platform can be told to collect. */
  readonly collection?: CollectionPart<C, S>;
  readonly settlement: SettlementPart<C, S>;
  /** Present where failures can be listed. */
  readonly failures?: FailuresPart<C, S>;
  /** Present where webhooks are registered by API. */
  readonly setup?: SetupPart<C, S>;
  /** Whether the connection is fit for use, each finding with its fix. */
  checkHealth(context: CallContext<C, S>): Promise<HealthReport>;
}
