import type { Rule } from '../engine.js';
import { beyondHorizon } from './steps.js';

const hourMs = 3_600_000;
const waits = [1, 6, 24];

/** Attempts that could not be sent at all: the technical waits, then it is left for later. */
export const unreachable: Rule = (snapshot, now) => {
  if (snapshot.prompt === 'manual_retry' || snapshot.prompt === 'retry_later') return undefined;
  const unsent = snapshot.attempts.filter((attempt) => attempt.result === 'unsent');
  const last = snapshot.attempts.at(-1);
  if (!last || last.result !== 'unsent') return undefined;
  const hours = waits[unsent.length - 1];
  const until = hours === undefined ? undefined : new Date(last.at.getTime() + hours * hourMs);
  const numbers = { unsent: unsent.length, of: waits.length, waitHours: hours ?? null };
  if (until === undefined || beyondHorizon(snapshot, until)) {
    return {
      do: 'stop', outcome: 'failed', action: undefined, recommendedAction: 'retry_later',
      because: { rule: 'unreachable', numbers, sentence: 'The gateway could not be reached over all technical retries.' },
    };
  }
  if (now >= until) return undefined;
  const strategy = snapshot.route === 'platform' ? 'platform_collect' : 'smart_time';
  return { do: 'wait', until, strategy, because: { rule: 'unreachable', numbers, sentence: `The gateway could not be reached; tried again ${hours} h after the last try.` } };
};
