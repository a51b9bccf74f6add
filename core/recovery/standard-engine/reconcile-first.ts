import { firstStep } from '../../declines/index.js';
import type { Rule } from '../engine.js';

/** The merchant's own charge may have gone through: nothing is charged before that is known. Test gateways charge at once. */
export const reconcileFirst: Rule = (snapshot) => {
  if (!snapshot.decline || snapshot.attempts.length > 0 || firstStep(snapshot.decline) !== 'reconcile') return undefined;
  if (snapshot.gatewayMode === 'test') {
    return {
      do: 'charge', strategy: snapshot.route === 'platform' ? 'platform_collect' : 'primary',
      because: { rule: 'reconcile-first', numbers: { reason: snapshot.decline.reason, gatewayMode: 'test' }, sentence: 'No money moves at a test gateway, so it is charged at once.' },
    };
  }
  return {
    do: 'ask',
    because: { rule: 'reconcile-first', numbers: { reason: snapshot.decline.reason }, sentence: `${snapshot.decline.reason}: the earlier charge may have gone through, so an operator decides before anything is charged.` },
  };
};
