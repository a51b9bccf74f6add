/**
 * An amount of money.
 *
 * Platforms and gateways differ in how they write amounts (minor units, decimal strings, exceptions by currency); a plugin translates with
 * `parseDecimal`, `formatDecimal` and its own table of exceptions, and refuses a currency it cannot translate exactly.
 */
export interface Money {
  /** Whole minor units (cents, yen, fils): a safe integer. What one unit is worth follows from the currency's ISO 4217 exponent. */
  readonly minor: number;
  /** ISO 4217 code in capitals: `EUR`. */
  readonly currency: string;
}

/**
 * The platform's name of a debt.
 *
 * Rule 3: two failures carry the same `ref` if and only if paying one pays the other. Where the platform has invoices, `ref` is the invoice; where it
 * bills subscriptions without invoices, it is the subscription together with the period it fell due.
 */
export interface InvoiceRef {
  /** Identifies the debt on its connection. */
  readonly ref: string;
  /** The platform's id of the subscription, if the debt belongs to one. */
  readonly subscriptionRef?: string;
  /** The platform's id of the customer. */
  readonly customerRef?: string;
}

/** Which cases an event is about: at least one of the three, the most exact one the platform tells. */
export type Subject = { readonly invoiceRef: string } | { readonly subscriptionRef: string } | { readonly customerRef: string };

/** What a gateway needs to charge a payment method. The parts stay apart: they are never glued into one string. */
export interface ChargeableToken {
  /** The kind of gateway that holds the method, as the gateway plugins name themselves in `accepts`. */
  readonly gatewayType: string;
  /** The platform's id of the gateway account; the connection maps it to one of the merchant's configured accounts. `OWN_ACCOUNT` where platform and gateway are one. */
  readonly gatewayAccountRef: string;
  /** The gateway's id of the payment method. */
  readonly methodRef: string;
  /** The gateway's id of the customer, where it charges methods only together with one. */
  readonly customerRef?: string;
  /** What is known of the card. Never its number. */
  readonly card?: TokenCard;
}

/** What is known of a card behind a token. */
export interface TokenCard {
  /** Card network in lower case: `visa`, `mastercard`, `amex`. */
  readonly network?: string;
  /** First six to eight digits. */
  readonly bin?: string;
  /** Last four digits. */
  readonly last4?: string;
  /** The gateway's fingerprint: equal for the same card number, also behind another token. */
  readonly fingerprint?: string;
  /** Last month of validity: `2027-04`. */
  readonly expires?: string;
  /** Country of the issuer, ISO 3166-1 alpha-2. */
  readonly country?: string;
}

/**
 * A decline as it was said.
 *
 * Rule 13: untranslated. The core's one decline catalogue judges it, for every platform and gateway alike.
 */
export interface RawDecline {
  /** Who speaks the code: the name of a table in the decline catalogue. */
  readonly system: string;
  /** The code, exactly as received. */
  readonly code: string;
  /** The text beside it, exactly as received. */
  readonly text?: string;
  /** Card network in lower case, if told. */
  readonly network?: string;
  /** The network's own response code, if told. */
  readonly networkCode?: string;
  /** Who speaks the advice code, if not `system`. */
  readonly adviceSystem?: string;
  /** Advice on retrying, exactly as received: a merchant advice code, a gateway's advice. */
  readonly adviceCode?: string;
  /** Whether the try reached the card network: one that a gateway blocked before counts for no network limit. */
  readonly reachedNetwork: boolean | 'unknown';
}

/** One payment that the platform knows on an invoice. */
export interface PlatformPayment {
  /** The platform's id of the payment. */
  readonly ref: string;
  /** The ids of the gateway's transactions behind it, as far as told. */
  readonly gatewayRefs: readonly string[];
  /** What we wrote on it when we recorded or caused it, if the platform kept it. */
  readonly ourReference?: string;
  /** `in_progress`: neither certain to arrive nor certain not to. */
  readonly state: 'succeeded' | 'in_progress' | 'failed';
  readonly amount: Money;
  /** When the platform says it was made. */
  readonly at: Date;
}

/** An invoice as the platform tells it now. */
export interface InvoiceState {
  /** `not_found`: the platform says there is no such invoice; a platform that cannot say is an error. */
  readonly state: 'open' | 'paid' | 'voided' | 'written_off' | 'not_found';
  /** What is still owed. Exactly this is charged. */
  readonly due: Money;
  /** Every payment the platform names, oldest first; empty if it names none. */
  readonly payments: readonly PlatformPayment[];
  /** False if a payment may exist that is not listed, because the platform does not tell all of them or the key may not read them. */
  readonly paymentsComplete: boolean;
  /** When the platform itself will try again, if it says so. */
  readonly nextPlatformAttemptAt?: Date;
  /** When the debt dies unpaid, if it does: the first invoice of a subscription that was never activated. */
  readonly collectBefore?: Date;
}

/**
 * What makes a write repeatable.
 *
 * Rule 1: the core mints every key; a plugin never invents one. Rule 2: the core repeats a write until it is answered.
 */
export interface WriteOnce {
  /** Stays the same for one duty, however often it is tried. Sent as the platform's idempotency key where it has one. */
  readonly key: string;
  /** When it was first tried; tells whether the platform still remembers the key. */
  readonly firstTriedAt: Date;
  /** What to write on the platform's object, so that it is known as ours when it is read again. */
  readonly ourReference: string;
}
