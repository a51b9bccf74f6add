import type { Classification, MatchedSignal } from './classification.js';

/**
 * Whether the payment must not be tried and the case ends `blocked`: fraud, consent withdrawn, a restricted card, an explicit "do not try again", or
 * a step-up that only the customer can do. One signal is enough, also one that did not name the reason: no later word lifts it.
 */
export const isBlockedSet = (classification: Classification): boolean => isStopped(classification) || needsAuthentication(classification);

/** The blocked set without authentication. */
export const isStopped = (classification: Classification): boolean =>
  classification.retry === 'stop_mandate' || classification.matched.some(stops);

export const needsAuthentication = (classification: Classification): boolean =>
  classification.category === 'authentication' || classification.matched.some((signal) => signal.category === 'authentication');

export const saysFraud = (classification: Classification): boolean => classification.matched.some((signal) => signal.category === 'fraud');

const stops = (signal: MatchedSignal): boolean =>
  signal.category === 'fraud' ||
  signal.retry === 'stop_mandate' ||
  signal.canonical === 'restricted_card' ||
  signal.canonical === 'do_not_try_again';
