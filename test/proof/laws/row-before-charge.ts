import type { Law, Violation } from './evidence.js';
import { attemptsByKey } from './read-keys.js';

/** From the tick that writes to the socket to the moment a busy fake looks at its clock. */
const onTheWayMs = 2500;

/** Law 2. */
export const rowBeforeCharge: Law = {
  number: 2,
  says: 'no charge without an attempt row written before it',
  judge: (evidence) => {
    const attempts = attemptsByKey(evidence);
    return evidence.requests.flatMap((request): readonly Violation[] => {
      const known = request.key === null ? undefined : attempts.get(request.key);
      if (!known) return [{ law: 2, what: `Request ${request.requestId} at ${request.ledger} belongs to no attempt that is written down.`, shownBy: request }];
      const { attempt } = known;
      if (attempt.startedAt > request.hubBegunAt) {
        return [{ law: 2, what: `Attempt ${attempt.key} was written after its request ${request.requestId} had come.`, shownBy: { request, attempt } }];
      }
      if (request.begunAt.getTime() > attempt.sendBefore.getTime() + onTheWayMs) {
        return [{ law: 2, what: `Attempt ${attempt.key} came after the time its row allows.`, shownBy: { request, attempt } }];
      }
      if (request.objectRef !== null && attempt.chargeRef !== request.objectRef) {
        return [{ law: 2, what: `Attempt ${attempt.key} was sent for an object its row does not name.`, shownBy: { request, attempt } }];
      }
      return [];
    });
  },
};
