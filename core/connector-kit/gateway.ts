import type { z } from 'zod';
import type { ChargeOutcome, FindOutcome, RefundOutcome, RepeatProtection } from './charging.js';
import type { HealthReport } from './health.js';
import type { CallContext, Connection, PluginIo } from './plugin-io.js';
import type { ChargeableToken, Money, WriteOnce } from './values.js';
import type { Webhook } from './webhook.js';

/** One charge of one attempt. */
export interface ChargeRequest {
  readonly once: WriteOnce;
  /** What `prepare` returned for this attempt, where the gateway prepares. */
  readonly chargeRef?: string;
  readonly amount: Money;
  readonly token: ChargeableToken;
  /** For the customer's statement or the gateway's dashboard, as far as the gateway has room for it. */
  readonly description: string;
}

/** One refund. */
export interface RefundRequest {
  readonly once: WriteOnce;
  /** The transactions of the charge that is given back, as its outcome named them. */
  readonly gatewayRefs: readonly string[];
  /** How much goes back; at most what was approved. */
  readonly amount: Money;
  readonly why: 'duplicate' | 'partial_approval' | 'operator';
}

/** What a gateway makes of a token that a merchant wrote as one text. */
export type TokenReading = { readonly recognised: true; readonly token: ChargeableToken } | { readonly recognised: false };

/**
 * A gateway: code that charges tokens. Stateless, one per process.
 *
 * Rule 10: members are methods, not properties of function type. Rule 12: arguments and results are plain data (no class instances but `Date`). A method
 * throws only a {@link PlatformError}; everything else is taken for `unexpected_answer`, `reached: 'unknown'`. SDK objects live in the session (rule 15):
 * one per account, kept while used, opened again after any change of the config; the SDK's own retries are off.
 *
 * @typeParam C - The parsed config. @typeParam S - The session that `open` makes.
 */
export interface GatewayDefinition<C, S = undefined> {
  /** Equals the key in the plugin list and stands in webhook addresses: lower case, digits, hyphens. */
  readonly id: string;
  /** For people. */
  readonly displayName: string;
  /** The version of the contract it was written for: `CONTRACT_VERSION`. */
  readonly contract: string;
  /** What a merchant enters: a strict object, each credential made with `secret()`. */
  readonly configSchema: z.ZodType<C>;
  /** Whether the credentials move real money. */
  mode(config: C): 'test' | 'live';
  /** Every host it may talk to, as `name` or `name:port`. */
  hosts(config: C): readonly string[];
  /** What the account allows: requests per minute, and at once. */
  limits(config: C): { readonly perMinute: number; readonly concurrent: number };
  /** Reads a token as merchants write it as one text, in the forms this gateway documents; absent if it documents none. Uses no network. */
  readToken?(text: string, config: C): TokenReading;
  /** Whether this account can charge the token: the right kind of gateway, the right kind of method. */
  accepts(token: ChargeableToken, config: C): boolean;
  /** Currencies the account takes; left out or `any` if the gateway does not say. */
  currencies?(config: C): 'any' | readonly string[];
  /** Makes the SDK client. Sends nothing; keeps nothing outside the session. */
  open(connection: Connection<C>, io: PluginIo): S;
  /** By configuration, because one gateway may keep keys on one account and not on another. */
  protection(config: C): RepeatProtection;
  /** Makes what `charge` will confirm. Its ref is stored before `charge` is called. */
  prepare?(request: ChargeRequest, context: CallContext<C, S>): Promise<{ readonly chargeRef: string }>;
  /** Charges, off session. */
  charge(request: ChargeRequest, context: CallContext<C, S>): Promise<ChargeOutcome>;
  /** Asks what became of a charge. Read-only: never sends the charge again to learn its outcome. */
  find(request: ChargeRequest, context: CallContext<C, S>): Promise<FindOutcome>;
  /**
   * The fence at the gateway: after `revoked` no earlier call for this attempt can take money any more, also one still under way. If the charge has
   * happened, its outcome instead.
   */
  revoke?(request: ChargeRequest, context: CallContext<C, S>): Promise<{ readonly status: 'revoked' } | ChargeOutcome>;
  /** Gives money back. Rule 2: looks for a refund under this key first, then acts. */
  refund(request: RefundRequest, context: CallContext<C, S>): Promise<RefundOutcome>;
  /** For what API clients hear from the gateway itself: late failures, refunds, disputes. */
  readonly webhook?: Webhook<C>;
  /** Whether the account is fit for use, each finding with its fix. */
  checkHealth(context: CallContext<C, S>): Promise<HealthReport>;
}
