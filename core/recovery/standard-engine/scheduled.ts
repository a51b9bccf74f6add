import { firstStep } from '../../declines/index.js';
import type { Decision, Rule, Snapshot } from '../engine.js';
import { beyondHorizon, dayStep, lastChargeAt, lastTryAt, payday } from './steps.js';

type Step = 'payday' | number;

const softDays: readonly Step[] = [1, 3, 5, 7];

const stepsOf = (snapshot: Snapshot): readonly Step[] => {
  switch (snapshot.decline?.reason) {
    case 'insufficient_funds': return ['payday', 3, 'payday', 7, 'payday'];
    case 'limit_exceeded': return [1, 3];
    case 'call_issuer': return [3];
    case undefined:
    case 'unknown': return snapshot.source === 'connector' ? [2, 7] : [7];
    default: return snapshot.policy.daysBetween ?? softDays;
  }
};

const stop = (snapshot: Snapshot, numbers: Record<string, unknown>, sentence: string): Decision => ({
  do: 'stop', outcome: 'failed', action: undefined, recommendedAction: 'request_card_update',
  because: { rule: 'scheduled', numbers: { reason: snapshot.decline?.reason ?? 'unknown', ...numbers }, sentence },
});

/** Soft declines: paydays and day steps until the budget or the horizon is spent. */
export const scheduled: Rule = (snapshot, now) => {
  const { policy } = snapshot;
  const counted = snapshot.attempts.filter((attempt) => attempt.result === 'declined' && attempt.kind === 'other');
  if (counted.length >= policy.maxRetries) return stop(snapshot, { tries: counted.length, maxRetries: policy.maxRetries }, `All ${policy.maxRetries} tries are used.`);
  const immediate = counted[0]?.strategy === 'primary' ? 1 : 0;
  const index = counted.length - immediate;
  const steps = stepsOf(snapshot);
  const own = steps === policy.daysBetween;
  const step = steps[index] ?? (own ? steps.at(-1) : undefined);
  if (step === undefined) return stop(snapshot, { tries: counted.length, steps }, 'All steps of its schedule are used.');
  const from = lastTryAt(snapshot);
  const stepAt = step === 'payday' ? payday(from, lastChargeAt(snapshot), policy) : dayStep(from, step, policy.timezone);
  const advisedHours = snapshot.decline?.waitHours ?? snapshot.decline?.notBeforeHours ?? 0;
  const until = new Date(Math.max(stepAt.getTime(), from.getTime() + advisedHours * 3_600_000));
  if (beyondHorizon(snapshot, until)) {
    return stop(snapshot, { tries: counted.length, horizonDays: policy.horizonDays, until: until.toISOString() }, 'The next step falls past the horizon.');
  }
  const waitsOnly = snapshot.decline ? firstStep(snapshot.decline) === 'schedule' : false;
  const strategy = snapshot.route === 'platform' ? 'platform_collect' : 'smart_time';
  const because = {
    rule: 'scheduled',
    numbers: { reason: snapshot.decline?.reason ?? 'unknown', step: step === 'payday' ? 'payday' : `+${step} d`, try: counted.length + 1, maxRetries: policy.maxRetries, timezone: policy.timezone, until: until.toISOString(), waitsOnly },
    sentence: step === 'payday'
      ? `${snapshot.decline?.reason ?? 'unknown'}: the next payday window opens ${until.toISOString()}.`
      : `${snapshot.decline?.reason ?? 'unknown'}: tried again ${step} day${step === 1 ? '' : 's'} after the last try, at 10:00 local.`,
  };
  return now < until ? { do: 'wait', until, strategy, because } : { do: 'charge', strategy, because };
};
