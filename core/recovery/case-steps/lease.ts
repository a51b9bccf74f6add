import type { CaseDocument } from '../../cases/index.js';
import type { Tools } from './effects.js';

/** The moment before which a call must leave: half a lease before the lease, as last written, ends. Wall time. */
export const sendBeforeOf = (document: CaseDocument, leaseMs: number): Date => new Date((document.leaseUntil?.getTime() ?? 0) - leaseMs / 2);

/** Too little of the lease is left to begin a call under it. */
export const needsRenewal = (document: CaseDocument, leaseMs: number, tools: Tools): boolean =>
  (document.leaseUntil?.getTime() ?? 0) - tools.clock.wallNow().getTime() < leaseMs * 0.8;
