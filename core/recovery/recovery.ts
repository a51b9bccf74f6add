import type { CaseView } from '../cases/index.js';
import type { Money } from '../connector-kit/index.js';

/** A merchant's call to recover one failed payment, validated at the edge. */
export interface ExecuteRequest {
  readonly clientId: string;
  /** The token as the merchant sent it; the gateways recognise their own form. */
  readonly tokenText: string;
  /** A gateway id of the client (its type, or an account id); undefined: the first gateway that recognises the token, else the primary. */
  readonly gateway?: string;
  readonly amount: Money;
  readonly originalDeclineCode?: string;
  readonly idempotencyKey?: string;
  readonly invoiceId?: string;
  readonly customerEmail?: string;
  /** Test clients only; the edge drops it on live ones. */
  readonly simulateOutcome?: 'success' | 'failed' | 'blocked';
}

/** How the call ended, once the case is closed, waits for its time, or is not confirmed within 28 s. */
export type ExecuteResult =
  | { readonly status: 'opened'; readonly view: CaseView }
  | { readonly status: 'duplicate'; readonly reason: 'idempotency_key' | 'velocity' | 'open_case'; readonly existing: CaseView | null }
  | { readonly status: 'invalid'; readonly param: string; readonly message: string }
  | { readonly status: 'paused' };

export type CaseSelector =
  | { readonly transactionId: string } | { readonly idempotencyKey: string } | { readonly invoiceId: string } | { readonly customerId: string };

export type CancelResult =
  | { readonly status: 'cancelled'; readonly view: CaseView }
  | { readonly status: 'not_found' }
  | { readonly status: 'conflict'; readonly message: string };

/** What the API asks of recovery. */
export interface Recovery {
  execute(request: ExecuteRequest): Promise<ExecuteResult>;
  cancel(clientId: string, selector: { readonly transactionId: string } | { readonly idempotencyKey: string }): Promise<CancelResult>;
  find(clientId: string, selector: CaseSelector): Promise<CaseView | undefined>;
  /** The events of this case that were held for the call's response may leave now. */
  responded(transactionId: string): Promise<void>;
}
