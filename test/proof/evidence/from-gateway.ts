import type { LedgerReport } from '../../plugins/unprotected-gateway/fake/ledger.js';
import type { ProtectionSwitch } from '../../plugins/unprotected-gateway/fake/settings.js';
import type { Evidence } from '../laws/index.js';

const cardOf = (debtId: string): string => debtId.split('/')[0] ?? debtId;

/** What the ledger of the gateway that protects nothing shows. `kept`: what this fake was switched to protect. */
export const evidenceOfGateway = (report: LedgerReport, kept: ProtectionSwitch): Pick<Evidence, 'requests' | 'taken' | 'returned'> => ({
  requests: report.debts.flatMap(({ debtId, requests }) => requests.map((request) => ({
    ledger: 'gateway', requestId: request.requestId, debtId, card: cardOf(debtId), network: null, key: request.reference, keyProtects: kept === 'key',
    objectRef: request.objectRef, begunAt: new Date(request.receivedAt.wall), hubBegunAt: new Date(request.receivedAt.hub),
    decidedAt: request.decidedAt === null ? null : new Date(request.decidedAt.wall),
    result: request.result === 'replayed' ? null : request.result, replayed: request.replayed, objection: request.secondTry,
  }))),
  taken: report.debts.flatMap(({ debtId, successes }) => successes.map((success) => ({
    ledger: 'gateway', debtId, at: new Date(success.at.wall), by: 'us' as const, requestId: success.requestId, key: success.reference, chargeRef: success.chargeRef,
    amount: success.amount, currency: success.currency,
  }))),
  returned: report.refunds.map(({ at, reference, chargeRef, amount }) => ({ ledger: 'gateway', chargeRef, key: reference, amount, at: new Date(at.wall) })),
});
