import { firstStep } from '../../declines/index.js';
import type { Rule } from '../engine.js';
import { neverTried } from './steps.js';

const refreshMs = 60_000;

/** The card data are old: a refreshed token is charged, old ones never. */
export const cardToRefresh: Rule = (snapshot, now) => {
  if (!snapshot.decline || firstStep(snapshot.decline) !== 'refresh_token') return undefined;
  const numbers = { reason: snapshot.decline.reason, card: snapshot.card };
  if (snapshot.source === 'connector' && snapshot.card === 'unread') {
    return { do: 'read_card', because: { rule: 'card-to-refresh', numbers, sentence: 'The platform may have a newer card.' } };
  }
  if (snapshot.card === 'changed') {
    return { do: 'charge', strategy: 'token_refresh', because: { rule: 'card-to-refresh', numbers, sentence: 'The platform has a newer card; it is charged once.' } };
  }
  const until = new Date(snapshot.openedAt.getTime() + refreshMs);
  // a token we have just charged is as new as it gets
  if (snapshot.source === 'direct' && neverTried(snapshot) && now < until) {
    return { do: 'wait', until, strategy: 'token_refresh', because: { rule: 'card-to-refresh', numbers, sentence: 'A refreshed card is looked for within a minute.' } };
  }
  return {
    do: 'stop', outcome: 'failed', action: undefined, recommendedAction: 'request_card_update',
    because: { rule: 'card-to-refresh', numbers, sentence: `${snapshot.decline.reason}: only another or a renewed card can pay, and there is none yet.` },
  };
};
