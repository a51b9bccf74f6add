import type { FactId } from '../facts.js';

export interface RefusalDetails {
  readonly fact: FactId;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly type?: 'payment' | 'invalid_request' | 'operation_failed';
  readonly param?: string;
  /** Whether Chargebee began to execute the request: only then may the idempotency store keep the answer. */
  readonly executed?: true;
}

/** A refusal; the server turns it into Chargebee's error body. */
export class ChargebeeFailure extends Error {
  override readonly name = 'ChargebeeFailure';
  readonly details: RefusalDetails;
  constructor(details: RefusalDetails) {
    super(details.message);
    this.details = details;
  }
}

/** fact('request.error_body') */
export const errorBodyOf = ({ status, code, message, type, param }: Omit<RefusalDetails, 'fact'>): object => ({
  message,
  ...(type === undefined && status >= 500 ? {} : { type: type ?? 'invalid_request' }),
  api_error_code: code,
  ...(param === undefined ? {} : { param }),
  error_code: code,
  error_msg: message,
  http_status_code: status,
});

export const refusal = (details: RefusalDetails): ChargebeeFailure => new ChargebeeFailure(details);

export const notFound = (fact: FactId, id: string): ChargebeeFailure =>
  refusal({ fact, status: 404, code: 'resource_not_found', message: `Sorry, we couldn't find the resource '${id}'` });

/** Refused by the state of the object, after execution began. */
export const wrongState = (fact: FactId, message: string): ChargebeeFailure =>
  refusal({ fact, status: 409, code: 'invalid_state_for_request', message, executed: true });
