import { amountOf, isCounted } from './amount-of.js';
import type { Attempt, CaseDocument, CaseStatus, Plan, Settlement } from './case.model.js';
import { isOpen } from './transitions.js';

/** A case as its merchant may see it. Dates are hub time; `amount` is in minor units. */
export interface CaseView {
  readonly transactionId: string;
  readonly clientId: string;
  readonly status: CaseStatus;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: Date;
  readonly recoveredAt: Date | null;
  readonly strategyUsed: string;
  readonly attemptCount: number;
  readonly gatewaysAttempted: number;
  /** The newest decline in the words of the wire (a canonical reason), null before one is known. */
  readonly lastDeclineCode: string | null;
  readonly recommendedAction: string | null;
  readonly recommendedActionReason: string | null;
  readonly nextAttemptAt: Date | null;
  readonly idempotencyKey: string | null;
  readonly invoiceId: string | null;
  readonly customerId: string | null;
  readonly subscriptionId: string | null;
  readonly platform: string | null;
  readonly isSimulated: boolean;
  readonly recoveredBy: 'retry' | 'manual_retry' | 'card_update' | 'external' | null;
  readonly settlement: { readonly state: Settlement['state']; readonly route: 'gateway' | 'platform'; readonly updatedAt: Date };
  /** One sentence on how it ended; null while open. */
  readonly message: string | null;
  readonly action: 'blocked' | 'authentication_required' | null;
  /** A charge the gateway has accepted and not finished. */
  readonly pending: 'yes' | 'no';
  readonly plan: Plan | null;
  /** Our charges that may have reached a gateway, oldest first. `reason` is canonical; null where none is known. */
  readonly history: readonly { readonly attemptedAt: Date; readonly result: 'succeeded' | 'failed' | 'pending' | 'unknown'; readonly reason: string | null }[];
  readonly mode: CaseDocument['mode'];
}

/** What the world may see of a case. */
export const viewCase = (document: CaseDocument): CaseView => {
  const sent = document.attempts.filter(isCounted);
  const last = document.attempts.at(-1);
  const open = isOpen(document.status);
  const settlement = document.settlement;
  const amount = amountOf(document);
  // a case that was reopened keeps how it ended before, which is not how it stands
  const ended = open ? undefined : document.ended;
  return {
    transactionId: document._id,
    clientId: document.clientId,
    status: document.status,
    amount: amount.minor,
    currency: amount.currency,
    createdAt: document.createdAt,
    recoveredAt: document.status === 'succeeded' ? document.ended?.at ?? null : null,
    strategyUsed: ended?.strategyUsed ?? document.plan?.step ?? 'none',
    attemptCount: sent.length,
    gatewaysAttempted: new Set(sent.map((attempt) => attempt.accountId)).size,
    lastDeclineCode: ended?.declineCode ?? document.lastReason ?? null,
    recommendedAction: ended?.recommendedAction ?? null,
    recommendedActionReason: ended?.recommendedActionReason ?? null,
    nextAttemptAt: document.status === 'queued' ? document.plan?.until ?? null : null,
    idempotencyKey: document.idempotencyKey ?? null,
    invoiceId: document.invoice?.ref ?? document.invoiceId ?? null,
    customerId: document.invoice?.customerRef ?? null,
    subscriptionId: document.invoice?.subscriptionRef ?? null,
    platform: document.platform ?? null,
    isSimulated: document.simulated,
    recoveredBy: document.status === 'succeeded' ? document.ended?.recoveredBy ?? 'retry' : null,
    settlement: settlement
      ? { state: settlement.state, route: settlement.route, updatedAt: settlement.updatedAt }
      : { state: 'not_needed', route: document.connectionId === undefined ? 'gateway' : 'platform', updatedAt: document.ended?.at ?? document.createdAt },
    message: ended?.message ?? null,
    action: ended?.action ?? null,
    pending: last?.outcome?.status === 'pending' && !last.resolved ? 'yes' : 'no',
    plan: document.plan ?? null,
    history: sent.map((attempt) => ({ attemptedAt: attempt.startedAt, result: resultOf(attempt), reason: attempt.reason ?? null })),
    mode: document.mode,
  };
};

const resultOf = (attempt: Attempt): CaseView['history'][number]['result'] => {
  switch (attempt.outcome?.status) {
    case 'approved': return 'succeeded';
    case 'pending': return 'pending';
    case 'unknown':
    case undefined: return 'unknown';
    case 'declined':
    case 'not_sent':
    case 'revoked':
    case 'absent':
    case 'already_paid': return 'failed';
  }
};
