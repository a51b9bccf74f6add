import { firstStep, recommendedAction } from '../../declines/index.js';
import type { Rule } from '../engine.js';

/** Fraud, withdrawn consent, restricted cards and customer authentication: no charge. */
export const blockedSet: Rule = (snapshot) => {
  if (!snapshot.decline) return undefined;
  const step = firstStep(snapshot.decline);
  if (step !== 'block' && step !== 'step_up') return undefined;
  const { reason, category } = snapshot.decline;
  return {
    do: 'stop',
    outcome: 'blocked',
    action: step === 'step_up' ? 'authentication_required' : 'blocked',
    recommendedAction: recommendedAction(snapshot.decline),
    because: {
      rule: 'blocked-set',
      numbers: { reason, category },
      sentence: step === 'step_up' ? `The issuer wants the customer to confirm the payment (${reason}), which no retry can do.` : `${reason} forbids any further charge of this card.`,
    },
  };
};
