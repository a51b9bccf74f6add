import { writes, type Attempt, type AttemptOutcome, type CaseDocument } from '../../cases/index.js';
import type { Clock } from '../../scheduling/index.js';
import type { Effect, Knowledge, Tools } from './effects.js';

const hour = 3_600_000;
const day = 24 * hour;
const offsets = [day, 7 * day];
const longest = 14 * day;
const again = 6 * hour;

const after = (attempt: Pick<Attempt, 'sendBefore'>, ms: number, clock: Clock): Date => clock.hubAt(new Date(attempt.sendBefore.getTime() + clock.notBeforeMs(ms, 2000)));

/**
 * When an attempt that closes as absent is asked about once more: what stood still for so long may have charged after all. One that was never asked
 * about was never sent, as is known. Hub time.
 */
export const firstWatchAt = (attempt: Attempt, outcome: AttemptOutcome, clock: Clock): Date | undefined =>
  (outcome.status === 'absent' && attempt.asks > 0 ? after(attempt, day, clock) : undefined);

/** Asks once more about what was closed as absent, a day and a week after it could have left. An approval makes the case ours, however it stands. */
export const watchStep = (document: CaseDocument, knowledge: Knowledge, tools: Tools): Effect | undefined => {
  const now = tools.clock.hubNow();
  const attempt = document.attempts.find((one) => one.watchAt !== undefined && (one.watchAt <= now || knowledge.lookedAgain?.n === one.n));
  if (!attempt) return undefined;
  const { lookedAgain } = knowledge;
  if (lookedAgain?.n !== attempt.n) return { do: 'ask', attempt };
  const asked = (watches: number, watchAt: Date | undefined, alert?: string): Effect => ({
    do: 'write', write: writes.watched(document, attempt.n, { watches, ...(watchAt ? { watchAt } : {}) }), after: { lookedAgain: undefined }, ...(alert === undefined ? {} : { alert }),
  });
  const watches = attempt.watches ?? 0;
  const left = offsets.slice(watches + 1).map((ms) => after(attempt, ms, tools.clock)).find((at) => at > now);
  if (lookedAgain.found === 'nothing') return asked(left ? watches + 1 : offsets.length, left);
  const soon = new Date(now.getTime() + again);
  const onward = soon < after(attempt, longest, tools.clock) ? soon : undefined;
  return asked(watches, onward, lookedAgain.found === 'something' ? 'a charge that was closed as not made is under way after all: an operator must look' : undefined);
};
