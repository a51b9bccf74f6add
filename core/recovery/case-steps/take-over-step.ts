import { takeOverWrites, type CaseDocument } from '../../cases/index.js';
import type { Effect, Knowledge, RouteFacts, Tools } from './effects.js';
import { needsRenewal, sendBeforeOf } from './lease.js';

const day = 86_400_000;
const afterHorizon = 7 * day;

type Wait = (why: string, at?: Date) => Effect;

/** Until when the platform is asked to be still: a week past the horizon; of a case that is worked on later, a week from now. Hub time. */
const heldUntil = (document: CaseDocument, { facts }: Knowledge, now: Date): Date => {
  const planned = document.createdAt.getTime() + facts.policy.horizonDays * day + afterHorizon;
  return new Date(planned > now.getTime() + day ? planned : now.getTime() + afterHorizon);
};

/** They are still until then; past the horizon, for at least another day. Once their return has been called for, nobody knows. */
const isHeld = ({ takeOver }: CaseDocument, until: Date, now: Date): boolean => {
  if (takeOver?.state !== 'taken' || takeOver.ending !== undefined) return false;
  return takeOver.until >= until || (until.getTime() === now.getTime() + afterHorizon && takeOver.until.getTime() > now.getTime() + day);
};

/** The moment from which a call may leave whose opposite left last; undefined: now. Hub time. */
export const afterOpposite = (document: CaseDocument, way: 'take_over' | 'hand_back', { facts }: Knowledge, tools: Tools): Date | undefined => {
  const last = takeOverWrites.lastCall(document);
  if (!document.takeOver || last === undefined || last === way) return undefined;
  const free = new Date(document.takeOver.sendBefore.getTime() + (facts.stillness?.oppositeAfterMs ?? 0));
  return free > tools.clock.wallNow() ? tools.clock.hubAt(free) : undefined;
};

/** Before a charge on this route: the platform's own retries must be still. Undefined: they are, or need not or cannot be. */
export const takeOverStep = (document: CaseDocument, route: RouteFacts, knowledge: Knowledge, tools: Tools, wait: Wait): Effect | undefined => {
  const { facts, takeOver } = knowledge;
  const { stillness } = facts;
  if (!stillness || (stillness.neededFor === 'gateway' && route.kind === 'platform') || takeOver === 'done') return undefined;
  const now = tools.clock.hubNow();
  if (takeOver === undefined) {
    const until = heldUntil(document, knowledge, now);
    if (isHeld(document, until, now)) return undefined;
    const free = afterOpposite(document, 'take_over', knowledge, tools);
    if (free) return wait('The return of the platform\'s own retries may still be under way.', free);
    if (needsRenewal(document, facts.leaseMs, tools)) return { do: 'renew' };
    const before = document.takeOver === undefined || document.takeOver.state === 'handed_back' ? 'nothing' as const : 'perhaps' as const;
    return { do: 'write', write: takeOverWrites.intend(document, { until, sendBefore: sendBeforeOf(document, facts.leaseMs) }), after: { takeOver: { before, answer: 'not_yet' } } };
  }
  const { before, answer } = takeOver;
  if (answer === 'not_yet') {
    if (!document.takeOver) return { do: 'know', after: { takeOver: undefined } };
    return { do: 'take_over', until: document.takeOver.until, sendBefore: document.takeOver.sendBefore };
  }
  // what an earlier hold may have called stays owed, whatever this one hears
  const nothingTaken = (after: Partial<Knowledge>): Effect => (before === 'nothing' ? { do: 'write', write: takeOverWrites.notTaken(document), after } : { do: 'know', after });
  switch (answer.status) {
    case 'taken':
      return { do: 'write', write: takeOverWrites.taken(document, answer.until ?? document.takeOver?.until ?? heldUntil(document, knowledge, now)), after: { takeOver: 'done', invoice: undefined } };
    case 'not_possible': return nothingTaken({ takeOver: 'done' });
    case 'refused': return nothingTaken({ takeOver: undefined, facts: { ...facts, standstill: answer.why } });
    case 'not_answered': return wait('The platform did not say whether it has stopped its own retries.');
  }
};
