import { firstStep } from '../../declines/index.js';
import type { Rule } from '../engine.js';
import { neverTried } from './steps.js';

/** The merchant's own charge may have gone through: nothing is charged before that is known. Test gateways charge at once. */
export const reconcileFirst: Rule = (snapshot) => {
  if (!snapshot.decline || !neverTried(snapshot) || firstStep(snapshot.decline) !== 'reconcile') return undefined;
  const strategy = snapshot.route === 'platform' ? 'platform_collect' : 'primary';
  if (snapshot.earlierCharge === 'absent') {
    return {
      do: 'charge', strategy,
      because: { rule: 'reconcile-first', numbers: { reason: snapshot.decline.reason }, sentence: 'An operator found that the earlier charge took no money, so it is made now.' },
    };
  }
  if (snapshot.gatewayMode === 'test') {
    return {
      do: 'charge', strategy,
      because: { rule: 'reconcile-first', numbers: { reason: snapshot.decline.reason, gatewayMode: 'test' }, sentence: 'No money moves at a test gateway, so it is charged at once.' },
    };
  }
  return {
    do: 'ask',
    because: { rule: 'reconcile-first', numbers: { reason: snapshot.decline.reason }, sentence: `${snapshot.decline.reason}: the earlier charge may have gone through, so an operator decides before anything is charged.` },
  };
};
