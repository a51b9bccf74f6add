import { firstStep, recommendedAction } from '../../declines/index.js';
import type { Rule } from '../engine.js';

/** Declines that no retry cures, and set-up faults of the merchant. */
export const never: Rule = (snapshot) => {
  if (!snapshot.decline || firstStep(snapshot.decline) !== 'fail') return undefined;
  const { reason, retry } = snapshot.decline;
  return {
    do: 'stop',
    outcome: 'failed',
    action: undefined,
    recommendedAction: recommendedAction(snapshot.decline),
    because: { rule: 'never', numbers: { reason, retry }, sentence: `${reason} will be declined again: it is not retried.` },
  };
};
