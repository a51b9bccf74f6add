import type { Rule } from '../engine.js';
import { beyondHorizon, lastTryAt } from './steps.js';

const hourMs = 3_600_000;
const waits = [1, 6, 24];

/** The processor was down: three tries of their own, outside the budget. */
export const technicalRetry: Rule = (snapshot, now) => {
  if (snapshot.decline?.retry !== 'soon') return undefined;
  const used = snapshot.attempts.filter((attempt) => attempt.kind === 'technical' && attempt.result === 'declined' && attempt.strategy !== 'primary').length;
  const hours = waits[used];
  const numbers = { reason: snapshot.decline.reason, technicalTries: used, of: waits.length, waitHours: hours ?? null };
  if (hours === undefined) {
    return {
      do: 'stop', outcome: 'failed', action: undefined, recommendedAction: 'retry_later',
      because: { rule: 'technical-retry', numbers, sentence: 'The processor stayed unavailable over all technical retries.' },
    };
  }
  const until = new Date(lastTryAt(snapshot).getTime() + hours * hourMs);
  if (beyondHorizon(snapshot, until)) {
    return {
      do: 'stop', outcome: 'failed', action: undefined, recommendedAction: 'retry_later',
      because: { rule: 'technical-retry', numbers: { ...numbers, horizonDays: snapshot.policy.horizonDays }, sentence: 'The next technical retry would fall past the horizon.' },
    };
  }
  const strategy = snapshot.route === 'platform' ? 'platform_collect' : 'smart_time';
  const because = { rule: 'technical-retry', numbers, sentence: `A technical decline is tried again ${hours} h after the last try.` };
  return now < until ? { do: 'wait', until, strategy, because } : { do: 'charge', strategy, because };
};
