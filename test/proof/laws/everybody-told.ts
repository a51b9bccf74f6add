import type { Evidence, Law, StoredCase, Violation } from './evidence.js';
import { groupBy } from './read-keys.js';

const eventOf: Readonly<Record<string, string>> = {
  succeeded: 'recovery.success', failed: 'recovery.failed', blocked: 'recovery.blocked', cancelled: 'recovery.cancelled',
};

const ofCase = (evidence: Evidence, stored: StoredCase): readonly Violation[] => {
  const event = eventOf[stored.status];
  const mine = evidence.notifications.filter(({ caseId }) => caseId === stored._id);
  const most = (evidence.world.reopened[stored._id] ?? 0) + (event === undefined ? 0 : 1);
  const found: Violation[] = [];
  if (event !== undefined && stored.mode === 'active' && !evidence.world.unwanted.includes(event) && !mine.some((one) => one.event === event)) {
    found.push({ law: 4, what: `Case ${stored._id} is ${stored.status}, and there is no notification that says so.`, shownBy: { stored, mine } });
  }
  if (mine.length > most) found.push({ law: 4, what: `Case ${stored._id} has ${mine.length} notifications for ${most} final transition(s).`, shownBy: { stored, mine } });
  return found;
};

const ofDocuments = (evidence: Evidence): readonly Violation[] => {
  const received = groupBy(evidence.received, ({ id }) => id);
  const known = new Set(evidence.notifications.map(({ _id }) => _id));
  return [
    ...evidence.notifications.flatMap((document): readonly Violation[] => {
      const copies = received.get(document._id) ?? [];
      if (!copies.some(({ answered }) => answered !== null && answered < 300)) {
        return [{ law: 4, what: `Notification ${document._id} (${document.event}) was not received.`, shownBy: { document, copies } }];
      }
      if (new Set(copies.map(({ digest }) => digest)).size > 1) return [{ law: 4, what: `Notification ${document._id} was received with different bytes.`, shownBy: copies }];
      return copies.every(({ event, caseId }) => event === document.event && caseId === document.caseId) ? []
        : [{ law: 4, what: `Notification ${document._id} says something else than its document.`, shownBy: { document, copies } }];
    }),
    ...[...received].filter(([id]) => !known.has(id)).map(([id, copies]) => ({ law: 4 as const, what: `The merchant received ${id}, of which there is no document.`, shownBy: copies })),
  ];
};

/** Law 4. */
export const everybodyTold: Law = {
  number: 4,
  says: 'one notification per final transition, received at least once, equal bytes',
  judge: (evidence) => [...evidence.cases.flatMap((stored) => ofCase(evidence, stored)), ...ofDocuments(evidence)],
};
