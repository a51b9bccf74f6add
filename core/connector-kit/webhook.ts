import type { ChargeableToken, InvoiceRef, Money, PlatformPayment, RawDecline, Subject } from './values.js';
import type { Connection } from './plugin-io.js';

/** What a platform sent, byte for byte. */
export interface WebhookDelivery {
  /** GET only for platforms that prove an address by a handshake. */
  readonly method: 'POST' | 'GET';
  /** The last part of the address, where the platform needs one address per topic. */
  readonly topic?: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The raw body, before any decoding: proofs are computed over these bytes. */
  readonly body: Uint8Array;
  /** Wall time. */
  readonly receivedAt: Date;
}

declare const verified: unique symbol;

/** A delivery that was proved genuine. Rule 11: a brand that only the registry gives, so that parsing an unproven body does not compile. */
export type VerifiedDelivery = WebhookDelivery & { readonly [verified]: true };

/** Whether a delivery comes from the platform. */
export type Verdict =
  | {
      readonly genuine: true;
      /** Equal on every redelivery of one event, different otherwise. */
      readonly deliveryId: string;
      /** A second dedupe key, where one change makes two events. Rule 7: it differs between two real failures of one invoice. */
      readonly alsoKnownAs?: string;
    }
  | {
      readonly genuine: false;
      /** `too_old`: the proof is right, its time is not. */
      readonly reason: 'missing_proof' | 'wrong_proof' | 'too_old';
      /** What the 401 answers as `WWW-Authenticate`: `Basic realm="webhooks"`. */
      readonly challenge?: string;
    }
  | {
      readonly genuine: 'handshake';
      /** Answered with 200; nothing is stored. */
      readonly reply: { readonly contentType: string; readonly body: string };
    };

/** Common to all events. Rule 8: `occurredAt` is a fact, never an order; order follows from `version` or from reading again. */
interface EventFacts {
  /** When the platform says it happened. */
  readonly occurredAt: Date;
  /** The platform's version of the object, comparable as it documents. */
  readonly version?: string;
}

/** Said by the platform and complete: the core may act on it after its own read of the invoice. Holds no card number and no secret. */
export type NormalizedEvent = EventFacts &
  (
    | {
        readonly type: 'payment_failed';
        readonly invoice: InvoiceRef;
        /** What the failed try asked for. */
        readonly amount: Money;
        readonly decline: RawDecline;
        /** The method that failed, if told. */
        readonly token?: ChargeableToken;
        /** Which of the platform's own tries it was, counted from 1. */
        readonly platformAttempt?: number;
        /** When the platform will try again, if it will. */
        readonly nextPlatformAttemptAt?: Date;
        /** The platform says that it will not try again. */
        readonly platformIsDone?: true;
        /** The gateway's transactions of the failed try: known as ours, it is the echo of our own attempt. */
        readonly gatewayRefs: readonly string[];
      }
    | {
        readonly type: 'invoice_paid';
        readonly invoice: InvoiceRef;
        /** What paid it, if told. */
        readonly payment?: PlatformPayment;
      }
    | { readonly type: 'invoice_closed'; readonly invoice: InvoiceRef; readonly reason: 'voided' | 'written_off' | 'deleted' }
    | {
        readonly type: 'payment_pending';
        readonly invoice: InvoiceRef;
        /** The transactions that are neither certain nor failed. */
        readonly gatewayRefs: readonly string[];
      }
    | {
        readonly type: 'payment_reversed';
        readonly subject: Subject;
        /** The transactions whose money goes back. */
        readonly gatewayRefs: readonly string[];
        /** `late_failure`: accepted first, failed at settlement. */
        readonly why: 'refund' | 'dispute' | 'late_failure';
        /** How much goes back. */
        readonly amount: Money;
        /** `amount` is all that has gone back of this payment up to now, where the platform tells no single sums. */
        readonly soFar?: true;
      }
    | {
        readonly type: 'payment_method_updated';
        readonly subject: Subject;
        /** The new method, if told; otherwise the core asks `paymentMethods`. */
        readonly token?: ChargeableToken;
      }
    | {
        readonly type: 'consent_revoked';
        readonly subject: Subject;
        /** The method that may not be charged any more. */
        readonly methodRef: string;
      }
    | { readonly type: 'subscription_ended'; readonly subject: Subject; readonly reason: 'cancelled' | 'expired' | 'platform_gave_up' }
    /** The merchant withdrew our access. */
    | { readonly type: 'connection_revoked' }
    | {
        readonly type: 'ignored';
        /** The platform's name of the event. */
        readonly platformType: string;
      }
  );

/** Says only where to look: bodies with nothing but metadata, thin events, senders that do not sign. `understand` resolves it. */
export interface Pointer {
  readonly type: 'pointer';
  /** What it points at, in the connector's own words. */
  readonly kind: string;
  /** The platform's ids, each checked for a safe pattern. */
  readonly refs: Readonly<Record<string, string>>;
  /** When the platform says it happened. */
  readonly occurredAt: Date;
}

/** A pointer that could not be resolved: the delivery is parked for a person. */
export type Unresolved = {
  readonly type: 'unresolved';
  readonly reason: 'ambiguous_invoice' | 'no_payment_source' | 'insufficient_permissions' | 'mode_mismatch' | 'forged' | 'gone';
  /** For that person: what was found and what to do. Holds no secret and no personal data. */
  readonly detail: string;
};

/** What a body says: events, and pointers where it is not complete in itself. */
export type Found = readonly (NormalizedEvent | Pointer)[];

/** How deliveries are proved and read. Neither method may use the network. */
export interface Webhook<C> {
  /** Proves the delivery over its raw bytes, in constant time. Rejects or throws only for a fault of ours, never for a wrong proof. */
  verify(delivery: WebhookDelivery, connection: Connection<C>): Verdict | Promise<Verdict>;
  /**
   * Reads a proven delivery: no network, no clock, the same answer each time. Async only because some SDK parsers are. An event that is not known or
   * not needed becomes `ignored`; a body that cannot be read is a `PlatformError` with code `unexpected_answer`.
   */
  parse(delivery: VerifiedDelivery, connection: Connection<C>): Found | Promise<Found>;
}
