import type { FactId } from '../facts.js';

export type ErrorType =
  | 'bad_request' | 'internal_server_error' | 'invalid_api_key' | 'invalid_api_version' | 'invalid_content_type' | 'invalid_permissions' | 'not_found'
  | 'rate_limited' | 'service_not_available' | 'simultaneous_request' | 'transaction' | 'unauthorized' | 'unknown_api_version' | 'validation';

export interface RefusalDetails {
  readonly fact: FactId;
  readonly status: number;
  /** Not of the published list where the SDK knows no class for it. */
  readonly type: ErrorType | 'idempotency_conflict';
  readonly message: string;
  readonly param?: string;
  /** Of a declined collection: fact('collect.declined') */
  readonly transactionError?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether Recurly began to execute the request: only then may the idempotency store keep the answer. */
  readonly executed?: true;
}

/** A refusal; the server turns it into Recurly's error body. */
export class RecurlyFailure extends Error {
  override readonly name = 'RecurlyFailure';
  readonly details: RefusalDetails;
  constructor(details: RefusalDetails) {
    super(details.message);
    this.details = details;
  }
}

/** fact('request.error_body') */
export const errorBodyOf = ({ type, message, param, transactionError }: Omit<RefusalDetails, 'fact' | 'status'>): object => ({
  error: {
    type,
    message,
    ...(param === undefined ? {} : { params: [{ param, message }] }),
    ...(transactionError === undefined ? {} : { transaction_error: transactionError }),
  },
});

export const refusal = (details: RefusalDetails): RecurlyFailure => new RecurlyFailure(details);

/** fact('request.not_found') */
export const notFound = (fact: FactId, kind: string, id: string): RecurlyFailure =>
  refusal({ fact, status: 404, type: 'not_found', message: `Couldn't find ${kind} with id = ${id}`, param: 'id' });

/** Refused by the state of the object, after execution began. */
export const wrongState = (fact: FactId, message: string, param = 'base'): RecurlyFailure =>
  refusal({ fact, status: 422, type: 'validation', message, param, executed: true });
