import type { CaseDocument, OutboxEntry, Settlement } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { held, unset } from './held.js';

/** The platform's retries are stopped or returned. */
export const handedBack = (document: CaseDocument): CaseWrite => ({
  name: 'handed-back', filter: held(document), update: { $set: { 'takeOver.state': 'handed_back' }, ...unset('due.handBack') },
});

/** The platform did not take it: tried again at a hub time. */
export const handBackLater = (document: CaseDocument, at: Date): CaseWrite => ({
  name: 'hand-back-later', filter: held(document), update: { $set: { 'due.handBack': at } },
});

/** The settlement's newest state; `nextAt` undefined: nothing of it is owed any more. A debt given back whole may be charged again by another case. */
export const settled = (document: CaseDocument, settlement: Settlement, nextAt: Date | undefined, right: 'kept' | 'given_up' = 'kept'): CaseWrite => ({
  name: 'settled',
  filter: held(document),
  update: { $set: { settlement, ...(nextAt ? { 'due.settle': nextAt } : {}) }, ...unset(...(nextAt ? [] : ['due.settle']), ...(right === 'given_up' ? ['openKeys'] : [])) },
});

/** What was relayed leaves the outbox; what cannot be is put aside with the case. */
export const relayed = (document: CaseDocument, ids: readonly string[], broken: readonly OutboxEntry[] = []): CaseWrite => {
  const leaving = new Set<unknown>([...ids, ...broken.map((entry) => entry.id)]);
  return {
    name: 'relayed',
    filter: held(document),
    update: {
      $pull: { outbox: { id: { $in: [...leaving] as string[] } } },
      ...(broken.length > 0 ? { $push: { brokenEvents: { $each: [...broken] } } } : {}),
      ...(document.outbox.every((entry) => leaving.has(entry.id)) ? unset('due.relay') : {}),
    },
  };
};
