import type { CaseStatus } from './case.model.js';

const legal: Readonly<Record<CaseStatus, readonly CaseStatus[]>> = {
  queued: ['attempting', 'failed', 'blocked', 'succeeded', 'cancelled'],
  attempting: ['succeeded', 'queued', 'failed', 'blocked', 'unknown'],
  unknown: ['succeeded', 'queued', 'failed', 'blocked'],
  failed: ['queued', 'cancelled', 'succeeded'],
  blocked: ['queued', 'cancelled', 'succeeded'],
  cancelled: ['queued'],
  succeeded: ['failed'],
};

/** Whether a case may move from one status to another; nothing outside this table is ever written. */
export const isLegal = (from: CaseStatus, to: CaseStatus): boolean => legal[from].includes(to);

/** Of a case we still work on. */
export const openStatuses: readonly CaseStatus[] = ['queued', 'attempting', 'unknown'];

/** A case we still work on. */
export const isOpen = (status: CaseStatus): boolean => openStatuses.includes(status);
