import type { Money } from '../connector-kit/index.js';
import type { Attempt, CaseDocument } from './case.model.js';

/** An attempt that may have reached a gateway or platform. */
export const isCounted = (attempt: Attempt): boolean => !['absent', 'revoked', 'not_sent'].includes(attempt.outcome?.status ?? 'unknown');

/** What a case is about in money: what was taken; before that, what was asked for last; before that, what it opened with. */
export const amountOf = (document: Pick<CaseDocument, 'status' | 'attempts' | 'opened'>): Money => {
  const approved = document.status === 'succeeded' ? document.attempts.find((attempt) => attempt.outcome?.status === 'approved')?.outcome : undefined;
  if (approved?.status === 'approved') return approved.amount;
  return document.attempts.filter(isCounted).at(-1)?.amount ?? document.opened;
};
