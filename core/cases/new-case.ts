import type { Money, InvoiceRef, RawDecline } from '../connector-kit/index.js';
import type { Attempt, CaseDocument, SealedToken, TriedCard } from './case.model.js';

/** The right to charge a connector's debt. */
export const openKeysOfConnectorCase = (connectionId: string, invoiceRef: string): string[] => [`${connectionId}/${invoiceRef}`];

/** The right to charge a debt the merchant names: under that name, and as an invoice of any of the client's connections. */
export const openKeysOfDirectCase = (invoiceId: string, connectionIds: readonly string[]): string[] =>
  [`direct/${invoiceId}`, ...connectionIds.map((connectionId) => `${connectionId}/${invoiceId}`)];

/** The right to charge the debt of a case, as it takes it back after it was closed; none where the merchant named no debt. `connectionIds`: of its client. */
export const openKeysOf = (document: Pick<CaseDocument, 'connectionId' | 'invoice' | 'invoiceId'>, connectionIds: readonly string[]): string[] => {
  if (document.connectionId !== undefined) return document.invoice ? openKeysOfConnectorCase(document.connectionId, document.invoice.ref) : [];
  return document.invoiceId === undefined ? [] : openKeysOfDirectCase(document.invoiceId, connectionIds);
};

const blank = (now: Date) => ({
  v: 1 as const,
  fence: 0,
  strikes: 0,
  signals: [],
  signalSeq: 0,
  applied: [],
  promptRetries: 0,
  refunds: [],
  outbox: [],
  watched: true,
  createdAt: now,
});

/** A case on a platform's failed invoice, due at once. `now` is hub time. */
export const newConnectorCase = (facts: {
  readonly caseId: string; readonly clientId: string; readonly connectionId: string; readonly platform: string; readonly invoice: InvoiceRef;
  readonly amount: Money; readonly decline: RawDecline; readonly mode: CaseDocument['mode']; readonly refs: readonly string[];
  readonly tried: readonly TriedCard[]; readonly signalId: string; readonly now: Date;
}): CaseDocument => ({
  ...blank(facts.now),
  _id: facts.caseId,
  clientId: facts.clientId,
  connectionId: facts.connectionId,
  platform: facts.platform,
  invoice: facts.invoice,
  openKeys: openKeysOfConnectorCase(facts.connectionId, facts.invoice.ref),
  status: 'queued',
  opened: facts.amount,
  decline: facts.decline,
  lastDecline: facts.decline,
  mode: facts.mode,
  simulated: false,
  lane: `case/platform-${facts.connectionId}`,
  due: { step: facts.now },
  nextAt: facts.now,
  holder: null,
  applied: [facts.signalId],
  attempts: [],
  tried: [...facts.tried],
  refs: [...facts.refs],
});

/** A case the merchant opened by the API, held by the call that opens it. `now` is hub time. */
export const newDirectCase = (facts: {
  readonly caseId: string; readonly clientId: string; readonly accountId: string; readonly idempotencyKey?: string; readonly invoiceId?: string;
  readonly openKeys?: readonly string[]; readonly amount: Money; readonly decline: RawDecline | null; readonly method: SealedToken; readonly tried: TriedCard;
  readonly emailHash?: string; readonly simulated: CaseDocument['simulated']; readonly attempt?: Attempt;
  readonly hold: { readonly holder: string; readonly leaseUntil: Date; readonly nextAt: Date }; readonly now: Date;
}): CaseDocument => ({
  ...blank(facts.now),
  _id: facts.caseId,
  clientId: facts.clientId,
  ...(facts.idempotencyKey === undefined ? {} : { idempotencyKey: facts.idempotencyKey }),
  ...(facts.invoiceId === undefined ? {} : { invoiceId: facts.invoiceId }),
  ...(facts.openKeys === undefined ? {} : { openKeys: [...facts.openKeys] }),
  ...(facts.emailHash === undefined ? {} : { emailHash: facts.emailHash }),
  status: facts.attempt ? 'attempting' : 'queued',
  opened: facts.amount,
  decline: facts.decline,
  lastDecline: facts.decline,
  mode: 'active',
  simulated: facts.simulated,
  lane: `case/gateway-${facts.accountId}`,
  due: { step: facts.now },
  nextAt: facts.hold.nextAt,
  holder: facts.hold.holder,
  leaseUntil: facts.hold.leaseUntil,
  fence: 1,
  strikes: 1,
  attempts: facts.attempt ? [facts.attempt] : [],
  tried: [facts.tried],
  method: facts.method,
  refs: facts.attempt ? [facts.attempt.key] : [],
});
