import type {
  ChargeOutcome,
  ChargeRequest,
  FindOutcome,
  RefundOutcome,
  RefundRequest,
  RepeatProtection,
  TokenReading,
} from '../../core/connector-kit/index.js';
import { isTestToken, scriptOf, withoutSpaces } from './token-script.js';

/**
 * Nothing is kept, in memory or elsewhere: every answer follows from the token, the amount and the number of the attempt, which the core
 * writes at the end of its key (`<caseId>-<n>`). So two processes, or one after a restart, answer alike.
 */
const attemptNumber = (request: ChargeRequest): number => Number(/-(\d{1,6})$/.exec(request.once.key)?.[1] ?? 1);

const isFirst = (request: ChargeRequest): boolean => attemptNumber(request) === 1;

/** The amount that always fails for good, whatever the token. */
const FAILS_FOR_GOOD = 44;

export const readToken = (text: string): TokenReading =>
  isTestToken(text)
    ? { recognised: true, token: { gatewayType: 'test', gatewayAccountRef: 'test', methodRef: withoutSpaces(text) } }
    : { recognised: false };

/** Stands for the object that a real gateway would make: the attempt's own key is enough. */
export const prepare = (request: ChargeRequest): Promise<{ readonly chargeRef: string }> =>
  Promise.resolve({ chargeRef: `test_${request.once.key}` });

export const charge = (request: ChargeRequest): Promise<ChargeOutcome> => Promise.resolve(answer(request));

/** What became of a charge that was sent. It is asked only then. */
export const find = (request: ChargeRequest): Promise<FindOutcome> => Promise.resolve(truth(request));

export const revoke = async (request: ChargeRequest): Promise<{ readonly status: 'revoked' } | ChargeOutcome> => {
  const found = truth(request);
  return found.status === 'approved' ? found : { status: 'revoked' };
};

export const refund = (request: RefundRequest): Promise<RefundOutcome> =>
  Promise.resolve({ status: 'refunded', refundRef: `test_refund_${request.once.key}` });

/** The object made by `prepare` succeeds once; what `find` does not show at once never happened. */
export const protection = (): RepeatProtection => ({ kind: 'single_use_object', absentIsFinalAfterMs: 1000 });

const answer = (request: ChargeRequest): ChargeOutcome => {
  if (request.amount.minor === FAILS_FOR_GOOD) return declined(request, 'account_closed');
  const script = scriptOf(request.token.methodRef);
  switch (script.answer) {
    case 'approve':
      return approved(request);
    case 'decline':
      return script.thenApprove && !isFirst(request) ? approved(request) : declined(request, script.code);
    case 'pending':
      return { status: 'pending', gatewayRefs: refs(request) };
    case 'lose_reply':
      return script.charged || isFirst(request)
        ? { status: 'unknown', cause: 'The test gateway does not answer this token.', gatewayRefs: [] }
        : approved(request);
    case 'refuse_to_send':
      break;
  }
  return { status: 'not_sent', cause: 'The test gateway refuses the connection for this token.' };
};

const truth = (request: ChargeRequest): FindOutcome => {
  if (request.amount.minor === FAILS_FOR_GOOD) return declined(request, 'account_closed');
  const script = scriptOf(request.token.methodRef);
  switch (script.answer) {
    case 'approve':
    case 'decline':
      return answer(request);
    case 'pending':
      return approved(request);
    case 'lose_reply':
      return script.charged || !isFirst(request) ? approved(request) : { status: 'absent' };
    case 'refuse_to_send':
      break;
  }
  return { status: 'absent' };
};

const approved = (request: ChargeRequest): ChargeOutcome => ({
  status: 'approved',
  gatewayRefs: refs(request),
  amount: request.amount,
  provisional: false,
});

const declined = (request: ChargeRequest, code: string): ChargeOutcome => ({
  status: 'declined',
  decline: { system: 'test', code, text: `The test gateway declines with ${code}.`, reachedNetwork: true },
  gatewayRefs: refs(request),
});

const refs = (request: ChargeRequest): [string] => [`test_${request.once.key}`];
