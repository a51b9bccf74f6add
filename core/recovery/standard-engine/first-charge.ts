import { firstStep } from '../../declines/index.js';
import type { Rule } from '../engine.js';
import { neverTried } from './steps.js';

/** A direct call charges at once unless its reason says to wait; a platform has just tried. A charge that never reached anybody leaves it to be made. */
export const firstCharge: Rule = (snapshot) => {
  if (snapshot.source !== 'direct' || !neverTried(snapshot)) return undefined;
  if (snapshot.decline && firstStep(snapshot.decline) !== 'charge_now') return undefined;
  return {
    do: 'charge', strategy: 'primary',
    because: { rule: 'first-charge', numbers: { reason: snapshot.decline?.reason ?? 'unknown' }, sentence: 'A direct call is charged at once.' },
  };
};
