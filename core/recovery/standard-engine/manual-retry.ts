import type { Rule } from '../engine.js';
import { lastTryAt } from './steps.js';

const hourMs = 3_600_000;

/** A person asked for a charge now. Only the schedule is overridden: the budget and the waits that issuers advise stand. */
export const manualRetry: Rule = (snapshot, now) => {
  if (snapshot.prompt !== 'manual_retry') return undefined;
  const { maxRetries } = snapshot.policy;
  const tries = snapshot.attempts.filter((attempt) => attempt.result === 'declined' && attempt.kind === 'other').length;
  if (tries >= maxRetries) {
    return {
      do: 'stop', outcome: 'failed', action: undefined, recommendedAction: 'request_card_update',
      because: { rule: 'max-retries', numbers: { tries, maxRetries }, sentence: `All ${maxRetries} tries are used.` },
    };
  }
  const advisedHours = snapshot.decline?.waitHours ?? snapshot.decline?.notBeforeHours ?? 0;
  const until = new Date(lastTryAt(snapshot).getTime() + advisedHours * hourMs);
  if (now < until) {
    return {
      do: 'wait', until, strategy: 'manual_retry',
      because: { rule: 'advised-wait', numbers: { advisedHours, until: until.toISOString() }, sentence: `The issuer advises to wait ${advisedHours} h after the last try, until ${until.toISOString()}.` },
    };
  }
  return { do: 'charge', strategy: 'manual_retry', because: { rule: 'manual-retry', numbers: { tries, maxRetries }, sentence: 'An operator asked for a charge now.' } };
};
