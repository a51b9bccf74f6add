import type { Attempt, CaseDocument } from '../cases/index.js';
import type { PaymentToRecord, SettlementResult, TakeOver, WriteOnce } from '../connector-kit/index.js';
import type { CaseWorld } from './case-facts.js';
import type { Effect } from './case-steps/effects.js';
import type { AnswerTo } from './case-steps/learn.js';
import { invoiceOf, tokenOf } from './requests.js';
import type { RecoveryPorts } from './ports.js';

interface WriteTime { readonly deadline: Date; readonly sendBefore: Date }

/** Stops the platform's own retries. `refusal` was read just now, after the fenced write of the intent: why nothing may be called. */
export const takeOver = async (
  document: CaseDocument, until: Date, refusal: string | undefined, world: CaseWorld, ports: RecoveryPorts, time: WriteTime,
): Promise<AnswerTo['take_over']> => {
  if (refusal !== undefined) return { refusal };
  const dunning = world.connector?.dunning;
  if (dunning?.mode !== 'controllable') return { status: 'not_possible', reason: 'The platform\'s retries cannot be controlled.' } satisfies TakeOver;
  const result = await dunning.takeOver(invoiceOf(document), until, time);
  if (!result.ok) {
    ports.logger.warn({ caseId: document._id, code: result.error.code }, 'the platform did not say whether it has stopped its own retries; nothing is charged before');
    return 'not_answered';
  }
  if (result.value.status === 'not_possible') ports.logger.info({ caseId: document._id, because: result.value.reason }, 'there was nothing to take over from the platform');
  return result.value;
};

/** Tells the platform of a payment taken at a gateway, or that it went back. */
export const recordPayment = async (
  document: CaseDocument, { attempt, once, reverses }: Extract<Effect, { do: 'record' }>, world: CaseWorld, ports: RecoveryPorts, time: WriteTime,
): Promise<AnswerTo['record']> => {
  const settlement = world.connector?.settlement;
  // a platform that sees payments by itself sees them go back
  if (settlement?.mode === 'platform_detects' && reverses !== undefined) return { status: 'already_recorded' };
  if (settlement?.mode !== 'recorded') return { status: 'refused', reason: 'not_allowed', detail: 'The platform takes no record of a payment.' } satisfies SettlementResult;
  const payment = paymentToRecord(document, attempt, reverses === undefined ? once : document.settlement?.once ?? once, ports);
  if (!payment) return { status: 'refused', reason: 'not_allowed', detail: 'The payment has no token or no reference.' } satisfies SettlementResult;
  const result = await (reverses === undefined ? settlement.record(payment, time) : settlement.reverse?.(payment, reverses, dated(once, ports), time));
  if (!result) return { status: 'refused', reason: 'not_allowed', detail: 'The platform takes no payment back.' } satisfies SettlementResult;
  if (result.ok) return result.value;
  ports.logger.warn({ caseId: document._id, code: result.error.code, reached: result.error.reached }, 'the platform did not take our payment; tried again later');
  return result.error.reached === 'yes' ? 'failed' : 'not_answered';
};

/** A duty as the platform is told of it: in wall time. */
const dated = (once: WriteOnce, ports: RecoveryPorts): WriteOnce => ({ ...once, firstTriedAt: ports.clock.wallAt(once.firstTriedAt) });

const paymentToRecord = (document: CaseDocument, attempt: Attempt, once: WriteOnce, ports: RecoveryPorts): PaymentToRecord | undefined => {
  const token = tokenOf(document, attempt, ports);
  if (!token || attempt.outcome?.status !== 'approved') return undefined;
  return {
    once: dated(once, ports), invoice: invoiceOf(document), amount: attempt.outcome.amount,
    chargedAt: ports.clock.wallAt(attempt.startedAt), gatewayRefs: attempt.outcome.gatewayRefs, gatewayType: token.gatewayType, token,
  };
};
