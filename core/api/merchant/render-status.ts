import type { CaseView } from '../../cases/index.js';
import { wireStatus } from './render-execute.js';

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** The body of `status` (specification 6.1). */
export const renderStatus = (view: CaseView): object => ({
  transactionId: view.transactionId,
  status: wireStatus(view.status),
  recovered: view.status === 'succeeded',
  amount: view.amount,
  currency: view.currency,
  recoveredAt: iso(view.recoveredAt),
  strategyUsed: view.strategyUsed,
  attemptCount: view.attemptCount,
  lastDeclineCode: view.lastDeclineCode,
  recommendedAction: view.recommendedAction,
  recommendedActionReason: view.recommendedActionReason,
  nextAttemptAt: iso(view.nextAttemptAt),
  idempotencyKey: view.idempotencyKey,
  isSimulated: view.isSimulated,
  recoveredBy: view.recoveredBy,
  settlement: { state: view.settlement.state, route: view.settlement.route, updatedAt: view.settlement.updatedAt.toISOString() },
});
