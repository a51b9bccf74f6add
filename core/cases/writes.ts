import type { CaseDocument, DueTimes, Plan, PutOff, SignalEvent } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { held, unset } from './held.js';
import { withoutToken } from './without-token.js';

export * from './attempt-writes.js';
export * from './closing-writes.js';
export * from './debt-writes.js';
export type { Owed } from './held.js';

/** Names no chargeable token. */
const atRest = (event: SignalEvent): SignalEvent =>
  (event.type === 'attempt_approved' ? { ...event, outcome: withoutToken(event.outcome) } : withoutToken(event));

/** A signal with its wake, by anyone, without a lease. The same id twice is one signal: among the last 64, and as long as it is unread. */
export const signal = (facts: { readonly caseId: string; readonly id: string; readonly event: SignalEvent; readonly now: Date }): CaseWrite => ({
  name: 'signal',
  filter: { _id: facts.caseId, v: 1, applied: { $ne: facts.id }, 'signals.id': { $ne: facts.id } },
  update: {
    $push: { signals: { id: facts.id, at: facts.now, event: atRest(facts.event) }, applied: { $each: [facts.id], $slice: -64 } },
    $inc: { signalSeq: 1 },
    $min: { nextAt: facts.now },
  },
});

/** The holder says it is still there. */
export const renew = (document: CaseDocument, lease: { readonly leaseUntil: Date; readonly nextAt: Date }): CaseWrite => ({
  name: 'renew', filter: held(document), update: { $set: lease },
});

/** Gives the case up to whoever is due next. Matches only if every signal was seen. */
export const release = (document: CaseDocument, facts: { readonly due: DueTimes; readonly plan?: Plan; readonly signalIds: readonly string[]; readonly reason?: string; readonly watched: CaseDocument['watched'] }): CaseWrite => {
  const times = Object.values(facts.due).filter((at): at is Date => at instanceof Date);
  const earliest = times.length > 0 ? new Date(Math.min(...times.map((at) => at.getTime()))) : undefined;
  return {
    name: 'release',
    filter: { ...held(document), signalSeq: document.signalSeq },
    update: {
      $set: {
        holder: null, due: facts.due, strikes: 0, watched: facts.watched,
        ...(facts.plan ? { plan: facts.plan } : {}),
        ...(facts.reason === undefined ? {} : { lastReason: facts.reason }),
        ...(earliest ? { nextAt: earliest } : {}),
      },
      ...unset('leaseUntil', 'parkedAt', 'putOff', ...(earliest ? [] : ['nextAt'])),
      $pull: { signals: { id: { $in: [...facts.signalIds] } } },
    },
  };
};

/** A hold that could not be worked on to its end gives the case up: what is owed stays as it is and comes at `nextAt`. It answers no signal, so it waits for none. */
export const putOff = (document: CaseDocument, facts: { readonly putOff: PutOff; readonly nextAt: Date }): CaseWrite => ({
  name: 'put-off', filter: held(document), update: { $set: { holder: null, strikes: 0, putOff: facts.putOff, nextAt: facts.nextAt }, ...unset('leaseUntil') },
});

/** A case five processes died with is put aside for an operator. */
export const park = (document: CaseDocument, now: Date): CaseWrite => ({
  name: 'park', filter: held(document), update: { $set: { parkedAt: now, holder: null }, ...unset('nextAt', 'leaseUntil') },
});
