import type { CaseDocument, CaseStatus, OutboxEntry } from './case.model.js';
import { isLegal } from './transitions.js';

/** The hold a write is made under: it matches only while nobody has claimed the case since. */
export const held = (document: CaseDocument) => ({ _id: document._id, fence: document.fence, holder: document.holder });

/** MongoDB before 5 refuses an empty operator, so there is none where nothing is unset. */
export const unset = (...names: readonly string[]) => (names.length === 0 ? {} : { $unset: Object.fromEntries(names.map((name) => [name, '' as const])) });

/** @throws Error for a move the table of transitions does not name */
export const assertLegal = (from: CaseStatus, to: CaseStatus) => {
  if (!isLegal(from, to)) throw new Error(`A case may not move from ${from} to ${to}`);
};

/** What a final transition owes besides its status: the event and the hand-back. Hub time. */
export interface Owed { readonly outbox: readonly OutboxEntry[]; readonly handBackAt?: Date; readonly now: Date }

/** The dates of what is owed. */
export const owing = (owed: Owed) => ({
  ...(owed.outbox.length > 0 ? { 'due.relay': owed.now } : {}),
  ...(owed.handBackAt ? { 'due.handBack': owed.handBackAt } : {}),
});

/** The events owed. */
export const pushing = (owed: Owed) => (owed.outbox.length > 0 ? { outbox: { $each: [...owed.outbox] } } : {});
