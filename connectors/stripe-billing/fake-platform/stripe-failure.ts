import type { FactId } from '../facts.js';

export type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

export interface StripeErrorBody {
  type: ErrorType;
  message: string;
  [member: string]: unknown;
}

export interface FailureDetails {
  readonly status: number;
  readonly error: StripeErrorBody;
  readonly fact: FactId;
  /** Whether Stripe began to execute the request: only then does the idempotency store keep the answer. */
  readonly executed: boolean;
}

/** A refusal in Stripe's shape; the server turns it into the answer. */
export class StripeFailure extends Error {
  override readonly name = 'StripeFailure';
  readonly details: FailureDetails;
  constructor(details: FailureDetails) {
    super(details.error.message);
    this.details = details;
  }
}

const docUrl = (code: string | undefined) => (code === undefined ? {} : {
  doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
});

export interface RefusalDetails {
  readonly fact: FactId;
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly status?: number;
  readonly type?: ErrorType;
  readonly extra?: Readonly<Record<string, unknown>>;
}

const failureOf = ({
  fact,
  message,
  code,
  param,
  status = 400,
  type = 'invalid_request_error',
  extra,
}: RefusalDetails, executed: boolean) =>
  new StripeFailure({
    status,
    fact,
    executed,
    error: {
      ...(code === undefined ? {} : { code }),
      ...docUrl(code),
      message,
      ...(param === undefined ? {} : { param }),
      ...extra,
      type,
    },
  });

/** Refused before anything was executed: not kept by the idempotency store. */
export const invalidRequest = (details: RefusalDetails): StripeFailure => failureOf(details, false);

/** Refused because of the state of the object, after execution began. */
export const refusedByState = (details: RefusalDetails): StripeFailure => failureOf(details, true);
