import { firstStep } from '../../declines/index.js';
import type { Rule } from '../engine.js';

/** A direct call charges at once unless its reason says to wait; a platform has just tried. */
export const firstCharge: Rule = (snapshot) => {
  if (snapshot.source !== 'direct' || snapshot.attempts.length > 0) return undefined;
  if (snapshot.decline && firstStep(snapshot.decline) !== 'charge_now') return undefined;
  return {
    do: 'charge', strategy: 'primary',
    because: { rule: 'first-charge', numbers: { reason: snapshot.decline?.reason ?? 'unknown' }, sentence: 'A direct call is charged at once.' },
  };
};
