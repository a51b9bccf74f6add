import type { CaseStatus, CaseView } from '../../cases/index.js';
import type { ExecuteResult } from '../../recovery/index.js';
import { ApiFault, invalid } from '../fault.js';
import { duplicateTexts, openStatus, wireTexts } from './wire-names.js';

/** Status and body of a reply. */
export interface Rendered { readonly status: number; readonly body: object }

/** A status as merchants know it: a charge under way is part of being queued. */
export const wireStatus = (status: CaseStatus): string => (status === 'attempting' ? openStatus.queued : status);

const engineMembers = (view: CaseView) => ({
  strategyUsed: view.strategyUsed,
  gatewaysAttempted: view.gatewaysAttempted,
  recoveryEngineApplied: true,
});

const recovered = (view: CaseView): Rendered => ({
  status: 200,
  body: { success: true, message: wireTexts.recovered, error: null, transactionId: view.transactionId, ...engineMembers(view) },
});

const closed = (view: CaseView, message: string): Rendered => ({
  status: 200,
  body: {
    success: false, message, error: view.message ?? message, transactionId: view.transactionId, ...engineMembers(view),
    declineCode: view.lastDeclineCode, recommendedAction: view.recommendedAction,
  },
});

const refused = (view: CaseView): Rendered => {
  const stepUp = view.action === 'authentication_required';
  return {
    status: 403,
    body: {
      error: stepUp ? wireTexts.authenticationRequired : wireTexts.blocked,
      declineCode: stepUp ? 'authentication_required' : view.lastDeclineCode,
      action: stepUp ? 'authentication_required' : 'blocked',
      transactionId: view.transactionId,
    },
  };
};

const open = (view: CaseView, message: string): Rendered => ({
  status: 202,
  body: {
    success: false, status: openStatus.queued, message, transactionId: view.transactionId, strategyUsed: view.strategyUsed,
    ...(view.nextAttemptAt === null ? {} : { scheduledFor: view.nextAttemptAt.toISOString() }),
  },
});

const notConfirmed = (view: CaseView): Rendered => ({
  status: 202,
  body: { success: false, status: openStatus.unknown, message: wireTexts.unknown, transactionId: view.transactionId },
});

const opened = (view: CaseView): Rendered => {
  switch (view.status) {
    case 'succeeded': return recovered(view);
    case 'failed': return closed(view, wireTexts.notRecovered);
    case 'cancelled': return closed(view, wireTexts.cancelled);
    case 'blocked': return refused(view);
    case 'queued': return open(view, wireTexts.scheduled);
    // a charge under way whose outcome nobody has told us yet is not confirmed, whether or not its case says so already
    case 'attempting': return view.pending === 'yes' ? open({ ...view, nextAttemptAt: null }, wireTexts.pending) : notConfirmed(view);
    case 'unknown': return notConfirmed(view);
  }
};

/** The reply to `execute` (specification 5.2). @throws ApiFault when nothing was opened for a reason of 4.2 */
export const renderExecute = (result: ExecuteResult): Rendered => {
  switch (result.status) {
    case 'opened':
      return opened(result.view);
    case 'duplicate':
      return {
        status: 409,
        body: {
          error: wireTexts.duplicate, message: duplicateTexts[result.reason],
          existingTransactionId: result.existing?.transactionId ?? null,
          existingStatus: result.existing ? wireStatus(result.existing.status) : null,
          reason: result.reason,
        },
      };
    case 'invalid':
      throw invalid(result.param, result.message);
    case 'paused':
      throw new ApiFault({ kind: 'unavailable', message: wireTexts.paused });
  }
};
